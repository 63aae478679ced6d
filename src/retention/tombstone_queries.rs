//! What the database is asked about what was deleted, and how much of what has no reference is due.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use diesel::dsl::{max, min, sum};
use diesel::prelude::*;

use super::Kept;
use super::rules::Rule;
use super::tombstones::Tombstone;
use crate::Result;
use crate::accounts::Scope;
use crate::districts::TeamId;
use crate::store::Db;
use crate::store::schema::{drafts, letters, tombstones};

pub(super) fn insert(db: &mut Db, stone: &Tombstone) -> Result<()> {
    diesel::insert_into(tombstones::table)
        .values((
            tombstones::kind.eq(stone.kind),
            tombstones::record_id.eq(&stone.record_id),
            tombstones::reference.eq(&stone.reference),
            tombstones::team_id.eq(stone.team),
            tombstones::begun_in.eq(stone.begun_in),
            tombstones::outcome.eq(&stone.outcome),
            tombstones::rule.eq(stone.rule),
            tombstones::deleted_on.eq(stone.deleted_on),
            tombstones::count.eq(stone.count),
        ))
        .execute(db)?;
    Ok(())
}

/// Ids and references of those of some records that were deleted, within the reader's scope.
pub(super) fn references(
    db: &mut Db,
    scope: &Scope,
    ids: &[String],
) -> Result<Vec<(String, String)>> {
    let mut found =
        tombstones::table.filter(tombstones::record_id.eq_any(ids.to_vec())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(tombstones::team_id.eq_any(scope.teams().to_vec()));
    }
    let both = (tombstones::record_id.assume_not_null(), tombstones::reference.assume_not_null());
    let named = found.filter(tombstones::reference.is_not_null());
    Ok(named.select(both).load(db)?)
}

pub(super) fn of_reference(
    db: &mut Db,
    scope: &Scope,
    reference: &str,
) -> Result<Option<Tombstone>> {
    let mut found =
        tombstones::table.filter(tombstones::reference.eq(reference.to_owned())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(tombstones::team_id.eq_any(scope.teams().to_vec()));
    }
    let one = found.order(tombstones::id.desc()).select((
        tombstones::kind,
        tombstones::record_id,
        tombstones::reference,
        tombstones::team_id,
        tombstones::begun_in,
        tombstones::outcome,
        tombstones::rule,
        tombstones::deleted_on,
        tombstones::count,
    ));
    Ok(one.first(db).optional()?)
}

type Sum = (Kept, Rule, Option<TeamId>, Option<i64>);

/// How much was deleted between two days, by kind, rule and team.
pub(super) fn sums(db: &mut Db, (first, last): (NaiveDate, NaiveDate)) -> Result<Vec<Sum>> {
    let by = (tombstones::kind, tombstones::rule, tombstones::team_id);
    Ok(tombstones::table
        .filter(tombstones::deleted_on.between(first, last))
        .group_by(by)
        .select((tombstones::kind, tombstones::rule, tombstones::team_id, sum(tombstones::count)))
        .load(db)?)
}

/// The years from the first deletion to the last, the latest first.
pub(super) fn years(db: &mut Db) -> Result<Vec<i32>> {
    let span: (Option<NaiveDate>, Option<NaiveDate>) = tombstones::table
        .select((min(tombstones::deleted_on), max(tombstones::deleted_on)))
        .first(db)?;
    let (Some(first), Some(last)) = span else { return Ok(Vec::new()) };
    Ok((first.year()..=last.year()).rev().collect())
}

pub(super) fn drafts_before(db: &mut Db, before: NaiveDateTime) -> Result<i64> {
    Ok(drafts::table.filter(drafts::saved_at.lt(before)).count().get_result(db)?)
}

pub(super) fn letters_before(db: &mut Db, before: NaiveDateTime) -> Result<i64> {
    let is_over = letters::sent_at.is_not_null().or(letters::stopped_at.is_not_null());
    let old = letters::table.filter(letters::queued_at.lt(before)).filter(is_over);
    Ok(old.count().get_result(db)?)
}
