//! What the database is asked about what is due, and about warnings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, min, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Kept;
use super::plan::{Due, Mark, Which};
use super::rules::Rule;
use crate::Result;
use crate::concerns::{ConcernId, Status};
use crate::contexts::{ContextId, Outcome};
use crate::districts::TeamId;
use crate::mail::LetterKind;
use crate::store::Db;
use crate::store::schema::{concerns, context_concerns, contexts, letters, warnings};

/// Whether a context is on hold, what it ended with, and whether it was merged.
type Ended = (Option<NaiveDateTime>, Option<Outcome>, Option<ContextId>);

/// Closed contexts of which nothing has changed since before `which.before`, the longest closed first.
///
/// A concern of it that changed later keeps its context; one that is on hold holds it.
pub(super) fn contexts_due(db: &mut Db, which: &Which) -> Result<Vec<Due>> {
    type Row = (ContextId, String, TeamId, NaiveDateTime, NaiveDateTime, Ended);
    let later = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(contexts::id))
        .filter(concerns::changed_at.ge(which.before));
    let mut found = contexts::table
        // Word for word what the index of closed contexts says, or it is not used; below as well.
        .filter(sql::<Bool>("contexts.state = 'closed'"))
        .filter(contexts::changed_at.lt(which.before))
        .filter(not(exists(later)))
        .into_boxed();
    if let Some(teams) = &which.teams {
        found = found.filter(contexts::team_id.eq_any(teams.clone()));
    }
    if let Some(Mark { at, id }) = &which.after {
        let behind = contexts::changed_at.gt(*at).or(contexts::id.gt(id.clone()));
        found = found.filter(contexts::changed_at.ge(*at)).filter(behind);
    }
    if which.is_free {
        let held = context_concerns::table
            .inner_join(concerns::table)
            .filter(context_concerns::context_id.eq(contexts::id))
            .filter(concerns::held_at.is_not_null());
        found = found.filter(contexts::held_at.is_null()).filter(not(exists(held)));
    }
    if let Some((from, until)) = which.warned {
        let told = warnings::table
            .filter(warnings::record_id.eq(contexts::id))
            .filter(warnings::told_at.between(from, until))
            .filter(warnings::warned_at.ge(contexts::changed_at));
        found = found.filter(exists(told));
    }
    if let Some(from) = which.unwarned {
        let told = warnings::table
            .filter(warnings::record_id.eq(contexts::id))
            .filter(warnings::told_at.ge(from))
            .filter(warnings::warned_at.ge(contexts::changed_at));
        found = found.filter(not(exists(told)));
    }
    let rows: Vec<Row> = found
        .order((contexts::changed_at, contexts::id))
        .limit(which.limit)
        .select((
            contexts::id,
            contexts::reference,
            contexts::team_id,
            contexts::opened_at,
            contexts::changed_at,
            (contexts::held_at, contexts::outcome, contexts::merged_into),
        ))
        .load(db)?;
    let one = |(id, reference, team, begun_at, since, (held_at, outcome, merged)): Row| Due {
        kind: Kept::Context,
        rule: Rule::Closed,
        id: id.to_string(),
        reference,
        team,
        begun_at,
        since,
        outcome: match (outcome, merged) {
            (Some(outcome), _) => outcome.closed(),
            (None, Some(_)) => "Merged into another",
            (None, None) => "Closed",
        },
        is_held: held_at.is_some(),
        warned_at: None,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Concerns that are in no context and to which nothing has happened since before `which.before`, the stillest first.
pub(super) fn concerns_due(db: &mut Db, which: &Which) -> Result<Vec<Due>> {
    type Row =
        (ConcernId, String, TeamId, NaiveDateTime, NaiveDateTime, Status, Option<NaiveDateTime>);
    let mut found = concerns::table
        .filter(sql::<Bool>("concerns.status <> 'linked'"))
        .filter(concerns::changed_at.lt(which.before))
        .into_boxed();
    if let Some(teams) = &which.teams {
        found = found.filter(concerns::team_id.eq_any(teams.clone()));
    }
    if let Some(Mark { at, id }) = &which.after {
        let behind = concerns::changed_at.gt(*at).or(concerns::id.gt(id.clone()));
        found = found.filter(concerns::changed_at.ge(*at)).filter(behind);
    }
    if which.is_free {
        found = found.filter(concerns::held_at.is_null());
    }
    if let Some((from, until)) = which.warned {
        let told = warnings::table
            .filter(warnings::record_id.eq(concerns::id))
            .filter(warnings::told_at.between(from, until))
            .filter(warnings::warned_at.ge(concerns::changed_at));
        found = found.filter(exists(told));
    }
    if let Some(from) = which.unwarned {
        let told = warnings::table
            .filter(warnings::record_id.eq(concerns::id))
            .filter(warnings::told_at.ge(from))
            .filter(warnings::warned_at.ge(concerns::changed_at));
        found = found.filter(not(exists(told)));
    }
    let rows: Vec<Row> = found
        .order((concerns::changed_at, concerns::id))
        .limit(which.limit)
        .select((
            concerns::id,
            concerns::reference,
            concerns::team_id,
            concerns::raised_at,
            concerns::changed_at,
            concerns::status,
            concerns::held_at,
        ))
        .load(db)?;
    let one = |(id, reference, team, begun_at, since, status, held_at): Row| Due {
        kind: Kept::Concern,
        rule: Rule::Unlinked,
        id: id.to_string(),
        reference,
        team,
        begun_at,
        since,
        outcome: status.title(),
        is_held: held_at.is_some(),
        warned_at: None,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Of some contexts, those that have a concern on hold.
pub(super) fn held_by_concern(db: &mut Db, ids: Vec<String>) -> Result<Vec<String>> {
    let held = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq_any(ids))
        .filter(concerns::held_at.is_not_null());
    let found: Vec<ContextId> = held.select(context_concerns::context_id).distinct().load(db)?;
    Ok(found.iter().map(ToString::to_string).collect())
}

/// When the latest change to a concern of each of these contexts was, those without concerns left out.
pub(super) fn latest_in(
    db: &mut Db,
    ids: Vec<String>,
) -> Result<Vec<(ContextId, Option<NaiveDateTime>)>> {
    Ok(context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq_any(ids))
        .group_by(context_concerns::context_id)
        .select((context_concerns::context_id, max(concerns::changed_at)))
        .load(db)?)
}

/// When letters about some records were queued, and the first of them sent: of those of which one was.
pub(super) fn told(
    db: &mut Db,
    ids: Vec<String>,
) -> Result<Vec<(String, (NaiveDateTime, NaiveDateTime))>> {
    type Row = (String, NaiveDateTime, String, Option<NaiveDateTime>);
    let of = warnings::table.filter(warnings::record_id.eq_any(ids));
    let what = (warnings::record_id, warnings::warned_at, warnings::period, warnings::told_at);
    let rows: Vec<Row> = of.select(what).load(db)?;
    let open: BTreeSet<String> =
        rows.iter().filter(|it| it.3.is_none()).map(|it| it.2.clone()).collect();
    let sent = first_sent(db, open.into_iter().collect())?;
    let told = |(id, queued, period, told): Row| {
        let told = told.or_else(|| sent.get(&period).copied())?;
        Some((id, (queued, told)))
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

/// Writes down when the first letter of each warning was sent, where one was since.
pub(super) fn set_told(db: &mut Db) -> Result<()> {
    let open = warnings::table.filter(warnings::told_at.is_null()).select(warnings::period);
    let periods: Vec<String> = open.distinct().load(db)?;
    for (period, first) in first_sent(db, periods)? {
        let of = warnings::table.filter(warnings::period.eq(period));
        let of = of.filter(warnings::told_at.is_null());
        diesel::update(of).set(warnings::told_at.eq(first)).execute(db)?;
    }
    Ok(())
}

/// When the first letter of some warnings was sent.
fn first_sent(db: &mut Db, periods: Vec<String>) -> Result<BTreeMap<String, NaiveDateTime>> {
    let sent: Vec<(String, Option<NaiveDateTime>)> = letters::table
        .filter(letters::kind.eq(LetterKind::Warning))
        .filter(letters::period.eq_any(periods))
        .filter(letters::sent_at.is_not_null())
        .group_by(letters::period)
        .select((letters::period, min(letters::sent_at)))
        .load(db)?;
    Ok(sent.into_iter().filter_map(|(period, first)| Some((period, first?))).collect())
}

/// True if letters to a team were queued since a moment.
pub(super) fn is_told(db: &mut Db, team: TeamId, since: NaiveDateTime) -> Result<bool> {
    let told =
        warnings::table.filter(warnings::team_id.eq(team)).filter(warnings::warned_at.ge(since));
    Ok(diesel::select(exists(told)).get_result(db)?)
}

/// Writes down that letters about a record were queued for a team.
pub(super) fn set_warned(
    db: &mut Db,
    id: &str,
    (team, at): (TeamId, NaiveDateTime),
    period: &str,
) -> Result<()> {
    let queued = (
        warnings::team_id.eq(team),
        warnings::warned_at.eq(at),
        warnings::period.eq(period),
        warnings::told_at.eq(None::<NaiveDateTime>),
    );
    if diesel::update(warnings::table.find(id)).set(queued).execute(db)? == 0 {
        diesel::insert_into(warnings::table)
            .values((warnings::record_id.eq(id), queued))
            .execute(db)?;
    }
    Ok(())
}

/// Forgets that a team was told of some records.
pub(super) fn unset_warned(db: &mut Db, ids: Vec<String>) -> Result<()> {
    diesel::delete(warnings::table.filter(warnings::record_id.eq_any(ids))).execute(db)?;
    Ok(())
}
