//! Letters that are old enough are deleted. `retention` decides when.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::LetterId;
use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;
use crate::store::schema::letters;

/// Deletes letters that were queued before a moment, at most `limit`, and says how many.
pub fn forget(deed: &mut Deed, before: NaiveDateTime, limit: i64) -> Result<usize> {
    let old = letters::table.filter(letters::queued_at.lt(before)).order(letters::queued_at);
    let ids: Vec<LetterId> = old.limit(limit).select(letters::id).load(deed.db)?;
    Ok(diesel::delete(letters::table.filter(letters::id.eq_any(ids))).execute(deed.db)?)
}

/// Deletes every letter to somebody whose account is forgotten.
pub fn forget_of(deed: &mut Deed, account: AccountId) -> Result<usize> {
    Ok(diesel::delete(letters::table.filter(letters::account_id.eq(account))).execute(deed.db)?)
}
