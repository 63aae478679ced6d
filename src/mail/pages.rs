//! The demonstration's mailbox: every letter that was sent, as a person would read it. Nowhere else is there such a page.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::queries::{self, Line};
use super::{LetterId, access, compose};
use crate::web::{Page, Policy, Routes, Visitor};
use crate::{Error, Result, calendar};

/// How many letters a page lists.
const PAGE: usize = 50;

/// The routes of this slice; outside the demonstration there is nothing at them.
pub fn routes() -> Routes {
    Routes::new().get("/demo/mailbox", Policy::Anyone, list).get(
        "/demo/mailbox/{id}",
        Policy::Anyone,
        show,
    )
}

async fn list(visitor: Visitor, query: Query<ListQuery>) -> Result<Page> {
    only_in_demo(&visitor)?;
    let (before, limit) = (query.before, i64::try_from(PAGE + 1).unwrap_or(i64::MAX));
    let mut lines = visitor.app.read(move |db| queries::all_sent(db, before, limit)).await?;
    let has_older = lines.len() > PAGE;
    lines.truncate(PAGE);
    let older =
        lines.last().filter(|_| has_older).map(|it| format!("/demo/mailbox?before={}", it.id));
    let letters = lines.iter().map(row).collect();
    visitor.page("demo/mailbox.html", &MailboxPage { letters, older: older.unwrap_or_default() })
}

async fn show(visitor: Visitor, id: Path<LetterId>) -> Result<Page> {
    only_in_demo(&visitor)?;
    let id = id.into_inner();
    let (line, words, facts) = visitor.app.read(move |db| queries::any_sent(db, id)).await?;
    let words = access::filled(&visitor.app.keys, (line.kind, &facts), &words)?;
    let page = LetterPage {
        subject: words.subject,
        from: visitor.app.settings.mail_from.to_string(),
        to: line.recipient.unwrap_or_default(),
        sent: line.sent_at.map(calendar::moment).unwrap_or_default(),
        body: compose::body_of(&words.html).to_owned(),
        text: words.text,
    };
    visitor.page("demo/letter.html", &page)
}

fn only_in_demo(visitor: &Visitor) -> Result<()> {
    if visitor.app.settings.is_demo { Ok(()) } else { Err(Error::NotFound) }
}

fn row(line: &Line) -> [Cell; 3] {
    let text = |text: String| Cell { text, href: String::new() };
    let subject = line.subject.clone().unwrap_or_default();
    [
        Cell { text: subject, href: format!("/demo/mailbox/{}", line.id) },
        text(line.recipient.clone().unwrap_or_default()),
        text(line.sent_at.map(calendar::moment).unwrap_or_default()),
    ]
}

#[derive(Deserialize)]
struct ListQuery {
    before: Option<LetterId>,
}

#[derive(Serialize)]
struct MailboxPage {
    letters: Vec<[Cell; 3]>,
    older: String,
}

#[derive(Serialize)]
struct Cell {
    text: String,
    href: String,
}

#[derive(Serialize)]
struct LetterPage {
    subject: String,
    from: String,
    to: String,
    sent: String,
    /// HTML of our own template, escaped there.
    body: String,
    text: String,
}
