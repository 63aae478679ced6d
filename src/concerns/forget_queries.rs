//! What is deleted of concerns and drafts, and what says that a concern is on hold.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ConcernId, DraftId};
use crate::Result;
use crate::accounts::AccountId;
use crate::store::Db;
use crate::store::schema::{concern_steps, concerns, drafts};

/// Those of some concerns that are not on hold.
pub(super) fn not_held(db: &mut Db, ids: Vec<ConcernId>) -> Result<Vec<ConcernId>> {
    let free = concerns::table.filter(concerns::id.eq_any(ids)).filter(concerns::held_at.is_null());
    Ok(free.select(concerns::id).load(db)?)
}

/// Removes concerns and their steps.
pub(super) fn remove(db: &mut Db, ids: &[ConcernId]) -> Result<()> {
    let steps = concern_steps::table.filter(concern_steps::concern_id.eq_any(ids.to_vec()));
    diesel::delete(steps).execute(db)?;
    diesel::delete(concerns::table.filter(concerns::id.eq_any(ids.to_vec()))).execute(db)?;
    Ok(())
}

pub(super) fn remove_drafts(db: &mut Db, before: NaiveDateTime, limit: i64) -> Result<usize> {
    let old = drafts::table.filter(drafts::saved_at.lt(before));
    let ids: Vec<DraftId> = old.order(drafts::saved_at).limit(limit).select(drafts::id).load(db)?;
    Ok(diesel::delete(drafts::table.filter(drafts::id.eq_any(ids))).execute(db)?)
}

pub(super) fn remove_drafts_of(db: &mut Db, account: AccountId) -> Result<usize> {
    Ok(diesel::delete(drafts::table.filter(drafts::account_id.eq(account))).execute(db)?)
}

pub(super) fn set_held(db: &mut Db, id: ConcernId, held_at: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(concerns::table.find(id)).set(concerns::held_at.eq(held_at)).execute(db)?;
    Ok(())
}
