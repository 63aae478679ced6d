//! The doctor's page.

use actix_web::web;
use serde::Serialize;

use super::doctor::{self, Finding, State};
use crate::accounts::Role;
use crate::web::{Page, Policy, Routes, Visit};
use crate::{Result, calendar};

/// The routes of upkeep.
pub fn routes() -> Routes {
    Routes::new().get("/admin/doctor", Policy::Holding(&[Role::Admin]), show)
}

async fn show(visit: Visit) -> Result<Page> {
    let (app, now) = (visit.app.clone(), (visit.app.clock)());
    let findings = web::block(move || doctor::examine(&app, now)).await?;
    // What is broken comes first.
    let of = |state| findings.iter().filter(move |it| it.state == state).map(Row::of);
    let page = DoctorPage {
        at: calendar::moment(now),
        summary: summary(&findings),
        amiss: of(State::Broken).chain(of(State::Attend)).collect(),
        fine: of(State::Fine).collect(),
    };
    visit.page("upkeep/doctor.html", &page)
}

/// Everything in a sentence.
fn summary(findings: &[Finding]) -> String {
    let count = |state| findings.iter().filter(|it| it.state == state).count();
    match (count(State::Broken), count(State::Attend)) {
        (0, 0) => "Everything is fine.".to_owned(),
        (0, 1) => "Nothing is broken. One thing needs somebody to see to it.".to_owned(),
        (0, attend) => format!("Nothing is broken. {attend} things need somebody to see to them."),
        (1, 0) => "One thing is broken.".to_owned(),
        (broken, 0) => format!("{broken} things are broken."),
        (1, attend) => {
            format!("One thing is broken, and {attend} more need somebody to see to them.")
        }
        (broken, attend) => {
            format!("{broken} things are broken, and {attend} more need somebody to see to them.")
        }
    }
}

#[derive(Serialize)]
struct DoctorPage {
    at: String,
    summary: String,
    amiss: Vec<Row>,
    fine: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    what: &'static str,
    says: Vec<Piece>,
    what_to_do: Vec<Piece>,
    whole: Vec<Whole>,
    tags: Vec<Tag>,
}

/// A piece of a sentence: text, a command to type, or a page to go to.
#[derive(Serialize)]
struct Piece {
    text: String,
    is_code: bool,
    is_link: bool,
}

/// Every name of which a sentence says the first few.
#[derive(Serialize)]
struct Whole {
    what: String,
    names: Vec<String>,
}

/// Where the pages are that a sentence may name.
const PAGES: &str = "/admin/";

/// A sentence in pieces: between backticks are commands and settings.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            found.push(Piece { text: part.to_owned(), is_code: true, is_link: false });
        } else {
            linked(part, &mut found);
        }
    }
    found
}

fn linked(mut rest: &str, found: &mut Vec<Piece>) {
    let mut add = |text: &str, is_link| {
        if !text.is_empty() {
            found.push(Piece { text: text.to_owned(), is_code: false, is_link });
        }
    };
    while let Some(at) = rest.find(PAGES) {
        let (before, path) = rest.split_at(at);
        let is_in_path = |it: char| it.is_ascii_lowercase() || matches!(it, '/' | '-');
        let (path, after) = path.split_at(path.find(|it| !is_in_path(it)).unwrap_or(path.len()));
        add(before, false);
        add(path, true);
        rest = after;
    }
    add(rest, false);
}

#[derive(Serialize)]
struct Tag {
    text: &'static str,
    colour: &'static str,
}

impl Row {
    fn of(finding: &Finding) -> Self {
        let (text, colour) = match finding.state {
            State::Fine => ("Fine", "green"),
            State::Attend => ("See to it", "yellow"),
            State::Broken => ("Broken", "red"),
        };
        Self {
            what: finding.what,
            says: pieces(&finding.says),
            what_to_do: pieces(&finding.what_to_do),
            whole: finding.whole.iter().map(Whole::of).collect(),
            tags: vec![Tag { text, colour }],
        }
    }
}

impl Whole {
    fn of((what, names): &(&'static str, Vec<String>)) -> Self {
        Self { what: format!("{what} ({})", names.len()), names: names.clone() }
    }
}
