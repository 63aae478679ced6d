//! A concern is on legal hold, or is not any more. `retention` keeps why, and who lifts it.

use chrono::NaiveDateTime;

use super::{ConcernId, forget_queries, policy, queries};
use crate::accounts::Actor;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::store::Db;
use crate::{Error, Result};

/// What a hold needs to know of a record, and nothing of what it says.
#[derive(Debug, Clone)]
pub struct Holdable {
    pub reference: String,
    pub team: TeamId,
    pub held_at: Option<NaiveDateTime>,
}

/// A concern that somebody may put on hold: of a team that they coordinate, or of any for the county.
pub fn holdable(db: &mut Db, actor: &Actor, id: ConcernId) -> Result<Holdable> {
    let concern = queries::find(db, &actor.scope(), id)?;
    if !policy::reads_as_team(actor, &concern) {
        return Err(Error::NotFound);
    }
    let (reference, team, held_at) = (concern.reference, concern.team, concern.held_at);
    Ok(Holdable { reference, team, held_at })
}

/// Marks a concern as held since a moment, or as free. The caller has found it in this deed.
pub fn hold(deed: &mut Deed, id: ConcernId, held_at: Option<NaiveDateTime>) -> Result<()> {
    forget_queries::set_held(deed.db, id, held_at)
}
