//! Who has opened a concern: a few lines on its page, and a page of all of them.

use actix_web::web::{Path, Query};
use serde::Serialize;

use super::ConcernId;
use super::openings::{How, Opening, Openings, OpeningsForm, Who, openings};
use super::pages::READERS;
use crate::Result;
use crate::audit::Mark;
use crate::calendar;
use crate::districts::possessive;
use crate::web::{Page, Routes, Visit};

/// The route of the page of all of them.
pub(super) fn routes() -> Routes {
    Routes::new().get("/concerns/{id}/openings", READERS, who_opened)
}

/// Every opening, a page at a time. Nothing of the concern but its reference.
async fn who_opened(visit: Visit, id: Path<ConcernId>, query: Query<OpeningsForm>) -> Result<Page> {
    let (id, after) = (id.into_inner(), Mark::parse(&query.after));
    let found = visit.read(move |db, actor| openings(db, actor, id, after)).await?;
    visit.page("concerns/openings.html", &OpeningsPage::of(&found, !query.after.is_empty()))
}

/// Who has opened it: a line for each reader and day, and where all are if that is not all.
#[derive(Serialize)]
pub(super) struct SeenBy {
    lines: Vec<String>,
    all: String,
}

/// Every opening of a concern.
#[derive(Serialize)]
struct OpeningsPage {
    id: String,
    reference: String,
    lines: Vec<String>,
    first: String,
    next: String,
}

impl SeenBy {
    pub fn of(openings: &Openings) -> Self {
        let (lines, is_cut) = openings.by_day();
        let all = format!("/concerns/{}/openings", openings.concern.id);
        Self {
            lines: lines.into_iter().map(opening).collect(),
            all: if is_cut { all } else { String::new() },
        }
    }
}

impl OpeningsPage {
    /// `is_further`: it is not the first page.
    fn of(openings: &Openings, is_further: bool) -> Self {
        let address = format!("/concerns/{}/openings", openings.concern.id);
        let next = openings.next.map(|it| format!("{address}?after={it}"));
        Self {
            id: openings.concern.id.to_string(),
            reference: openings.concern.reference.clone(),
            lines: openings.lines.iter().map(opening).collect(),
            first: if is_further { address } else { String::new() },
            next: next.unwrap_or_default(),
        }
    }
}

/// Who, when and how, in a line.
fn opening(it: &Opening) -> String {
    let when = calendar::moment(it.at);
    let how = match it.how {
        How::Opened => "",
        How::Found => ", found in a search",
        How::Together => ", together with others of its context",
        How::Copied => ", copied for a subject-access request",
    };
    match &it.who {
        Who::Person(name) => format!("{name}, {when}{how}"),
        Who::Colleague(name) => format!("{name} of your school, {when}{how}"),
        Who::Team(team) => format!("{} team, {when}{how}", possessive(team)),
        Who::County => format!("The county’s lead, {when}{how}"),
        Who::Left => format!("Somebody who has left, {when}{how}"),
    }
}
