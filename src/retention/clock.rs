//! The clock that deletion goes by. It is written down each hour (`Heart::DeletionClock`); when the next time that it reads is more
//! than a week ahead of the last one, the clock may be wrong, and nothing is deleted until an administrator says that it
//! is right.

use chrono::{NaiveDateTime, TimeDelta};

use crate::accounts::Role;
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::store::Db;
use crate::store::hearts::{self, Heart};
use crate::worker::Done;
use crate::{Error, Result, calendar};

/// A clock may move on so far between two heartbeats: a service that was off over the holidays asks.
const JUMP_MAX: TimeDelta = TimeDelta::days(7);
/// A page may be so old when somebody confirms the time that it shows.
const PAGE_MAX: TimeDelta = TimeDelta::hours(1);

/// How the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Right,
    /// The last heartbeat, and the time that the clock says now.
    Jumped(NaiveDateTime, NaiveDateTime),
}

impl Standing {
    /// What is wrong, in a sentence; nothing if it is right.
    pub fn trouble(self) -> Option<String> {
        let Self::Jumped(last, now) = self else { return None };
        let (last, now) = (calendar::moment(last), calendar::moment(now));
        Some(format!(
            "The clock says {now}, and said {last} when the worker last looked. Nothing is deleted until an \
             administrator says that the clock is right, at /admin/retention or with `e4s retain --clock-is-right`."
        ))
    }
}

/// When the worker last wrote down the time.
pub fn last_beat(db: &mut Db) -> Result<Option<NaiveDateTime>> {
    hearts::last_beat(db, Heart::DeletionClock)
}

/// How the clock stands against the last heartbeat. Before the first one there is nothing that it could have jumped over.
pub fn standing(db: &mut Db, now: NaiveDateTime) -> Result<Standing> {
    let jumped = last_beat(db)?.filter(|last| now - *last > JUMP_MAX);
    Ok(jumped.map_or(Standing::Right, |last| Standing::Jumped(last, now)))
}

/// The chore: writes down the time, unless the clock has jumped. Back, it may go.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    beat(portal, now).map(|_| Done::nothing())
}

/// Writes down the time, unless the clock has jumped, and says how it stands.
pub(super) fn beat(portal: &Portal, now: NaiveDateTime) -> Result<Standing> {
    let standing = portal.store.write(|db| {
        let standing = standing(db, now)?;
        if standing == Standing::Right {
            hearts::beat(db, Heart::DeletionClock, now)?;
        }
        Ok(standing)
    })?;
    if let Some(trouble) = standing.trouble() {
        tracing::error!("{trouble}");
    }
    Ok(standing)
}

/// An administrator, or the command line, says that the clock is right: `shown` is the time that they were shown.
pub fn confirm(deed: &mut Deed, shown: NaiveDateTime) -> Result<()> {
    let is_house = deed.by.posts().is_empty();
    if !is_house && !deed.by.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    if (deed.at - shown).abs() > PAGE_MAX {
        return Err(Error::Refused("The clock says another time now than the page did."));
    }
    hearts::beat(deed.db, Heart::DeletionClock, deed.at)?;
    deed.record(Event::ClockConfirmed, Heart::DeletionClock.as_str(), None)
}
