//! When a team sits, and when a concern that is raised now will be heard.

use chrono::NaiveDateTime;

use super::{Meeting, MeetingId, TeamId, policy, queries};
use crate::accounts::Scope;
use crate::audit::Event;
use crate::deed::Deed;
use crate::store::Db;
use crate::{Error, Result};

/// A meeting that somebody wants in the diary.
#[derive(Debug, Clone)]
pub struct Sitting {
    pub team: TeamId,
    pub starts_at: NaiveDateTime,
    pub cut_off_at: NaiveDateTime,
    pub venue: String,
    pub chair: String,
}

/// Puts a meeting into a team's diary.
pub fn schedule(deed: &mut Deed, sitting: &Sitting) -> Result<Meeting> {
    if !policy::may_schedule(deed.by, sitting.team) {
        return Err(Error::Forbidden);
    }
    if sitting.cut_off_at > sitting.starts_at {
        return Err(Error::Refused("A meeting's cut-off cannot be after its start."));
    }
    if !queries::has_team(deed.db, sitting.team)? {
        return Err(Error::NotFound);
    }
    if queries::has_meeting(deed.db, sitting.team, sitting.starts_at)? {
        return Err(Error::Refused("This team already has a meeting at that time."));
    }
    let meeting = Meeting {
        id: MeetingId::random(),
        team: sitting.team,
        starts_at: sitting.starts_at,
        cut_off_at: sitting.cut_off_at,
        venue: sitting.venue.clone(),
        chair: sitting.chair.clone(),
        cancelled_at: None,
    };
    queries::insert_meeting(deed.db, &meeting)?;
    deed.record(Event::MeetingScheduled, meeting.id, Some(meeting.team))?;
    Ok(meeting)
}

const NOT_AS_SEEN: &str =
    "This meeting was moved or cancelled by somebody else. Nothing that you sent was saved.";

/// Gives a meeting another time, place or chair. The caller has found it within a scope in this deed.
pub fn change(deed: &mut Deed, meeting: &Meeting, sitting: &Sitting) -> Result<()> {
    if !policy::may_schedule(deed.by, meeting.team) {
        return Err(Error::Forbidden);
    }
    let moves = sitting.starts_at != meeting.starts_at;
    if moves && queries::has_meeting(deed.db, meeting.team, sitting.starts_at)? {
        return Err(Error::Refused("This team already has a meeting at that time."));
    }
    let to = Meeting {
        starts_at: sitting.starts_at,
        cut_off_at: sitting.cut_off_at,
        venue: sitting.venue.clone(),
        chair: sitting.chair.clone(),
        ..meeting.clone()
    };
    if !queries::change_meeting(deed.db, meeting, &to)? {
        return Err(Error::Refused(NOT_AS_SEEN));
    }
    let event = if moves { Event::MeetingMoved } else { Event::MeetingChanged };
    deed.record(event, meeting.id, Some(meeting.team))
}

/// Cancels a meeting. The caller has found it within a scope in this deed.
pub fn cancel(deed: &mut Deed, meeting: &Meeting) -> Result<()> {
    if !policy::may_schedule(deed.by, meeting.team) {
        return Err(Error::Forbidden);
    }
    if !queries::cancel_meeting(deed.db, meeting, deed.at)? {
        return Err(Error::Refused(NOT_AS_SEEN));
    }
    deed.record(Event::MeetingCancelled, meeting.id, Some(meeting.team))
}

/// The meeting that hears what is raised at `at`: the first one whose cut-off has not passed. None if the team has
/// none in its diary.
pub fn hearing(db: &mut Db, team: TeamId, at: NaiveDateTime) -> Result<Option<Meeting>> {
    queries::next_open(db, team, at)
}

/// The meetings ahead of some teams, the next first. When a team meets is no secret from its schools, so this takes no
/// scope; who gets to see it is the caller's to say.
pub fn ahead(db: &mut Db, of: &[TeamId], at: NaiveDateTime) -> Result<Vec<Meeting>> {
    queries::meetings_ahead(db, of, at)
}

/// Meetings within a scope from a moment on, the next first. The next page begins after the last one's start.
pub fn meetings_of(
    db: &mut Db,
    scope: &Scope,
    from: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Meeting>> {
    queries::meetings_from(db, scope, from, limit)
}

/// Meetings within a scope that have begun before a moment, the latest first.
pub fn meetings_before(
    db: &mut Db,
    scope: &Scope,
    before: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Meeting>> {
    queries::meetings_before(db, scope, before, limit)
}

/// One meeting within a scope. "Not yours" and "not there" are the same.
pub fn meeting(db: &mut Db, scope: &Scope, id: MeetingId) -> Result<Meeting> {
    queries::meeting(db, scope, id)
}
