//! Who sees what of a meeting.

use chrono::NaiveDateTime;

use crate::accounts::{Actor, Role};
use crate::districts::{Meeting, TeamId};

/// What a reader sees of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everything, with what waits for it: the team's coordinators and the county.
    Whole,
    /// When and where, who chairs it, and what it discusses as far as that is shared: the team's partners, once it takes no
    /// new items.
    Shared,
    /// When and where, and who chairs it, without anything about concerns: the team's partners.
    Frame,
    /// When it is and until when it takes items: leads of schools in the team's districts.
    Date,
}

/// What somebody sees of a meeting at a moment, if anything. `serving`: the teams that serve the districts of their schools.
pub fn sight(
    actor: &Actor,
    meeting: &Meeting,
    (serving, at): (&[TeamId], NaiveDateTime),
) -> Option<Sight> {
    let stands = meeting.cut_off_at <= at && meeting.cancelled_at.is_none();
    if actor.coordinates(meeting.team) || actor.is(Role::County) {
        Some(Sight::Whole)
    } else if actor.teams_as(Role::Partner).contains(&meeting.team) {
        Some(if stands { Sight::Shared } else { Sight::Frame })
    } else {
        serving.contains(&meeting.team).then_some(Sight::Date)
    }
}
