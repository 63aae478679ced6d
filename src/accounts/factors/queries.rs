//! What the database is asked about second factors, recovery codes and ceremonies.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::passkeys::{CeremonyId, Purpose};
use super::{Factor, FactorId, FactorKind};
use crate::Result;
use crate::accounts::AccountId;
use crate::accounts::sessions::SessionId;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{ceremonies, factors, recovery_codes};

/// The most factors that are looked at.
const LOOKED_AT_MAX: i64 = 20;

/// A factor with its sealed secret.
#[derive(Queryable, Selectable)]
#[diesel(table_name = factors)]
pub(super) struct Secret {
    pub id: FactorId,
    pub secret: Sealed,
}

/// True if a person has a factor that they have confirmed.
pub(in crate::accounts) fn has_any(db: &mut Db, account: AccountId) -> Result<bool> {
    let theirs = factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(db)?)
}

/// The factors of a person that count.
pub(super) fn confirmed(db: &mut Db, account: AccountId) -> Result<Vec<Factor>> {
    Ok(factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_not_null())
        .order((factors::added_at, factors::id))
        .limit(LOOKED_AT_MAX)
        .select(Factor::as_select())
        .load(db)?)
}

/// The secrets of one kind that count.
pub(super) fn secrets(db: &mut Db, account: AccountId, kind: FactorKind) -> Result<Vec<Secret>> {
    Ok(factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::kind.eq(kind))
        .filter(factors::confirmed_at.is_not_null())
        .order(factors::id)
        .limit(LOOKED_AT_MAX)
        .select(Secret::as_select())
        .load(db)?)
}

/// The secret of a factor of this person that is not confirmed yet.
pub(super) fn begun(db: &mut Db, account: AccountId, id: FactorId) -> Result<Option<Sealed>> {
    let theirs = factors::table
        .find(id)
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_null());
    Ok(theirs.select(factors::secret).first(db).optional()?)
}

/// The app that a person began in this session and has not confirmed.
pub(super) fn begun_in(
    db: &mut Db,
    (account, session): (AccountId, SessionId),
) -> Result<Option<FactorId>> {
    let theirs = factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::begun_in.eq(session))
        .filter(factors::confirmed_at.is_null());
    Ok(theirs.select(factors::id).first(db).optional()?)
}

pub(super) fn insert(
    db: &mut Db,
    (id, account, begun_in): (FactorId, AccountId, Option<SessionId>),
    (kind, name, secret): (FactorKind, &str, &Sealed),
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(factors::table)
        .values((
            factors::id.eq(id),
            factors::account_id.eq(account),
            factors::kind.eq(kind),
            factors::name.eq(name),
            factors::secret.eq(secret),
            factors::last_step.eq(0_i64),
            factors::begun_in.eq(begun_in),
            factors::added_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// True if it was begun and counts now.
pub(super) fn confirm(
    db: &mut Db,
    account: AccountId,
    id: FactorId,
    at: NaiveDateTime,
) -> Result<bool> {
    let begun = factors::table
        .find(id)
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_null());
    let set = (factors::confirmed_at.eq(at), factors::used_at.eq(at));
    Ok(diesel::update(begun).set(set).execute(db)? == 1)
}

/// Takes a step of an app's code. False if this step, or a later one, was taken before.
pub(super) fn take_step(db: &mut Db, id: FactorId, step: i64, at: NaiveDateTime) -> Result<bool> {
    let unused = factors::table.find(id).filter(factors::last_step.lt(step));
    let set = (factors::last_step.eq(step), factors::used_at.eq(at));
    Ok(diesel::update(unused).set(set).execute(db)? == 1)
}

/// Keeps a passkey as it is after an answer.
pub(super) fn keep_secret(
    db: &mut Db,
    id: FactorId,
    secret: &Sealed,
    at: NaiveDateTime,
) -> Result<()> {
    let set = (factors::secret.eq(secret), factors::used_at.eq(at));
    diesel::update(factors::table.find(id)).set(set).execute(db)?;
    Ok(())
}

pub(super) fn rename(db: &mut Db, account: AccountId, id: FactorId, name: &str) -> Result<bool> {
    let theirs = factors::table
        .find(id)
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::update(theirs).set(factors::name.eq(name)).execute(db)? == 1)
}

pub(super) fn remove(db: &mut Db, account: AccountId, id: FactorId) -> Result<()> {
    let theirs = factors::table.find(id).filter(factors::account_id.eq(account));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

/// Removes what a person began and did not confirm.
pub(super) fn remove_begun(db: &mut Db, account: AccountId) -> Result<()> {
    let begun = factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_null());
    diesel::delete(begun).execute(db)?;
    Ok(())
}

/// Removes every factor of a person.
pub(in crate::accounts) fn remove_all(db: &mut Db, account: AccountId) -> Result<()> {
    diesel::delete(factors::table.filter(factors::account_id.eq(account))).execute(db)?;
    remove_codes(db, account)
}

pub(super) fn remove_codes(db: &mut Db, account: AccountId) -> Result<()> {
    let theirs = recovery_codes::table.filter(recovery_codes::account_id.eq(account));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

pub(super) fn insert_code(db: &mut Db, account: AccountId, hash: &str) -> Result<()> {
    diesel::insert_into(recovery_codes::table)
        .values((recovery_codes::code_hash.eq(hash), recovery_codes::account_id.eq(account)))
        .execute(db)?;
    Ok(())
}

/// Uses a code up. False if there is none, or it was used.
pub(super) fn use_code(
    db: &mut Db,
    account: AccountId,
    hash: &str,
    at: NaiveDateTime,
) -> Result<bool> {
    let unused = recovery_codes::table
        .find(hash)
        .filter(recovery_codes::account_id.eq(account))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(at)).execute(db)? == 1)
}

/// The codes of a person that are not used, at most ten.
pub(super) fn codes_left(db: &mut Db, account: AccountId) -> Result<usize> {
    let unused: Vec<String> = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account))
        .filter(recovery_codes::used_at.is_null())
        .limit(LOOKED_AT_MAX)
        .select(recovery_codes::code_hash)
        .load(db)?;
    Ok(unused.len())
}

pub(super) fn insert_ceremony(
    db: &mut Db,
    id: CeremonyId,
    (session, purpose): (SessionId, Purpose),
    (state, until): (&Sealed, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::id.eq(id),
            ceremonies::session_id.eq(session.as_str()),
            ceremonies::purpose.eq(purpose),
            ceremonies::state.eq(state),
            ceremonies::until_at.eq(until),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes the state of a ceremony, once: only in the session that began it, for what it was begun, and in time.
pub(super) fn take_ceremony(
    db: &mut Db,
    id: CeremonyId,
    (session, purpose): (SessionId, Purpose),
    at: NaiveDateTime,
) -> Result<Option<Sealed>> {
    let theirs = ceremonies::table
        .find(id)
        .filter(ceremonies::session_id.eq(session.as_str()))
        .filter(ceremonies::purpose.eq(purpose))
        .filter(ceremonies::until_at.gt(at));
    let state = theirs.select(ceremonies::state).first(db).optional()?;
    if state.is_some() {
        diesel::delete(ceremonies::table.find(id)).execute(db)?;
    }
    Ok(state)
}

/// Removes ceremonies that nobody can end any more.
pub(super) fn remove_ceremonies(db: &mut Db, at: NaiveDateTime) -> Result<()> {
    diesel::delete(ceremonies::table.filter(ceremonies::until_at.le(at))).execute(db)?;
    Ok(())
}
