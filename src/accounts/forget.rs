//! An account that nobody has used for long is forgotten: what signs in, and where mail went, is gone; the name stays,
//! because records say who did what. `retention` decides which and when.

use chrono::{NaiveDate, NaiveDateTime};

use super::{AccountId, forget_queries as queries};
use crate::Result;
use crate::deed::Deed;
use crate::store::Db;

/// The accounts whose last post ended on `last_day` or before, and those that never had one and are older than `before`;
/// at most `limit`.
pub fn due(
    db: &mut Db,
    (last_day, before): (NaiveDate, NaiveDateTime),
    limit: i64,
) -> Result<Vec<AccountId>> {
    queries::due(db, (last_day, before), limit)
}

/// Forgets accounts that were found due in this deed: their addresses, passwords, posts and sessions.
pub fn forget(deed: &mut Deed, ids: &[AccountId]) -> Result<()> {
    for id in ids {
        queries::strip(deed.db, *id)?;
    }
    queries::remove_posts(deed.db, ids)?;
    queries::remove_tickets(deed.db, ids)?;
    queries::remove_factors(deed.db, ids)?;
    queries::remove_sessions(deed.db, ids)
}
