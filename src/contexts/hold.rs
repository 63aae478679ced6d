//! A context is on legal hold, or is not any more. `retention` keeps why, and who lifts it.

use chrono::NaiveDateTime;

use super::{ContextId, forget_queries, queries};
use crate::Result;
use crate::accounts::Actor;
use crate::concerns::hold::Holdable;
use crate::deed::Deed;
use crate::store::Db;

/// A context that somebody may put on hold: of a team that they coordinate, or of any for the county.
pub fn holdable(db: &mut Db, actor: &Actor, id: ContextId) -> Result<Holdable> {
    let context = queries::find(db, &actor.scope(), id)?;
    let (reference, team, held_at) = (context.reference, context.team, context.held_at);
    Ok(Holdable { reference, team, held_at })
}

/// Marks a context as held since a moment, or as free. The caller has found it in this deed.
pub fn hold(deed: &mut Deed, id: ContextId, held_at: Option<NaiveDateTime>) -> Result<()> {
    forget_queries::set_held(deed.db, id, held_at)
}
