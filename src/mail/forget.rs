//! Letters that are old enough are deleted. `retention` decides when.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::LetterId;
use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;
use crate::store::schema::letters;

/// Deletes letters that were queued before a moment and that nobody is to get any more, at most `limit`, and says how
/// many.
pub fn forget(deed: &mut Deed, before: NaiveDateTime, limit: i64) -> Result<usize> {
    let is_over = letters::sent_at.is_not_null().or(letters::stopped_at.is_not_null());
    let old = letters::table.filter(letters::queued_at.lt(before)).filter(is_over);
    let old = old.order(letters::queued_at);
    let ids: Vec<LetterId> = old.limit(limit).select(letters::id).load(deed.db)?;
    Ok(diesel::delete(letters::table.filter(letters::id.eq_any(ids))).execute(deed.db)?)
}

/// Deletes every letter to somebody whose account is forgotten.
pub fn forget_of(deed: &mut Deed, account: AccountId) -> Result<usize> {
    Ok(diesel::delete(letters::table.filter(letters::account_id.eq(account))).execute(deed.db)?)
}
