//! All that a letter may say: counts, references, dates, and paths of our own. Nothing of what a concern is about.

use serde::Serialize;

use crate::{Error, Result};

/// What the letter about an urgent concern says.
#[derive(Debug, Serialize)]
pub struct UrgentFacts {
    /// Such as `C-7KQ4-M2`.
    pub reference: String,
    /// `23 November 2026 at 12pm`
    pub came_in: String,
    /// Where to read it, after signing in.
    pub path: String,
    /// Why this person gets it, as a sentence.
    pub why: &'static str,
}

/// What the letter about a team's question says.
#[derive(Debug, Serialize)]
pub struct QuestionFacts {
    /// Such as `C-7KQ4-M2`.
    pub reference: String,
    /// Where to read and answer it, after signing in.
    pub path: String,
}

/// What the letter about a context that is open again says.
#[derive(Debug, Serialize)]
pub struct ReopenedFacts {
    /// Such as `X-7KQ4-M2`.
    pub reference: String,
    /// Where to see it, after signing in.
    pub path: String,
}

/// What the letter about a meeting's news says.
#[derive(Debug, Serialize)]
pub struct NewsFacts {
    /// `C-7KQ4-M2, C-P3XR-9D`
    pub references: String,
    pub is_one: bool,
    /// Where to read it, after signing in.
    pub path: String,
}

/// What the letter about somebody who has lost their second factors says.
#[derive(Debug, Serialize)]
pub struct RecoveryFacts {
    /// `23 November 2026 at 12pm`
    pub asked: String,
    /// From when on two people are enough.
    pub two_from: String,
    /// From when on nobody can decide any more.
    pub void_from: String,
    /// Where to see who it is, after signing in.
    pub path: &'static str,
}

/// What the letter about records that are due to be deleted says.
#[derive(Debug, Serialize)]
pub struct WarningFacts {
    /// How many of each kind, a line each.
    pub what: Vec<String>,
    /// `23 December 2026`
    pub not_before: String,
    /// Where to see which, after signing in.
    pub path: &'static str,
    /// Why this person gets it, as a sentence.
    pub why: &'static str,
}

/// What an invitation, or the letter about a forgotten password, says.
#[derive(Debug, Serialize)]
pub struct TicketFacts {
    /// The ticket's id, which opens nothing by itself.
    pub ticket: String,
    /// Of the root key that the token comes from.
    pub generation: u32,
    /// What stands for the token until the letter is handed over.
    pub token: &'static str,
    /// `26 November 2026 at 12pm`
    pub until: String,
}

/// What the letter about a changed password says.
#[derive(Debug, Serialize)]
pub struct PasswordFacts {
    /// `23 November 2026 at 12pm`
    pub at: String,
}

/// What the letter about a new post beside somebody's own says.
#[derive(Debug, Serialize)]
pub struct BesideFacts {
    /// `County lead`
    pub post: &'static str,
    /// `23 November 2026`
    pub from: String,
    /// Why this person gets it, as a sentence.
    pub why: &'static str,
}

/// What a letter about somebody's sign-in says.
#[derive(Debug, Serialize)]
pub struct SafetyFacts {
    pub subject: &'static str,
    pub sentences: Vec<&'static str>,
    /// What to do if it was not its reader.
    pub otherwise: &'static str,
    /// Where to look, after signing in.
    pub path: &'static str,
}

/// What a digest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DigestFacts {
    /// `Monday 23 November 2026`
    pub day: String,
    /// All of it in a few words, for the subject: `2 new, 1 waiting`.
    pub summary: String,
    /// What period it covers, as a sentence.
    pub opening: String,
    pub sections: Vec<Section>,
    /// Where to see more, after signing in.
    pub path: &'static str,
    /// A sentence for each meeting ahead.
    pub meetings: Vec<String>,
    /// Why this person gets it, as a sentence.
    pub why: String,
}

/// One list of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// `New since your last digest: 2 concerns`
    pub heading: String,
    /// References on one line, and how many more there are. May be empty.
    pub references: String,
}

/// Facts as a letter carries them.
pub fn json(facts: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(facts).map_err(|error| Error::Letter(error.to_string()))
}
