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
    says: String,
    what_to_do: String,
    tags: Vec<Tag>,
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
            says: finding.says.clone(),
            what_to_do: finding.what_to_do.clone(),
            tags: vec![Tag { text, colour }],
        }
    }
}
