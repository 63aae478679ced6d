//! The chore that deletes: first the clock, then the warnings, then what is due, in small transactions that each look
//! again. What cannot be deleted any more (a hold, a step that somebody took) is not found by then.

use std::sync::atomic::Ordering;

use chrono::{Datelike, NaiveDateTime};

use super::plan::{Due, Which};
use super::rules::Rule;
use super::tombstones::{self, Tombstone};
use super::{Kept, clock, hold_queries, lines, queries, subject_queries, warn};
use crate::accounts::{self, Actor};
use crate::app::Portal;
use crate::concerns::ConcernId;
use crate::contexts::ContextId;
use crate::deed::Deed;
use crate::store::hearts::{self, Heart};
use crate::worker::Done;
use crate::{Result, calendar, concerns, contexts, digests, mail, meetings};

/// How many contexts, each with its concerns, go in one transaction.
const CONTEXTS: i64 = 5;
/// How many concerns.
const CONCERNS: i64 = 50;
const ACCOUNTS: i64 = 50;
const DRAFTS: i64 = 500;
const LETTERS: i64 = 500;
const REQUESTS: i64 = 500;

/// Warns the teams, and deletes what is due. Nothing at all, if the clock has jumped.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let went = run_by_rule(portal, now)?;
    let gone: usize = went.gone.iter().map(|it| it.1).sum();
    Ok(Done { count: went.warned + gone, is_more: false })
}

/// What one run did.
#[derive(Debug, Default)]
pub struct Went {
    /// How many letters that tell a team what falls due.
    pub warned: usize,
    /// How much went by each rule by which anything did.
    pub gone: Vec<(Rule, usize)>,
}

/// The same, and says what went by which rule.
pub fn run_by_rule(portal: &Portal, now: NaiveDateTime) -> Result<Went> {
    let mut went = Went::default();
    if clock::beat(portal, now)? != clock::Standing::Right {
        return Ok(went);
    }
    went.warned = warn::warn(portal, now)?;
    for rule in Rule::ALL {
        went.gone.push((*rule, all_of(portal, *rule, now)?));
    }
    went.gone.retain(|it| it.1 > 0);
    if !portal.stopping.load(Ordering::Relaxed) {
        portal.store.write(|db| hearts::beat(db, Heart::Deletion, now))?;
    }
    Ok(went)
}

/// Deletes all that is due by a rule, batch by batch, and says how much that was.
fn all_of(portal: &Portal, rule: Rule, now: NaiveDateTime) -> Result<usize> {
    let mut count = 0;
    while !portal.stopping.load(Ordering::Relaxed) {
        let batch = |deed: &mut Deed| match rule {
            Rule::Closed => closed(deed, portal),
            Rule::Unlinked => unlinked(deed, portal),
            Rule::Drafts => drafts(deed, portal),
            Rule::Accounts => accounts(deed, portal),
            Rule::Letters => letters(deed, portal),
            Rule::Requests => requests(deed, portal),
            Rule::Audit => lines::remove(deed, &portal.settings),
        };
        let gone = portal.write_as(&Actor::house(), now, batch)?;
        if gone == 0 {
            break;
        }
        count += gone;
    }
    Ok(count)
}

/// Contexts that were closed long ago, with their concerns.
fn closed(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let ready = Which { limit: CONTEXTS, ..Which::ready(&portal.settings, Rule::Closed, deed.at) };
    let mut count = 0;
    for due in queries::contexts_due(deed.db, &ready)? {
        let Some(id) = ContextId::parse(&due.id) else { continue };
        let Some(gathered) = contexts::forget::forget(deed, id)? else { continue };
        meetings::forget::forget(deed, id)?;
        for concern in gathered {
            let of_concern = Due {
                kind: Kept::Concern,
                id: concern.id.to_string(),
                reference: concern.reference,
                begun_at: concern.raised_at,
                outcome: "In a context that was closed",
                ..due.clone()
            };
            bury(deed, &of_concern)?;
            count += 1;
        }
        bury(deed, &due)?;
        count += 1;
    }
    Ok(count)
}

/// Concerns that were never gathered into a context and that nobody has touched for long.
fn unlinked(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let ready =
        Which { limit: CONCERNS, ..Which::ready(&portal.settings, Rule::Unlinked, deed.at) };
    let due = queries::concerns_due(deed.db, &ready)?;
    let ids: Vec<ConcernId> = due.iter().filter_map(|it| ConcernId::parse(&it.id)).collect();
    let gone = concerns::forget::forget(deed, &ids)?;
    for it in due.iter().filter(|it| gone.iter().any(|id| id.as_str() == it.id)) {
        bury(deed, it)?;
    }
    Ok(gone.len())
}

/// Leaves a tombstone of a team's record, and the line that closes what the audit log says of it.
fn bury(deed: &mut Deed, due: &Due) -> Result<()> {
    queries::unset_warned(deed.db, vec![due.id.clone()])?;
    hold_queries::remove(deed.db, &due.id)?;
    let stone = Tombstone {
        kind: due.kind,
        record_id: Some(due.id.clone()),
        reference: Some(due.reference.clone()),
        team: Some(due.team),
        begun_in: Some(calendar::day(due.begun_at).year()),
        outcome: due.outcome.to_owned(),
        rule: due.rule,
        deleted_on: deed.today(),
        count: 1,
    };
    tombstones::set(deed, &stone)?;
    deed.record(due.kind.event(), &due.id, Some(due.team))
}

/// Leaves a tombstone of what has no reference.
fn count_out(deed: &mut Deed, (kind, rule): (Kept, Rule), count: usize) -> Result<usize> {
    if count == 0 {
        return Ok(0);
    }
    let stone = Tombstone::nameless((kind, rule), deed.today(), count);
    tombstones::set(deed, &stone)?;
    deed.record(kind.event(), rule.as_str(), None)?;
    Ok(count)
}

fn drafts(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let before = Rule::Drafts.keep(&portal.settings).over(deed.today());
    let count = concerns::forget::forget_drafts(deed, before, DRAFTS)?;
    count_out(deed, (Kept::Draft, Rule::Drafts), count)
}

fn letters(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let before = Rule::Letters.keep(&portal.settings).over(deed.today());
    let count = mail::forget::forget(deed, before, LETTERS)?;
    count_out(deed, (Kept::Letter, Rule::Letters), count)
}

/// What people asked to see, and why somebody looked for it.
fn requests(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let before = Rule::Requests.keep(&portal.settings).over(deed.today());
    let count = subject_queries::remove(deed.db, before, REQUESTS)?;
    count_out(deed, (Kept::Request, Rule::Requests), count)
}

/// People who have left: their names stay, and everything else of theirs goes.
fn accounts(deed: &mut Deed, portal: &Portal) -> Result<usize> {
    let (keep, today) = (Rule::Accounts.keep(&portal.settings), deed.today());
    let due = accounts::forget::due(deed.db, (keep.last_day(today), keep.over(today)), ACCOUNTS)?;
    accounts::forget::forget(deed, &due)?;
    for id in &due {
        mail::forget::forget_of(deed, *id)?;
        digests::choose::forget(deed, *id)?;
        concerns::forget::forget_drafts_of(deed, *id)?;
        deed.record(Kept::Account.event(), id, None)?;
        let stone = Tombstone {
            record_id: Some(id.to_string()),
            ..Tombstone::nameless((Kept::Account, Rule::Accounts), today, 1)
        };
        tombstones::set(deed, &stone)?;
    }
    Ok(due.len())
}
