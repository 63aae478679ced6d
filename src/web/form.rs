//! Forms as browsers send them: read with a limit and a deadline, cleaned, and held to the session they came from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use validator::{Validate, ValidationError};

use super::visit::Known;
use crate::store::letters_of;
use crate::{Error, Result};

/// Enough for the longest report in any script, where one character may take nine bytes on the wire. Longer answers
/// than a field takes still come back to their writer; only beyond this does the browser have to keep them.
pub const SIZE_MAX: usize = 1024 * 1024;
/// A form that is not here after this long is not coming.
const DEADLINE: Duration = Duration::from_secs(20);

/// A form that came from a page of this session. Its text is in one normal form, without control characters.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let expected = request.extensions().get::<Known>().map(|it| it.token.csrf());
        let (mut payload, request) = (payload.take(), request.clone());
        Box::pin(async move {
            let pairs = pairs(&mut payload).await?;
            if let Some(expected) = expected {
                let sent = pairs.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value);
                let is_ours =
                    sent.is_some_and(|it| it.as_bytes().ct_eq(expected.as_bytes()).into());
                if !is_ours {
                    // A page of ours sent it (the guard has seen to that), in an earlier session.
                    return Err(Error::OldForm(words(pairs)));
                }
            }
            let unreadable = |_| Error::Invalid(FormErrors::default());
            let text = serde_html_form::to_string(&pairs).map_err(unreadable)?;
            request.extensions_mut().insert(Sent(pairs));
            let form = serde_html_form::from_str(&text);
            form.map(Self).map_err(|_unreadable| Error::Invalid(FormErrors::default()))
        })
    }
}

/// What a form of ours sent, for the page that says that the service could not take it.
pub(super) struct Sent(pub Vec<(String, String)>);

impl Sent {
    /// Every field, to be sent once more as it is; nothing if there is a secret among them.
    pub fn again(&self) -> Option<&[(String, String)]> {
        let is_secret = |(name, _): &(String, String)| SECRETS.contains(&name.as_str());
        (!self.0.iter().any(is_secret)).then_some(&self.0)
    }
}

/// Fields that are shown to nobody, not to whoever typed them either.
const SECRETS: [&str; 5] = ["password", "old_password", "code", "ceremony", "credential"];
/// Fields that pages put into their forms themselves.
const OURS: [&str; 5] = ["csrf", "key", "draft", "back", "area"];

/// True for the mark of what a page showed. A report's account has the same name, and is somebody's words.
fn is_mark(name: &str, value: &str) -> bool {
    let is_time = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_state = value.rsplit_once('.').is_some_and(|(_, time)| is_time(time));
    name == "seen" && (is_state && !value.contains(' ') || letters_of(value).is_some())
}

/// What a person typed or chose, without what pages put into their forms themselves.
pub(super) fn words(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_left_out = |name: &str, value: &str| {
        SECRETS.contains(&name) || OURS.contains(&name) || is_mark(name, value)
    };
    let typed =
        |(name, value): &(String, String)| !is_left_out(name, value) && !value.trim().is_empty();
    pairs.into_iter().filter(typed).collect()
}

/// The name of a field as a person reads it: `first_seen_day` is "First seen day".
pub fn label(name: &str) -> String {
    let mut letters = name.chars().map(|it| if it == '_' { ' ' } else { it });
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    first + &letters.collect::<String>()
}

/// The names and values of a body, cleaned.
pub(super) async fn pairs(payload: &mut Payload) -> Result<Vec<(String, String)>> {
    let read = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_broken| Error::TooSlow)?;
            if body.len() + chunk.len() > SIZE_MAX {
                return Err(Error::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    let body = tokio::time::timeout(DEADLINE, read).await.map_err(|_late| Error::TooSlow)??;
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&body)
        .map_err(|_unreadable| Error::Invalid(FormErrors::default()))?;
    Ok(pairs.into_iter().map(|(name, value)| (name, clean(&value))).collect())
}

/// Text is text: one normal form (NFC), line feeds for line ends, and none of the characters that cannot be seen but
/// change what is read (NUL and other controls, bidirectional controls, zero-width characters).
pub fn clean(text: &str) -> String {
    let is_hidden = |it: char| {
        (it.is_control() && it != '\n' && it != '\t')
            || matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|it| !is_hidden(*it))
        .nfc()
        .collect()
}

/// A rule for `validator`: something was typed, and not only space.
pub fn is_said(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() { Err(ValidationError::new("said")) } else { Ok(()) }
}

/// What is wrong with a form: one fault a field, in the words shown beside it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct FormErrors(BTreeMap<Cow<'static, str>, Cow<'static, str>>);

impl FormErrors {
    /// The faults that the form's own declarations find.
    pub fn of(form: &impl Validate) -> Self {
        let faults = form.validate().err().unwrap_or_default();
        let first = |(field, all): (Cow<'static, str>, &Vec<ValidationError>)| {
            let message = all.first()?.message.clone();
            Some((field, message.unwrap_or(Cow::Borrowed("Check this answer"))))
        };
        Self(faults.field_errors().into_iter().filter_map(first).collect())
    }

    /// Adds a fault, unless the field has one.
    pub fn add(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.0.entry(field.into()).or_insert(message.into());
    }

    /// True when nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fault of a field, if it has one.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(AsRef::as_ref)
    }

    /// Field and fault, by field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, fault)| (field.as_ref(), fault.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, words};

    #[test]
    fn a_reports_account_is_handed_back_and_the_mark_of_what_a_page_showed_is_not() {
        let handed_back = |value: &str| words(vec![("seen".to_owned(), value.to_owned())]).len();
        for account in ["A herring on the steps", "Twice, at 4.30", "Vapes"] {
            assert_eq!(handed_back(account), 1, "{account}");
        }
        for mark in ["more_information.1795435200", "0123456789abcdefghjkmnpqrs"] {
            assert_eq!(handed_back(mark), 0, "{mark}");
        }
    }

    #[test]
    fn what_cannot_be_seen_does_not_get_in() {
        assert_eq!(clean("a\0b\u{202e}c\u{200b}d\r\ne\tf"), "abcd\ne\tf");
        assert_eq!(clean("e\u{301}"), "é");
    }
}
