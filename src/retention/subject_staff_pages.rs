//! How the page of a search shows the people with accounts whom its words may mean.

use serde::Serialize;

use super::subject_staff::{Staff, look};
use crate::accounts::Tenure;
use crate::accounts::people::{Known, Names};
use crate::concerns::Status;
use crate::concerns::scan::Part;
use crate::web::Visit;
use crate::{Result, calendar};

#[derive(Serialize)]
pub(super) struct StaffView {
    name: String,
    email: String,
    since: String,
    posts: Vec<String>,
    parts: Vec<PartView>,
    /// The audit log of what they did.
    log: String,
}

#[derive(Serialize)]
struct PartView {
    what: &'static str,
    href: String,
    reference: String,
    on: String,
}

/// The people whom some words may mean.
pub(super) async fn staff(visit: &Visit, terms: &[String]) -> Result<Vec<StaffView>> {
    let terms = terms.to_vec();
    let found = visit.read(move |db, by| look(db, by, &terms)).await?;
    Ok(found.people.iter().map(|it| StaffView::of(it, &found)).collect())
}

impl StaffView {
    fn of(person: &Known, found: &Staff) -> Self {
        let email = [("person", person.email.as_str())];
        let theirs = found.parts.iter().filter(|it| it.by == person.id);
        Self {
            name: person.name.clone(),
            email: person.email.clone(),
            since: calendar::date_of(person.since),
            posts: person.tenures.iter().map(|it| post(it, &found.names)).collect(),
            parts: theirs.map(PartView::of).collect(),
            log: format!("/admin/audit?{}", serde_html_form::to_string(email).unwrap_or_default()),
        }
    }
}

impl PartView {
    fn of(it: &Part) -> Self {
        let what = match it.step {
            None => "Reported",
            Some(Status::Submitted) => "Answered a question",
            Some(Status::MoreInformation) => "Asked a question",
            Some(Status::Accepted) => "Accepted",
            Some(Status::Redirected) => "Passed on",
            Some(Status::Linked) => "Put into a context",
        };
        let (href, reference) = (format!("/concerns/{}", it.concern), it.reference.clone());
        Self { what, href, reference, on: calendar::date_of(it.at) }
    }
}

fn post(it: &Tenure, names: &Names) -> String {
    let school = it.post.school.and_then(|it| names.schools.get(&it));
    let place = school.or_else(|| it.post.team.and_then(|it| names.teams.get(&it)));
    let place = place.map(|it| format!(", {it}")).unwrap_or_default();
    let until = it.until_on.map(|it| format!(" until {}", calendar::long_date(it)));
    let from = calendar::long_date(it.from_on);
    format!("{}{place}, from {from}{}", it.post.role.title(), until.unwrap_or_default())
}
