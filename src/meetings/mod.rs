//! A team's meeting: when and where it sits, until when it takes new items, and what waits for it.
//!
//! The dates themselves are in the districts' diary, because whoever raises a concern is told when it will be heard. Before
//! it, a coordinator builds the agenda (`arrange`) from the contexts that wait. From its day on, each item is minuted
//! (`minute`), and who was there (`attend`). Then the minutes are published (`publish`): from then on nothing in them
//! changes, each context was discussed or is carried over, and every school that reported reads what came of it.

pub mod agenda;
pub mod arrange;
pub mod attend;
pub mod change;
pub mod export;
pub mod forget;
pub mod look;
pub mod minute;
pub mod minutes;
pub mod pack;
pub mod publish;
pub mod scan;
pub mod schedule;

mod agenda_pages;
mod agenda_queries;
mod change_pages;
mod item_queries;
mod minute_pages;
pub mod pages;
pub mod policy;
mod publish_pages;
pub mod queries;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::AccountId;
use crate::contexts::ContextId;
use crate::districts::MeetingId;
use crate::seal::{Place, Sealed};
use crate::store::schema::{agenda_items, sittings};
use crate::store::{random_id, text_enum};

random_id! {
    /// An item of an agenda.
    pub ItemId
}

text_enum! {
    /// What a meeting decided about an item. All but the last are what schools are told.
    pub enum Decision {
        ActionAgreed = "action_agreed",
        BeingAssessed = "being_assessed",
        InHand = "in_hand",
        Moved = "moved",
        NoAction = "no_action",
        CarriedOver = "carried_over",
    }
}

impl Decision {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ActionAgreed => "Action agreed",
            Self::BeingAssessed => "Being assessed",
            Self::InHand => "Already in hand",
            Self::Moved => "Moved to another team or service",
            Self::NoAction => "No action",
            Self::CarriedOver => "Not reached: carry over",
        }
    }

    /// True if nobody would understand it without a reason.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Moved | Self::NoAction)
    }

    /// True if the schools that reported hear of it.
    pub fn is_told(self) -> bool {
        self != Self::CarriedOver
    }
}

/// What there is of a meeting beside its date: versions that forms are held against, who was there, when it was published.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sittings)]
pub struct Sitting {
    pub agenda_version: i64,
    pub attendance_version: i64,
    /// False if too few were there to decide by the meeting's own rules.
    pub is_quorate: bool,
    pub attendance: Option<Sealed>,
    pub published_at: Option<NaiveDateTime>,
    pub published_by: Option<AccountId>,
}

impl Sitting {
    /// Before anything is kept of a meeting.
    fn none() -> Self {
        Self {
            agenda_version: 0,
            attendance_version: 0,
            is_quorate: true,
            attendance: None,
            published_at: None,
            published_by: None,
        }
    }

    fn place(meeting: &MeetingId) -> Place<'_> {
        Place { table: "sittings", column: "attendance", row: meeting.as_str() }
    }
}

/// An item as the database keeps it. What was said of it, and what schools are told, is sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = agenda_items)]
pub struct KeptAgendaItem {
    pub id: ItemId,
    #[diesel(column_name = meeting_id)]
    pub meeting: MeetingId,
    #[diesel(column_name = context_id)]
    pub context: ContextId,
    pub place: i32,
    /// How long it may take.
    pub minutes: i32,
    pub added_at: NaiveDateTime,
    /// True if an earlier meeting did not reach it.
    pub is_carried: bool,
    pub version: i64,
    pub decision: Option<Decision>,
    pub said: Option<Sealed>,
    pub told: Option<Sealed>,
}

impl KeptAgendaItem {
    fn said_place(id: &ItemId) -> Place<'_> {
        Place { table: "agenda_items", column: "said", row: id.as_str() }
    }

    fn told_place(id: &ItemId) -> Place<'_> {
        Place { table: "agenda_items", column: "told", row: id.as_str() }
    }

    /// True once something was written down about it.
    pub fn is_minuted(&self) -> bool {
        self.decision.is_some() || self.said.is_some()
    }
}

/// How something stood on the page that a form was sent from, as `word.version`.
fn mark(word: &str, version: i64) -> String {
    format!("{word}.{version}")
}

/// The version that a form carried; none if it carried nothing of ours.
fn version_of(seen: &str) -> Option<i64> {
    seen.rsplit_once('.')?.1.parse().ok()
}
