//! What a team wants to become true of a context, what is done towards it, and how anybody would know.
//!
//! A goal is set in words of the team's or chosen from a short list; it stays open until it is met or set aside. Responses
//! are the activity towards it, each owned by somebody. A measure counts what would be different: once before, and again
//! while the team works. What people type is sealed; amounts and days are not.

pub mod effort;
pub mod indicators;
pub mod measure;
pub mod respond;
pub mod set;

pub(super) mod drawing_pages;
mod form_pages;
pub mod pages;
pub(super) mod queries;
pub(super) mod show_pages;

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};

use super::{ContextId, KeptContext};
use crate::seal::{Keyring, Place};
use crate::store::{Db, random_id, text_enum};
use crate::{Error, Result};

use queries::{All, KeptGoal};

pub(super) use queries::{move_all, remove};

random_id! {
    /// A goal, in addresses.
    pub GoalId
}
random_id! {
    /// A response, in addresses.
    pub ResponseId
}
random_id! {
    /// A measure, in addresses.
    pub MeasureId
}

text_enum! {
    /// Whether a goal is still worked towards.
    pub enum Standing {
        Open = "open",
        Met = "met",
        SetAside = "set_aside",
    }
}

impl Standing {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Working towards it",
            Self::Met => "Met",
            Self::SetAside => "Set aside",
        }
    }
}

text_enum! {
    /// What sort of activity a response is.
    pub enum Sort {
        Support = "support",
        Environment = "environment",
        Guardianship = "guardianship",
        Enforcement = "enforcement",
        Curriculum = "curriculum",
    }
}

impl Sort {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Support => "Support",
            Self::Environment => "The place itself",
            Self::Guardianship => "Guardianship",
            Self::Enforcement => "Enforcement",
            Self::Curriculum => "Curriculum",
        }
    }

    /// What belongs to it, in a sentence.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Support => "Youth work, mentoring, help for young people and families",
            Self::Environment => "Light, sight lines, fences, cameras, what is sold and when",
            Self::Guardianship => {
                "Adults who are there and care: shopkeepers, drivers, wardens, parents"
            }
            Self::Enforcement => "Police, licensing, orders, prosecution",
            Self::Curriculum => "What is taught in lessons, assemblies and tutor time",
        }
    }
}

text_enum! {
    /// Which way a measure should go.
    pub enum Wanted {
        Fewer = "fewer",
        More = "more",
    }
}

/// A number with two places, as a measure has it: in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub i64);

impl Amount {
    /// The largest that anybody counts here.
    const MAX: i64 = 1_000_000_000;

    /// A number as people write it: `12`, `1,200`, `3.5`, `60%`.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|it| !it.is_whitespace() && *it != ',').collect();
        let text = text.strip_suffix('%').unwrap_or(&text);
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) || part.len() > 2 {
            return None;
        }
        let part: i64 = format!("{part:0<2}").parse().ok()?;
        let whole: i64 = whole.parse().ok().filter(|it| *it <= Self::MAX)?;
        Some(Self(whole * 100 + part))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match (part, part % 10) {
            (0, _) => write!(out, "{whole}"),
            (_, 0) => write!(out, "{whole}.{}", part / 10),
            _ => write!(out, "{whole}.{part:02}"),
        }
    }
}

/// A goal with what belongs to it.
#[derive(Clone)]
pub struct Goal {
    pub id: GoalId,
    pub words: String,
    pub standing: Standing,
    pub set_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
    pub responses: Vec<Response>,
    pub measures: Vec<Measure>,
}

/// An activity towards a goal.
#[derive(Clone)]
pub struct Response {
    pub id: ResponseId,
    pub what: String,
    /// Who sees to it, as the team wrote it.
    pub owner: String,
    pub sort: Sort,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// What is counted to know of change, with every value so far, the oldest first.
#[derive(Clone)]
pub struct Measure {
    pub id: MeasureId,
    pub what: String,
    pub unit: String,
    pub wanted: Wanted,
    pub values: Vec<(NaiveDate, Amount)>,
}

// What somebody typed has no way into a log.
impl fmt::Debug for Goal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Goal").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Goal {
    /// How it stands, for forms to carry, so that nothing is done to a goal that has changed since.
    pub fn mark(&self) -> String {
        mark(self.standing, self.changed_at)
    }
}

/// How a goal stands, as forms carry it.
pub(super) fn mark(standing: Standing, changed_at: NaiveDateTime) -> String {
    format!("{}.{}", standing.as_str(), changed_at.and_utc().timestamp())
}

/// The goals of a context that the caller has found within a scope, the oldest first, with all that belongs to them.
pub fn of_context(db: &mut Db, keys: &Keyring, context: &KeptContext) -> Result<Vec<Goal>> {
    of_contexts(db, keys, vec![context.id])?.into_iter().map(|(_, goal)| goal).collect()
}

/// The same of several contexts. One that does not open does not hide the others.
pub(super) fn of_contexts(
    db: &mut Db,
    keys: &Keyring,
    contexts: Vec<ContextId>,
) -> Result<Vec<(ContextId, Result<Goal>)>> {
    let kept = queries::all(db, contexts)?;
    let open = |(context, it): &(ContextId, KeptGoal)| (*context, goal(keys, it, &kept));
    Ok(kept.goals.iter().map(open).collect())
}

fn goal(keys: &Keyring, it: &KeptGoal, kept: &All) -> Result<Goal> {
    let responses = kept.responses.iter().filter(|(goal, _)| *goal == it.id);
    let measures = kept.measures.iter().filter(|(goal, _)| *goal == it.id);
    let values = |of: MeasureId| {
        let its = kept.values.iter().filter(move |(measure, ..)| *measure == of);
        its.map(|(_, on, amount)| (*on, Amount(*amount))).collect()
    };
    Ok(Goal {
        id: it.id,
        words: keys.unseal(Place { row: it.id.as_str(), ..WORDS }, &it.words)?,
        standing: it.standing,
        set_at: it.set_at,
        changed_at: it.changed_at,
        responses: responses.map(|(_, kept)| kept.open(keys)).collect::<Result<_>>()?,
        measures: measures.map(|(_, it)| it.open(keys, values(it.id))).collect::<Result<_>>()?,
    })
}

/// One goal of a context that the caller has found within a scope.
pub fn one(db: &mut Db, keys: &Keyring, (context, id): (&KeptContext, GoalId)) -> Result<Goal> {
    let found = of_context(db, keys, context)?.into_iter().find(|it| it.id == id);
    found.ok_or(Error::NotFound)
}

const WORDS: Place<'static> = Place { table: "goals", column: "words", row: "" };
const WHAT: Place<'static> = Place { table: "responses", column: "what", row: "" };
const OWNER: Place<'static> = Place { table: "responses", column: "owner", row: "" };
const COUNTED: Place<'static> = Place { table: "measures", column: "what", row: "" };
const UNIT: Place<'static> = Place { table: "measures", column: "unit", row: "" };

#[cfg(test)]
mod tests {
    use super::Amount;

    #[test]
    fn a_number_is_understood_as_people_write_it_and_shown_as_short_as_it_is() {
        for (text, shown) in
            [("12", "12"), ("1,200", "1200"), ("3.50", "3.5"), (" 60 % ", "60"), ("0.05", "0.05")]
        {
            let amount = Amount::parse(text).expect(text);
            assert_eq!(amount.to_string(), shown, "{text}");
        }
        for wrong in ["", "many", "-3", "1.234", ".5", "1.", "99999999999", "1e3", "٣"] {
            assert_eq!(Amount::parse(wrong), None, "{wrong}");
        }
    }
}
