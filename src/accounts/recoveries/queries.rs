//! What the database is asked about people who have lost their second factors.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Outcome, Recovery, RecoveryId};
use crate::Result;
use crate::accounts::AccountId;
use crate::accounts::queries::held_on;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{factors, identities, posts, recoveries};

/// The most requests that a page lists.
const LISTED_MAX: i64 = 50;
/// The most colleagues that a person is asked about.
const HOLDERS_MAX: i64 = 1_000;

pub(super) fn insert(
    db: &mut Db,
    id: RecoveryId,
    account: AccountId,
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(recoveries::table)
        .values((
            recoveries::id.eq(id),
            recoveries::account_id.eq(account),
            recoveries::asked_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// A request that stands.
pub(super) fn find(db: &mut Db, id: RecoveryId, since: NaiveDateTime) -> Result<Option<Recovery>> {
    let open = recoveries::table
        .find(id)
        .filter(recoveries::ended_at.is_null())
        .filter(recoveries::asked_at.gt(since));
    Ok(open.select(Recovery::as_select()).first(db).optional()?)
}

pub(super) fn open_of(
    db: &mut Db,
    account: AccountId,
    since: NaiveDateTime,
) -> Result<Option<Recovery>> {
    let open = recoveries::table
        .filter(recoveries::account_id.eq(account))
        .filter(recoveries::ended_at.is_null())
        .filter(recoveries::asked_at.gt(since));
    Ok(open.select(Recovery::as_select()).first(db).optional()?)
}

pub(super) fn open(db: &mut Db, since: NaiveDateTime) -> Result<Vec<Recovery>> {
    Ok(recoveries::table
        .filter(recoveries::ended_at.is_null())
        .filter(recoveries::asked_at.gt(since))
        .order((recoveries::asked_at, recoveries::id))
        .limit(LISTED_MAX)
        .select(Recovery::as_select())
        .load(db)?)
}

/// Who holds a post on `day` at one of some schools or in one of some teams.
pub(super) fn holders(
    db: &mut Db,
    (schools, teams): (&[Urn], &[TeamId]),
    day: NaiveDate,
) -> Result<Vec<AccountId>> {
    let schools: Vec<Option<Urn>> = schools.iter().copied().map(Some).collect();
    let teams: Vec<Option<TeamId>> = teams.iter().copied().map(Some).collect();
    Ok(posts::table
        .filter(held_on(day))
        .filter(posts::school_urn.eq_any(schools).or(posts::team_id.eq_any(teams)))
        .select(posts::account_id)
        .order(posts::account_id)
        .distinct()
        .limit(HOLDERS_MAX)
        .load(db)?)
}

/// The open requests of others than `me`: of some people, or of everybody.
pub(super) fn open_of_others(
    db: &mut Db,
    (me, people): (AccountId, Option<Vec<AccountId>>),
    since: NaiveDateTime,
) -> Result<Vec<Recovery>> {
    let mut found = recoveries::table
        .filter(recoveries::ended_at.is_null())
        .filter(recoveries::asked_at.gt(since))
        .filter(recoveries::account_id.ne(me))
        .into_boxed();
    if let Some(people) = people {
        found = found.filter(recoveries::account_id.eq_any(people));
    }
    Ok(found
        .order((recoveries::asked_at, recoveries::id))
        .limit(LISTED_MAX)
        .select(Recovery::as_select())
        .load(db)?)
}

/// Keeps who has said yes.
pub(super) fn keep(db: &mut Db, asked: &Recovery) -> Result<()> {
    let set = (
        recoveries::admin_id.eq(asked.admin_id),
        recoveries::colleague_id.eq(asked.colleague_id),
        recoveries::second_id.eq(asked.second_id),
    );
    diesel::update(recoveries::table.find(asked.id)).set(set).execute(db)?;
    Ok(())
}

/// Ends a request. False if it had ended.
pub(super) fn end(
    db: &mut Db,
    id: RecoveryId,
    outcome: Outcome,
    at: NaiveDateTime,
) -> Result<bool> {
    let open = recoveries::table.find(id).filter(recoveries::ended_at.is_null());
    let set = (recoveries::ended_at.eq(at), recoveries::outcome.eq(outcome));
    Ok(diesel::update(open).set(set).execute(db)? == 1)
}

/// True if one of some people has a second factor, or comes in by the council's sign-on.
pub(super) fn any_comes_in(db: &mut Db, people: &[AccountId]) -> Result<bool> {
    let theirs = factors::table.filter(factors::account_id.eq_any(people.to_vec()));
    let linked = identities::table.filter(identities::account_id.eq_any(people.to_vec()));
    Ok(diesel::select(exists(theirs).or(exists(linked))).get_result(db)?)
}
