//! What the partners of a team are told of a context: its kind and how many have reported, and beyond that what a
//! coordinator has given out for them and nothing else.
//!
//! Four things can be given: its name, the plan (goals, responses, measures), which of the schools that reported have agreed
//! to be named, and words that the team writes for partners. Nothing that a school reported ever is.

pub mod give;
pub(super) mod pages;
pub(super) mod queries;

use std::collections::BTreeMap;
use std::fmt;

use super::{ContextId, KeptContext};
use crate::Result;
use crate::concerns::Answers;
use crate::schools::Urn;
use crate::seal::{Keyring, Place};
use crate::store::Db;

/// A count below this is not told beyond the team.
pub const FEW: usize = 5;

/// A count as it is told beyond the team.
pub fn few(count: usize) -> String {
    if count < FEW { "fewer than five".to_owned() } else { count.to_string() }
}

/// What partners are told of a context beyond its kind and how many have reported.
#[derive(Clone, Default)]
pub struct Shared {
    /// True if they read its name.
    pub is_named: bool,
    /// True if they read its goals, responses and measures.
    pub has_plan: bool,
    /// What the team writes for them.
    pub words: String,
    /// Why something in these words that looks like personal data stays.
    pub keep: String,
    /// The schools that have agreed to be named to them.
    pub schools: Vec<Urn>,
    /// How often it was changed: what forms carry.
    pub version: i64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What somebody typed has no way into a log.
        out.debug_struct("Shared").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Shared {
    fn place(context: &ContextId) -> Place<'_> {
        Place { table: "context_shares", column: "words", row: context.as_str() }
    }

    /// The words and the schools as one text, to be sealed.
    fn text(&self) -> Answers {
        let words = [("words", self.words.clone()), ("keep", self.keep.clone())];
        let schools = self.schools.iter().map(|it| ("school", it.to_string()));
        let pairs = words.into_iter().chain(schools);
        Answers::of(pairs.map(|(name, value)| (name.to_owned(), value)))
    }

    /// In a few words, for a list.
    pub fn said(&self) -> String {
        let schools = match self.schools.len() {
            0 => None,
            1 => Some("1 school".to_owned()),
            count => Some(format!("{count} schools")),
        };
        let parts = [
            self.is_named.then(|| "its name".to_owned()),
            self.has_plan.then(|| "the plan".to_owned()),
            (!self.words.is_empty()).then(|| "words for them".to_owned()),
            schools,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let parts = parts.join(", ");
        if parts.is_empty() { "only its kind".to_owned() } else { parts }
    }
}

/// What partners are told of a context that the caller has found.
pub fn of_context(db: &mut Db, keys: &Keyring, context: &KeptContext) -> Result<Shared> {
    Ok(of_contexts(db, keys, &[context.id])?.remove(&context.id).unwrap_or_default())
}

/// The same of several; of those that nobody has given anything out of, nothing.
pub fn of_contexts(
    db: &mut Db,
    keys: &Keyring,
    contexts: &[ContextId],
) -> Result<BTreeMap<ContextId, Shared>> {
    each(db, keys, contexts)?.into_iter().map(|(id, it)| Ok((id, it?))).collect()
}

/// The same. One that does not open does not hide the others.
pub(super) fn each(
    db: &mut Db,
    keys: &Keyring,
    contexts: &[ContextId],
) -> Result<Vec<(ContextId, Result<Shared>)>> {
    let open = |it: queries::Kept| (it.context, it.open(keys));
    Ok(queries::all(db, contexts)?.into_iter().map(open).collect())
}
