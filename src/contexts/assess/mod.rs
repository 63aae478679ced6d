//! How a team sees a context: three sides of the assessment, what young people say, and which context weighs most.
//!
//! Each side is one text, sealed, that a coordinator writes and others go on with. Two at once are told of one another:
//! the second reads both texts, and nothing is overwritten before they have.

pub mod pages;
pub(super) mod queries;
pub mod write;

use std::fmt;

use chrono::NaiveDateTime;

use super::{ContextId, KeptContext};
use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;
use crate::seal::{Keyring, Place};
use crate::store::{Db, random_id, text_enum};

random_id! {
    /// One side of the assessment of a context.
    pub AssessmentId
}

text_enum! {
    /// What an assessment looks at, in the order in which it is read.
    pub enum Side {
        Strengths = "strengths-and-needs",
        Guardianship = "guardianship",
        Environment = "environment",
        Views = "young-peoples-views",
        Weighting = "weighting",
    }
}

impl Side {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Strengths => "Young people’s strengths and needs",
            Self::Guardianship => "Guardianship",
            Self::Environment => "Environment, resources and policy",
            Self::Views => "What young people say",
            Self::Weighting => "Which context weighs most",
        }
    }

    /// What belongs there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Strengths => {
                "What young people here are good at and enjoy, what keeps them safe, and what they go without. As a group, never one child."
            }
            Self::Guardianship => {
                "Which adults are here with a caring intention, when they are, what they notice and what they can do. Where is nobody?"
            }
            Self::Environment => {
                "Light, sight lines, transport, what is open and when, what is sold, whose land it is, and which rules and services apply."
            }
            Self::Views => {
                "What young people who use the place say about it, and what they want. In their words where you can, without saying whose."
            }
            Self::Weighting => {
                "Home, friends, school, the neighbourhood, online: which of them drives the harm most, and why do you think so?"
            }
        }
    }
}

const WORDS: Place<'static> = Place { table: "assessments", column: "words", row: "" };

/// One side as somebody wrote it.
#[derive(Clone)]
pub struct Assessed {
    pub side: Side,
    pub words: String,
    /// How often it was written: what forms carry.
    pub version: i64,
    pub by: AccountId,
    pub at: NaiveDateTime,
}

impl fmt::Debug for Assessed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What somebody typed has no way into a log.
        out.debug_struct("Assessed").field("side", &self.side).finish_non_exhaustive()
    }
}

/// The sides that are written of a context that the caller has found within a scope, in their order.
pub fn of_context(db: &mut Db, keys: &Keyring, context: &KeptContext) -> Result<Vec<Assessed>> {
    let found = of_contexts(db, keys, vec![context.id])?.into_iter();
    let mut found: Vec<Assessed> = found.map(|(_, it)| it).collect::<Result<_>>()?;
    found.sort_by_key(|it| it.side);
    Ok(found)
}

/// The same of several contexts. One that does not open does not hide the others.
pub(super) fn of_contexts(
    db: &mut Db,
    keys: &Keyring,
    contexts: Vec<ContextId>,
) -> Result<Vec<(ContextId, Result<Assessed>)>> {
    let open = |(context, it): (ContextId, queries::Kept)| (context, it.open(keys));
    Ok(queries::all(db, contexts)?.into_iter().map(open).collect())
}

/// The sides of one context become another's. Where both are written, the one that stays goes on with the other's words.
pub(super) fn move_all(deed: &mut Deed, (from, to): (&KeptContext, &KeptContext)) -> Result<()> {
    let theirs = queries::all(deed.db, vec![from.id])?;
    let ours = queries::all(deed.db, vec![to.id])?;
    for (_, kept) in theirs {
        let Some((_, own)) = ours.iter().find(|(_, it)| it.side == kept.side) else {
            queries::give(deed.db, kept.id, to.id)?;
            continue;
        };
        let (other, mine) = (kept.open(deed.keys)?, own.open(deed.keys)?);
        let both = format!("{}\n\nFrom {}:\n{}", mine.words, from.reference, other.words);
        let at = Place { row: own.id.as_str(), ..WORDS };
        let sealed = deed.keys.seal(to.team.as_str(), at, &both)?;
        queries::rewrite(deed.db, (own.id, mine.version), &sealed, (deed.by.id, deed.at))?;
        queries::remove_one(deed.db, kept.id)?;
    }
    Ok(())
}
