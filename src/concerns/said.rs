//! The steps of a concern's life, with the words that were said: sealed when they are written, opened to be read.

use std::collections::HashMap;

use super::{ConcernId, KeptConcern, KeptStep, Step, queries};
use crate::Result;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::seal::{Keyring, Place};
use crate::store::Db;

fn place(row: &str) -> Place<'_> {
    Place { table: "concern_steps", column: "words", row }
}

/// Adds a line to a concern's life. Its words are its team's.
pub fn add(deed: &mut Deed, concern: ConcernId, step: &Step) -> Result<()> {
    let id = queries::add_step(deed.db, concern, step)?;
    if step.words.is_empty() {
        return Ok(());
    }
    let sealed = deed.keys.seal(step.team.as_str(), place(&id.to_string()), &step.words)?;
    queries::keep_words(deed.db, id, &sealed)
}

/// The life of a concern that the caller has found within a scope, the oldest step first.
pub fn steps(db: &mut Db, keys: &Keyring, concern: &KeptConcern) -> Result<Vec<Step>> {
    let open = |it: KeptStep| {
        let words = match &it.words {
            Some(words) => keys.unseal(place(&it.id.to_string()), words)?,
            None => String::new(),
        };
        Ok(opened(&it, words))
    };
    queries::steps(db, concern.id)?.into_iter().map(open).collect()
}

fn opened(it: &KeptStep, words: String) -> Step {
    let KeptStep { at, by, team, status, meeting, .. } = *it;
    Step { at, by, team, status, words, meeting }
}

/// What was said of some concerns that the caller has found within a scope. What does not open is left out, and logged.
pub(super) fn of_many(
    db: &mut Db,
    keys: &Keyring,
    concerns: &[KeptConcern],
) -> Result<HashMap<ConcernId, Vec<String>>> {
    let mut said: HashMap<ConcernId, Vec<String>> = HashMap::new();
    let ids = concerns.iter().map(|it| it.id).collect();
    for (concern, step, words) in queries::said_of(db, ids)? {
        match keys.unseal(place(&step.to_string()), &words) {
            Ok(words) => said.entry(concern).or_default().push(words),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(step, error, "what was said of a concern does not open");
            }
        }
    }
    Ok(said)
}

/// The lives of some concerns that the caller has found within a scope. A step that does not open is none, and is logged.
pub(super) fn steps_of(
    db: &mut Db,
    keys: &Keyring,
    ids: Vec<ConcernId>,
) -> Result<Vec<(ConcernId, Option<Step>)>> {
    let open = |(concern, it): (ConcernId, KeptStep)| {
        let words = it.words.as_ref().map(|words| keys.unseal(place(&it.id.to_string()), words));
        match words.transpose() {
            Ok(words) => {
                let words = words.unwrap_or_default();
                (concern, Some(opened(&it, words)))
            }
            Err(error) => {
                let (step, error): (_, &dyn std::error::Error) = (it.id, &error);
                tracing::error!(step, error, "what was said of a concern does not open");
                (concern, None)
            }
        }
    };
    Ok(queries::steps_of(db, ids)?.into_iter().map(open).collect())
}

/// Seals everything that was said of a concern for another team, so that the key of the team that had it opens nothing.
pub(super) fn hand_over(deed: &mut Deed, concern: &KeptConcern, team: TeamId) -> Result<()> {
    let place_of_it = KeptConcern::place(&concern.id);
    let answers = deed.keys.rewrap(team.as_str(), place_of_it, &concern.answers)?;
    queries::keep_answers(deed.db, concern.id, &answers)?;
    for KeptStep { id, words, .. } in queries::steps(deed.db, concern.id)? {
        if let Some(words) = words {
            let words = deed.keys.rewrap(team.as_str(), place(&id.to_string()), &words)?;
            queries::keep_words(deed.db, id, &words)?;
        }
    }
    Ok(())
}
