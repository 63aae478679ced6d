//! What the database is asked about meetings.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::look::{KeptItem, Mark, Unlinked};
use crate::Result;
use crate::accounts::Actor;
use crate::concerns::{Kind, Status};
use crate::contexts::{ContextId, State};
use crate::districts::{Meeting, MeetingId, TeamId};
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{concerns, contexts, meetings, schools, team_areas};

/// How many items of each sort a meeting's page shows.
pub(super) const WAITING_MAX: usize = 100;

/// The teams that serve the districts of somebody's schools on a day.
pub(super) fn teams_serving(db: &mut Db, actor: &Actor, day: NaiveDate) -> Result<Vec<TeamId>> {
    let here = schools::table.filter(schools::urn.eq_any(actor.schools()));
    let areas: Vec<Option<String>> = here.select(schools::area_code).load(db)?;
    let areas: Vec<String> = areas.into_iter().flatten().collect();
    Ok(team_areas::table
        .filter(team_areas::area_code.eq_any(areas))
        .filter(team_areas::from_on.le(day))
        .filter(team_areas::until_on.is_null().or(team_areas::until_on.ge(day)))
        .select(team_areas::team_id)
        .distinct()
        .load(db)?)
}

/// A meeting of one of `teams`, or of any team; or nothing.
pub(super) fn find(db: &mut Db, teams: Option<&[TeamId]>, id: MeetingId) -> Result<Meeting> {
    let mut found = meetings::table.filter(meetings::id.eq(id)).into_boxed();
    if let Some(teams) = teams {
        found = found.filter(meetings::team_id.eq_any(teams.to_vec()));
    }
    Ok(found.select(Meeting::as_select()).first(db)?)
}

/// Meetings of `teams` (or of any) from a moment on, the next first, behind a mark.
pub(super) fn ahead(
    db: &mut Db,
    teams: Option<&[TeamId]>,
    (from, after): (NaiveDateTime, Option<Mark>),
    limit: i64,
) -> Result<Vec<Meeting>> {
    let mut found = meetings::table.filter(meetings::starts_at.ge(from)).into_boxed();
    if let Some(teams) = teams {
        found = found.filter(meetings::team_id.eq_any(teams.to_vec()));
    }
    if let Some(Mark { starts_at, id }) = after {
        let later = meetings::starts_at.gt(starts_at).or(meetings::id.gt(id));
        found = found.filter(meetings::starts_at.ge(starts_at)).filter(later);
    }
    let found = found.order((meetings::starts_at, meetings::id)).limit(limit);
    Ok(found.select(Meeting::as_select()).load(db)?)
}

/// Meetings of `teams` (or of any) that began before a moment, the latest first, behind a mark.
pub(super) fn behind(
    db: &mut Db,
    teams: Option<&[TeamId]>,
    (until, after): (NaiveDateTime, Option<Mark>),
    limit: i64,
) -> Result<Vec<Meeting>> {
    let mut found = meetings::table.filter(meetings::starts_at.lt(until)).into_boxed();
    if let Some(teams) = teams {
        found = found.filter(meetings::team_id.eq_any(teams.to_vec()));
    }
    if let Some(Mark { starts_at, id }) = after {
        let earlier = meetings::starts_at.lt(starts_at).or(meetings::id.lt(id));
        found = found.filter(meetings::starts_at.le(starts_at)).filter(earlier);
    }
    let found = found.order((meetings::starts_at.desc(), meetings::id.desc())).limit(limit);
    Ok(found.select(Meeting::as_select()).load(db)?)
}

/// Of a team's meetings from `now` on, the latest cut-off before this meeting's: what came until then is heard earlier.
fn earlier_cut_off(
    db: &mut Db,
    meeting: &Meeting,
    now: NaiveDateTime,
) -> Result<Option<NaiveDateTime>> {
    let earlier = meetings::table
        .filter(meetings::team_id.eq(meeting.team))
        .filter(meetings::starts_at.ge(now))
        .filter(meetings::starts_at.lt(meeting.starts_at))
        .filter(meetings::cancelled_at.is_null());
    Ok(earlier.select(diesel::dsl::max(meetings::cut_off_at)).first(db)?)
}

/// The contexts that wait for a meeting ahead, the oldest first. The reader sees all of the meeting.
pub(super) fn waiting(db: &mut Db, meeting: &Meeting, now: NaiveDateTime) -> Result<Vec<KeptItem>> {
    let since = earlier_cut_off(db, meeting, now)?.unwrap_or(DateTime::UNIX_EPOCH.naive_utc());
    let limit = i64::try_from(WAITING_MAX).unwrap_or(i64::MAX);
    let open = [State::Screened, State::Scheduled];
    let found: Vec<(ContextId, String, Kind, Sealed, State)> = contexts::table
        .filter(contexts::team_id.eq(meeting.team))
        .filter(contexts::state.eq_any(open))
        .filter(contexts::opened_at.gt(since).and(contexts::opened_at.le(meeting.cut_off_at)))
        .order((contexts::opened_at, contexts::id))
        .limit(limit)
        .select((
            contexts::id,
            contexts::reference,
            contexts::kind,
            contexts::label,
            contexts::state,
        ))
        .load(db)?;
    let item = |(id, reference, kind, label, state)| KeptItem { id, reference, kind, label, state };
    Ok(found.into_iter().map(item).collect())
}

/// The concerns in no context yet that wait for a meeting: also those that nobody has looked at, because their schools
/// were promised this date. The reader sees all of the meeting.
pub(super) fn unlinked(
    db: &mut Db,
    meeting: &Meeting,
    now: NaiveDateTime,
) -> Result<Vec<Unlinked>> {
    let since = earlier_cut_off(db, meeting, now)?.unwrap_or(DateTime::UNIX_EPOCH.naive_utc());
    Ok(concerns::table
        .filter(concerns::team_id.eq(meeting.team))
        .filter(concerns::status.ne(Status::Linked))
        .filter(concerns::arrived_at.gt(since).and(concerns::arrived_at.le(meeting.cut_off_at)))
        .order((concerns::urgency.desc(), concerns::raised_at, concerns::id))
        .limit(i64::try_from(WAITING_MAX).unwrap_or(i64::MAX))
        .select((
            concerns::id,
            concerns::reference,
            concerns::kind,
            concerns::main_harm,
            concerns::urgency,
            concerns::status,
        ))
        .load(db)?)
}
