//! Contexts as a list, and one of them opened, which is written down.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::assess::{self, Assessed};
use super::recall::{Recalled, recall};
use super::{Context, ContextId, Goal, Step, goals, merge_queries, queries, said};
use crate::accounts::{AccountId, Scope, queries as people};
use crate::audit::Event;
use crate::concerns::ConcernId;
use crate::deed::Deed;
use crate::districts::{TeamId, team_names, teams};
use crate::schools::{self, Urn};
use crate::seal::Keyring;
use crate::store::Db;
use crate::{Result, calendar};

const PAGE_SIZE: usize = 25;

/// Which contexts, as the address says it. Words that mean nothing are taken as left out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListForm {
    /// A state, `all`, or nothing: all that are not closed.
    pub state: String,
    pub team: String,
    pub after: String,
}

/// The end of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub opened_at: NaiveDateTime,
    pub id: ContextId,
}

impl Mark {
    /// What an address carried, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, id) = text.split_once('.')?;
        let opened_at = calendar::of_seconds(seconds)?;
        Some(Self { opened_at, id: ContextId::parse(id)? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.opened_at.and_utc().timestamp(), self.id)
    }
}

/// A page of contexts, the newest first, and where the next one begins if there is one.
#[derive(Debug)]
pub struct Listing {
    pub contexts: Vec<Context>,
    pub next: Option<Mark>,
    /// How many concerns each holds.
    pub counts: BTreeMap<ContextId, i64>,
    /// Every team's name.
    pub teams: BTreeMap<TeamId, String>,
}

/// One page of the contexts within the reader's scope.
pub fn list(db: &mut Db, keys: &Keyring, scope: &Scope, form: &ListForm) -> Result<Listing> {
    let mut kept = queries::page(db, scope, form, PAGE_SIZE + 1)?;
    let has_more = kept.len() > PAGE_SIZE;
    kept.truncate(PAGE_SIZE);
    let contexts: Vec<Context> = kept.into_iter().map(|it| it.open_or_say(keys)).collect();
    let last = contexts.last().filter(|_| has_more);
    let next = last.map(|it| Mark { opened_at: it.opened_at, id: it.id });
    let counts = queries::counts(db, contexts.iter().map(|it| it.id).collect())?;
    let teams = teams(db)?.into_iter().map(|it| (it.id, it.name)).collect();
    Ok(Listing { contexts, next, counts, teams })
}

/// The references of some contexts within the reader's scope, by id.
pub fn references(
    db: &mut Db,
    scope: &Scope,
    ids: &[ContextId],
) -> Result<BTreeMap<ContextId, String>> {
    Ok(queries::references(db, scope, ids)?.into_iter().collect())
}

/// The context of a reference within the reader's scope, if there is one.
pub fn with_reference(db: &mut Db, scope: &Scope, reference: &str) -> Result<Option<ContextId>> {
    queries::with_reference(db, scope, reference)
}

/// A concern as its context shows it.
#[derive(Debug, Clone)]
pub struct Gathered {
    pub id: ConcernId,
    pub reference: String,
    pub school: Urn,
    pub raised_at: NaiveDateTime,
}

/// A context with what stands around it.
#[derive(Debug)]
pub struct Opened {
    pub context: Context,
    pub team: String,
    /// The first ones that were gathered, at most 200; and how many there are.
    pub concerns: Vec<Gathered>,
    pub count: i64,
    pub(super) recalled: Vec<Recalled>,
    /// The references of those that were merged into it.
    pub merged_here: Vec<String>,
    pub schools: BTreeMap<Urn, String>,
    pub goals: Vec<Goal>,
    pub assessment: Vec<Assessed>,
    pub steps: Vec<Step>,
    pub people: BTreeMap<AccountId, String>,
}

impl Opened {
    /// The name of a person of its history.
    pub fn person(&self, id: AccountId) -> &str {
        self.people.get(&id).map_or("E4S", String::as_str)
    }
}

/// Where a context within the reader's scope went, if it was merged into another.
pub fn merged_into(db: &mut Db, scope: &Scope, id: ContextId) -> Result<Option<ContextId>> {
    merge_queries::merged_into(db, scope, id)
}

/// Opens a context within the reader's scope.
pub fn read(deed: &mut Deed, id: ContextId) -> Result<Opened> {
    let context = queries::find(deed.db, &deed.by.scope(), id)?.open(deed.keys)?;
    let concerns = queries::concerns_of(deed.db, &context)?;
    let steps = said::steps(deed.db, deed.keys, &context)?;
    let goals = goals::of_context(deed.db, deed.keys, &context)?;
    let assessment = assess::of_context(deed.db, deed.keys, &context)?;
    let days: Vec<_> = concerns.iter().map(|it| calendar::day(it.raised_at)).collect();
    let recalled = recall(&days, deed.today());
    let urns: Vec<Urn> = concerns.iter().map(|it| it.school).collect();
    let by = assessment.iter().map(|it| it.by);
    let ids: Vec<AccountId> = steps.iter().map(|it| it.by).chain(by).collect();
    let count = queries::counts(deed.db, vec![id])?.remove(&id).unwrap_or_default();
    let merged_here = merge_queries::merged_here(deed.db, id)?;
    let mut names = team_names(deed.db, &[context.team])?;
    deed.record(Event::ContextRead, id, Some(context.team))?;
    Ok(Opened {
        team: names.remove(&context.team).unwrap_or_default(),
        schools: schools::names(deed.db, &urns)?,
        people: people::names(deed.db, &ids)?.into_iter().collect(),
        context,
        concerns,
        count,
        recalled,
        merged_here,
        goals,
        assessment,
        steps,
    })
}
