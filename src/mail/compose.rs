//! A letter is written: from its facts and its templates to words, and from the words to the bytes that travel.
//!
//! The same letter gives the same bytes each time: its `Message-ID`, date and boundaries come from what is kept of it.

use std::time::SystemTime;

use chrono::NaiveDateTime;
use lettre::Message;
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use tera::Context;

use super::{LetterId, LetterKind, Words};
use crate::app::Portal;
use crate::config::Settings;
use crate::{Error, Result};

/// What a letter says, from its facts. The first line of the text template is the subject.
pub fn words(portal: &Portal, kind: LetterKind, facts: &serde_json::Value) -> Result<Words> {
    let mut context = Context::from_serialize(facts)?;
    context.insert("base_url", &portal.settings.base_url);
    context.insert("council_name", &portal.settings.council_name);
    context.insert("is_about_work", &kind.is_about_work());
    let name = kind.as_str();
    let written = portal.templates.render(&format!("mail/{name}.txt"), &context)?;
    let (first, rest) = written.split_once('\n').unwrap_or((written.as_str(), ""));
    let subject = first.strip_prefix("Subject:").map(one_line).unwrap_or_default();
    if subject.is_empty() {
        return Err(Error::Letter(format!("mail/{name}.txt does not begin with its subject")));
    }
    let text = format!("{}\n", rest.trim());
    context.insert("subject", &subject);
    let html = portal.templates.render(&format!("mail/{name}.html"), &context)?;
    Ok(Words { subject, text, html })
}

/// The part of a letter's HTML that its reader sees.
pub fn body_of(html: &str) -> &str {
    let after = html.split_once("<body>").map_or(html, |(_, it)| it);
    after.split_once("</body>").map_or(after, |(it, _)| it).trim()
}

/// A letter as it travels.
#[derive(Debug)]
pub(super) struct Sealed {
    pub id: LetterId,
    pub to: Address,
    /// ASCII throughout, with CRLF at the ends of lines.
    pub bytes: String,
}

/// Makes a letter ready to travel.
pub(super) fn seal(
    settings: &Settings,
    (id, kind, queued_at): (LetterId, LetterKind, NaiveDateTime),
    to: Address,
    words: &Words,
) -> Result<Sealed> {
    let bad = |error: &dyn std::fmt::Display| Error::Letter(error.to_string());
    let header = |name: &'static str, value: String| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
    };
    let from = Mailbox::new(
        settings.mail_from.name.as_deref().map(one_line),
        settings.mail_from.email.clone(),
    );
    let parts = MultiPart::alternative().boundary(format!("e4s-{id}"));
    let parts = parts
        .singlepart(part(ContentType::TEXT_PLAIN, &words.text))
        .singlepart(part(ContentType::TEXT_HTML, &words.html));
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]);
    let mut message = Message::builder()
        .envelope(envelope.map_err(|error| bad(&error))?)
        .date(SystemTime::from(queued_at.and_utc()))
        .from(from)
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&words.subject))
        .message_id(Some(format!("<{id}@{}>", host(&settings.base_url))))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
    if kind.is_about_work() {
        let page = format!("<{}/digests>", settings.base_url);
        message = message.raw_header(header("List-Unsubscribe", page));
    }
    let message = message.multipart(parts).map_err(|error| bad(&error))?;
    let bytes = String::from_utf8(message.formatted()).map_err(|error| bad(&error))?;
    if !bytes.is_ascii() {
        return Err(Error::Letter("a letter has more than ASCII in it".to_owned()));
    }
    Ok(Sealed { id, to, bytes })
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// The name of the host that people type, without port.
pub(super) fn host(base_url: &str) -> &str {
    let host = base_url.split_once("://").map_or(base_url, |(_, it)| it);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A text as one line: nothing in it can begin another header.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;

    fn sealed(subject: &str) -> String {
        let folder = std::path::Path::new("/tmp");
        let settings = Settings::demo(folder, 8400).expect("settings");
        let id = LetterId::parse("00000000000000000000000001").expect("an id");
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        let words = Words {
            subject: subject.to_owned(),
            text: ".A line that begins with a dot\nand “quotes”\n".to_owned(),
            html: "<p>A line</p>\n".to_owned(),
        };
        let to = "sam@example.org".parse().expect("an address");
        seal(&settings, (id, LetterKind::Digest, calendar::at(day, 7, 0)), to, &words)
            .expect("sealed")
            .bytes
    }

    #[test]
    fn the_same_letter_is_the_same_bytes() {
        assert_eq!(sealed("Hello"), sealed("Hello"));
        insta::assert_snapshot!(sealed("Hello").replace('\r', ""));
    }

    #[test]
    fn no_text_can_begin_a_header() {
        let bytes = sealed("Hello\r\nBcc: all@example.org\r\n\r\nA body");
        assert!(bytes.contains("Subject: Hello Bcc: all@example.org A body\r\n"), "{bytes}");
        assert!(sealed("Ŵythnos\nX: y").contains("Subject: =?utf-8?"));
    }

    #[test]
    fn the_host_of_a_base_url_has_no_port() {
        assert_eq!(host("https://e4s.council.example"), "e4s.council.example");
        assert_eq!(host("http://127.0.0.1:8400"), "127.0.0.1");
        assert_eq!(host("http://[::1]:8400"), "[::1]");
    }
}
