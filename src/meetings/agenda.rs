//! A meeting's agenda: what it discusses, in its order, with a time for each; and what waits and is not on it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, TimeDelta};

use super::look::Unlinked;
use super::{KeptAgendaItem, Sitting, agenda_queries as queries, item_queries, mark};
use crate::accounts::Actor;
use crate::concerns::{ConcernId, Status, Urgency};
use crate::contexts::{Context, ContextId, KeptContext, share};
use crate::districts::{Meeting, MeetingId, TeamId, team_names};
use crate::schools::Urn;
use crate::seal::Keyring;
use crate::store::Db;
use crate::{Error, Result};

/// How many of those that are not on an agenda its page shows.
const OFFERED_MAX: usize = 25;

const CANCELLED: &str = "This meeting is cancelled. Nothing that you sent was saved.";
const PUBLISHED: &str = "The minutes of this meeting are published, and nothing in them changes any more. Nothing that you sent was saved.";

/// A concern of a context, as far as an agenda needs it.
#[derive(Debug, Clone)]
pub struct Report {
    pub context: ContextId,
    pub concern: ConcernId,
    pub reference: String,
    pub school: Urn,
    pub team: TeamId,
    pub status: Status,
    pub urgency: Urgency,
    pub raised_at: NaiveDateTime,
    /// True if a meeting's decision about it was told to its school.
    pub is_told: bool,
}

/// What a context's reports say of how soon it is to be heard.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub is_urgent: bool,
    /// How many reports, and from how many schools.
    pub reports: usize,
    pub schools: usize,
    /// When the oldest report came in of which its school has heard nothing from a meeting.
    pub unheard_since: Option<NaiveDateTime>,
}

impl Standing {
    fn of(reports: &[&Report]) -> Self {
        let schools: BTreeSet<Urn> = reports.iter().map(|it| it.school).collect();
        let unheard = reports.iter().filter(|it| !it.is_told);
        Self {
            is_urgent: unheard.clone().any(|it| it.urgency == Urgency::Urgent),
            reports: reports.len(),
            schools: schools.len(),
            unheard_since: unheard.map(|it| it.raised_at).min(),
        }
    }

    /// Of each context that has reports with a team.
    pub(super) fn all(reports: &[Report], team: TeamId) -> BTreeMap<ContextId, Self> {
        let mut by_context: BTreeMap<ContextId, Vec<&Report>> = BTreeMap::new();
        for it in reports.iter().filter(|it| it.team == team) {
            by_context.entry(it.context).or_default().push(it);
        }
        by_context.into_iter().map(|(id, reports)| (id, Self::of(&reports))).collect()
    }
}

/// An item with what it is about.
#[derive(Debug, Clone)]
pub struct Point {
    pub item: KeptAgendaItem,
    /// None if it is with another team by now.
    pub context: Option<Context>,
    pub standing: Standing,
    /// What partners are told of it, in a few words.
    pub told: String,
    /// When its turn comes if all keeps to its time.
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
}

/// A context that waits, and is on no agenda.
#[derive(Debug, Clone)]
pub struct Offered {
    pub context: Context,
    pub standing: Standing,
    /// True if an earlier meeting did not reach it.
    pub is_carried: bool,
}

/// A meeting with its agenda.
#[derive(Debug)]
pub struct Agenda {
    pub meeting: Meeting,
    pub team: String,
    pub sitting: Sitting,
    pub points: Vec<Point>,
    pub offered: Vec<Offered>,
    /// How many more are offered than are shown, counted up to what the service looks at.
    pub more: usize,
    pub is_more_than_counted: bool,
    /// Concerns that are in no context yet, and so cannot be on it.
    pub concerns: Vec<Unlinked>,
    /// An earlier meeting whose minutes are not published: what it discussed waits for that.
    pub unpublished: Option<Meeting>,
}

impl Agenda {
    pub fn mark(&self) -> String {
        mark("agenda", self.sitting.agenda_version)
    }

    /// True while it can still be changed.
    pub fn is_open(&self) -> bool {
        is_open(&self.meeting, &self.sitting).is_ok()
    }
}

/// Nothing of a meeting changes once it is cancelled or published.
pub(super) fn is_open(meeting: &Meeting, sitting: &Sitting) -> Result<()> {
    match (meeting.cancelled_at, sitting.published_at) {
        (Some(_), _) => Err(Error::Refused(CANCELLED)),
        (_, Some(_)) => Err(Error::Refused(PUBLISHED)),
        _ => Ok(()),
    }
}

/// A meeting that somebody sees all of: its team's coordinators, and the county.
pub(super) fn find(db: &mut Db, actor: &Actor, id: MeetingId) -> Result<Meeting> {
    let scope = actor.scope();
    let teams = (!scope.sees_every_team()).then(|| scope.teams().to_vec());
    super::queries::find(db, teams.as_deref(), id)
}

/// One meeting's agenda, for a reader who sees all of the meeting.
pub fn agenda(
    db: &mut Db,
    keys: &Keyring,
    actor: &Actor,
    (id, at): (MeetingId, NaiveDateTime),
) -> Result<Agenda> {
    let meeting = find(db, actor, id)?;
    let sitting = item_queries::sitting(db, id)?.unwrap_or_else(Sitting::none);
    let points = points(db, keys, &meeting)?;
    let is_open = is_open(&meeting, &sitting).is_ok();
    let mut waiting = if is_open { waiting(db, &meeting)? } else { Vec::new() };
    let (count, has_all) = (waiting.len(), waiting.len() < queries::LOOKED_AT);
    waiting.truncate(OFFERED_MAX);
    let open = |it: Waits| Offered {
        context: it.context.open_or_say(keys),
        standing: it.standing,
        is_carried: it.is_carried,
    };
    let offered: Vec<Offered> = waiting.into_iter().map(open).collect();
    let concerns = if is_open { super::queries::unlinked(db, &meeting, at)? } else { Vec::new() };
    let mut names = team_names(db, &[meeting.team])?;
    Ok(Agenda {
        team: names.remove(&meeting.team).unwrap_or_default(),
        unpublished: queries::unpublished_before(db, &meeting)?,
        more: count - offered.len(),
        is_more_than_counted: !has_all,
        meeting,
        sitting,
        points,
        offered,
        concerns,
    })
}

/// The items of a meeting that the caller has found, in their order, each with its turn.
pub(super) fn points(db: &mut Db, keys: &Keyring, meeting: &Meeting) -> Result<Vec<Point>> {
    let items = item_queries::items(db, meeting.id)?;
    let ids: Vec<ContextId> = items.iter().map(|it| it.context).collect();
    let mut contexts: BTreeMap<ContextId, KeptContext> =
        queries::contexts(db, meeting.team, &ids)?.into_iter().map(|it| (it.id, it)).collect();
    let mut standings = Standing::all(&queries::reports(db, &ids)?, meeting.team);
    let mut shares = share::of_contexts(db, keys, &ids)?;
    let mut turn = meeting.starts_at;
    let point = |item: KeptAgendaItem| {
        let starts_at = turn;
        turn += TimeDelta::minutes(i64::from(item.minutes));
        Point {
            context: contexts.remove(&item.context).map(|it| it.open_or_say(keys)),
            standing: standings.remove(&item.context).unwrap_or_default(),
            told: shares.remove(&item.context).unwrap_or_default().said(),
            starts_at,
            ends_at: turn,
            item,
        }
    };
    Ok(items.into_iter().map(point).collect())
}

/// A context that waits for a meeting of its team.
#[derive(Debug, Clone)]
pub(super) struct Waits {
    pub context: KeptContext,
    pub standing: Standing,
    pub is_carried: bool,
}

/// The contexts of a meeting's team that are on no open agenda, in the order in which they are heard: what an earlier
/// meeting did not reach, then what is urgent, then whose school has waited longest to hear, then by age.
pub(super) fn waiting(db: &mut Db, meeting: &Meeting) -> Result<Vec<Waits>> {
    let found = queries::waiting(db, meeting.team)?;
    let ids: Vec<ContextId> = found.iter().map(|it| it.id).collect();
    let mut standings = Standing::all(&queries::reports(db, &ids)?, meeting.team);
    let carried = queries::carried(db, &ids)?;
    let waits = |context: KeptContext| Waits {
        standing: standings.remove(&context.id).unwrap_or_default(),
        is_carried: carried.contains(&context.id),
        context,
    };
    let mut all: Vec<Waits> = found.into_iter().map(waits).collect();
    all.sort_by_key(|it| {
        let since = it.standing.unheard_since.unwrap_or(NaiveDateTime::MAX);
        (!it.is_carried, !it.standing.is_urgent, since, it.context.opened_at, it.context.id)
    });
    Ok(all)
}
