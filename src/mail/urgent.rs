//! An urgent concern came in: the people of the team are written to at once.

use std::fmt::Display;

use super::facts::{UrgentFacts, json};
use super::{Letter, LetterKind};
use crate::accounts::{Role, queries};
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::{Result, calendar};

const OF_TEAM: &str = "You get this at once because you coordinate the team that has it. Letters about urgent concerns \
    cannot be switched off.";
const OF_COUNTY: &str = "You get this at once because the team that has it has no coordinator at the moment. Please see \
    that somebody looks at it.";

/// Queues a letter to each coordinator of the team; if it has none, to the county's leads. Once a person and concern.
pub fn tell(deed: &mut Deed, team: TeamId, concern: impl Display, reference: &str) -> Result<()> {
    let today = deed.today();
    let mut people = queries::holders(deed.db, today, Role::Coordinator, Some(team), None)?;
    let mut why = OF_TEAM;
    if people.is_empty() {
        people = queries::holders(deed.db, today, Role::County, None, None)?;
        why = OF_COUNTY;
    }
    if people.is_empty() {
        tracing::error!(
            "an urgent concern has nobody to be told: appoint a coordinator or a county lead"
        );
    }
    let facts = UrgentFacts {
        reference: reference.to_owned(),
        came_in: calendar::moment(deed.at),
        path: format!("/concerns/{concern}"),
        why,
    };
    for to in people {
        // A concern that comes back to a team after others had it is told of again.
        let period = format!("concern:{concern}:{}", deed.at.and_utc().timestamp());
        let facts = json(&facts)?;
        deed.post(&Letter { kind: LetterKind::Urgent, to, period, facts, due_at: deed.at })?;
    }
    Ok(())
}
