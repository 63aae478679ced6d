//! Who may change a team's diary.

use super::TeamId;
use crate::accounts::{Actor, Role};

/// The team's coordinators, the county, and the house itself.
pub fn may_schedule(actor: &Actor, team: TeamId) -> bool {
    actor.coordinates(team) || actor.is(Role::County) || actor.id == Actor::house().id
}
