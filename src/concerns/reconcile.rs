//! The journal and the database are held against each other: what the journal lacks is added to it, what the database
//! lacks is counted and said.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use diesel::Queryable;

use super::keep::{self, BATCH};
use super::{ConcernId, keep_queries};
use crate::app::Portal;
use crate::store::Db;
use crate::worker::Done;
use crate::{Result, calendar};

/// How far behind the last comparison the next one begins: clocks differ, and a change may take its time.
const MARGIN: TimeDelta = TimeDelta::minutes(10);
/// The hour, in London, from which everything is compared once more.
const FULL_FROM_HOUR: u32 = 2;
const PAGE: i64 = 10_000;

/// The last comparison on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Reconciliation {
    pub host: String,
    pub at: NaiveDateTime,
    /// When the journal's files were read from their beginning, not only what was new.
    pub full_at: NaiveDateTime,
    /// Concerns that the journal has.
    pub records: i64,
    /// Concerns that it lacked and was given.
    pub added: i64,
    /// Concerns that the journal has and the database lost.
    pub lacking: i64,
    /// Pieces of the journal that are damaged.
    pub damaged: i64,
}

/// The chore: holds every concern of the journal against the database, and what was raised since the last time against
/// the journal. The journal's files are read on; from their beginning, when this process has not read them yet, when one of
/// them is gone, and once a night. Everything that was raised is then held against them, too.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let host = portal.journal.host();
    let before = portal.store.read(keep_queries::reconciliations)?;
    let before = before.into_iter().find(|it| it.host == host);
    let before = before.filter(|it| portal.journal.was_read() && !is_due(it, now));
    let news = portal.journal.read_on(before.is_none())?;
    let before = before.filter(|_| !news.is_anew);
    let known: BTreeSet<ConcernId> =
        news.known.iter().filter_map(|it| keep::concern(*it)).collect();
    let added = add(portal, before.as_ref().map(|it| it.at - MARGIN), now)?;
    let records = known.len() + added;
    let lacking = portal.store.read(|db| lacking(db, known))?;
    let count = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
    let found = Reconciliation {
        host: host.to_owned(),
        at: now,
        full_at: before.map_or(now, |it| it.full_at),
        records: count(records),
        added: count(added),
        lacking: count(lacking.len()),
        damaged: count(news.damage.len()),
    };
    portal.store.write(|db| keep_queries::save_reconciliation(db, &found))?;
    if found.lacking > 0 || found.damaged > 0 {
        let Reconciliation { lacking, damaged, .. } = found;
        tracing::error!(
            lacking,
            damaged,
            "the database lacks concerns of the journal, or the journal is damaged: see `e4s journal verify`"
        );
    }
    Ok(Done { count: added, is_more: false })
}

/// Those of the journal's concerns that the database has not, and should have. Ids alone, in pages: 100,000 of them are read
/// in a fraction of a second.
fn lacking(db: &mut Db, mut known: BTreeSet<ConcernId>) -> Result<Vec<ConcernId>> {
    let mut after = None;
    loop {
        let page = keep_queries::ids(db, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for id in &page {
            known.remove(id);
        }
    }
    let missing: Vec<ConcernId> = known.into_iter().collect();
    keep_queries::lacking(db, &missing)
}

fn is_due(last: &Reconciliation, now: NaiveDateTime) -> bool {
    let is_night_over = calendar::local(now).hour() >= FULL_FROM_HOUR;
    is_night_over && calendar::day(last.full_at) < calendar::day(now)
}

/// Adds to the journal the concerns raised since a moment, or ever, that it lacks.
fn add(portal: &Portal, since: Option<NaiveDateTime>, now: NaiveDateTime) -> Result<usize> {
    let (mut added, mut after) = (0, None);
    loop {
        let page = portal.store.read(|db| keep_queries::raised_since(db, since, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(added) };
        after = Some(*last);
        let ids = page.into_iter().map(|(_, id)| id);
        let unknown: Vec<ConcernId> =
            ids.filter(|it| !portal.journal.knows(keep::row(*it))).collect();
        for some in unknown.chunks(BATCH) {
            let records = portal.store.read(|db| keep_queries::records(db, some))?;
            keep::append(portal, &records, now)?;
            added += records.len();
        }
    }
}

/// The last comparison of each machine, for the health page.
pub fn standing(db: &mut Db) -> Result<Vec<Reconciliation>> {
    keep_queries::reconciliations(db)
}
