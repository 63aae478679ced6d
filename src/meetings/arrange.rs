//! A coordinator builds a meeting's agenda and puts it into order: one act at a time, each held against the agenda that its
//! page showed.

use serde::Deserialize;

use super::agenda::{Waits, find, is_open, waiting};
use super::{ItemId, KeptAgendaItem, Sitting, item_queries as queries, version_of};
use crate::audit::Event;
use crate::contexts::hear::hear;
use crate::contexts::{ContextId, State};
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId};
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

/// How long an item may take if nobody says otherwise.
const MINUTES_USUAL: i32 = 10;
const MINUTES_MAX: i32 = 240;
/// More than a meeting of five hours hears: what waits behind stays on offer.
const BUILT_MAX: usize = 30;

const OTHERS: &str =
    "Somebody else has changed this agenda since you opened it. Nothing that you sent was saved.";
const NOT_WAITING: &str =
    "That context is on an agenda already, or it waits no more. Nothing that you sent was saved.";
const MINUTED: &str = "There are minutes of this item, so it stays on the agenda. If the meeting did not reach it, say so in \
                       the minutes.";

/// What to do with an agenda, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct AgendaForm {
    pub act: String,
    pub item: String,
    pub context: String,
    pub minutes: String,
    pub seen: String,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Build,
    Add(ContextId),
    Up(ItemId),
    Down(ItemId),
    Last(ItemId, i32),
    Off(ItemId),
}

/// An act on an agenda as it was seen.
#[derive(Debug, Clone, Copy)]
pub struct Arrange {
    act: Act,
    seen: Option<i64>,
}

impl AgendaForm {
    /// What to do, or what is wrong with it.
    pub fn check(&self) -> Result<Arrange, FormErrors> {
        let mut errors = FormErrors::default();
        let item = ItemId::parse(&self.item);
        let act = match self.act.as_str() {
            "build" => Some(Act::Build),
            "add" => ContextId::parse(&self.context).map(Act::Add),
            "up" => item.map(Act::Up),
            "down" => item.map(Act::Down),
            "off" => item.map(Act::Off),
            "minutes" => {
                let minutes = self.minutes.trim().parse().ok();
                let minutes = minutes.filter(|it| (1..=MINUTES_MAX).contains(it));
                if minutes.is_none() {
                    errors.add(self.minutes_field(), "Enter the minutes as a number from 1 to 240");
                }
                item.zip(minutes).map(|(item, minutes)| Act::Last(item, minutes))
            }
            _ => None,
        };
        if act.is_none() && errors.is_empty() {
            errors.add("", "Choose what to do with the agenda");
        }
        match act {
            Some(act) => Ok(Arrange { act, seen: version_of(&self.seen) }),
            None => Err(errors),
        }
    }

    /// The field of an item's minutes on its page.
    pub fn minutes_field(&self) -> String {
        format!("minutes_{}", self.item)
    }
}

/// A meeting that the doer's team may change, with its sitting. The county reads it and changes nothing.
pub(super) fn open_one(deed: &mut Deed, id: MeetingId) -> Result<(Meeting, Sitting)> {
    let meeting = find(deed.db, deed.by, id)?;
    if !deed.by.coordinates(meeting.team) {
        return Err(Error::Forbidden);
    }
    let sitting = queries::sitting(deed.db, id)?.unwrap_or_else(Sitting::none);
    is_open(&meeting, &sitting)?;
    Ok((meeting, sitting))
}

/// Changes an agenda by one act, and says which item it was about, if it was one that is still there.
pub fn arrange(deed: &mut Deed, id: MeetingId, arrange: Arrange) -> Result<Option<ItemId>> {
    let (meeting, sitting) = open_one(deed, id)?;
    if arrange.seen != Some(sitting.agenda_version) {
        return Err(Error::Refused(OTHERS));
    }
    queries::begin(deed.db, id)?;
    if !queries::turn_agenda(deed.db, id, sitting.agenda_version)? {
        return Err(Error::Refused(OTHERS));
    }
    let about = act(deed, &meeting, arrange.act)?;
    deed.record(Event::MeetingArranged, id, Some(meeting.team))?;
    Ok(about)
}

fn act(deed: &mut Deed, meeting: &Meeting, act: Act) -> Result<Option<ItemId>> {
    let items = queries::items(deed.db, meeting.id)?;
    let one = |id: ItemId| items.iter().find(|it| it.id == id).ok_or(Error::Refused(OTHERS));
    match act {
        Act::Build => {
            let in_time = |it: &Waits| it.context.opened_at <= meeting.cut_off_at;
            let mut all = waiting(deed.db, meeting)?;
            all.retain(in_time);
            all.truncate(BUILT_MAX.saturating_sub(items.len()));
            all.iter().try_for_each(|it| put_on(deed, meeting, it))?;
            Ok(None)
        }
        Act::Add(context) => {
            let all = waiting(deed.db, meeting)?;
            let it = all.iter().find(|it| it.context.id == context);
            put_on(deed, meeting, it.ok_or(Error::Refused(NOT_WAITING))?)?;
            Ok(None)
        }
        Act::Up(id) => {
            one(id)?;
            let behind = items.iter().rev().skip_while(|it| it.id != id).nth(1);
            swap(deed, (one(id)?, behind)).map(|()| Some(id))
        }
        Act::Down(id) => {
            let next = items.iter().skip_while(|it| it.id != id).nth(1);
            swap(deed, (one(id)?, next)).map(|()| Some(id))
        }
        Act::Last(id, minutes) => {
            queries::set_minutes(deed.db, one(id)?.id, minutes)?;
            Ok(Some(id))
        }
        Act::Off(id) => take_off(deed, meeting, one(id)?).map(|()| None),
    }
}

/// Puts a context at the end.
fn put_on(deed: &mut Deed, meeting: &Meeting, it: &Waits) -> Result<()> {
    let what = (MINUTES_USUAL, it.is_carried);
    queries::add(deed.db, (meeting.id, it.context.id), what, deed.at)?;
    let why = format!("On the agenda of the meeting on {}.", calendar::date_of(meeting.starts_at));
    // One that waits already stays as it is.
    hear(deed, it.context.id, (State::Scheduled, &why))?;
    Ok(())
}

/// Changes the places of two neighbours; nothing at the ends.
fn swap(deed: &mut Deed, (one, other): (&KeptAgendaItem, Option<&KeptAgendaItem>)) -> Result<()> {
    let Some(other) = other else { return Ok(()) };
    queries::set_place(deed.db, one.id, other.place)?;
    queries::set_place(deed.db, other.id, one.place)
}

/// Takes an item off: its context waits again.
fn take_off(deed: &mut Deed, meeting: &Meeting, item: &KeptAgendaItem) -> Result<()> {
    if item.is_minuted() {
        return Err(Error::Refused(MINUTED));
    }
    queries::remove(deed.db, item.id)?;
    let day = calendar::date_of(meeting.starts_at);
    let why = format!("Taken off the agenda of the meeting on {day}.");
    let_go(deed, meeting, (item, &why))
}

/// A context that a meeting does not hear waits again, if it is still with the team and has not gone elsewhere.
pub(super) fn let_go(
    deed: &mut Deed,
    meeting: &Meeting,
    (item, why): (&KeptAgendaItem, &str),
) -> Result<()> {
    let ours = super::agenda_queries::contexts(deed.db, meeting.team, &[item.context])?;
    if !ours.is_empty() {
        hear(deed, item.context, (State::Screened, why))?;
    }
    Ok(())
}
