//! The pack of a meeting: its agenda with what is known about each item, for one reader.
//!
//! The team and the county take it whole; that each concern in it was read is written down. Partners read it from the
//! cut-off on, without anything that a school reported: from then on the agenda stands still, and until then the team has
//! time to say what they are told (`contexts::share`). Who took which copy is written down.

pub mod pages;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::agenda::{Point, find, points};
use super::attend::{Attendance, members};
use super::minute::Said;
use super::policy::{Sight, sight};
use super::{Decision, Sitting, item_queries, queries};
use crate::audit::Event;
use crate::contexts::brief::{Brief, ForPartners, briefs};
use crate::contexts::{Context, ContextId};
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId, TeamId, team_names};
use crate::schools::{self, Urn};
use crate::{Error, Result};

/// What stands in front of every pack.
#[derive(Debug)]
pub struct Front {
    pub meeting: Meeting,
    pub team: String,
    pub points: Vec<Point>,
    /// Who is expected, by name.
    pub expected: Vec<String>,
    /// What the schools in it are called, as far as the reader may know.
    pub schools: BTreeMap<Urn, String>,
}

/// What an earlier meeting decided about a context.
#[derive(Debug, Clone)]
pub struct Decided {
    pub at: NaiveDateTime,
    pub decision: Decision,
    /// Why, if the meeting said.
    pub reason: String,
}

/// A pack for whoever sees all of the meeting.
pub struct ForTeam {
    pub front: Front,
    pub briefs: BTreeMap<ContextId, Brief>,
    pub decided: BTreeMap<ContextId, Decided>,
    /// Interests that were declared, by context.
    pub conflicts: BTreeMap<ContextId, String>,
    pub apologies: String,
}

/// A pack for a partner of the team.
pub struct Sanitised {
    pub front: Front,
    pub items: BTreeMap<ContextId, ForPartners>,
    /// What the last meeting about it decided, and when.
    pub decided: BTreeMap<ContextId, (NaiveDateTime, Decision)>,
}

/// A pack as its reader may have it.
pub enum Pack {
    Whole(Box<ForTeam>),
    Sanitised(Box<Sanitised>),
}

/// A copy of the pack of a meeting for the doer. `as_partner`: as a partner sees it, also for who sees more.
pub fn pack(deed: &mut Deed, (id, as_partner): (MeetingId, bool)) -> Result<Pack> {
    let whole = if as_partner { Err(Error::NotFound) } else { find(deed.db, deed.by, id) };
    match whole {
        Ok(meeting) => Ok(Pack::Whole(Box::new(for_team(deed, meeting)?))),
        Err(Error::NotFound) => {
            let found = for_partners(deed, (id, Event::MeetingPackedForPartners))?;
            Ok(Pack::Sanitised(Box::new(found)))
        }
        Err(error) => Err(error),
    }
}

/// Everything, for a meeting that the reader sees all of.
fn for_team(deed: &mut Deed, meeting: Meeting) -> Result<ForTeam> {
    let id = meeting.id;
    let mut front = front(deed, meeting)?;
    let briefs = briefs(deed.db, deed.keys, (front.meeting.team, contexts(&front.points)))?;
    // Which schools they are is for the team to know.
    if deed.by.coordinates(front.meeting.team) {
        let urns: Vec<Urn> = briefs.values().flat_map(|it| it.by_school.keys().copied()).collect();
        front.schools = schools::names(deed.db, &urns)?;
    }
    let mut conflicts = BTreeMap::new();
    for point in &front.points {
        let said = Said::of(deed.keys, &point.item)?;
        conflicts.insert(point.item.context, said.conflicts);
    }
    let sitting = item_queries::sitting(deed.db, id)?.unwrap_or_else(Sitting::none);
    let attendance = Attendance::of(deed.db, deed.keys, (&front.meeting, &sitting))?;
    let decided = decided(deed, &front)?;
    written_down(deed, (&front.meeting, Event::MeetingPacked), &briefs)?;
    Ok(ForTeam { front, briefs, decided, conflicts, apologies: attendance.apologies })
}

/// What partners see of a meeting. `event` is written down.
pub fn for_partners(deed: &mut Deed, (id, event): (MeetingId, Event)) -> Result<Sanitised> {
    let meeting = shared(deed, id)?;
    let mut front = front(deed, meeting)?;
    let team = front.meeting.team;
    let briefs = briefs(deed.db, deed.keys, (team, contexts(&front.points)))?;
    let items: BTreeMap<ContextId, ForPartners> =
        briefs.into_iter().map(|(id, it)| (id, it.for_partners())).collect();
    let named: Vec<Urn> = items.values().flat_map(|it| it.named.clone()).collect();
    front.schools = schools::names(deed.db, &named)?;
    let decided = decided(deed, &front)?;
    let decided = decided.into_iter().map(|(id, it)| (id, (it.at, it.decision))).collect();
    deed.record(event, id, Some(team))?;
    Ok(Sanitised { front, items, decided })
}

/// A meeting that the doer sees as its partners do, or more of.
fn shared(deed: &mut Deed, id: MeetingId) -> Result<Meeting> {
    let scope = deed.by.scope();
    let own = scope.teams().iter().chain(scope.partner_teams()).copied();
    let teams: Option<Vec<TeamId>> = (!scope.sees_every_team()).then(|| own.collect());
    let meeting = queries::find(deed.db, teams.as_deref(), id)?;
    match sight(deed.by, &meeting, (&[], deed.at)) {
        Some(Sight::Whole | Sight::Shared) => Ok(meeting),
        _ => Err(Error::NotFound),
    }
}

fn front(deed: &mut Deed, meeting: Meeting) -> Result<Front> {
    if meeting.cancelled_at.is_some() {
        return Err(Error::NotFound);
    }
    let points = points(deed.db, deed.keys, &meeting)?;
    let expected = members(deed.db, &meeting, &[])?.into_iter().map(|(_, name)| name).collect();
    let mut names = team_names(deed.db, &[meeting.team])?;
    let team = names.remove(&meeting.team).unwrap_or_default();
    Ok(Front { meeting, team, points, expected, schools: BTreeMap::new() })
}

fn contexts(points: &[Point]) -> Vec<Context> {
    points.iter().filter_map(|it| it.context.clone()).collect()
}

/// What the last published meeting before this one decided, by context.
fn decided(deed: &mut Deed, front: &Front) -> Result<BTreeMap<ContextId, Decided>> {
    let ids: Vec<ContextId> = contexts(&front.points).iter().map(|it| it.id).collect();
    let mut found: BTreeMap<ContextId, Decided> = BTreeMap::new();
    for (item, meeting, sitting) in item_queries::items_of(deed.db, &ids)? {
        let is_before = meeting.starts_at < front.meeting.starts_at;
        let Some(decision) = item.decision.filter(|_| is_before) else { continue };
        let is_earlier = found.get(&item.context).is_none_or(|it| it.at < meeting.starts_at);
        if sitting.published_at.is_some() && is_earlier {
            let reason = Said::of(deed.keys, &item)?.reason;
            found.insert(item.context, Decided { at: meeting.starts_at, decision, reason });
        }
    }
    Ok(found)
}

/// Writes down that a copy was taken, and that each context and concern in it was read.
fn written_down(
    deed: &mut Deed,
    (meeting, event): (&Meeting, Event),
    briefs: &BTreeMap<ContextId, Brief>,
) -> Result<()> {
    let team = Some(meeting.team);
    let contexts: Vec<_> = briefs.keys().map(|it| (it.to_string(), team)).collect();
    let concerns = briefs.values().flat_map(|it| &it.concerns);
    let concerns: Vec<_> = concerns.map(|it| (it.to_string(), team)).collect();
    deed.record(event, meeting.id, team)?;
    deed.record_all(Event::ContextRead, &contexts)?;
    deed.record_all(Event::ConcernGathered, &concerns)
}
