//! A concern becomes part of a context. `contexts::gather` decides which, and keeps that in the same deed.

use super::move_on::{Next, Seen, find_for_team, move_on};
use super::{ConcernId, KeptConcern, Status};
use crate::Result;
use crate::audit::Event;
use crate::deed::Deed;

/// Marks a concern as worked on within a context, and gives it back as it was.
pub fn link(deed: &mut Deed, id: ConcernId, seen: Option<Seen>) -> Result<KeptConcern> {
    let concern = find_for_team(deed, id)?;
    let next =
        Next { status: Status::Linked, team: concern.team, words: "", event: Event::ConcernLinked };
    move_on(deed, &concern, seen, &next)?;
    Ok(concern)
}
