//! Who sees what of a meeting.

use crate::accounts::{Actor, Role};
use crate::districts::{Meeting, TeamId};

/// What a reader sees of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everything, with what waits for it: the team's coordinators and the county.
    Whole,
    /// When and where, and who chairs it, without anything about concerns: the team's partners.
    Frame,
    /// When it is and until when it takes items: leads of schools in the team's districts.
    Date,
}

/// What somebody sees of a meeting, if anything. `serving`: the teams that serve the districts of their schools.
pub fn sight(actor: &Actor, meeting: &Meeting, serving: &[TeamId]) -> Option<Sight> {
    if actor.coordinates(meeting.team) || actor.is(Role::County) {
        Some(Sight::Whole)
    } else if actor.teams_as(Role::Partner).contains(&meeting.team) {
        Some(Sight::Frame)
    } else {
        serving.contains(&meeting.team).then_some(Sight::Date)
    }
}
