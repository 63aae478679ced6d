//! What the database is asked to build an agenda.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::Decision;
use super::agenda::Report;
use crate::Result;
use crate::concerns::{ConcernId, Status, Urgency};
use crate::contexts::{ContextId, KeptContext, State};
use crate::districts::{Meeting, TeamId};
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{
    agenda_items, concern_steps, concerns, context_concerns, contexts, meetings, sittings,
};

/// How many of the contexts that wait are put into order, the oldest of them.
pub(super) const LOOKED_AT: usize = 500;
const REPORTS_MAX: i64 = 10_000;

/// The contexts of a team that wait for a meeting and are on no agenda that is still to be heard, the oldest first.
pub(super) fn waiting(db: &mut Db, team: TeamId) -> Result<Vec<KeptContext>> {
    let on_one = agenda_items::table
        .inner_join(meetings::table.inner_join(sittings::table))
        .filter(agenda_items::context_id.eq(contexts::id))
        .filter(meetings::cancelled_at.is_null())
        .filter(sittings::published_at.is_null());
    Ok(contexts::table
        .filter(contexts::team_id.eq(team))
        .filter(contexts::state.eq_any([State::Screened, State::Scheduled]))
        .filter(not(exists(on_one)))
        .order((contexts::opened_at, contexts::id))
        .limit(i64::try_from(LOOKED_AT).unwrap_or(i64::MAX))
        .select(KeptContext::as_select())
        .load(db)?)
}

/// Those of some contexts that are with a team.
pub(super) fn contexts(db: &mut Db, team: TeamId, ids: &[ContextId]) -> Result<Vec<KeptContext>> {
    Ok(contexts::table
        .filter(contexts::id.eq_any(ids.to_vec()))
        .filter(contexts::team_id.eq(team))
        .select(KeptContext::as_select())
        .load(db)?)
}

/// The concerns of contexts that the caller has found within a scope, the oldest first.
pub(super) fn reports(db: &mut Db, contexts: &[ContextId]) -> Result<Vec<Report>> {
    type Row = (ContextId, ConcernId, String, Urn, TeamId, Status, Urgency, NaiveDateTime);
    let of_them = context_concerns::context_id.eq_any(contexts.to_vec());
    let rows: Vec<Row> = context_concerns::table
        .inner_join(concerns::table)
        .filter(of_them)
        .order((concerns::raised_at, concerns::id))
        .limit(REPORTS_MAX)
        .select((
            context_concerns::context_id,
            concerns::id,
            concerns::reference,
            concerns::school_urn,
            concerns::team_id,
            concerns::status,
            concerns::urgency,
            concerns::raised_at,
        ))
        .load(db)?;
    let told: Vec<ConcernId> = concern_steps::table
        .inner_join(
            context_concerns::table.on(context_concerns::concern_id.eq(concern_steps::concern_id)),
        )
        .filter(context_concerns::context_id.eq_any(contexts.to_vec()))
        .filter(concern_steps::meeting_id.is_not_null())
        .select(concern_steps::concern_id)
        .distinct()
        .load(db)?;
    let told: BTreeSet<ConcernId> = told.into_iter().collect();
    let report = |(context, concern, reference, school, team, status, urgency, raised_at)| Report {
        is_told: told.contains(&concern),
        context,
        concern,
        reference,
        school,
        team,
        status,
        urgency,
        raised_at,
    };
    Ok(rows.into_iter().map(report).collect())
}

/// Those of some contexts that the last meeting that had them did not reach.
pub(super) fn carried(db: &mut Db, contexts: &[ContextId]) -> Result<BTreeSet<ContextId>> {
    let rows: Vec<(ContextId, Option<Decision>)> = agenda_items::table
        .filter(agenda_items::context_id.eq_any(contexts.to_vec()))
        .order((agenda_items::added_at, agenda_items::id))
        .select((agenda_items::context_id, agenda_items::decision))
        .load(db)?;
    // Of several of a context, the last.
    let last: BTreeMap<ContextId, Option<Decision>> = rows.into_iter().collect();
    let is_carried = |it: &(ContextId, Option<Decision>)| it.1 == Some(Decision::CarriedOver);
    Ok(last.into_iter().filter(is_carried).map(|(id, _)| id).collect())
}

/// The latest meeting of a team before one, if it has an agenda and its minutes are not published.
pub(super) fn unpublished_before(db: &mut Db, meeting: &Meeting) -> Result<Option<Meeting>> {
    let items = agenda_items::table.filter(agenda_items::meeting_id.eq(meetings::id));
    Ok(meetings::table
        .inner_join(sittings::table)
        .filter(meetings::team_id.eq(meeting.team))
        .filter(meetings::starts_at.lt(meeting.starts_at))
        .filter(meetings::cancelled_at.is_null())
        .filter(sittings::published_at.is_null())
        .filter(exists(items))
        .order((meetings::starts_at.desc(), meetings::id))
        .select(Meeting::as_select())
        .first(db)
        .optional()?)
}
