//! A concern is what one designated lead reports, once, about a place or a group near school. Nothing here names a child.
//!
//! It begins as a draft, which its writer can leave and come back to. Raised, it belongs to the team that serves its
//! area. The team accepts it, asks its reporter for more, redirects it to another team, or links it to a context (which
//! `contexts` does). Each step leaves a line that its reporter reads in plain words.
//!
//! What people type is sealed. Queries give rows as they are kept (`Kept…`), and a verb that has the keys opens them.

pub mod gate;

pub mod draft;
pub mod place;
pub mod questions;
pub mod raise;
pub mod report;
pub mod steer;
pub mod steps;

pub mod accept;
pub mod answer;
pub mod ask;
pub mod forget;
pub mod hold;
pub mod link;
pub mod list;
pub mod move_on;
pub mod open;
pub mod openings;
pub mod prove;
pub mod redirect;
pub mod said;
pub mod scan;
pub mod search;
pub mod tell;

pub mod clear;
pub mod keep;
pub mod needed;
pub mod reconcile;
pub mod recover;
pub mod restore;
pub mod verify;

pub mod answers;
mod names;
mod words;

mod draft_queries;
mod forget_queries;
mod found_pages;
mod gate_pages;
mod keep_queries;
mod opening_pages;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod report_pages;
mod search_pages;
mod show_pages;
mod step_pages;

use std::fmt;
use std::ops::Deref;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::Result;
use crate::accounts::{AccountId, Actor};
use crate::districts::{MeetingId, TeamId};
use crate::schools::Urn;
use crate::seal::{Keyring, Place, Sealed, UNREADABLE};
use crate::store::schema::{concern_steps, concerns};
use crate::store::{random_id, text_enum};

pub use answers::Answers;

random_id! {
    /// A concern, in addresses.
    pub ConcernId
}
random_id! {
    /// A draft, in addresses. It is also the key that makes sending it twice one concern.
    pub DraftId
}

text_enum! {
    /// What a concern, or a context, is about.
    pub enum Kind {
        Location = "location",
        PeerGroup = "peer_group",
        Route = "route",
        OnlineSpace = "online_space",
        SchoolSetting = "school_setting",
    }
}

impl Kind {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Location => "A place",
            Self::PeerGroup => "A group of young people",
            Self::Route => "A route or a journey",
            Self::OnlineSpace => "An online space",
            Self::SchoolSetting => "A place in or at school",
        }
    }
}

text_enum! {
    /// Harm outside the home.
    pub enum Harm {
        SexualExploitation = "sexual_exploitation",
        CriminalExploitation = "criminal_exploitation",
        YouthViolence = "youth_violence",
        Weapons = "weapons",
        HarmfulSexualBehaviour = "harmful_sexual_behaviour",
        SexualHarassment = "sexual_harassment",
        Bullying = "bullying",
        Hate = "hate",
        Radicalisation = "radicalisation",
        SubstanceMisuse = "substance_misuse",
        UnderageSales = "underage_sales",
        AntisocialBehaviour = "antisocial_behaviour",
        Robbery = "robbery",
        Missing = "missing",
        AdultsOfConcern = "adults_of_concern",
        UnsafePlace = "unsafe_place",
        OnlineHarm = "online_harm",
    }
}

impl Harm {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::SexualExploitation => "Child sexual exploitation",
            Self::CriminalExploitation => "Child criminal exploitation and county lines",
            Self::YouthViolence => "Serious youth violence",
            Self::Weapons => "Weapons",
            Self::HarmfulSexualBehaviour => "Harmful sexual behaviour",
            Self::SexualHarassment => "Sexual harassment",
            Self::Bullying => "Bullying",
            Self::Hate => "Hate",
            Self::Radicalisation => "Radicalisation",
            Self::SubstanceMisuse => "Substance misuse: alcohol, drugs or vapes",
            Self::UnderageSales => "Underage sales",
            Self::AntisocialBehaviour => "Antisocial behaviour",
            Self::Robbery => "Robbery",
            Self::Missing => "Missing or truanting patterns",
            Self::AdultsOfConcern => "Adults of concern",
            Self::UnsafePlace => "Unsafe place or route",
            Self::OnlineHarm => "Online harm",
        }
    }
}

text_enum! {
    /// How soon the team should look.
    pub enum Urgency {
        /// Within one working day: the team is written to at once.
        Urgent = "urgent",
        /// In the ordinary way, for the next meeting.
        Routine = "routine",
    }
}

impl Urgency {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Urgent => "Urgent",
            Self::Routine => "For the next meeting",
        }
    }
}

text_enum! {
    /// Where a concern is in its life. `may_become` is the whole of the rule.
    pub enum Status {
        Submitted = "submitted",
        MoreInformation = "more_information",
        Accepted = "accepted",
        Redirected = "redirected",
        Linked = "linked",
    }
}

impl Status {
    /// True if a concern may go from here to there in one step. `Redirected` means: with another team, which has not
    /// looked yet.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Submitted | Self::Redirected => next != Self::Submitted,
            Self::MoreInformation => next != Self::MoreInformation,
            Self::Accepted => {
                matches!(next, Self::MoreInformation | Self::Redirected | Self::Linked)
            }
            Self::Linked => false,
        }
    }

    /// True while nobody in the team has dealt with it.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Submitted | Self::Redirected)
    }

    /// As the team's pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Submitted => "New",
            Self::MoreInformation => "More asked",
            Self::Accepted => "Accepted",
            Self::Redirected => "Redirected here",
            Self::Linked => "In a context",
        }
    }

    fn to_reporter(self) -> &'static str {
        match self {
            Self::Submitted => "Sent. The team has it and has not looked at it yet.",
            Self::MoreInformation => "The team has a question for you.",
            Self::Accepted => "Accepted. The team has read it and will take it to its meeting.",
            Self::Redirected => {
                "Passed on to another district’s team, which has not looked at it yet."
            }
            Self::Linked => {
                "Being worked on, with anything else that is reported about the same place or group."
            }
        }
    }
}

/// A concern as the database keeps it. What was typed is sealed: nothing of it can be shown before [`Self::open`].
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = concerns)]
pub struct KeptConcern {
    pub id: ConcernId,
    pub reference: String,
    #[diesel(column_name = school_urn)]
    pub school: Urn,
    #[diesel(column_name = team_id)]
    pub team: TeamId,
    pub area_code: String,
    pub raised_by: AccountId,
    pub raised_at: NaiveDateTime,
    /// When it came to the team that has it.
    pub arrived_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
    pub status: Status,
    pub kind: Kind,
    pub main_harm: Harm,
    pub urgency: Urgency,
    pub easting: Option<i32>,
    pub northing: Option<i32>,
    pub answers: Sealed,
    /// Since when it is on legal hold, if it is: it is not deleted.
    pub held_at: Option<NaiveDateTime>,
}

/// A concern with what was typed. It does not leave its slice like this: pages show views made for their readers.
#[derive(Debug, Clone)]
pub struct Concern {
    kept: KeptConcern,
    pub answers: Answers,
}

/// Everything but what was typed is as it is kept.
impl Deref for Concern {
    type Target = KeptConcern;

    fn deref(&self) -> &KeptConcern {
        &self.kept
    }
}

impl KeptConcern {
    /// Where its answers stand.
    pub fn place(id: &ConcernId) -> Place<'_> {
        Place { table: "concerns", column: "answers", row: id.as_str() }
    }

    /// What was typed, sealed for the team that a concern is with.
    pub fn seal(keys: &Keyring, of: (&ConcernId, TeamId), answers: &Answers) -> Result<Sealed> {
        let (id, team) = of;
        keys.seal(team.as_str(), Self::place(id), answers.as_text())
    }

    /// Opens what was typed.
    pub fn open(self, keys: &Keyring) -> Result<Concern> {
        let text = keys.unseal(Self::place(&self.id), &self.answers)?;
        Ok(Concern { answers: Answers::of_text(&text)?, kept: self })
    }

    /// The same, where one that does not open must not hide the others: it is logged.
    pub fn open_or_log(self, keys: &Keyring) -> Option<Concern> {
        let id = self.id;
        let opened = self.open(keys).inspect_err(|error| {
            let error: &dyn std::error::Error = error;
            tracing::error!(%id, error, "a concern does not open");
        });
        opened.ok()
    }

    /// The same for a list: the label of one that does not open says so.
    pub fn open_or_say(self, keys: &Keyring) -> Concern {
        let name = || ("name".to_owned(), UNREADABLE.to_owned());
        let unread = |kept| Concern { kept, answers: Answers::of([name()]) };
        self.clone().open_or_log(keys).unwrap_or_else(|| unread(self))
    }

    /// True if its reporter has answered the team, which has not looked again.
    pub fn is_answered(&self) -> bool {
        self.status == Status::Submitted && self.changed_at > self.arrived_at
    }

    /// Where it stands, as the team's pages say it.
    pub fn standing(&self) -> &'static str {
        if self.is_answered() { "Answered" } else { self.status.title() }
    }

    /// Where it stands, as its reporter reads it.
    pub fn to_reporter(&self) -> &'static str {
        if self.is_answered() {
            return "You answered. The team has your answer and will look again.";
        }
        self.status.to_reporter()
    }
}

impl Concern {
    /// The name of the place, or the neutral label of the group.
    pub fn label(&self) -> &str {
        report::name(&self.answers)
    }
}

/// One step of a concern's life.
#[derive(Clone)]
pub struct Step {
    pub at: NaiveDateTime,
    pub by: AccountId,
    pub team: TeamId,
    pub status: Status,
    /// What was asked, answered or explained, for its reporter to read. May be empty.
    pub words: String,
    /// The meeting that it comes from, if it is what a meeting decided.
    pub meeting: Option<MeetingId>,
}

/// A step as the database keeps it. The words are sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = concern_steps)]
struct KeptStep {
    id: i64,
    at: NaiveDateTime,
    #[diesel(column_name = account_id)]
    by: AccountId,
    #[diesel(column_name = team_id)]
    team: TeamId,
    status: Status,
    words: Option<Sealed>,
    #[diesel(column_name = meeting_id)]
    meeting: Option<MeetingId>,
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What somebody typed has no way into a log.
        out.debug_struct("Step").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Step {
    /// True if the service itself put the concern back (`restore`): a step that nobody else takes.
    pub fn is_restoring(&self) -> bool {
        self.status == Status::Submitted && self.by == Actor::house().id
    }
}
