//! What the database is asked about people who have lost their second factors.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::AccountId;
use super::recoveries::{Outcome, Recovery, RecoveryId};
use crate::Result;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{posts, recoveries};

/// The most requests that a page lists.
const LISTED_MAX: i64 = 50;

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

/// The open requests of others who hold a post on `day` at one of some schools or in one of some teams, or of everybody.
pub(super) fn open_of_colleagues(
    db: &mut Db,
    (me, (everybody, schools, teams)): (AccountId, &(bool, Vec<Urn>, Vec<TeamId>)),
    (since, day): (NaiveDateTime, NaiveDate),
) -> Result<Vec<Recovery>> {
    let held = posts::table
        .filter(posts::from_on.le(day))
        .filter(posts::until_on.is_null().or(posts::until_on.ge(day)));
    let at_school = held
        .filter(posts::school_urn.eq_any(schools.iter().map(|it| Some(*it)).collect::<Vec<_>>()))
        .select(posts::account_id);
    let in_team = held
        .filter(posts::team_id.eq_any(teams.iter().map(|it| Some(*it)).collect::<Vec<_>>()))
        .select(posts::account_id);
    let mut found = recoveries::table
        .filter(recoveries::ended_at.is_null())
        .filter(recoveries::asked_at.gt(since))
        .filter(recoveries::account_id.ne(me))
        .into_boxed();
    if !everybody {
        let account = recoveries::account_id;
        found = found.filter(account.eq_any(at_school).or(account.eq_any(in_team)));
    }
    Ok(found
        .order((recoveries::asked_at, recoveries::id))
        .limit(LISTED_MAX)
        .select(Recovery::as_select())
        .load(db)?)
}

pub(super) fn agree(db: &mut Db, id: RecoveryId, by: AccountId) -> Result<()> {
    diesel::update(recoveries::table.find(id)).set(recoveries::admin_id.eq(by)).execute(db)?;
    Ok(())
}

pub(super) fn vouch(db: &mut Db, id: RecoveryId, by: AccountId) -> Result<()> {
    diesel::update(recoveries::table.find(id)).set(recoveries::colleague_id.eq(by)).execute(db)?;
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
