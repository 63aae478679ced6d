//! Who may do what to a context.

use super::KeptContext;
use crate::accounts::Actor;

/// A coordinator of its team: gathers concerns into it, moves it on. The county reads it.
pub fn is_team(actor: &Actor, context: &KeptContext) -> bool {
    actor.coordinates(context.team)
}
