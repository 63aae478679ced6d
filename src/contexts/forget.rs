//! A closed context is deleted for good, with the concerns that it gathered. `retention` decides which and when; if it, or
//! one of its concerns, is on legal hold, all of it stays, whoever asks.

use super::read::Gathered;
use super::{ContextId, forget_queries as queries};
use crate::Result;
use crate::concerns::{self, ConcernId};
use crate::deed::Deed;

/// Deletes a closed context and its concerns, and says which concerns these were. Nothing, if it is held or not closed.
pub fn forget(deed: &mut Deed, id: ContextId) -> Result<Option<Vec<Gathered>>> {
    if !queries::is_free(deed.db, id)? {
        return Ok(None);
    }
    let gathered = queries::gathered(deed.db, id)?;
    queries::remove(deed.db, id)?;
    let ids: Vec<ConcernId> = gathered.iter().map(|it| it.id).collect();
    concerns::forget::forget(deed, &ids)?;
    Ok(Some(gathered))
}
