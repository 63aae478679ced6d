//! What meetings keep of a context goes when the context is deleted for good. `retention` decides which and when.

use super::item_queries;
use crate::Result;
use crate::contexts::ContextId;
use crate::deed::Deed;

/// Deletes the minutes of a context that was deleted; and who was there, of meetings of which nothing else is left.
pub fn forget(deed: &mut Deed, context: ContextId) -> Result<()> {
    item_queries::forget(deed.db, context)
}
