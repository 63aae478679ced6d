//! Who may do what to a concern.

use super::KeptConcern;
use crate::accounts::{Actor, Role};
use crate::schools::Urn;

/// A lead raises concerns for a school that they lead, and for no other.
pub fn may_raise(actor: &Actor, school: Urn) -> bool {
    actor.schools().contains(&school)
}

/// The leads of the school that raised it, the team's coordinators, and the county.
pub fn may_open(actor: &Actor, concern: &KeptConcern) -> bool {
    is_reporter(actor, concern) || is_team(actor, concern) || actor.is(Role::County)
}

/// A lead of the school that raised it: reads it as its reporter, and answers questions about it.
pub fn is_reporter(actor: &Actor, concern: &KeptConcern) -> bool {
    actor.schools().contains(&concern.school)
}

/// A coordinator of the team that has it: accepts, asks, redirects, links.
pub fn is_team(actor: &Actor, concern: &KeptConcern) -> bool {
    actor.coordinates(concern.team)
}

/// A coordinator of the team that has it, or the county: reads all of it. Everybody else who may open it is its reporter.
pub fn reads_as_team(actor: &Actor, concern: &KeptConcern) -> bool {
    is_team(actor, concern) || actor.is(Role::County)
}
