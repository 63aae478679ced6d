//! A person's digests: how often they come, what the next one would say, and every letter so far.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::choose::{self, ChooseForm};
use super::{READERS, Rhythm, compile};
use crate::accounts::Role;
use crate::mail::{self, LetterId, LetterKind, compose, queries};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Result, calendar};

/// How many letters a page lists.
const PAGE: usize = 30;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/digests", Policy::Holding(READERS), list)
        .post("/digests", Policy::Holding(READERS), submit)
        .get("/digests/{id}", Policy::Holding(READERS), show)
}

async fn list(visit: Visit, query: Query<ListQuery>) -> Result<Page> {
    let view = view(&visit, query.before, FormErrors::default()).await?;
    let visit = if query.changed { visit.noticing("Your choice is saved") } else { visit };
    visit.page("digests/list.html", &view)
}

async fn submit(visit: Visit, form: Form<ChooseForm>) -> Result<Reply> {
    match form.0.check() {
        Ok(rhythm) => {
            visit.write(move |deed| choose::choose(deed, rhythm)).await?;
            Ok(redirect("/digests?changed=true"))
        }
        Err(errors) => {
            let view = view(&visit, None, errors).await?;
            visit.again("digests/list.html", &view)
        }
    }
}

async fn show(visit: Visit, id: Path<LetterId>) -> Result<Page> {
    let id = id.into_inner();
    let (line, words) =
        visit.read(move |db, actor| queries::one_of_person(db, actor.id, id)).await?;
    visit.page("digests/letter.html", &LetterPage::of(&line, &words))
}

async fn view(visit: &Visit, before: Option<LetterId>, errors: FormErrors) -> Result<ListPage> {
    let (at, hour) = ((visit.app.clock)(), visit.app.settings.digest_hour);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (rhythm, next, facts, mut lines) = visit
        .read(move |db, actor| {
            Ok((
                compile::rhythm_of(db, actor)?,
                compile::next(db, actor, (at, hour))?,
                compile::preview(db, actor, at)?,
                queries::of_person(db, actor.id, before, limit)?,
            ))
        })
        .await?;
    let words = compose::words(&visit.app, LetterKind::Digest, &mail::facts::json(&facts)?)?;
    let has_older = lines.len() > PAGE;
    lines.truncate(PAGE);
    let older = lines.last().filter(|_| has_older).map(|it| format!("/digests?before={}", it.id));
    Ok(ListPage {
        rhythm: rhythm.as_str(),
        rhythms: Rhythm::ALL.iter().copied().map(Choice::of).collect(),
        is_coordinator: visit.actor.is(Role::Coordinator),
        next: next.map(calendar::moment).unwrap_or_default(),
        preview_subject: words.subject,
        preview: compose::body_of(&words.html).to_owned(),
        letters: lines.iter().map(row).collect(),
        older: older.unwrap_or_default(),
        errors,
    })
}

/// A letter as a row of the list: what it was, and what became of it.
fn row(line: &queries::Line) -> [Cell; 2] {
    let subject = line.subject.clone().unwrap_or_else(|| "Not written yet".to_owned());
    let href = line.subject.as_ref().map(|_| format!("/digests/{}", line.id)).unwrap_or_default();
    [Cell { text: subject, href }, Cell { text: became(line), href: String::new() }]
}

fn became(line: &queries::Line) -> String {
    match (line.sent_at, line.stopped_at, line.failure) {
        (Some(at), ..) => format!("Sent on {}", calendar::moment(at)),
        (None, Some(_), Some(why)) => format!("Not sent: {}", why.title()),
        (None, _, Some(why)) => format!("Not sent yet: {}", why.title()),
        _ => "Waiting to be sent".to_owned(),
    }
}

#[derive(Deserialize)]
struct ListQuery {
    before: Option<LetterId>,
    #[serde(default)]
    changed: bool,
}

#[derive(Serialize)]
struct ListPage {
    rhythm: &'static str,
    rhythms: Vec<Choice>,
    is_coordinator: bool,
    next: String,
    preview_subject: String,
    /// HTML of our own template, escaped there.
    preview: String,
    letters: Vec<[Cell; 2]>,
    older: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    text: &'static str,
    hint: &'static str,
}

impl Choice {
    fn of(rhythm: Rhythm) -> Self {
        Self { value: rhythm.as_str(), text: rhythm.title(), hint: rhythm.hint() }
    }
}

#[derive(Serialize)]
struct Cell {
    text: String,
    href: String,
}

#[derive(Serialize)]
struct LetterPage {
    subject: String,
    became: String,
    to: String,
    /// HTML of our own template, escaped there.
    body: String,
    text: String,
}

impl LetterPage {
    fn of(line: &queries::Line, words: &mail::Words) -> Self {
        Self {
            subject: words.subject.clone(),
            became: became(line),
            to: line.recipient.clone().unwrap_or_default(),
            body: compose::body_of(&words.html).to_owned(),
            text: words.text.clone(),
        }
    }
}
