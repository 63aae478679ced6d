//! The team takes a concern on.

use super::move_on::{Next, Seen, find_for_team, move_on};
use super::{ConcernId, Status};
use crate::Result;
use crate::audit::Event;
use crate::deed::Deed;

/// Accepts a concern for the team that has it.
pub fn accept(deed: &mut Deed, id: ConcernId, seen: Option<Seen>) -> Result<()> {
    let concern = find_for_team(deed, id)?;
    let next = Next {
        status: Status::Accepted,
        team: concern.team,
        words: "",
        event: Event::ConcernAccepted,
    };
    move_on(deed, &concern, seen, &next)
}
