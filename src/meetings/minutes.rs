//! The minutes of a meeting, opened, which is written down.

use std::collections::BTreeMap;

use super::agenda::{Point, find, is_open, points};
use super::attend::{Attendance, members};
use super::minute::{Said, has_come};
use super::publish::{self, Told};
use super::{Sitting, item_queries, mark};
use crate::accounts::{AccountId, queries as people};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId, team_names};
use crate::{Error, Result};

/// An item with what was said of it.
#[derive(Debug, Clone)]
pub struct Minuted {
    pub point: Point,
    pub said: Said,
    /// What the schools that reported read, once it is published.
    pub told: Told,
}

/// A meeting with its minutes.
#[derive(Debug)]
pub struct Minutes {
    pub meeting: Meeting,
    pub team: String,
    pub sitting: Sitting,
    pub items: Vec<Minuted>,
    pub attendance: Attendance,
    /// Those who may be ticked as present, by name.
    pub members: Vec<(AccountId, String)>,
    pub published_by: String,
    /// True from its day on.
    pub has_come: bool,
    /// True for those who take them.
    pub may_change: bool,
}

impl Minuted {
    pub fn mark(&self) -> String {
        mark("item", self.point.item.version)
    }
}

impl Minutes {
    pub fn attendance_mark(&self) -> String {
        mark("attendance", self.sitting.attendance_version)
    }

    /// True while they can still be changed.
    pub fn is_open(&self) -> bool {
        is_open(&self.meeting, &self.sitting).is_ok()
    }

    /// The names of those who were there.
    pub fn present(&self) -> Vec<String> {
        let names: BTreeMap<_, _> = self.members.iter().map(|(id, name)| (id, name)).collect();
        let name = |it: &AccountId| names.get(it).map(|name| (*name).clone());
        let mut present: Vec<String> = self.attendance.present.iter().filter_map(name).collect();
        present.sort();
        present
    }
}

/// Opens the minutes of a meeting that the reader sees all of.
pub fn read(deed: &mut Deed, id: MeetingId) -> Result<Minutes> {
    let meeting = find(deed.db, deed.by, id)?;
    if meeting.cancelled_at.is_some() {
        return Err(Error::NotFound);
    }
    let sitting = item_queries::sitting(deed.db, id)?.unwrap_or_else(Sitting::none);
    let mut items = Vec::new();
    for point in points(deed.db, deed.keys, &meeting)? {
        let said = Said::of(deed.keys, &point.item)?;
        let told = publish::told(deed.keys, &point.item)?;
        items.push(Minuted { point, said, told });
    }
    let attendance = Attendance::of(deed.db, deed.keys, (&meeting, &sitting))?;
    let by: Vec<AccountId> = sitting.published_by.into_iter().collect();
    let by = people::names(deed.db, &by)?.into_iter().next().map(|(_, name)| name);
    let mut names = team_names(deed.db, &[meeting.team])?;
    deed.record(Event::MeetingRead, id, Some(meeting.team))?;
    Ok(Minutes {
        team: names.remove(&meeting.team).unwrap_or_default(),
        members: members(deed.db, &meeting, &attendance.present)?,
        published_by: by.unwrap_or_default(),
        has_come: has_come(deed, &meeting),
        may_change: deed.by.coordinates(meeting.team),
        meeting,
        sitting,
        items,
        attendance,
    })
}
