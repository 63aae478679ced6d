//! What falls due: for the team that will lose it, for the counts that the county sees, and for the dry run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::rules::Rule;
use super::{Kept, lines, queries, subject_queries, tombstone_queries};
use crate::accounts::{self, Scope};
use crate::config::Settings;
use crate::districts::TeamId;
use crate::store::Db;
use crate::{Result, calendar};

/// How many days ahead a team is told.
pub const AHEAD: Days = Days::new(30);
/// How long something stays after its team was told.
pub const AFTER_WARNING: TimeDelta = TimeDelta::days(30);
/// A warning is worth nothing after this long: the team is told again.
pub(super) const WARNING_MAX: TimeDelta = TimeDelta::days(365);
const PAGE_SIZE: usize = 25;
/// The dry run names at most so many of each kind.
const NAMED_MAX: i64 = 10_000;

/// A record that falls due, and nothing of what it says.
#[derive(Debug, Clone)]
pub struct Due {
    pub kind: Kept,
    pub rule: Rule,
    pub id: String,
    pub reference: String,
    pub team: TeamId,
    /// When it was raised or opened.
    pub begun_at: NaiveDateTime,
    /// From when its time is counted.
    pub since: NaiveDateTime,
    /// How it ended, as the register says it.
    pub outcome: &'static str,
    pub is_held: bool,
    /// When the first letter that tells its team was sent, if one was.
    pub warned_at: Option<NaiveDateTime>,
}

impl Due {
    /// The day on which its time is over.
    pub fn due_on(&self, settings: &Settings) -> NaiveDate {
        self.rule.keep(settings).until(calendar::day(self.since))
    }

    /// The day from which it is deleted, if its team was told and it is not on hold.
    pub fn goes_on(&self, settings: &Settings) -> Option<NaiveDate> {
        let told = self.warned_at.filter(|_| !self.is_held)?;
        Some(self.due_on(settings).max(calendar::day(told + AFTER_WARNING)))
    }
}

/// The end of a page of what falls due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub at: NaiveDateTime,
    pub id: String,
}

impl Mark {
    /// What an address carried, if it could be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, id) = text.split_once('.')?;
        Some(Self { at: calendar::of_seconds(seconds)?, id: id.to_owned() })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.at.and_utc().timestamp(), self.id)
    }
}

/// Which of the records that fall due.
#[derive(Debug, Clone)]
pub(super) struct Which {
    /// Nothing has changed since before then.
    pub before: NaiveDateTime,
    /// None: of every team.
    pub teams: Option<Vec<TeamId>>,
    pub after: Option<Mark>,
    /// Without what is on hold.
    pub is_free: bool,
    /// Only those whose teams were told between these moments.
    pub warned: Option<(NaiveDateTime, NaiveDateTime)>,
    /// Only those whose teams were not told since this moment.
    pub unwarned: Option<NaiveDateTime>,
    pub limit: i64,
}

impl Which {
    /// Everything that is due by a day.
    pub fn by(settings: &Settings, rule: Rule, day: NaiveDate) -> Self {
        Self {
            before: rule.keep(settings).over(day),
            teams: None,
            after: None,
            is_free: false,
            warned: None,
            unwarned: None,
            limit: NAMED_MAX,
        }
    }

    /// What may be deleted now: due, free, and told of long enough ago, but not in another year.
    pub fn ready(settings: &Settings, rule: Rule, now: NaiveDateTime) -> Self {
        let warned = Some((now - WARNING_MAX, now - AFTER_WARNING));
        Self { warned, is_free: true, ..Self::by(settings, rule, calendar::day(now)) }
    }

    fn find(&self, db: &mut Db, rule: Rule) -> Result<Vec<Due>> {
        match rule {
            Rule::Closed => queries::contexts_due(db, self),
            _ => queries::concerns_due(db, self),
        }
    }
}

/// A page of what falls due, and where the next one begins.
#[derive(Debug, Default)]
pub struct Listing {
    pub due: Vec<Due>,
    pub next: Option<Mark>,
}

/// What of the reader's teams falls due within thirty days by a rule (of closed contexts, or of concerns in none), the
/// first to go first.
pub fn list(
    db: &mut Db,
    (scope, settings): (&Scope, &Settings),
    (rule, after): (Rule, Option<Mark>),
    now: NaiveDateTime,
) -> Result<Listing> {
    let which = Which {
        teams: (!scope.sees_every_team()).then(|| scope.teams().to_vec()),
        after,
        limit: i64::try_from(PAGE_SIZE + 1).unwrap_or(i64::MAX),
        ..Which::by(settings, rule, calendar::day(now) + AHEAD)
    };
    let mut due = which.find(db, rule)?;
    let has_more = due.len() > PAGE_SIZE;
    due.truncate(PAGE_SIZE);
    let last = due.last().filter(|_| has_more);
    let next = last.map(|it| Mark { at: it.since, id: it.id.clone() });
    complete(db, &mut due, now)?;
    Ok(Listing { due, next })
}

/// Adds what stands elsewhere: when the team was told, and what the concerns of a context say about it.
fn complete(db: &mut Db, due: &mut [Due], now: NaiveDateTime) -> Result<()> {
    let ids: Vec<String> = due.iter().map(|it| it.id.clone()).collect();
    let told: HashMap<String, (NaiveDateTime, NaiveDateTime)> =
        queries::told(db, ids.clone())?.into_iter().collect();
    let held: HashSet<String> = queries::held_by_concern(db, ids.clone())?.into_iter().collect();
    let latest: HashMap<String, NaiveDateTime> = queries::latest_in(db, ids)?
        .into_iter()
        .filter_map(|(id, at)| Some((id.to_string(), at?)))
        .collect();
    for it in due {
        let since = latest.get(&it.id).map_or(it.since, |at| it.since.max(*at));
        it.since = since;
        it.is_held |= held.contains(&it.id);
        let told = told.get(&it.id).filter(|(queued, _)| *queued >= since);
        it.warned_at = told.map(|(_, sent)| *sent).filter(|at| *at >= now - WARNING_MAX);
    }
    Ok(())
}

/// How many records of a team fall due within thirty days, and how many of them are on hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub due: usize,
    pub held: usize,
}

/// How much falls due within thirty days, by rule and team, counted to at most ten thousand of each rule.
pub fn counts(
    db: &mut Db,
    settings: &Settings,
    now: NaiveDateTime,
) -> Result<BTreeMap<(Rule, TeamId), Count>> {
    let mut counts: BTreeMap<(Rule, TeamId), Count> = BTreeMap::new();
    for rule in [Rule::Closed, Rule::Unlinked] {
        let which = Which::by(settings, rule, calendar::day(now) + AHEAD);
        let free: HashSet<String> = Which { is_free: true, ..which.clone() }
            .find(db, rule)?
            .into_iter()
            .map(|it| it.id)
            .collect();
        for it in which.find(db, rule)? {
            let count = counts.entry((rule, it.team)).or_default();
            count.due += 1;
            count.held += usize::from(!free.contains(&it.id));
        }
    }
    Ok(counts)
}

/// What would be deleted now.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rule, how many, and the references of those that have one.
    pub lines: Vec<(Rule, i64, Vec<String>)>,
}

/// What would be deleted now, by rule. Nothing is changed.
pub fn plan(db: &mut Db, settings: &Settings, now: NaiveDateTime) -> Result<Plan> {
    let today = calendar::day(now);
    let mut planned = Vec::new();
    for rule in Rule::ALL.iter().copied() {
        let keep = rule.keep(settings);
        let line = match rule {
            Rule::Closed | Rule::Unlinked => {
                let due = Which::ready(settings, rule, now).find(db, rule)?;
                let count = i64::try_from(due.len()).unwrap_or(i64::MAX);
                (rule, count, due.into_iter().map(|it| it.reference).collect())
            }
            Rule::Drafts => {
                (rule, tombstone_queries::drafts_before(db, keep.over(today))?, Vec::new())
            }
            Rule::Letters => {
                (rule, tombstone_queries::letters_before(db, keep.over(today))?, Vec::new())
            }
            Rule::Requests => {
                (rule, subject_queries::count_before(db, keep.over(today))?, Vec::new())
            }
            Rule::Accounts => {
                let ended = (keep.last_day(today), keep.over(today));
                let due = accounts::forget::due(db, ended, NAMED_MAX)?;
                (rule, i64::try_from(due.len()).unwrap_or(i64::MAX), Vec::new())
            }
            Rule::Audit => (rule, lines::due(db, settings, today)?, Vec::new()),
        };
        planned.push(line);
    }
    Ok(Plan { lines: planned })
}
