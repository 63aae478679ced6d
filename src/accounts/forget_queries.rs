//! What is deleted of accounts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::AccountId;
use super::queries::NO_PASSWORD;
use crate::Result;
use crate::store::schema::{
    accounts, factors, identities, posts, recoveries, recovery_codes, sessions, tickets,
};
use crate::store::{Db, fold};

/// Where nothing is ever delivered (RFC 2606): the end of the address of a forgotten account.
const GONE: &str = "@gone.invalid";

pub(super) fn due(
    db: &mut Db,
    (last_day, before): (NaiveDate, NaiveDateTime),
    limit: i64,
) -> Result<Vec<AccountId>> {
    let is_later = posts::until_on.is_null().or(posts::until_on.gt(last_day));
    let later = posts::table.filter(posts::account_id.eq(accounts::id)).filter(is_later);
    Ok(accounts::table
        .filter(accounts::created_at.lt(before))
        .filter(accounts::email.not_like(format!("%{GONE}")))
        .filter(not(exists(later)))
        .order(accounts::id)
        .limit(limit)
        .select(accounts::id)
        .load(db)?)
}

/// Leaves of an account its id and its name.
pub(super) fn strip(db: &mut Db, id: AccountId) -> Result<()> {
    let name: String = accounts::table.find(id).select(accounts::name).first(db)?;
    let nothing = (
        accounts::email.eq(format!("{id}{GONE}")),
        accounts::folded.eq(fold(&name)),
        accounts::password_hash.eq(NO_PASSWORD),
    );
    diesel::update(accounts::table.find(id)).set(nothing).execute(db)?;
    Ok(())
}

pub(super) fn remove_posts(db: &mut Db, ids: &[AccountId]) -> Result<()> {
    diesel::delete(posts::table.filter(posts::account_id.eq_any(ids.to_vec()))).execute(db)?;
    Ok(())
}

pub(super) fn remove_sessions(db: &mut Db, ids: &[AccountId]) -> Result<()> {
    let theirs = sessions::table.filter(sessions::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

pub(super) fn remove_tickets(db: &mut Db, ids: &[AccountId]) -> Result<()> {
    let theirs = tickets::table.filter(tickets::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

/// Removes what people signed in with besides a password: factors, codes, who they are elsewhere.
pub(super) fn remove_factors(db: &mut Db, ids: &[AccountId]) -> Result<()> {
    let theirs = factors::table.filter(factors::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    let theirs = recovery_codes::table.filter(recovery_codes::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    let theirs = recoveries::table.filter(recoveries::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    let theirs = identities::table.filter(identities::account_id.eq_any(ids.to_vec()));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}
