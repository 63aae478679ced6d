//! Records of a team are about to be deleted: its coordinators are told, once a month, how many and from when.

use super::facts::{WarningFacts, json};
use super::{Letter, LetterKind};
use crate::Result;
use crate::accounts::{Role, queries};
use crate::deed::Deed;
use crate::districts::TeamId;

const OF_TEAM: &str = "You get this because you coordinate the team that they belong to.";
const OF_COUNTY: &str =
    "You get this because the team that they belong to has no coordinator at the moment.";

/// What a team is told.
#[derive(Debug)]
pub struct Warning {
    /// `2 contexts that were closed, with their concerns`, `1 concern`: a line each.
    pub what: Vec<String>,
    /// `23 December 2026`
    pub not_before: String,
    /// The month, such as `2026-11`: one letter a person, team and month.
    pub month: String,
}

/// What is the same in every letter by which a team is told in a month.
pub fn period(team: TeamId, month: &str) -> String {
    format!("team:{team}:{month}")
}

/// Queues a letter to each coordinator of the team; if it has none, to the county's leads. False if no letter is:
/// there is nobody, or they have had theirs of this month.
pub fn tell(deed: &mut Deed, team: TeamId, warning: &Warning) -> Result<bool> {
    let today = deed.today();
    let mut people = queries::holders(deed.db, today, Role::Coordinator, Some(team), None)?;
    let mut why = OF_TEAM;
    if people.is_empty() {
        people = queries::holders(deed.db, today, Role::County, None, None)?;
        why = OF_COUNTY;
    }
    let facts = json(&WarningFacts {
        what: warning.what.clone(),
        not_before: warning.not_before.clone(),
        path: "/retention",
        why,
    })?;
    if people.is_empty() {
        tracing::error!(
            "records are due to be deleted and nobody can be told, so they stay: appoint a coordinator or a county lead"
        );
    }
    let mut is_queued = false;
    for to in people {
        let (period, facts) = (period(team, &warning.month), facts.clone());
        let letter = Letter { kind: LetterKind::Warning, to, period, facts, due_at: deed.at };
        is_queued |= deed.post(&letter)?;
    }
    Ok(is_queued)
}
