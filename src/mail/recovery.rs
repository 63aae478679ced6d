//! Somebody says that they have lost every second factor: those who look after accounts are written to at once.

use std::fmt::Display;

use chrono::NaiveDateTime;

use super::facts::{RecoveryFacts, json};
use super::{Letter, LetterKind};
use crate::accounts::{AccountId, Role, queries};
use crate::deed::Deed;
use crate::{Result, calendar};

/// Queues a letter to each administrator but the person themselves. Who it is stands on the page, not in the letter.
pub fn tell(
    deed: &mut Deed,
    person: AccountId,
    request: impl Display,
    (two_from, void_from): (NaiveDateTime, NaiveDateTime),
) -> Result<()> {
    let mut people = queries::holders(deed.db, deed.today(), Role::Admin, None, None)?;
    people.retain(|it| *it != person);
    if people.is_empty() {
        tracing::error!(
            "nobody can grant a new second factor: use `e4s account reset-factors`, and appoint another administrator"
        );
    }
    let facts = json(&RecoveryFacts {
        asked: calendar::moment(deed.at),
        two_from: calendar::moment(two_from),
        void_from: calendar::moment(void_from),
        path: "/admin/recoveries",
    })?;
    for to in people {
        let (kind, period, facts) = (LetterKind::Recovery, request.to_string(), facts.clone());
        deed.post(&Letter { kind, to, period, facts, due_at: deed.at })?;
    }
    Ok(())
}
