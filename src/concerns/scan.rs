//! Every text of concerns, a stretch at a time, for whoever has to look through all that they may see.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::list::{ListForm, Mark, Sort, Standing, Wanted};
use super::{ConcernId, KeptConcern, Status, Step, queries, report, said};
use crate::accounts::{AccountId, Scope};
use crate::districts::TeamId;
use crate::seal::Keyring;
use crate::store::Db;
use crate::{Error, Result, calendar};

/// How many concerns are opened at a time.
const STRETCH: usize = 500;

/// A text, and what it is: the question that it answers, or what the team did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub heading: String,
    pub text: String,
}

/// All that was written in and about a concern.
#[derive(Debug, Clone)]
pub struct Texts {
    pub id: ConcernId,
    pub reference: String,
    pub team: TeamId,
    pub raised_at: NaiveDateTime,
    pub passages: Vec<Passage>,
    /// False if some of it does not open, and so is not among the passages.
    pub is_whole: bool,
}

/// A stretch of the concerns of the reader's teams, the newest first, and where the next one begins.
pub fn scan(
    db: &mut Db,
    keys: &Keyring,
    scope: &Scope,
    after: Option<Mark>,
) -> Result<(Vec<Texts>, Option<Mark>)> {
    let all = ListForm::default().for_team();
    let all = Wanted { standing: Standing::Any, sort: Sort::Newest, ..all };
    let found = queries::page(db, scope, &all, (None, after, STRETCH))?;
    let next = if found.len() < STRETCH { None } else { found.last().map(Mark::of) };
    Ok((texts(db, keys, found)?, next))
}

/// The texts of some concerns: all of them, or nothing if one is not the reader's.
pub fn some(db: &mut Db, keys: &Keyring, scope: &Scope, ids: &[ConcernId]) -> Result<Vec<Texts>> {
    let found = queries::some(db, scope, ids)?;
    if found.len() != ids.len() {
        return Err(Error::NotFound);
    }
    texts(db, keys, found)
}

/// What concerns say, and the words of their steps.
fn texts(db: &mut Db, keys: &Keyring, found: Vec<KeptConcern>) -> Result<Vec<Texts>> {
    let ids: Vec<ConcernId> = found.iter().map(|it| it.id).collect();
    let mut steps: BTreeMap<ConcernId, Vec<Option<Step>>> = BTreeMap::new();
    for (id, step) in said::steps_of(db, keys, ids)? {
        steps.entry(id).or_default().push(step);
    }
    let of = |it: KeptConcern| {
        let (id, reference, team, raised_at) = (it.id, it.reference.clone(), it.team, it.raised_at);
        let steps = steps.remove(&id).unwrap_or_default();
        let opened = it.open_or_log(keys);
        let is_whole = opened.is_some() && steps.iter().all(Option::is_some);
        let rows = opened.map(|it| report::summary(&it.answers)).unwrap_or_default();
        let answers = rows
            .into_iter()
            .flat_map(|it| it.rows)
            .filter(|row| !row.lines.is_empty())
            .map(|row| Passage { heading: row.question, text: row.lines.join("\n") });
        let words = steps.into_iter().flatten().map(step_said);
        let passages = answers.chain(words).filter(|it| !it.text.is_empty()).collect();
        Texts { id, reference, team, raised_at, passages, is_whole }
    };
    Ok(found.into_iter().map(of).collect())
}

/// What somebody did with a concern, and none of the words.
#[derive(Debug, Clone)]
pub struct Part {
    pub by: AccountId,
    pub concern: ConcernId,
    pub reference: String,
    pub at: NaiveDateTime,
    /// What the step led to; nothing for the report itself.
    pub step: Option<Status>,
}

/// What some people did with concerns of the reader's teams, the newest first: reports, questions, answers, decisions. At
/// most `limit` reports, and as many steps.
pub fn parts(db: &mut Db, scope: &Scope, people: &[AccountId], limit: i64) -> Result<Vec<Part>> {
    let report = |(by, concern, reference, at)| Part { by, concern, reference, at, step: None };
    let step =
        |(by, concern, reference, at, to)| Part { by, concern, reference, at, step: Some(to) };
    let reports = queries::raised_by(db, scope, (people, limit))?.into_iter().map(report);
    let steps = queries::steps_by(db, scope, (people, limit))?.into_iter().map(step);
    let mut parts: Vec<Part> = reports.chain(steps).collect();
    parts.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(parts)
}

fn step_said(step: Step) -> Passage {
    let what = match step.status {
        _ if step.meeting.is_some() => "What the meeting decided",
        Status::Submitted => "The school’s answer",
        Status::MoreInformation => "The team’s question",
        Status::Accepted | Status::Redirected | Status::Linked => "The team’s reason",
    };
    Passage { heading: format!("{what}, {}", calendar::date_of(step.at)), text: step.words }
}
