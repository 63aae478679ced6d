//! A concern goes on by one step. Every verb of triage comes through here: the guard against two people at once, the
//! line that its reporter reads, the record.

use std::fmt;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::{ConcernId, KeptConcern, Status, Step, policy, queries, said};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::{Error, Result, calendar};

const DEALT_WITH: &str =
    "This concern has already been dealt with by somebody else. Nothing that you sent was saved.";

/// How a concern stood on the page that somebody decided by. Their form carries it, so that nothing is done to a concern
/// that has changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    status: Status,
    changed_at: NaiveDateTime,
}

/// A form that holds nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SeenForm {
    pub seen: String,
}

impl Seen {
    /// How it stands now.
    pub fn of(concern: &KeptConcern) -> Self {
        Self { status: concern.status, changed_at: concern.changed_at }
    }

    /// What a form carried, if it carried one.
    pub fn parse(text: &str) -> Option<Self> {
        let (status, seconds) = text.split_once('.')?;
        let changed_at = calendar::of_seconds(seconds)?;
        Some(Self { status: Status::parse(status)?, changed_at })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.status.as_str(), self.changed_at.and_utc().timestamp())
    }
}

/// One step: where to, with which words for the reporter, and as what it is recorded.
pub(super) struct Next<'a> {
    pub status: Status,
    pub team: TeamId,
    pub words: &'a str,
    pub event: Event,
}

/// A concern of a team that the doer coordinates. Others who may read it may not do this.
pub(super) fn find_for_team(deed: &mut Deed, id: ConcernId) -> Result<KeptConcern> {
    let concern = queries::find(deed.db, &deed.by.scope(), id)?;
    if policy::is_team(deed.by, &concern) { Ok(concern) } else { Err(Error::Forbidden) }
}

/// Takes a step. The caller has found the concern in this deed and knows that its doer may.
pub(super) fn move_on(
    deed: &mut Deed,
    concern: &KeptConcern,
    seen: Option<Seen>,
    next: &Next,
) -> Result<()> {
    let is_as_seen = seen.is_none_or(|it| it == Seen::of(concern));
    let may = is_as_seen && concern.status.may_become(next.status);
    if !may || !queries::advance(deed.db, concern, (next.status, next.team), deed.at)? {
        return Err(Error::Refused(DEALT_WITH));
    }
    let step = Step {
        at: deed.at,
        by: deed.by.id,
        team: next.team,
        status: next.status,
        words: next.words.to_owned(),
        meeting: None,
    };
    if next.team != concern.team {
        said::hand_over(deed, concern, next.team)?;
    }
    said::add(deed, concern.id, &step)?;
    deed.record(next.event, concern.id, Some(concern.team))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_carries_reads_back_as_what_was_seen() {
        let at = calendar::of_seconds("1795435200");
        let seen = Seen { status: Status::Submitted, changed_at: at.unwrap_or_default() };
        assert_eq!(Seen::parse(&seen.to_string()), Some(seen));
        for wrong in ["", "submitted", "submitted.", "other.1", "submitted.99999999999999999999"] {
            assert_eq!(Seen::parse(wrong), None, "{wrong}");
        }
    }
}
