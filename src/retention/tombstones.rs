//! What stays of what was deleted: enough to say what became of it, and nothing of what it said. The register of a year
//! is made of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::Queryable;

use super::rules::Rule;
use super::{Kept, tombstone_queries as queries};
use crate::Result;
use crate::accounts::Scope;
use crate::deed::Deed;
use crate::districts::{self, TeamId};
use crate::store::Db;

/// What stays of a record; or of a number of drafts or letters, which have no reference.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Tombstone {
    pub kind: Kept,
    pub record_id: Option<String>,
    pub reference: Option<String>,
    pub team: Option<TeamId>,
    /// The year in which it was raised or opened.
    pub begun_in: Option<i32>,
    pub outcome: String,
    pub rule: Rule,
    pub deleted_on: NaiveDate,
    pub count: i32,
}

impl Tombstone {
    /// Of so many things without a reference.
    pub(super) fn nameless(
        (kind, rule): (Kept, Rule),
        deleted_on: NaiveDate,
        count: usize,
    ) -> Self {
        Self {
            kind,
            record_id: None,
            reference: None,
            team: None,
            begun_in: None,
            outcome: String::new(),
            rule,
            deleted_on,
            count: i32::try_from(count).unwrap_or(i32::MAX),
        }
    }
}

pub(super) fn set(deed: &mut Deed, stone: &Tombstone) -> Result<()> {
    queries::insert(deed.db, stone)
}

/// The references that records had which were deleted, by id, within the reader's scope.
pub fn references(db: &mut Db, scope: &Scope, ids: &[String]) -> Result<BTreeMap<String, String>> {
    Ok(queries::references(db, scope, ids)?.into_iter().collect())
}

/// What became of the record with this reference, if it was one of the reader's teams and was deleted.
pub fn of_reference(db: &mut Db, scope: &Scope, reference: &str) -> Result<Option<Tombstone>> {
    let reference = reference.trim().to_uppercase();
    queries::of_reference(db, scope, &reference)
}

/// One line of a year's register: what, by which rule, of which team (none: of no team), how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kept,
    pub rule: Rule,
    pub team: Option<String>,
    pub count: i64,
}

/// What was deleted in a year.
pub fn register(db: &mut Db, year: i32) -> Result<Vec<Entry>> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let Some((first, last)) = first.zip(NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(Vec::new());
    };
    let names: BTreeMap<TeamId, String> =
        districts::teams(db)?.into_iter().map(|it| (it.id, it.name)).collect();
    let entry = |(kind, rule, team, count): (Kept, Rule, Option<TeamId>, Option<i64>)| Entry {
        kind,
        rule,
        team: team.map(|it| names.get(&it).cloned().unwrap_or_else(|| "A former team".to_owned())),
        count: count.unwrap_or_default(),
    };
    let mut entries: Vec<Entry> =
        queries::sums(db, (first, last))?.into_iter().map(entry).collect();
    entries.sort_by(|a, b| (a.kind, a.rule, &a.team).cmp(&(b.kind, b.rule, &b.team)));
    Ok(entries)
}

/// The years in which something was deleted, the latest first.
pub fn years(db: &mut Db) -> Result<Vec<i32>> {
    queries::years(db)
}
