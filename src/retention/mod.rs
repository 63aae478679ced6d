//! Records are kept for as long as they are needed, and not longer.
//!
//! Each rule says what is kept, from when, and how long (`rules`). What a team will lose is told to its coordinators at
//! least thirty days before (`warn`), shown to them (`plan`), and then deleted in small transactions (`forget`). What is
//! needed longer is put on legal hold, which one person does and two lift (`hold`). Of what was deleted a tombstone stays:
//! what it was, whose, of which year, by which rule and when, and nothing of what it said (`tombstones`). A clock that
//! has jumped ahead stops everything until an administrator says that it is right (`clock`). Of the audit log whole months
//! go after ten years, unless a line in them is about what is on hold (`lines`). Somebody who asks what is kept about them
//! is answered from a search by the county's lead (`subject`).

pub mod clock;
pub mod forget;
pub mod hold;
pub mod plan;
pub mod rules;
pub mod subject;
pub mod subject_file;
pub mod subject_staff;
pub mod tombstones;
pub mod warn;

mod find;
mod lines;
mod lines_queries;

mod hold_pages;
mod hold_queries;
pub mod pages;
pub mod queries;
mod register_pages;
mod subject_pages;
mod subject_queries;
mod subject_staff_pages;
mod tombstone_queries;

use crate::store::{random_id, text_enum};

random_id! {
    /// A legal hold.
    pub HoldId
}
random_id! {
    /// Somebody's request to see what is kept about them.
    pub RequestId
}

text_enum! {
    /// A kind of record that has an end.
    pub enum Kept {
        Context = "context",
        Concern = "concern",
        Draft = "draft",
        Account = "account",
        Letter = "letter",
        Request = "request",
        Line = "line",
    }
}

impl Kept {
    /// As a sentence begins with it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Context => "Context",
            Self::Concern => "Concern",
            Self::Draft => "Draft",
            Self::Account => "Account",
            Self::Letter => "Letter",
            Self::Request => "Request to see what is kept",
            Self::Line => "Line of the audit log",
        }
    }
}
