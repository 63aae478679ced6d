//! The steps of a context's life, with the reasons that were given: sealed when they are written, opened to be read.

use super::{ContextId, KeptContext, KeptStep, State, Step, queries};
use crate::Result;
use crate::deed::Deed;
use crate::seal::{Keyring, Place};
use crate::store::Db;

fn place(row: &str) -> Place<'_> {
    Place { table: "context_steps", column: "words", row }
}

/// Adds a line to a context's life. Its words are the team's.
pub(super) fn add(deed: &mut Deed, context: &KeptContext, step: (State, &str)) -> Result<()> {
    let (state, words) = step;
    let id = queries::add_step(deed.db, context.id, (deed.by.id, deed.at), state)?;
    if words.is_empty() {
        return Ok(());
    }
    let sealed = deed.keys.seal(context.team.as_str(), place(&id.to_string()), words)?;
    queries::keep_words(deed.db, id, &sealed)
}

/// The life of a context that the caller has found within a scope, the oldest step first.
pub(super) fn steps(db: &mut Db, keys: &Keyring, context: &KeptContext) -> Result<Vec<Step>> {
    let open = |it: KeptStep| {
        let words = match &it.words {
            Some(words) => keys.unseal(place(&it.id.to_string()), words)?,
            None => String::new(),
        };
        Ok(Step { at: it.at, by: it.by, state: it.state, words })
    };
    queries::steps(db, context.id)?.into_iter().map(open).collect()
}

/// The lives of some contexts that the caller has found within a scope. A step that does not open is none, and is logged.
pub(super) fn steps_of(
    db: &mut Db,
    keys: &Keyring,
    ids: Vec<ContextId>,
) -> Result<Vec<(ContextId, Option<Step>)>> {
    let open = |(context, it): (ContextId, KeptStep)| {
        let words = it.words.as_ref().map(|words| keys.unseal(place(&it.id.to_string()), words));
        match words.transpose() {
            Ok(words) => {
                let words = words.unwrap_or_default();
                (context, Some(Step { at: it.at, by: it.by, state: it.state, words }))
            }
            Err(error) => {
                let (step, error): (_, &dyn std::error::Error) = (it.id, &error);
                tracing::error!(step, error, "what was said of a context does not open");
                (context, None)
            }
        }
    };
    Ok(queries::steps_of(db, ids)?.into_iter().map(open).collect())
}
