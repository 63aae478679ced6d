//! What the database is asked about the council's sign-on: identities, and journeys under way.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Aim;
use super::provider::Identity;
use crate::Result;
use crate::accounts::AccountId;
use crate::accounts::tickets::TicketId;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{identities, sign_ons};

/// A journey as it is kept.
#[derive(Queryable)]
pub(super) struct Journey {
    pub browser_hash: String,
    pub secrets: Sealed,
    pub errand: String,
    pub account_id: Option<AccountId>,
    pub ticket_id: Option<TicketId>,
    pub back: String,
    pub begun_at: NaiveDateTime,
}

pub(super) fn insert_journey(
    db: &mut Db,
    (state_hash, browser_hash): (&str, String),
    secrets: &Sealed,
    aim: &Aim,
    at: NaiveDateTime,
) -> Result<()> {
    let (errand, account, ticket) = aim.errand.kept();
    diesel::insert_into(sign_ons::table)
        .values((
            sign_ons::state_hash.eq(state_hash),
            sign_ons::browser_hash.eq(browser_hash),
            sign_ons::secrets.eq(secrets),
            sign_ons::errand.eq(errand),
            sign_ons::account_id.eq(account),
            sign_ons::ticket_id.eq(ticket),
            sign_ons::back.eq(&aim.back),
            sign_ons::begun_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// The journey with this state. Only one ever gets it.
pub(super) fn take_journey(db: &mut Db, state_hash: &str) -> Result<Option<Journey>> {
    let journey = sign_ons::table.find(state_hash).select((
        sign_ons::browser_hash,
        sign_ons::secrets,
        sign_ons::errand,
        sign_ons::account_id,
        sign_ons::ticket_id,
        sign_ons::back,
        sign_ons::begun_at,
    ));
    let found: Option<Journey> = journey.first(db).optional()?;
    let taken = diesel::delete(sign_ons::table.find(state_hash)).execute(db)?;
    Ok(found.filter(|_| taken == 1))
}

/// Removes journeys that began before a moment. Says how many.
pub(super) fn remove_journeys(db: &mut Db, before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(sign_ons::table.filter(sign_ons::begun_at.lt(before))).execute(db)?)
}

pub(super) fn account_of(db: &mut Db, issuer: &str, subject: &str) -> Result<Option<AccountId>> {
    let found = identities::table.find((issuer, subject)).select(identities::account_id);
    Ok(found.first(db).optional()?)
}

pub(super) fn linked_at(
    db: &mut Db,
    account: AccountId,
    issuer: &str,
) -> Result<Option<NaiveDateTime>> {
    let found = identities::table
        .filter(identities::account_id.eq(account))
        .filter(identities::issuer.eq(issuer))
        .select(identities::linked_at);
    Ok(found.first(db).optional()?)
}

pub(super) fn insert_identity(
    db: &mut Db,
    account: AccountId,
    identity: &Identity,
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(&identity.issuer),
            identities::subject.eq(&identity.subject),
            identities::account_id.eq(account),
            identities::linked_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// Unlinks an account from every issuer. Says how many there were.
pub(in crate::accounts) fn remove_identities(db: &mut Db, account: AccountId) -> Result<usize> {
    let theirs = identities::table.filter(identities::account_id.eq(account));
    Ok(diesel::delete(theirs).execute(db)?)
}

/// Says how many there were: one or none.
pub(super) fn remove_identity(db: &mut Db, account: AccountId, issuer: &str) -> Result<usize> {
    let linked = identities::table
        .filter(identities::account_id.eq(account))
        .filter(identities::issuer.eq(issuer));
    Ok(diesel::delete(linked).execute(db)?)
}
