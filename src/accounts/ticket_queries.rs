//! What the database is asked about tickets, and about those who have forgotten their password.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::AccountId;
use super::tickets::{Ticket, TicketId, TicketKind};
use crate::Result;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{forgotten, tickets};

pub(super) fn insert(
    db: &mut Db,
    ticket: &Ticket,
    token_hash: &str,
    (made_at, ends_at): (NaiveDateTime, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(tickets::table)
        .values((
            tickets::id.eq(ticket.id),
            tickets::kind.eq(ticket.kind),
            tickets::account_id.eq(ticket.account),
            tickets::token_hash.eq(token_hash),
            tickets::made_at.eq(made_at),
            tickets::ends_at.eq(ends_at),
        ))
        .execute(db)?;
    Ok(())
}

/// The ticket with this hash, if it was neither used nor replaced and has not run out.
pub(super) fn holding(db: &mut Db, token_hash: &str, at: NaiveDateTime) -> Result<Option<Ticket>> {
    let found = tickets::table.filter(tickets::token_hash.eq(token_hash)).select(tickets::id);
    let id: Option<TicketId> = found.first(db).optional()?;
    id.map_or(Ok(None), |id| holding_still(db, id, at))
}

/// The same, by its id.
pub(super) fn holding_still(
    db: &mut Db,
    id: TicketId,
    at: NaiveDateTime,
) -> Result<Option<Ticket>> {
    let found = tickets::table
        .find(id)
        .filter(tickets::used_at.is_null())
        .filter(tickets::replaced_at.is_null())
        .filter(tickets::ends_at.gt(at))
        .select((tickets::id, tickets::kind, tickets::account_id));
    let row: Option<(TicketId, TicketKind, AccountId)> = found.first(db).optional()?;
    Ok(row.map(|(id, kind, account)| Ticket { id, kind, account }))
}

/// Replaces every ticket of a person that was not used.
pub(super) fn replace(db: &mut Db, account: AccountId, at: NaiveDateTime) -> Result<()> {
    let open = tickets::table
        .filter(tickets::account_id.eq(account))
        .filter(tickets::used_at.is_null())
        .filter(tickets::replaced_at.is_null());
    diesel::update(open).set(tickets::replaced_at.eq(at)).execute(db)?;
    Ok(())
}

/// Marks a ticket as used. False if it was.
pub(super) fn mark_used(db: &mut Db, id: TicketId, at: NaiveDateTime) -> Result<bool> {
    let open = tickets::table.find(id).filter(tickets::used_at.is_null());
    Ok(diesel::update(open).set(tickets::used_at.eq(at)).execute(db)? == 1)
}

/// Until when the youngest invitations of some people hold, or held.
pub(super) fn invitations(
    db: &mut Db,
    people: &[AccountId],
) -> Result<Vec<(AccountId, NaiveDateTime)>> {
    Ok(tickets::table
        .filter(tickets::account_id.eq_any(people.to_vec()))
        .filter(tickets::kind.eq(TicketKind::Invitation))
        .filter(tickets::replaced_at.is_null())
        .select((tickets::account_id, tickets::ends_at))
        .load(db)?)
}

/// Removes tickets that ended before a moment. Says how many.
pub(super) fn remove(db: &mut Db, before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(tickets::table.filter(tickets::ends_at.lt(before))).execute(db)?)
}

pub(super) fn insert_forgotten(
    db: &mut Db,
    id: TicketId,
    address: &Sealed,
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(forgotten::table)
        .values((forgotten::id.eq(id), forgotten::address.eq(address), forgotten::asked_at.eq(at)))
        .execute(db)?;
    Ok(())
}

/// Those who have asked, the first first, at most `limit`.
pub(super) fn forgotten(db: &mut Db, limit: i64) -> Result<Vec<(TicketId, Sealed)>> {
    let first = forgotten::table.order((forgotten::asked_at, forgotten::id)).limit(limit);
    Ok(first.select((forgotten::id, forgotten::address)).load(db)?)
}

pub(super) fn remove_forgotten(db: &mut Db, ids: &[TicketId]) -> Result<()> {
    let answered = forgotten::table.filter(forgotten::id.eq_any(ids.to_vec()));
    diesel::delete(answered).execute(db)?;
    Ok(())
}
