//! Concerns and drafts are deleted for good. `retention` decides which and when; what is on legal hold stays, whoever asks.

use chrono::NaiveDateTime;

use super::{ConcernId, forget_queries as queries};
use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;

/// Deletes those of some concerns that are not held, with every step of their lives, and says which that were.
///
/// One that is part of a context is let go by `contexts::forget` first.
pub fn forget(deed: &mut Deed, ids: &[ConcernId]) -> Result<Vec<ConcernId>> {
    let free = queries::not_held(deed.db, ids.to_vec())?;
    queries::remove(deed.db, &free)?;
    Ok(free)
}

/// Deletes drafts that were last saved before a moment, at most `limit`, and says how many.
pub fn forget_drafts(deed: &mut Deed, before: NaiveDateTime, limit: i64) -> Result<usize> {
    queries::remove_drafts(deed.db, before, limit)
}

/// Deletes the drafts of somebody whose account is forgotten.
pub fn forget_drafts_of(deed: &mut Deed, account: AccountId) -> Result<usize> {
    queries::remove_drafts_of(deed.db, account)
}
