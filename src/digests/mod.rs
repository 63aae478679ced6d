//! A digest is one letter to one person, on that person's rhythm, about what needs them: counts, references and dates.
//!
//! It becomes due when its period begins: a working day, a week, or the working day before a meeting's cut-off, each by
//! its name in London's calendar (`due`). The worker compiles it with that person's own scope and queues it in the same
//! transaction (`compile`), so that there is one for a person and a period, whatever stops or runs twice. It is sent even
//! when there is nothing to say, so that silence means a fault. Sent, it stays to be read again (`pages`).
//!
//! Letters about urgent concerns are not part of a rhythm: each coordinator of the team gets one at once
//! (`mail::urgent`), and nobody can switch that off.

pub mod choose;
pub mod compile;
pub mod due;
mod words;

pub mod pages;
pub mod queries;

use crate::accounts::{Actor, Role};
use crate::store::text_enum;

/// Who gets digests.
pub const READERS: &[Role] = &[Role::Dsl, Role::Coordinator, Role::Partner, Role::County];

text_enum! {
    /// How often a person's digest comes.
    pub enum Rhythm {
        Daily = "daily",
        Weekly = "weekly",
        BeforeMeeting = "before_meeting",
    }
}

impl Rhythm {
    /// What a person gets who has not chosen: a team's work moves daily, what a school waits for does not.
    pub fn usual(actor: &Actor) -> Self {
        if actor.is(Role::Coordinator) { Self::Daily } else { Self::Weekly }
    }

    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Daily => "Every working day",
            Self::Weekly => "Every Monday",
            Self::BeforeMeeting => "Before each meeting",
        }
    }

    /// What it means, as pages say it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Daily => "Monday to Friday, in the morning",
            Self::Weekly => "Once a week, in the morning",
            Self::BeforeMeeting => {
                "On the working day before papers close; every Monday while no meeting is planned"
            }
        }
    }

    /// Within a sentence.
    fn in_words(self) -> &'static str {
        match self {
            Self::Daily => "every working day",
            Self::Weekly => "every Monday",
            Self::BeforeMeeting => "before each meeting",
        }
    }
}
