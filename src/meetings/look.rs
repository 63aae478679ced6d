//! Meetings as a list, and one of them, each as far as its reader may see.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::policy::{Sight, sight};
use super::{item_queries, queries};
use crate::accounts::Actor;
use crate::concerns::{ConcernId, Harm, Kind, Status, Urgency};
use crate::contexts::{self, ContextId, State};
use crate::districts::{Meeting, MeetingId, TeamId, teams};
use crate::seal::{Keyring, Sealed};
use crate::store::Db;
use crate::{Error, Result, calendar};

const PAGE_SIZE: usize = 20;

/// From where on, as the address says it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ListForm {
    /// The end of a page of meetings ahead.
    pub after: String,
    /// The end of a page of meetings behind.
    pub before: String,
}

/// The end of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub starts_at: NaiveDateTime,
    pub id: MeetingId,
}

impl Mark {
    fn of(meeting: &Meeting) -> Self {
        Self { starts_at: meeting.starts_at, id: meeting.id }
    }

    /// What an address carried, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, id) = text.split_once('.')?;
        let starts_at = calendar::of_seconds(seconds)?;
        Some(Self { starts_at, id: MeetingId::parse(id)? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.starts_at.and_utc().timestamp(), self.id)
    }
}

/// A page of meetings ahead and one of meetings behind; schools see those ahead alone.
#[derive(Debug)]
pub struct Listing {
    pub ahead: Vec<Meeting>,
    pub later: Option<Mark>,
    pub behind: Vec<Meeting>,
    pub earlier: Option<Mark>,
    /// Every team's name.
    pub teams: BTreeMap<TeamId, String>,
}

/// The teams whose meetings somebody may see: none means all. And those that only serve their schools.
fn seen(
    db: &mut Db,
    actor: &Actor,
    at: NaiveDateTime,
) -> Result<(Option<Vec<TeamId>>, Vec<TeamId>)> {
    let scope = actor.scope();
    let serving = queries::teams_serving(db, actor, calendar::day(at))?;
    if scope.sees_every_team() {
        return Ok((None, serving));
    }
    let own = scope.teams().iter().chain(scope.partner_teams()).copied();
    Ok((Some(own.collect()), serving))
}

/// The meetings that somebody may see.
pub fn list(db: &mut Db, actor: &Actor, form: &ListForm, at: NaiveDateTime) -> Result<Listing> {
    let (own, serving) = seen(db, actor, at)?;
    let limit = i64::try_from(PAGE_SIZE + 1).unwrap_or(i64::MAX);
    let every: Option<Vec<TeamId>> =
        own.as_ref().map(|own| own.iter().chain(&serving).copied().collect());
    let mut ahead = queries::ahead(db, every.as_deref(), (at, Mark::parse(&form.after)), limit)?;
    let mut behind = queries::behind(db, own.as_deref(), (at, Mark::parse(&form.before)), limit)?;
    let teams = teams(db)?.into_iter().map(|it| (it.id, it.name)).collect();
    let (later, earlier) = (cut(&mut ahead), cut(&mut behind));
    Ok(Listing { ahead, later, behind, earlier, teams })
}

/// Cuts a page to its size and says where the next one begins, if there is one.
fn cut(page: &mut Vec<Meeting>) -> Option<Mark> {
    let has_more = page.len() > PAGE_SIZE;
    page.truncate(PAGE_SIZE);
    page.last().filter(|_| has_more).map(Mark::of)
}

/// A context that waits for a meeting.
#[derive(Debug)]
pub struct Item {
    pub id: ContextId,
    pub reference: String,
    pub kind: Kind,
    pub label: String,
    pub state: State,
}

/// The same as the database keeps it.
pub(super) struct KeptItem {
    pub id: ContextId,
    pub reference: String,
    pub kind: Kind,
    pub label: Sealed,
    pub state: State,
}

impl KeptItem {
    fn open(self, keys: &Keyring) -> Item {
        let Self { id, reference, kind, label, state } = self;
        Item { id, reference, kind, label: contexts::label_or_say(keys, id, &label), state }
    }
}

/// A concern that waits for a meeting.
pub type Unlinked = (ConcernId, String, Kind, Harm, Urgency, Status);

/// What waits for a meeting: contexts, and concerns that are in none yet, whether somebody has looked at them or not.
#[derive(Debug, Default)]
pub struct Waiting {
    pub contexts: Vec<Item>,
    pub concerns: Vec<Unlinked>,
}

/// A meeting as far as its reader sees it.
#[derive(Debug)]
pub struct Seen {
    pub meeting: Meeting,
    pub team: String,
    pub sight: Sight,
    /// True until it begins, unless it is cancelled.
    pub is_ahead: bool,
    /// True from its day on.
    pub is_begun: bool,
    /// What stands of it, for those who see all of it.
    pub has_agenda: bool,
    pub published_at: Option<NaiveDateTime>,
    pub waiting: Waiting,
}

/// One meeting, if its reader may see it.
pub fn look(
    db: &mut Db,
    keys: &Keyring,
    actor: &Actor,
    (id, at): (MeetingId, NaiveDateTime),
) -> Result<Seen> {
    let (own, serving) = seen(db, actor, at)?;
    let every: Option<Vec<TeamId>> = own.map(|own| own.iter().chain(&serving).copied().collect());
    let meeting = queries::find(db, every.as_deref(), id)?;
    let sight = sight(actor, &meeting, (&serving, at)).ok_or(Error::NotFound)?;
    let is_ahead = meeting.starts_at >= at && meeting.cancelled_at.is_none();
    let is_begun = calendar::day(meeting.starts_at) <= calendar::day(at);
    let waiting = match sight {
        Sight::Whole if is_ahead => {
            let items = queries::waiting(db, &meeting, at)?;
            let contexts = items.into_iter().map(|it| it.open(keys)).collect();
            Waiting { contexts, concerns: queries::unlinked(db, &meeting, at)? }
        }
        _ => Waiting::default(),
    };
    let sitting = match sight {
        Sight::Whole => item_queries::sitting(db, id)?,
        Sight::Shared | Sight::Frame | Sight::Date => None,
    };
    let names = crate::districts::team_names(db, &[meeting.team])?;
    let team = names.get(&meeting.team).cloned().unwrap_or_default();
    let published_at = sitting.as_ref().and_then(|it| it.published_at);
    let has_agenda = sitting.is_some();
    Ok(Seen { meeting, team, sight, is_ahead, is_begun, has_agenda, published_at, waiting })
}
