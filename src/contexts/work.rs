//! A context as its team works on it: found for a change, and refused where nothing may change any more.

use super::{ContextId, KeptContext, State, policy, queries};
use crate::deed::Deed;
use crate::{Error, Result};

const CLOSED: &str = "This context is closed. Move it on first, so that the team works on it again. Nothing that you sent was saved.";

/// A context of a team that the doer coordinates, while it is worked on. Others who may read it may not do this.
pub(super) fn find_for_work(deed: &mut Deed, id: ContextId) -> Result<KeptContext> {
    let context = find_for_team(deed, id)?;
    if context.state == State::Closed { Err(Error::Refused(CLOSED)) } else { Ok(context) }
}

/// The same, whether it is closed or not.
pub(super) fn find_for_team(deed: &mut Deed, id: ContextId) -> Result<KeptContext> {
    let context = queries::find(deed.db, &deed.by.scope(), id)?;
    if policy::is_team(deed.by, &context) { Ok(context) } else { Err(Error::Forbidden) }
}
