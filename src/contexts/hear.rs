//! A context goes onto a meeting's agenda, comes off it, or was discussed. `meetings` decides which, in the same deed.

use super::move_on::take;
use super::{ContextId, State, policy, queries};
use crate::deed::Deed;
use crate::{Error, Result};

/// Moves a context of the doer's team on, if it may go there from where it is. False if it has gone elsewhere by now, and
/// stays there.
pub fn hear(deed: &mut Deed, id: ContextId, (next, why): (State, &str)) -> Result<bool> {
    let context = queries::find(deed.db, &deed.by.scope(), id)?;
    if !policy::is_team(deed.by, &context) {
        return Err(Error::Forbidden);
    }
    if !context.state.may_become(next) {
        return Ok(false);
    }
    take(deed, &context, (next, None, why))?;
    Ok(true)
}
