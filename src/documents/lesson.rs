//! What stands in a printed lesson plan: plain words and blocks, already in their order.

use serde::Serialize;

use super::Block;

/// The data of `templates/documents/lesson.typ`.
#[derive(Debug, Serialize)]
pub struct LessonSheet {
    pub title: String,
    pub cornerstone: String,
    /// The cornerstone's slug, from which the template takes its colour.
    pub cornerstone_code: String,
    pub phase: String,
    pub unit: String,
    pub years: String,
    pub minutes: u32,
    pub order: String,
    pub version: String,
    pub reviewed_on: String,
    pub licence: String,
    pub address: String,
    pub objective: String,
    pub outcomes: Vec<String>,
    pub key_knowledge: Vec<String>,
    /// What must be seen before anything else: sex education, trained staff, no cover.
    pub notices: Vec<String>,
    pub timings: Vec<Timing>,
    pub vocabulary: Vec<Pair>,
    pub statutory: Vec<Pair>,
    pub guidance: Vec<GuidanceLine>,
    pub misconceptions: Vec<Pair>,
    pub resources: Vec<String>,
    pub sections: Vec<SheetSection>,
    pub signposting: Vec<Signpost>,
    pub appendices: Vec<Appendix>,
    pub sources: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Timing {
    pub title: String,
    pub minutes: u32,
}

/// A word and what is said of it.
#[derive(Debug, Serialize)]
pub struct Pair {
    pub name: String,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub struct GuidanceLine {
    pub about: String,
    pub level: u8,
    pub note: String,
}

/// A part of the plan. The one of `code` "signposting" is followed by the telephone numbers.
#[derive(Debug, Serialize)]
pub struct SheetSection {
    pub code: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Serialize)]
pub struct Signpost {
    pub name: String,
    pub telephone: String,
    pub for_whom: String,
    pub checked_on: String,
}

/// A resource printed after the plan, on pages of its own.
#[derive(Debug, Serialize)]
pub struct Appendix {
    pub title: String,
    pub blocks: Vec<Block>,
    /// Cards to cut out; empty when the resource is a running text.
    pub cards: Vec<Card>,
}

#[derive(Debug, Serialize)]
pub struct Card {
    pub title: String,
    pub blocks: Vec<Block>,
}
