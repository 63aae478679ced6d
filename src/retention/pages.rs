//! The pages about what is kept and for how long: a team's own list, and the county's with counts alone.

use std::collections::BTreeMap;

use actix_web::web::Query;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::hold::{self, Held};
use super::plan::{self, Count, Due, Listing, Mark};
use super::rules::{RULES, Rule};
use super::tombstones::{self, Tombstone};
use super::{clock, hold_pages, register_pages, subject_pages};
use crate::accounts::{Actor, Role};
use crate::config::Settings;
use crate::districts::{self, TeamId};
use crate::store::Db;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const TEAM: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const OVERSIGHT: Policy = Policy::Holding(&[Role::County, Role::Admin]);
const ADMINS: Policy = Policy::Holding(&[Role::Admin]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/retention", TEAM, index)
        .get("/admin/retention", OVERSIGHT, overview)
        .post("/admin/retention/clock", ADMINS, confirm)
        .and(register_pages::routes())
        .and(hold_pages::routes())
        .and(subject_pages::routes())
}

/// Which part of the list, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct ListQuery {
    contexts: String,
    concerns: String,
    holds: String,
    /// Of something that may have been deleted.
    reference: String,
}

async fn index(visit: Visit, query: Query<ListQuery>) -> Result<Page> {
    let (query, now) = (query.into_inner(), (visit.app.clock)());
    let (asked, settings) = (query.clone(), visit.app.settings.clone());
    let found =
        visit.read(move |db, actor| Found::read(db, (actor, &settings), &asked, now)).await?;
    let page = ListPage::of(&query, &found, (&visit.app.settings, &visit.actor));
    visit.page("retention/list.html", &page)
}

/// What a team's page is made of.
struct Found {
    contexts: Listing,
    concerns: Listing,
    held: Vec<Held>,
    held_next: Option<Mark>,
    stone: Option<Tombstone>,
    teams: Vec<districts::Team>,
    trouble: Option<String>,
}

impl Found {
    fn read(
        db: &mut Db,
        (actor, settings): (&Actor, &Settings),
        asked: &ListQuery,
        now: NaiveDateTime,
    ) -> Result<Self> {
        let scope = actor.scope();
        let mut list =
            |rule, after: &str| plan::list(db, (&scope, settings), (rule, Mark::parse(after)), now);
        let (contexts, concerns) =
            (list(Rule::Closed, &asked.contexts)?, list(Rule::Unlinked, &asked.concerns)?);
        let (held, held_next) = hold::list(db, &scope, Mark::parse(&asked.holds).as_ref())?;
        let stone = match asked.reference.trim() {
            "" => None,
            reference => tombstones::of_reference(db, &scope, reference)?,
        };
        let teams = districts::teams(db)?;
        let trouble = clock::standing(db, now)?.trouble();
        Ok(Self { contexts, concerns, held, held_next, stone, teams, trouble })
    }
}

#[derive(Serialize)]
struct ListPage {
    rules: Vec<RuleRow>,
    is_county: bool,
    contexts: Part,
    concerns: Part,
    held: Vec<HeldRow>,
    held_next: String,
    /// True for somebody who goes along one of the lists.
    is_part: bool,
    reference: String,
    /// What became of it.
    answer: String,
    trouble: String,
}

#[derive(Serialize)]
struct Part {
    rows: Vec<DueRow>,
    next: String,
}

#[derive(Serialize)]
struct DueRow {
    href: String,
    reference: String,
    tags: Vec<Tag>,
    team: String,
    since: String,
    due: String,
    goes: String,
}

#[derive(Serialize)]
struct Tag {
    text: &'static str,
    colour: &'static str,
}

#[derive(Serialize)]
struct HeldRow {
    href: String,
    reference: String,
    since: String,
}

#[derive(Serialize)]
struct RuleRow {
    key: &'static str,
    value: String,
}

impl RuleRow {
    fn all(settings: &Settings) -> Vec<Self> {
        let row = |it: &super::rules::Line| Self {
            key: it.what,
            value: format!("{} {}", it.rule.keep(settings), it.from),
        };
        RULES.iter().map(row).collect()
    }
}

impl ListPage {
    fn of(query: &ListQuery, found: &Found, (settings, reader): (&Settings, &Actor)) -> Self {
        let part = |name: &str, listing: &Listing| Part {
            rows: listing.due.iter().map(|it| DueRow::of(it, found, settings)).collect(),
            next: address(name, listing.next.as_ref()),
        };
        let held = |it: &Held| HeldRow {
            href: format!("{}/hold", it.record),
            reference: it.reference.clone(),
            since: calendar::date_of(it.held_at),
        };
        let answer = match (&found.stone, query.reference.trim()) {
            (_, "") => String::new(),
            (Some(stone), _) => became(stone, settings),
            (None, reference) => {
                format!("Nothing with the reference {reference} has been deleted from your teams.")
            }
        };
        Self {
            rules: RuleRow::all(settings),
            is_county: reader.is(Role::County),
            contexts: part("contexts", &found.contexts),
            concerns: part("concerns", &found.concerns),
            held: found.held.iter().map(held).collect(),
            held_next: address("holds", found.held_next.as_ref()),
            is_part: [&query.contexts, &query.concerns, &query.holds]
                .iter()
                .any(|it| !it.is_empty()),
            reference: query.reference.trim().to_owned(),
            answer,
            trouble: found.trouble.clone().unwrap_or_default(),
        }
    }
}

/// What became of something, in a sentence.
fn became(stone: &Tombstone, settings: &Settings) -> String {
    let reference = stone.reference.as_deref().unwrap_or_default();
    let (kind, begun) = (stone.kind.title(), stone.begun_in.unwrap_or_default());
    let (day, keep) = (calendar::long_date(stone.deleted_on), stone.rule.keep(settings));
    let from = RULES.iter().find(|it| it.rule == stone.rule).map_or("", |it| it.from);
    format!(
        "{reference} was deleted on {day}. {kind} of {begun}, {}. Rule: kept {keep} {from}.",
        lower(&stone.outcome)
    )
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(char::to_lowercase).into_iter().flatten().collect();
    first + letters.as_str()
}

fn address(name: &str, mark: Option<&Mark>) -> String {
    mark.map(|it| format!("/retention?{name}={it}")).unwrap_or_default()
}

impl DueRow {
    fn of(due: &Due, found: &Found, settings: &Settings) -> Self {
        let noun = if due.rule == Rule::Closed { "contexts" } else { "concerns" };
        let goes = match due.goes_on(settings) {
            Some(day) => format!("From {}", calendar::long_date(day)),
            None if due.is_held => "Not while it is on hold".to_owned(),
            None => "30 days after the next letter to the team".to_owned(),
        };
        let held = Tag { text: "On legal hold", colour: "purple" };
        Self {
            href: format!("/{noun}/{}", due.id),
            reference: due.reference.clone(),
            tags: due.is_held.then_some(held).into_iter().collect(),
            team: name(&found.teams, due.team),
            since: calendar::date_of(due.since),
            due: calendar::long_date(due.due_on(settings)),
            goes,
        }
    }
}

async fn overview(visit: Visit) -> Result<Page> {
    let (now, settings) = ((visit.app.clock)(), visit.app.settings.clone());
    let numbers = visit.read(move |db, _| Numbers::read(db, &settings, now)).await?;
    let page = OverviewPage::of(&numbers, (&visit.app.settings, &visit.actor), now);
    visit.page("retention/overview.html", &page)
}

/// What the county's page is made of: numbers, and no record.
struct Numbers {
    counts: BTreeMap<(Rule, TeamId), Count>,
    teams: Vec<districts::Team>,
    years: Vec<i32>,
    trouble: Option<String>,
}

impl Numbers {
    fn read(db: &mut Db, settings: &Settings, now: NaiveDateTime) -> Result<Self> {
        Ok(Self {
            counts: plan::counts(db, settings, now)?,
            teams: districts::teams(db)?,
            years: tombstones::years(db)?,
            trouble: clock::standing(db, now)?.trouble(),
        })
    }
}

/// A team's name among all teams.
fn name(teams: &[districts::Team], id: TeamId) -> String {
    teams.iter().find(|it| it.id == id).map(|it| it.name.clone()).unwrap_or_default()
}

#[derive(Serialize)]
struct Cell {
    text: String,
    numeric: bool,
}

#[derive(Serialize)]
struct OverviewPage {
    rules: Vec<RuleRow>,
    rows: Vec<[Cell; 4]>,
    years: Vec<i32>,
    /// What is wrong with the clock; empty if it is right.
    trouble: String,
    may_confirm: bool,
    is_county: bool,
    is_admin: bool,
    shown: i64,
    now: String,
}

impl OverviewPage {
    fn of(numbers: &Numbers, (settings, reader): (&Settings, &Actor), now: NaiveDateTime) -> Self {
        let row = |((rule, team), count): (&(Rule, TeamId), &Count)| {
            let number = |it: usize| Cell { text: it.to_string(), numeric: true };
            let text = |it: &str| Cell { text: it.to_owned(), numeric: false };
            let team = name(&numbers.teams, *team);
            [text(rule.title()), text(&team), number(count.due), number(count.held)]
        };
        Self {
            rules: RuleRow::all(settings),
            rows: numbers.counts.iter().map(row).collect(),
            years: numbers.years.clone(),
            trouble: numbers.trouble.clone().unwrap_or_default(),
            may_confirm: reader.is(Role::Admin),
            is_county: reader.is(Role::County),
            is_admin: reader.is(Role::Admin),
            shown: now.and_utc().timestamp(),
            now: calendar::moment(now),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ClockForm {
    shown: String,
}

async fn confirm(visit: Visit, form: Form<ClockForm>) -> Result<Reply> {
    let shown = calendar::of_seconds(&form.0.shown).ok_or(Error::NotFound)?;
    visit.write(move |deed| clock::confirm(deed, shown)).await?;
    Ok(redirect("/admin/retention"))
}
