//! A concern was added to a closed context, which is open again: the people of the team are written to.

use std::fmt::Display;

use super::facts::{ReopenedFacts, json};
use super::{Letter, LetterKind};
use crate::Result;
use crate::accounts::{Role, queries};
use crate::deed::Deed;
use crate::districts::TeamId;

/// Queues a letter to each coordinator of the team but the one who did it. Once a person, context and time that it opens.
pub fn tell(deed: &mut Deed, team: TeamId, context: impl Display, reference: &str) -> Result<()> {
    let people = queries::holders(deed.db, deed.today(), Role::Coordinator, Some(team), None)?;
    let facts = json(&ReopenedFacts {
        reference: reference.to_owned(),
        path: format!("/contexts/{context}"),
    })?;
    let period = format!("context:{context}:{}", deed.at.and_utc().timestamp());
    for to in people.into_iter().filter(|it| *it != deed.by.id).collect::<Vec<_>>() {
        let (period, facts) = (period.clone(), facts.clone());
        deed.post(&Letter { kind: LetterKind::Reopened, to, period, facts, due_at: deed.at })?;
    }
    Ok(())
}
