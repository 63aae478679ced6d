//! The pages about meetings: the diary, one meeting, its calendar file, and a new one.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Query};
use serde::Serialize;

use super::export::calendar_file;
use super::look::{ListForm, Listing, Seen, Unlinked, list, look};
use super::policy::Sight;
use super::queries::WAITING_MAX;
use super::schedule::{ScheduleForm, schedule, teams_of};
use super::{agenda_pages, change_pages, minute_pages, pack, publish_pages};
use crate::accounts::Role;
use crate::concerns::{Status, Urgency};
use crate::districts::{Meeting, MeetingId, Team, possessive, teams};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const READERS: Policy =
    Policy::Holding(&[Role::Dsl, Role::Coordinator, Role::Partner, Role::County]);
/// Who reads what a meeting discusses, each as far as it is theirs to know.
const TABLE: Policy = Policy::Holding(&[Role::Coordinator, Role::Partner, Role::County]);
/// Who takes it away.
const TAKERS: Policy = Policy::Proved(&[Role::Coordinator, Role::Partner, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const COORDINATORS: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/meetings", READERS, index)
        .get("/meetings/new", TEAM, blank)
        .post("/meetings/new", TEAM, submit)
        .get("/meetings/{id}.ics", READERS, export)
        .get("/meetings/{id}.pdf", TAKERS, pack::pages::take)
        .get("/meetings/{id}/agenda", TABLE, agenda_pages::show)
        .post("/meetings/{id}/agenda", COORDINATORS, agenda_pages::change)
        .get("/meetings/{id}/minutes", TEAM, minute_pages::show)
        .post("/meetings/{id}/minutes", COORDINATORS, minute_pages::keep_item)
        .post("/meetings/{id}/attendance", COORDINATORS, minute_pages::keep_attendance)
        .get("/meetings/{id}/publish", COORDINATORS, publish_pages::show)
        .post("/meetings/{id}/publish", COORDINATORS, publish_pages::submit)
        .get("/meetings/{id}/change", COORDINATORS, change_pages::blank)
        .post("/meetings/{id}/change", COORDINATORS, change_pages::submit)
        .post("/meetings/{id}/cancel", COORDINATORS, change_pages::call_off)
        .get("/meetings/{id}", READERS, show)
}

async fn index(visit: Visit, query: Query<ListForm>) -> Result<Page> {
    let form = query.into_inner();
    let at = (visit.app.clock)();
    let asked = form.clone();
    let found = visit.read(move |db, actor| list(db, actor, &asked, at)).await?;
    let may_schedule = visit.actor.is(Role::Coordinator) || visit.actor.is(Role::County);
    visit.page("meetings/list.html", &ListPage::of(&form, &found, may_schedule))
}

async fn show(visit: Visit, id: Path<MeetingId>) -> Result<Page> {
    let seen = find(&visit, id.into_inner()).await?;
    let may_change = visit.actor.coordinates(seen.meeting.team);
    visit.page("meetings/show.html", &ShowPage::of(&seen, may_change))
}

async fn export(visit: Visit, id: Path<MeetingId>) -> Result<HttpResponse> {
    let seen = find(&visit, id.into_inner()).await?;
    let file = calendar_file(&seen, &visit.app.settings.base_url, (visit.app.clock)());
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"meeting.ics\""));
    Ok(response.body(file))
}

async fn find(visit: &Visit, id: MeetingId) -> Result<Seen> {
    let at = (visit.app.clock)();
    visit.open(move |db, keys, actor| look(db, keys, actor, (id, at))).await
}

async fn blank(visit: Visit) -> Result<Page> {
    let teams = choices(&visit).await?;
    let page = NewPage::of(&teams, ScheduleForm::default(), FormErrors::default());
    visit.page("meetings/new.html", &page)
}

async fn submit(visit: Visit, form: Form<ScheduleForm>) -> Result<Reply> {
    let teams = choices(&visit).await?;
    let only = if let [one] = teams.as_slice() { Some(one.id) } else { None };
    let done = match form.0.check(only, (visit.app.clock)()) {
        Ok(sitting) => visit.write(move |deed| schedule(deed, &sitting)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(meeting) => Ok(redirect(format!("/meetings/{}", meeting.id))),
        Err(Error::Invalid(errors)) => {
            visit.again("meetings/new.html", &NewPage::of(&teams, form.0, errors))
        }
        Err(error) => Err(error),
    }
}

/// The teams that the visitor may schedule for, by name.
async fn choices(visit: &Visit) -> Result<Vec<Team>> {
    let mut all = visit.read(|db, _| teams(db)).await?;
    if let Some(own) = teams_of(&visit.actor) {
        all.retain(|it| own.contains(&it.id));
    }
    Ok(all)
}

#[derive(Serialize)]
struct ListPage {
    may_schedule: bool,
    ahead: Vec<ListRow>,
    later: String,
    behind: Vec<ListRow>,
    earlier: String,
    /// The list from now on, for somebody who has gone along it.
    first: String,
}

#[derive(Serialize)]
struct ListRow {
    href: String,
    date: String,
    time: String,
    team: String,
    papers: String,
    tags: Vec<Tag>,
}

impl ListPage {
    fn of(form: &ListForm, found: &Listing, may_schedule: bool) -> Self {
        let row = |it: &Meeting| ListRow {
            href: format!("/meetings/{}", it.id),
            date: calendar::weekday_date(calendar::day(it.starts_at)),
            time: calendar::time_of(it.starts_at),
            team: found.teams.get(&it.team).cloned().unwrap_or_default(),
            papers: calendar::moment(it.cut_off_at),
            tags: it.cancelled_at.map(|_| CANCELLED).into_iter().collect(),
        };
        let is_first = form.after.is_empty() && form.before.is_empty();
        // Somebody who goes along one of the lists sees that one alone.
        let (ahead, behind) = (form.before.is_empty(), form.after.is_empty());
        Self {
            may_schedule,
            ahead: if ahead { found.ahead.iter().map(row).collect() } else { Vec::new() },
            later: found.later.map(|it| format!("/meetings?after={it}")).unwrap_or_default(),
            behind: if behind { found.behind.iter().map(row).collect() } else { Vec::new() },
            earlier: found.earlier.map(|it| format!("/meetings?before={it}")).unwrap_or_default(),
            first: if is_first { String::new() } else { "/meetings".to_owned() },
        }
    }
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out")]
struct ShowPage {
    id: String,
    heading: String,
    facts: Vec<Fact>,
    is_ahead: bool,
    is_cancelled: bool,
    /// Where its agenda, its pack and its minutes are, for readers who see them; empty for what there is not yet.
    agenda: String,
    pack: String,
    /// Where the team sees what its partners get.
    for_partners: String,
    minutes: String,
    /// What stands of its minutes.
    standing: String,
    /// Where it is moved or cancelled, for its team.
    change: String,
    /// True for readers who see what waits for it.
    is_whole: bool,
    contexts: Vec<Waits>,
    concerns: Vec<Waits>,
    /// True when more concerns wait than the page shows.
    is_cut: bool,
}

#[derive(Serialize)]
struct Fact {
    key: &'static str,
    value: String,
}

#[derive(Serialize)]
pub(super) struct Waits {
    href: String,
    reference: String,
    text: String,
    about: String,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
pub(super) struct Tag {
    pub text: &'static str,
    pub colour: &'static str,
}

const CANCELLED: Tag = Tag { text: "Cancelled", colour: "red" };

impl ShowPage {
    fn of(seen: &Seen, may_change: bool) -> Self {
        let meeting = &seen.meeting;
        let (is_whole, is_cancelled) = (seen.sight == Sight::Whole, meeting.cancelled_at.is_some());
        let is_shared = seen.sight == Sight::Shared;
        let pack = format!("/meetings/{}.pdf", meeting.id);
        let stands = !is_cancelled && seen.published_at.is_none();
        let at = |page: &str, is_there: bool| {
            if is_there { format!("/meetings/{}/{page}", meeting.id) } else { String::new() }
        };
        let starts_on = calendar::day(meeting.starts_at);
        let mut facts = vec![
            Fact { key: "Date", value: calendar::weekday_date(starts_on) },
            Fact { key: "Time", value: calendar::time_of(meeting.starts_at) },
            Fact { key: "Papers close", value: calendar::moment(meeting.cut_off_at) },
        ];
        if seen.sight != Sight::Date {
            facts.push(Fact { key: "Where", value: meeting.venue.clone() });
            facts.push(Fact { key: "Chair", value: meeting.chair.clone() });
        }
        let date = calendar::long_date(starts_on);
        Self {
            id: meeting.id.to_string(),
            heading: format!("{} meeting on {date}", possessive(&seen.team)),
            facts,
            is_ahead: seen.is_ahead,
            is_cancelled,
            agenda: at("agenda", is_shared || (is_whole && (stands || seen.has_agenda))),
            pack: if is_shared || (is_whole && !is_cancelled) {
                pack.clone()
            } else {
                String::new()
            },
            for_partners: if is_whole && !is_cancelled {
                pack + "?as=partner"
            } else {
                String::new()
            },
            minutes: at("minutes", is_whole && !is_cancelled && seen.is_begun),
            standing: standing(seen),
            change: at("change", may_change && stands),
            is_whole: seen.is_ahead && seen.sight == Sight::Whole,
            contexts: contexts(seen),
            concerns: concerns(seen),
            is_cut: seen.waiting.concerns.len() >= WAITING_MAX,
        }
    }
}

fn standing(seen: &Seen) -> String {
    match seen.published_at {
        Some(at) => format!("The minutes were published on {}.", calendar::moment(at)),
        None if seen.has_agenda && seen.is_begun => "The minutes are not published yet.".to_owned(),
        None => String::new(),
    }
}

fn contexts(seen: &Seen) -> Vec<Waits> {
    let waits = |it: &super::look::Item| Waits {
        href: format!("/contexts/{}", it.id),
        reference: it.reference.clone(),
        text: it.label.clone(),
        about: it.kind.title().to_owned(),
        tags: vec![Tag { text: it.state.title(), colour: "" }],
    };
    seen.waiting.contexts.iter().map(waits).collect()
}

fn concerns(seen: &Seen) -> Vec<Waits> {
    seen.waiting.concerns.iter().map(concern_row).collect()
}

/// A concern that is in no context yet, with the way to its triage.
pub(super) fn concern_row((id, reference, kind, harm, urgency, status): &Unlinked) -> Waits {
    let urgent = (*urgency == Urgency::Urgent).then_some(Tag { text: "Urgent", colour: "red" });
    let stands = (*status != Status::Accepted).then_some(Tag { text: status.title(), colour: "" });
    Waits {
        href: format!("/concerns/{id}"),
        reference: String::new(),
        text: reference.clone(),
        about: format!("{}. {}", harm.title(), kind.title()),
        tags: urgent.into_iter().chain(stands).collect(),
    }
}

#[derive(Serialize)]
struct NewPage {
    /// Empty when there is only one.
    teams: Vec<Choice>,
    team: String,
    date: [String; 3],
    time: String,
    papers: [String; 3],
    papers_time: String,
    venue: String,
    chair: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
}

impl NewPage {
    fn of(teams: &[Team], form: ScheduleForm, errors: FormErrors) -> Self {
        let choice = |it: &Team| Choice { value: it.id.to_string(), text: it.name.clone() };
        let teams: Vec<Choice> = teams.iter().map(choice).collect();
        Self {
            teams: if teams.len() > 1 { teams } else { Vec::new() },
            team: form.team,
            date: [form.date_day, form.date_month, form.date_year],
            time: form.time,
            papers: [form.papers_day, form.papers_month, form.papers_year],
            papers_time: form.papers_time,
            venue: form.venue,
            chair: form.chair,
            errors,
        }
    }
}
