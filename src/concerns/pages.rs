//! The pages about concerns that have been raised: lists, and one concern, each made for its reader.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use chrono::NaiveDate;
use serde::Serialize;

use super::accept::accept;
use super::answer::{AnswerForm, answer};
use super::ask::{AskForm, ask};
use super::draft::{Draft, drafts};
use super::list::{ListForm, Listing, Side, Sort, list};
use super::move_on::{Seen, SeenForm};
use super::open::{Opened, open};
use super::openings::openings;
use super::redirect::{RedirectForm, redirect as pass_on};
use super::report_pages::{DraftRow, unconfirmed};
use super::show_pages::{ForReporter, ForTeam, Tag, Typed, tags};
use super::{
    Concern, ConcernId, Harm, KeptConcern, Kind, Status, Urgency, opening_pages, policy,
    search_pages,
};
use crate::accounts::{Actor, Role};
use crate::config::Keep;
use crate::districts::possessive;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

pub(super) const READERS: Policy = Policy::Holding(&[Role::Dsl, Role::Coordinator, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);
const REPORTERS: Policy = Policy::Holding(&[Role::Dsl]);

/// Where a report stands whose second copy could not be written.
const UNCONFIRMED: &str = "We could not confirm that it was sent. Open it, and send it again.";

/// The word by which the list knows what was done just before.
const PASSED_ON: &str = "passed-on";

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Done {
    done: String,
}

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/concerns", READERS, index)
        .get("/concerns/{id}", READERS, show)
        .post("/concerns/{id}/accept", TEAM, take)
        .post("/concerns/{id}/ask", TEAM, question)
        .post("/concerns/{id}/redirect", TEAM, send_on)
        .post("/concerns/{id}/answer", REPORTERS, reply)
        .and(opening_pages::routes())
}

async fn index(visit: Visit, query: Query<ListForm>, done: Query<Done>) -> Result<Page> {
    let visit = if done.done == PASSED_ON {
        visit.noticing("Passed on. The other team has it now, and the school reads why.")
    } else {
        visit
    };
    let form = query.into_inner();
    let in_team = visit.actor.is(Role::Coordinator) || visit.actor.is(Role::County);
    let is_for_school = !in_team || (form.whose == "school" && visit.actor.is(Role::Dsl));
    if !form.q.trim().is_empty() {
        let side = if is_for_school { Side::School } else { Side::Team };
        return search_pages::show(&visit, &form, side).await;
    }
    let wanted = if is_for_school { form.for_school() } else { form.for_team() };
    let at = (visit.app.clock)();
    let asked = form.asked_of_school();
    let found = visit.open(move |db, keys, actor| list(db, keys, &actor.scope(), (&wanted, at)));
    let found = found.await?;
    if is_for_school {
        let asked = visit.open(move |db, keys, actor| list(db, keys, &actor.scope(), (&asked, at)));
        let asked = asked.await?;
        let (drafts, kept) = (visit.open(drafts).await?, visit.app.settings.keep_drafts);
        let rows: Vec<&KeptConcern> = found.concerns.iter().map(|it| &**it).collect();
        let found = (&found, &unconfirmed(&visit, &rows).await);
        let view = ReporterList::of(&form, (found, &asked), (&drafts, kept));
        return visit.page("concerns/list-for-reporter.html", &view);
    }
    let view = TeamList::of(&form, &found, (&visit.actor, calendar::day(at)));
    visit.page("concerns/list-for-team.html", &view)
}

async fn show(visit: Visit, id: Path<ConcernId>) -> Result<Page> {
    let id = id.into_inner();
    let opened = visit.write(move |deed| open(deed, id)).await?;
    draw(&visit, &opened, Typed::default()).await
}

async fn take(visit: Visit, id: Path<ConcernId>, form: Form<SeenForm>) -> Result<Reply> {
    let (id, seen) = (id.into_inner(), Seen::parse(&form.0.seen));
    let done = visit.write(move |deed| accept(deed, id, seen)).await;
    after(visit, id, done, Typed::default()).await
}

async fn question(visit: Visit, id: Path<ConcernId>, form: Form<AskForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| ask(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    after(visit, id, done, Typed { question: form.0.question, ..Typed::default() }).await
}

async fn send_on(visit: Visit, id: Path<ConcernId>, form: Form<RedirectForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| pass_on(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    if done.is_ok() {
        return Ok(redirect(format!("/concerns?done={PASSED_ON}")));
    }
    let RedirectForm { team, reason, .. } = form.0;
    after(visit, id, done, Typed { team, reason, ..Typed::default() }).await
}

async fn reply(visit: Visit, id: Path<ConcernId>, form: Form<AnswerForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| answer(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    after(visit, id, done, Typed { answer: form.0.answer, ..Typed::default() }).await
}

/// Where a verb leads: to the concern as it stands now; or, when it was not done, to the same page with everything typed.
async fn after(visit: Visit, id: ConcernId, done: Result<()>, mut typed: Typed) -> Result<Reply> {
    let (status, visit) = match done {
        Ok(()) => return Ok(redirect(format!("/concerns/{id}"))),
        Err(Error::Invalid(errors)) => {
            typed.errors = errors;
            (StatusCode::UNPROCESSABLE_ENTITY, visit)
        }
        Err(Error::Refused(why)) => {
            typed.refused = why;
            (StatusCode::CONFLICT, visit)
        }
        Err(Error::NotFound) if !typed.words().is_empty() => {
            let view = BTreeMap::from([("words", typed.words())]);
            let page = visit.page("concerns/gone.html", &view)?;
            return Ok(Reply::NotDone(StatusCode::NOT_FOUND, page));
        }
        Err(error) => return Err(error),
    };
    let opened = visit.write(move |deed| open(deed, id)).await?;
    Ok(Reply::NotDone(status, draw(&visit, &opened, typed).await?))
}

async fn draw(visit: &Visit, opened: &Opened, typed: Typed) -> Result<Page> {
    let id = opened.concern.id;
    // Looked up outside the deed, which need not wait for it.
    let by = visit.read(move |db, actor| openings(db, actor, id, None)).await?;
    if policy::reads_as_team(&visit.actor, &opened.concern) {
        let today = calendar::day((visit.app.clock)());
        let acts = policy::is_team(&visit.actor, &opened.concern);
        let view = ForTeam::of(opened, &by, typed, (acts, today));
        return visit.page("concerns/show-for-team.html", &view);
    }
    let is_unsure = !unconfirmed(visit, &[&opened.concern]).await.is_empty();
    visit.page("concerns/show-for-reporter.html", &ForReporter::of(opened, &by, typed, is_unsure))
}

#[derive(Serialize)]
pub(super) struct Choice {
    pub value: String,
    pub text: String,
}

#[derive(Serialize)]
struct TeamList {
    heading: String,
    filter: Filter,
    is_filtered: bool,
    is_lead: bool,
    many_teams: bool,
    rows: Vec<TeamRow>,
    first: String,
    next: String,
}

#[derive(Serialize)]
struct Filter {
    status: String,
    kind: String,
    harm: String,
    urgency: String,
    team: String,
    sort: String,
    statuses: Vec<Choice>,
    kinds: Vec<Choice>,
    harms: Vec<Choice>,
    urgencies: Vec<Choice>,
    teams: Vec<Choice>,
    sorts: Vec<Choice>,
}

#[derive(Serialize)]
struct TeamRow {
    href: String,
    reference: String,
    label: String,
    kind: &'static str,
    harm: &'static str,
    tags: Vec<Tag>,
    school: String,
    team: String,
    raised: String,
    age: String,
    heard: String,
}

#[derive(Serialize)]
struct ReporterList {
    /// Concerns about which a team waits for an answer. Above the first page alone.
    asked: Vec<ReporterRow>,
    /// Reports that the reader has begun and not sent.
    drafts: Vec<DraftRow>,
    /// How long they are kept: `30 days`.
    kept: String,
    rows: Vec<ReporterRow>,
    first: String,
    next: String,
}

#[derive(Serialize)]
struct ReporterRow {
    href: String,
    reference: String,
    label: String,
    standing: &'static str,
    is_asked: bool,
    raised: String,
    heard: String,
}

impl Choice {
    fn of(value: &str, text: &str) -> Self {
        Self { value: value.to_owned(), text: text.to_owned() }
    }
}

impl TeamList {
    fn of(form: &ListForm, found: &Listing, (reader, today): (&Actor, NaiveDate)) -> Self {
        let own = reader.teams_as(Role::Coordinator);
        let every = reader.is(Role::County);
        let name = |team| found.teams.get(team).map_or("", String::as_str);
        let heading = match own.as_slice() {
            [team] if !every => format!("{} concerns", possessive(name(team))),
            _ => "Concerns".to_owned(),
        };
        let choices = found.teams.iter().filter(|(id, _)| every || own.contains(id));
        let teams: Vec<Choice> = choices.map(|(id, name)| Choice::of(id.as_str(), name)).collect();
        let many_teams = teams.len() > 1;
        let plain =
            ListForm { after: String::new(), sort: form.sort.clone(), ..ListForm::default() };
        Self {
            heading,
            is_filtered: plain != ListForm { after: String::new(), ..form.clone() },
            filter: Filter::of(form, teams),
            is_lead: reader.is(Role::Dsl),
            many_teams,
            rows: found.concerns.iter().map(|it| TeamRow::of(it, found, today)).collect(),
            first: first_page(form),
            next: found.next.map(|it| address(form, &it.to_string())).unwrap_or_default(),
        }
    }
}

impl Filter {
    fn of(form: &ListForm, mut teams: Vec<Choice>) -> Self {
        teams.sort_by(|a, b| a.text.cmp(&b.text));
        let choices = |first: &str, rest: &mut dyn Iterator<Item = Choice>| {
            [Choice::of("", first)].into_iter().chain(rest).collect::<Vec<_>>()
        };
        let mut states = Status::ALL.iter().map(|it| Choice::of(it.as_str(), it.title()));
        let mut statuses = choices("Not yet in a context", &mut states);
        statuses.push(Choice::of("all", "All"));
        let mut kinds = Kind::ALL.iter().map(|it| Choice::of(it.as_str(), it.title()));
        let mut harms = Harm::ALL.iter().map(|it| Choice::of(it.as_str(), it.title()));
        let mut urgencies = Urgency::ALL.iter().map(|it| Choice::of(it.as_str(), it.title()));
        let sorts = Sort::ALL.iter().map(|it| Choice::of(it.as_str(), it.title())).collect();
        Self {
            status: form.status.clone(),
            kind: form.kind.clone(),
            harm: form.harm.clone(),
            urgency: form.urgency.clone(),
            team: form.team.clone(),
            sort: form.sort.clone(),
            statuses,
            kinds: choices("Any kind", &mut kinds),
            harms: choices("Any harm", &mut harms),
            urgencies: choices("Any urgency", &mut urgencies),
            teams: choices("All teams", &mut teams.into_iter()),
            sorts,
        }
    }
}

impl TeamRow {
    fn of(concern: &Concern, found: &Listing, today: NaiveDate) -> Self {
        let raised = calendar::day(concern.raised_at);
        Self {
            href: format!("/concerns/{}", concern.id),
            reference: concern.reference.clone(),
            label: concern.label().to_owned(),
            kind: concern.kind.title(),
            harm: concern.main_harm.title(),
            tags: tags(concern),
            school: found.schools.get(&concern.school).cloned().unwrap_or_default(),
            team: found.teams.get(&concern.team).cloned().unwrap_or_default(),
            raised: calendar::long_date(raised),
            age: age(raised, today),
            heard: heard(concern, found),
        }
    }
}

impl ReporterList {
    fn of(
        form: &ListForm,
        ((found, unsure), asked): ((&Listing, &BTreeSet<ConcernId>), &Listing),
        (drafts, kept): (&[Draft], Keep),
    ) -> Self {
        let asked = asked.concerns.iter().map(|it| ReporterRow::of(it, asked));
        let row = |it: &Concern| {
            let row = ReporterRow::of(it, found);
            let standing = if unsure.contains(&it.id) { UNCONFIRMED } else { row.standing };
            ReporterRow { standing, ..row }
        };
        Self {
            asked: if form.after.is_empty() { asked.collect() } else { Vec::new() },
            drafts: drafts.iter().map(DraftRow::of).collect(),
            kept: kept.to_string(),
            rows: found.concerns.iter().map(row).collect(),
            first: first_page(form),
            next: found.next.map(|it| address(form, &it.to_string())).unwrap_or_default(),
        }
    }
}

impl ReporterRow {
    fn of(concern: &Concern, found: &Listing) -> Self {
        Self {
            href: format!("/concerns/{}", concern.id),
            reference: concern.reference.clone(),
            label: concern.label().to_owned(),
            standing: concern.to_reporter(),
            is_asked: concern.status == Status::MoreInformation,
            raised: calendar::date_of(concern.raised_at),
            heard: heard(concern, found),
        }
    }
}

/// When a concern will be heard.
fn heard(concern: &Concern, found: &Listing) -> String {
    if concern.status == Status::Linked {
        return "Being worked on".to_owned();
    }
    let meeting = found.hearing(concern);
    meeting.map_or_else(|| "No meeting planned".to_owned(), |it| calendar::date_of(it.starts_at))
}

/// How long ago a day was.
pub(super) fn age(day: NaiveDate, today: NaiveDate) -> String {
    match (today - day).num_days() {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// The same list from its beginning; empty on the first page.
fn first_page(form: &ListForm) -> String {
    if form.after.is_empty() { String::new() } else { address(form, "") }
}

fn address(form: &ListForm, after: &str) -> String {
    let all = [
        ("status", form.status.as_str()),
        ("kind", &form.kind),
        ("harm", &form.harm),
        ("urgency", &form.urgency),
        ("team", &form.team),
        ("sort", &form.sort),
        ("whose", &form.whose),
        ("after", after),
    ];
    let said: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/concerns?{}", serde_html_form::to_string(&said).unwrap_or_default())
}
