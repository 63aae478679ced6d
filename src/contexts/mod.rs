//! A context is the place or group that a team works on: it gathers the concerns that speak of it, from any school.
//!
//! It begins when a coordinator gathers a first concern into it. A meeting is set, discusses it, plans, and reviews what
//! has changed; then it is closed, with an outcome and a reason. A concern that is added to a closed context opens it
//! again. Meanwhile the team sees what its reports say together (`together`), assesses it (`assess`), and sets goals with
//! responses and measures (`goals`). Two of a team that turn out to be one are merged. Its label names a place, or a group
//! in neutral words, and never a child. It is sealed, as is what people say of it.

pub mod assess;
pub mod brief;
pub mod forget;
pub mod gather;
pub mod goals;
pub mod hear;
pub mod hold;
pub mod likely;
pub mod merge;
pub mod move_on;
pub mod near;
pub mod read;
mod said;
pub mod scan;
pub mod share;
pub mod together;

mod days;
mod recall;
mod two_words;
mod work;

mod choose_pages;
mod forget_queries;
mod form_pages;
mod merge_pages;
mod merge_queries;
pub mod pages;
pub mod policy;
pub mod queries;
mod show_pages;
mod together_pages;

use std::fmt;
use std::ops::Deref;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::Result;
use crate::accounts::AccountId;
use crate::concerns::Kind;
use crate::districts::TeamId;
use crate::seal::{Keyring, Place, Sealed, UNREADABLE};
use crate::store::schema::{context_steps, contexts};
use crate::store::{random_id, text_enum};

pub use goals::Goal;

random_id! {
    /// A context, in addresses.
    pub ContextId
}

text_enum! {
    /// Where a context is in its life. `may_become` is the whole of the rule.
    pub enum State {
        Screened = "screened",
        Scheduled = "scheduled",
        Discussed = "discussed",
        Planned = "planned",
        UnderReview = "under_review",
        Closed = "closed",
    }
}

impl State {
    /// True if a context may go from here to there in one step. It goes forward; back to a meeting from anywhere that a
    /// meeting has been, and off a meeting that does not hear it; and it can be closed at any time. Closed, it begins
    /// again.
    pub fn may_become(self, next: Self) -> bool {
        use State::{Closed, Discussed, Planned, Scheduled, Screened, UnderReview};
        match self {
            Screened => matches!(next, Scheduled | Closed),
            Scheduled => matches!(next, Discussed | Screened | Closed),
            Discussed => matches!(next, Planned | Scheduled | Closed),
            Planned => matches!(next, UnderReview | Scheduled | Closed),
            UnderReview => matches!(next, Planned | Scheduled | Closed),
            Closed => matches!(next, Screened),
        }
    }

    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Screened => "Screened",
            Self::Scheduled => "Scheduled",
            Self::Discussed => "Discussed",
            Self::Planned => "Planned",
            Self::UnderReview => "Under review",
            Self::Closed => "Closed",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Screened => "The team has it and has not set a meeting for it.",
            Self::Scheduled => "It waits for a meeting.",
            Self::Discussed => "A meeting has discussed it.",
            Self::Planned => "There is a plan, and people are acting on it.",
            Self::UnderReview => "The team looks at whether the place or group is safer.",
            Self::Closed => "The team has finished. A new concern about it opens it again.",
        }
    }
}

text_enum! {
    /// What a closed context ended with.
    pub enum Outcome {
        GoalsMet = "goals_met",
        SteppedDown = "stepped_down",
        Transferred = "transferred",
        NoFurtherAction = "no_further_action",
    }
}

impl Outcome {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::GoalsMet => "Goals met",
            Self::SteppedDown => "Stepped down",
            Self::Transferred => "Transferred",
            Self::NoFurtherAction => "No further action",
        }
    }

    /// As a list and the register say it.
    pub fn closed(self) -> &'static str {
        match self {
            Self::GoalsMet => "Closed: goals met",
            Self::SteppedDown => "Closed: stepped down",
            Self::Transferred => "Closed: transferred",
            Self::NoFurtherAction => "Closed: no further action",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::GoalsMet => "What should have become true of it is true, and was measured.",
            Self::SteppedDown => "One agency or school goes on with it by itself.",
            Self::Transferred => "Another partnership has taken it over.",
            Self::NoFurtherAction => "There is nothing more that the team can or should do.",
        }
    }
}

/// A context as the database keeps it. Its label is sealed: it cannot be shown before [`Self::open`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contexts)]
pub struct KeptContext {
    pub id: ContextId,
    pub reference: String,
    #[diesel(column_name = team_id)]
    pub team: TeamId,
    pub kind: Kind,
    pub label: Sealed,
    pub state: State,
    pub opened_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
    /// Since when it is on legal hold, if it is: it is not deleted.
    pub held_at: Option<NaiveDateTime>,
    /// What it ended with, while it is closed.
    pub outcome: Option<Outcome>,
    /// The one that has its concerns, goals and steps now, if it was merged.
    pub merged_into: Option<ContextId>,
}

/// A context with its label.
#[derive(Debug, Clone)]
pub struct Context {
    kept: KeptContext,
    pub label: String,
}

/// Everything but the label is as it is kept.
impl Deref for Context {
    type Target = KeptContext;

    fn deref(&self) -> &KeptContext {
        &self.kept
    }
}

/// Reads the label of a context.
pub fn label_of(keys: &Keyring, id: ContextId, label: &Sealed) -> Result<String> {
    keys.unseal(KeptContext::place(&id), label)
}

/// The same for a list, where one that does not open must not hide the others.
pub fn label_or_say(keys: &Keyring, id: ContextId, label: &Sealed) -> String {
    label_of(keys, id, label).unwrap_or_else(|error| {
        let error: &dyn std::error::Error = &error;
        tracing::error!(%id, error, "the label of a context does not open");
        UNREADABLE.to_owned()
    })
}

impl KeptContext {
    fn place(id: &ContextId) -> Place<'_> {
        Place { table: "contexts", column: "label", row: id.as_str() }
    }

    /// Opens its label.
    pub fn open(self, keys: &Keyring) -> Result<Context> {
        Ok(Context { label: label_of(keys, self.id, &self.label)?, kept: self })
    }

    /// The same for a list.
    pub fn open_or_say(self, keys: &Keyring) -> Context {
        Context { label: label_or_say(keys, self.id, &self.label), kept: self }
    }

    /// How it stands, for forms to carry, so that nothing is done to a context that has changed since.
    pub fn mark(&self) -> String {
        format!("{}.{}", self.state.as_str(), self.changed_at.and_utc().timestamp())
    }
}

/// One step of a context's life.
#[derive(Clone)]
pub struct Step {
    pub at: NaiveDateTime,
    pub by: AccountId,
    pub state: State,
    /// Why, if somebody said. May be empty.
    pub words: String,
}

/// A step as the database keeps it. The words are sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = context_steps)]
struct KeptStep {
    id: i64,
    at: NaiveDateTime,
    #[diesel(column_name = account_id)]
    by: AccountId,
    state: State,
    words: Option<Sealed>,
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What somebody typed has no way into a log.
        out.debug_struct("Step").field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn from_the_first_state_every_other_can_be_reached_and_none_twice_over() {
        let mut reached = vec![State::Screened];
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            assert!(!state.may_become(state), "{state:?}");
            let more =
                State::ALL.iter().filter(|it| state.may_become(**it) && !reached.contains(it));
            let more: Vec<State> = more.copied().collect();
            reached.extend(more);
            next += 1;
        }
        assert_eq!(reached.len(), State::ALL.len());
    }
}
