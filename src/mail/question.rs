//! A team asks about an urgent concern: the leads of its school are written to at once.

use std::fmt::Display;

use super::facts::{QuestionFacts, json};
use super::{Letter, LetterKind};
use crate::Result;
use crate::accounts::{Role, queries};
use crate::deed::Deed;
use crate::schools::Urn;

/// Queues a letter to each lead of the school. Once a person, concern and question.
pub fn tell(deed: &mut Deed, school: Urn, concern: impl Display, reference: &str) -> Result<()> {
    let leads = queries::holders(deed.db, deed.today(), Role::Dsl, None, Some(school))?;
    let facts = json(&QuestionFacts {
        reference: reference.to_owned(),
        path: format!("/concerns/{concern}"),
    })?;
    let period = format!("concern:{concern}:{}", deed.at.and_utc().timestamp());
    for to in leads {
        let (period, facts) = (period.clone(), facts.clone());
        deed.post(&Letter { kind: LetterKind::Question, to, period, facts, due_at: deed.at })?;
    }
    Ok(())
}
