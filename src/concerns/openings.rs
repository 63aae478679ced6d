//! Who has opened a concern and when, as its team and its reporter may know it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::{ConcernId, KeptConcern, policy, queries};
use crate::accounts::{self, AccountId, Actor, Post, Role};
use crate::audit::{self, Entry, Event, Mark, Wanted};
use crate::districts::{TeamId, team_names};
use crate::store::Db;
use crate::{Result, calendar};

const PAGE_SIZE: usize = 50;

/// Every way in which somebody reads of what a concern says.
const READINGS: &[Event] =
    &[Event::ConcernOpened, Event::ConcernFound, Event::ConcernGathered, Event::ConcernCopied];

/// Who opened it, as far as the reader is told. A school's leads read the names of their own people; of others, where they
/// sit and not who they are. The team and the county read every name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Person(String),
    Colleague(String),
    Team(String),
    County,
    /// Nothing is known of them any more but a name, which this reader is not told.
    Left,
}

/// How somebody came to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    Opened,
    Found,
    Together,
    Copied,
}

/// One opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub who: Who,
    pub how: How,
    pub at: NaiveDateTime,
}

/// Openings, the last first.
#[derive(Debug)]
pub struct Openings {
    pub concern: KeptConcern,
    pub lines: Vec<Opening>,
    /// Where the next page begins, if there is one.
    pub next: Option<Mark>,
}

/// Which page, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpeningsForm {
    pub after: String,
}

impl Openings {
    /// One line for each reader, day and way, the last time; and whether that leaves any out.
    pub fn by_day(&self) -> (Vec<&Opening>, bool) {
        let mut seen = BTreeSet::new();
        let is_new = |it: &&Opening| seen.insert((it.who.clone(), it.how, calendar::day(it.at)));
        let lines: Vec<&Opening> = self.lines.iter().filter(is_new).collect();
        let is_cut = self.next.is_some() || lines.len() < self.lines.len();
        (lines, is_cut)
    }
}

/// A page of the openings of a concern within the reader's scope.
pub fn openings(
    db: &mut Db,
    reader: &Actor,
    id: ConcernId,
    after: Option<Mark>,
) -> Result<Openings> {
    let concern = queries::find(db, &reader.scope(), id)?;
    let wanted =
        Wanted { subjects: vec![id.to_string()], events: READINGS, after, ..Wanted::default() };
    let mut entries = audit::find::page(db, &wanted, PAGE_SIZE + 1)?;
    let has_more = entries.len() > PAGE_SIZE;
    entries.truncate(PAGE_SIZE);
    let next = entries.last().filter(|_| has_more).map(Entry::mark);
    let lines = if policy::reads_as_team(reader, &concern) {
        with_names(db, &entries)?
    } else {
        for_school(db, &concern, &entries)?
    };
    Ok(Openings { concern, lines, next })
}

fn how(entry: &Entry) -> How {
    match entry.event() {
        Some(Event::ConcernFound) => How::Found,
        Some(Event::ConcernGathered) => How::Together,
        Some(Event::ConcernCopied) => How::Copied,
        _ => How::Opened,
    }
}

fn ids(entries: &[Entry]) -> Vec<AccountId> {
    let distinct: BTreeSet<AccountId> = entries.iter().filter_map(Entry::by).collect();
    distinct.into_iter().collect()
}

fn with_names(db: &mut Db, entries: &[Entry]) -> Result<Vec<Opening>> {
    let names = names(db, &ids(entries))?;
    let who = |it: &Entry| Who::Person(name(&names, it.by()));
    Ok(entries.iter().map(|it| Opening { who: who(it), how: how(it), at: it.at }).collect())
}

fn for_school(db: &mut Db, concern: &KeptConcern, entries: &[Entry]) -> Result<Vec<Opening>> {
    let ids = ids(entries);
    let names = names(db, &ids)?;
    let posts = accounts::queries::posts_ever(db, &ids)?;
    let teams: BTreeSet<TeamId> = entries.iter().filter_map(Entry::team).collect();
    let teams = team_names(db, &Vec::from_iter(teams))?;
    let held = |by: Option<AccountId>, is: &dyn Fn(&Post) -> bool| {
        posts.iter().any(|(id, post)| Some(*id) == by && is(post))
    };
    let who = |it: &Entry| {
        // In the affairs of the team that had it then.
        let team = it.team().filter(|team| {
            held(it.by(), &|post| post.role == Role::Coordinator && post.team == Some(*team))
        });
        if held(it.by(), &|post| post.school == Some(concern.school)) {
            return Who::Colleague(name(&names, it.by()));
        }
        if let Some(name) = team.and_then(|it| teams.get(&it)) {
            return Who::Team(name.clone());
        }
        let is_county = held(it.by(), &|post| post.role == Role::County);
        if is_county { Who::County } else { Who::Left }
    };
    Ok(entries.iter().map(|it| Opening { who: who(it), how: how(it), at: it.at }).collect())
}

fn names(db: &mut Db, ids: &[AccountId]) -> Result<BTreeMap<AccountId, String>> {
    Ok(accounts::queries::names(db, ids)?.into_iter().collect())
}

fn name(names: &BTreeMap<AccountId, String>, id: Option<AccountId>) -> String {
    let name = id.and_then(|it| names.get(&it));
    name.cloned().unwrap_or_else(|| "E4S".to_owned())
}
