//! Every text of contexts, a stretch at a time, for whoever has to look through all that they may see.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::read::{ListForm, Mark};
use super::{ContextId, KeptContext, Step, label_or_say, queries, said};
use crate::accounts::Scope;
use crate::concerns::scan::Passage;
use crate::districts::TeamId;
use crate::seal::{Keyring, UNREADABLE};
use crate::store::Db;
use crate::{Error, Result, calendar};

/// How many contexts are opened at a time.
const STRETCH: usize = 500;

/// All that was written about a context itself.
#[derive(Debug, Clone)]
pub struct Texts {
    pub id: ContextId,
    pub reference: String,
    pub team: TeamId,
    pub opened_at: NaiveDateTime,
    pub passages: Vec<Passage>,
    /// False if some of it does not open, and so is not among the passages.
    pub is_whole: bool,
}

/// A stretch of the contexts of the reader's teams, the newest first, and where the next one begins.
pub fn scan(
    db: &mut Db,
    keys: &Keyring,
    scope: &Scope,
    after: Option<Mark>,
) -> Result<(Vec<Texts>, Option<Mark>)> {
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    let all = ListForm { state: "all".to_owned(), after, ..ListForm::default() };
    let found = queries::page(db, scope, &all, STRETCH)?;
    let is_last = found.len() < STRETCH;
    let end = found.last().filter(|_| !is_last);
    let next = end.map(|it| Mark { opened_at: it.opened_at, id: it.id });
    Ok((texts(db, keys, found)?, next))
}

/// The texts of some contexts: all of them, or nothing if one is not the reader's.
pub fn some(db: &mut Db, keys: &Keyring, scope: &Scope, ids: &[ContextId]) -> Result<Vec<Texts>> {
    let found = queries::some(db, scope, ids)?;
    if found.len() != ids.len() {
        return Err(Error::NotFound);
    }
    texts(db, keys, found)
}

/// The labels of contexts, and the words of their steps.
fn texts(db: &mut Db, keys: &Keyring, found: Vec<KeptContext>) -> Result<Vec<Texts>> {
    let mut steps: BTreeMap<ContextId, Vec<Option<Step>>> = BTreeMap::new();
    for (id, step) in said::steps_of(db, keys, found.iter().map(|it| it.id).collect())? {
        steps.entry(id).or_default().push(step);
    }
    let of = |it: KeptContext| {
        let label = Some(label_or_say(keys, it.id, &it.label)).filter(|it| it != UNREADABLE);
        let steps = steps.remove(&it.id).unwrap_or_default();
        let is_whole = label.is_some() && steps.iter().all(Option::is_some);
        let heading = || "Name of the place or group".to_owned();
        let label = label.map(|text| Passage { heading: heading(), text });
        let line = |step: Step| Passage {
            heading: format!("{}, {}", step.state.title(), calendar::date_of(step.at)),
            text: step.words,
        };
        let words = steps.into_iter().flatten().map(line);
        let passages = label.into_iter().chain(words).filter(|it| !it.text.is_empty()).collect();
        let (id, reference, team) = (it.id, it.reference, it.team);
        Texts { id, reference, team, opened_at: it.opened_at, passages, is_whole }
    };
    Ok(found.into_iter().map(of).collect())
}
