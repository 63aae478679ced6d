//! Every text of contexts, a stretch at a time, for whoever has to look through all that they may see.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::assess::{self, Assessed};
use super::read::{ListForm, Mark};
use super::share::{self, Shared};
use super::{ContextId, Goal, KeptContext, Step, goals, label_or_say, queries, said};
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

/// What was typed about contexts beside their labels and steps, by context. None for what does not open, which is logged.
fn worked_out(
    db: &mut Db,
    keys: &Keyring,
    ids: &[ContextId],
) -> Result<Vec<(ContextId, Option<Vec<Passage>>)>> {
    let goals = goals::of_contexts(db, keys, ids.to_vec())?;
    let sides = assess::of_contexts(db, keys, ids.to_vec())?;
    let shares = share::each(db, keys, ids)?;
    let goals = goals.into_iter().map(|(id, it)| (id, it.map(|it| of_goal(&it))));
    let sides = sides.into_iter().map(|(id, it)| (id, it.map(|it| vec![of_side(&it)])));
    let shares = shares.into_iter().map(|(id, it)| (id, it.map(|it| of_share(&it))));
    let or_log = |(id, it): (ContextId, Result<Vec<Passage>>)| {
        let opened = it.inspect_err(|error| {
            let error: &dyn std::error::Error = error;
            tracing::error!(%id, error, "what was worked out about a context does not open");
        });
        (id, opened.ok())
    };
    Ok(goals.chain(sides).chain(shares).map(or_log).collect())
}

fn passage(heading: String, text: &str) -> Passage {
    Passage { heading, text: text.to_owned() }
}

fn of_goal(goal: &Goal) -> Vec<Passage> {
    let set = calendar::date_of(goal.set_at);
    let mut all = vec![passage(format!("Goal, {set}"), &goal.words)];
    for it in &goal.responses {
        all.push(passage(format!("Response from {}", calendar::long_date(it.from_on)), &it.what));
        all.push(passage("Who sees to the response".to_owned(), &it.owner));
    }
    for it in &goal.measures {
        all.push(passage("Measure".to_owned(), &it.what));
        all.push(passage("What the measure counts".to_owned(), &it.unit));
    }
    all
}

fn of_side(it: &Assessed) -> Passage {
    passage(format!("{}, {}", it.side.title(), calendar::date_of(it.at)), &it.words)
}

fn of_share(it: &Shared) -> Vec<Passage> {
    vec![
        passage("What partners are told".to_owned(), &it.words),
        passage("Why personal data stays in what partners are told".to_owned(), &it.keep),
    ]
}

/// The labels of contexts, the words of their steps, and what was worked out about them.
fn texts(db: &mut Db, keys: &Keyring, found: Vec<KeptContext>) -> Result<Vec<Texts>> {
    let mut steps: BTreeMap<ContextId, Vec<Option<Step>>> = BTreeMap::new();
    for (id, step) in said::steps_of(db, keys, found.iter().map(|it| it.id).collect())? {
        steps.entry(id).or_default().push(step);
    }
    let ids: Vec<ContextId> = found.iter().map(|it| it.id).collect();
    let mut more: BTreeMap<ContextId, Vec<Option<Vec<Passage>>>> = BTreeMap::new();
    for (id, passages) in worked_out(db, keys, &ids)? {
        more.entry(id).or_default().push(passages);
    }
    let of = |it: KeptContext| {
        let label = Some(label_or_say(keys, it.id, &it.label)).filter(|it| it != UNREADABLE);
        let steps = steps.remove(&it.id).unwrap_or_default();
        let more = more.remove(&it.id).unwrap_or_default();
        let is_open = steps.iter().all(Option::is_some) && more.iter().all(Option::is_some);
        let is_whole = label.is_some() && is_open;
        let heading = || "Name of the place or group".to_owned();
        let label = label.map(|text| Passage { heading: heading(), text });
        let line = |step: Step| Passage {
            heading: format!("{}, {}", step.state.title(), calendar::date_of(step.at)),
            text: step.words,
        };
        let words = steps.into_iter().flatten().map(line);
        let more = more.into_iter().flatten().flatten();
        let all = label.into_iter().chain(words).chain(more);
        let passages = all.filter(|it| !it.text.is_empty()).collect();
        let (id, reference, team) = (it.id, it.reference, it.team);
        Texts { id, reference, team, opened_at: it.opened_at, passages, is_whole }
    };
    Ok(found.into_iter().map(of).collect())
}
