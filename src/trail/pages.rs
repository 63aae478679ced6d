//! The page of the audit log, and the file.

use std::io;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Query};
use futures_util::stream::try_unfold;
use serde::Serialize;

use super::export::piece;
use super::list::{self, Listing, LogForm, NO_TEAM, is_id};
use crate::accounts::{Actor, PostOf, Role};
use crate::app::App;
use crate::audit::{Entry, Event, Wanted};
use crate::districts::{Team, teams};
use crate::web::{FormErrors, Policy, Reply, Routes, Visit};
use crate::{Error, Result, calendar};

const READERS: Policy = Policy::Holding(&[Role::Admin, Role::County]);
/// Who takes it away.
const TAKERS: Policy = Policy::Proved(&[Role::Admin, Role::County]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new().get("/admin/audit", READERS, show).get("/admin/audit.csv", TAKERS, export)
}

async fn show(visit: Visit, query: Query<LogForm>) -> Result<Reply> {
    let form = query.into_inner();
    let asked = form.clone();
    let teams = visit.read(|db, _| teams(db)).await?;
    let look = visit.read(move |db, actor| {
        let wanted = list::wanted(db, actor, &asked)?;
        list::list(db, actor, &wanted)
    });
    let found = match look.await {
        Ok(found) => found,
        Err(Error::Invalid(errors)) => {
            return visit
                .again("trail/log.html", &LogPage::faulty(&form, (&teams, &visit.actor), errors));
        }
        Err(error) => return Err(error),
    };
    // Nothing is shown that is not written down as read.
    visit.write(|deed| list::note(deed, Event::LogRead)).await?;
    let page = LogPage::of(&form, &teams, (&found, &visit.actor));
    Ok(Reply::Page(visit.page("trail/log.html", &page)?))
}

async fn export(visit: Visit, query: Query<LogForm>) -> Result<HttpResponse> {
    let form = LogForm { after: String::new(), ..query.into_inner() };
    let wanted = visit.read(move |db, actor| list::wanted(db, actor, &form)).await?;
    visit.write(|deed| list::note(deed, Event::LogExported)).await?;
    let pieces = try_unfold(Some((visit.app.clone(), visit.actor.clone(), wanted)), next_piece);
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""));
    Ok(response.streaming(pieces))
}

type State = Option<(App, Actor, Wanted)>;

/// The next piece of the file. A failure in the middle breaks the answer off, so that nobody takes a part for the whole.
async fn next_piece(state: State) -> Result<Option<(Bytes, State)>, io::Error> {
    let Some((app, actor, mut wanted)) = state else { return Ok(None) };
    let (reader, asked) = (actor.clone(), wanted.clone());
    let read = app.read(move |db| piece(db, &reader, &asked)).await;
    let (bytes, next) = read.map_err(io::Error::other)?;
    wanted.after = next;
    let rest = next.map(|_| (app, actor, wanted));
    Ok(Some((Bytes::from(bytes), rest)))
}

#[derive(Serialize)]
struct LogPage {
    form: Filter,
    is_filtered: bool,
    rows: Vec<Row>,
    first: String,
    next: String,
    /// The same lines as a file.
    file: String,
    /// True if there is a page above this one.
    is_admin: bool,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Filter {
    person: String,
    event: String,
    team: String,
    record: String,
    from: [String; 3],
    until: [String; 3],
    events: Vec<Choice>,
    teams: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
}

#[derive(Serialize)]
struct Row {
    when: String,
    who: String,
    what: String,
    record: String,
    href: String,
    team: String,
}

impl LogPage {
    fn of(form: &LogForm, teams: &[Team], (found, reader): (&Listing, &Actor)) -> Self {
        let is_first = form.after.is_empty();
        Self {
            is_filtered: *form != LogForm { after: form.after.clone(), ..LogForm::default() },
            rows: found.entries.iter().map(|it| Row::of(it, found, reader)).collect(),
            first: if is_first { String::new() } else { address("/admin/audit", form, "") },
            next: found
                .next
                .map(|it| address("/admin/audit", form, &it.to_string()))
                .unwrap_or_default(),
            file: address("/admin/audit.csv", form, ""),
            form: Filter::of(form, teams),
            is_admin: reader.is(Role::Admin),
            errors: FormErrors::default(),
        }
    }

    fn faulty(form: &LogForm, (teams, reader): (&[Team], &Actor), errors: FormErrors) -> Self {
        let (first, next, file) = (String::new(), String::new(), String::new());
        let form = Filter::of(form, teams);
        let is_admin = reader.is(Role::Admin);
        Self { form, is_filtered: true, rows: Vec::new(), first, next, file, is_admin, errors }
    }
}

impl Filter {
    fn of(form: &LogForm, teams: &[Team]) -> Self {
        let choice = |value: &str, text: String| Choice { value: value.to_owned(), text };
        let mut events: Vec<Choice> =
            Event::ALL.iter().map(|it| choice(it.as_str(), it.title())).collect();
        events.sort_by(|a, b| a.text.cmp(&b.text));
        events.insert(0, choice("", "Anything".to_owned()));
        let mut all = vec![choice("", "All, and none".to_owned())];
        all.extend(teams.iter().map(|it| choice(it.id.as_str(), it.name.clone())));
        all.push(choice(NO_TEAM, "No team’s".to_owned()));
        let date = |parts: [&String; 3]| parts.map(Clone::clone);
        Self {
            person: form.person.clone(),
            event: form.event.clone(),
            team: form.team.clone(),
            record: form.record.clone(),
            from: date([&form.from_day, &form.from_month, &form.from_year]),
            until: date([&form.until_day, &form.until_month, &form.until_year]),
            events,
            teams: all,
        }
    }
}

impl Row {
    fn of(entry: &Entry, found: &Listing, reader: &Actor) -> Self {
        Self {
            when: calendar::moment(entry.at),
            who: found.person(entry),
            what: entry.title(),
            record: found.record(entry),
            href: href(entry, found, reader),
            team: found.team(entry),
        }
    }
}

/// To the record, for those who may open it; otherwise to every line about it.
fn href(entry: &Entry, found: &Listing, reader: &Actor) -> String {
    let id = entry.subject.as_str();
    let noun = entry.event().map_or("", Event::noun);
    match noun {
        "Concern" if found.references.contains_key(id) => format!("/concerns/{id}"),
        "Context" if found.references.contains_key(id) => format!("/contexts/{id}"),
        "Meeting" if reader.is(Role::County) => format!("/meetings/{id}"),
        _ if is_id(id) => format!("/admin/audit?record={id}"),
        _ => PostOf::parse(id)
            .map(|it| format!("/admin/audit?record={}", it.account))
            .unwrap_or_default(),
    }
}

fn address(path: &str, form: &LogForm, after: &str) -> String {
    let all = [
        ("person", form.person.as_str()),
        ("event", &form.event),
        ("team", &form.team),
        ("record", &form.record),
        ("from_day", &form.from_day),
        ("from_month", &form.from_month),
        ("from_year", &form.from_year),
        ("until_day", &form.until_day),
        ("until_month", &form.until_month),
        ("until_year", &form.until_year),
        ("after", after),
    ];
    let said: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if said.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", serde_html_form::to_string(&said).unwrap_or_default())
}
