//! What the database is asked about contexts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::near::Spot;
use super::read::{Gathered, ListForm, Mark};
use super::{ContextId, KeptContext, KeptStep, Outcome, State};
use crate::Result;
use crate::accounts::{AccountId, Scope};
use crate::concerns::{ConcernId, Harm};
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{concerns, context_concerns, context_steps, contexts};

/// A context within the reader's scope, or nothing.
pub fn find(db: &mut Db, scope: &Scope, id: ContextId) -> Result<KeptContext> {
    let mut found = contexts::table.filter(contexts::id.eq(id)).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    Ok(found.select(KeptContext::as_select()).first(db)?)
}

/// Those of some contexts that are within the reader's scope, the newest first.
pub(super) fn some(db: &mut Db, scope: &Scope, ids: &[ContextId]) -> Result<Vec<KeptContext>> {
    let mut found = contexts::table.filter(contexts::id.eq_any(ids.to_vec())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    let found = found.order((contexts::opened_at.desc(), contexts::id.desc()));
    Ok(found.select(KeptContext::as_select()).load(db)?)
}

/// The lives of contexts that the caller has found within a scope, the oldest step first.
pub(super) fn steps_of(db: &mut Db, ids: Vec<ContextId>) -> Result<Vec<(ContextId, KeptStep)>> {
    Ok(context_steps::table
        .filter(context_steps::context_id.eq_any(ids))
        .order(context_steps::id)
        .select((context_steps::context_id, KeptStep::as_select()))
        .load(db)?)
}

/// The context that a concern is part of, within the reader's scope.
pub fn of_concern(db: &mut Db, scope: &Scope, concern: ConcernId) -> Result<Option<ContextId>> {
    let mut found = context_concerns::table
        .inner_join(contexts::table)
        .filter(context_concerns::concern_id.eq(concern))
        .select(contexts::id)
        .into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    Ok(found.first(db).optional()?)
}

/// The references of some contexts within the reader's scope.
pub(super) fn references(
    db: &mut Db,
    scope: &Scope,
    ids: &[ContextId],
) -> Result<Vec<(ContextId, String)>> {
    let mut found = contexts::table.filter(contexts::id.eq_any(ids.to_vec())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    Ok(found.select((contexts::id, contexts::reference)).load(db)?)
}

/// The context of a reference within the reader's scope.
pub(super) fn with_reference(
    db: &mut Db,
    scope: &Scope,
    reference: &str,
) -> Result<Option<ContextId>> {
    let mut found =
        contexts::table.filter(contexts::reference.eq(reference.to_owned())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    Ok(found.select(contexts::id).first(db).optional()?)
}

/// Contexts behind a mark, the newest first.
pub(super) fn page(
    db: &mut Db,
    scope: &Scope,
    form: &ListForm,
    limit: usize,
) -> Result<Vec<KeptContext>> {
    let mut found = contexts::table.select(KeptContext::as_select()).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    if let Some(team) = TeamId::parse(&form.team) {
        found = found.filter(contexts::team_id.eq(team));
    }
    if let Some(state) = State::parse(&form.state) {
        found = found.filter(contexts::state.eq(state));
    } else if form.state != "all" {
        found = found.filter(contexts::state.ne(State::Closed));
    }
    if let Some(Mark { opened_at, id }) = Mark::parse(&form.after) {
        let before = contexts::opened_at.lt(opened_at).or(contexts::id.lt(id));
        found = found.filter(contexts::opened_at.le(opened_at)).filter(before);
    }
    let found = found.order((contexts::opened_at.desc(), contexts::id.desc()));
    Ok(found.limit(i64::try_from(limit).unwrap_or(i64::MAX)).load(db)?)
}

/// The contexts of a team that changed last. The caller coordinates it.
pub(super) fn newest_of(db: &mut Db, team: TeamId, limit: i64) -> Result<Vec<KeptContext>> {
    let found =
        contexts::table.filter(contexts::team_id.eq(team)).filter(contexts::merged_into.is_null());
    let newest = found.order((contexts::changed_at.desc(), contexts::id.desc())).limit(limit);
    Ok(newest.select(KeptContext::as_select()).load(db)?)
}

/// Where the concerns of some contexts are, and their main harms, the newest contexts' first. Callers may see all of them.
pub(super) fn spots(db: &mut Db, ids: Vec<ContextId>, limit: i64) -> Result<Vec<Spot>> {
    type Row = (ContextId, ConcernId, Option<i32>, Option<i32>, Harm);
    let rows: Vec<Row> = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq_any(ids))
        .order((context_concerns::linked_at.desc(), context_concerns::concern_id))
        .limit(limit)
        .select((
            context_concerns::context_id,
            concerns::id,
            concerns::easting,
            concerns::northing,
            concerns::main_harm,
        ))
        .load(db)?;
    let spot = |(context, concern, easting, northing, harm): Row| Spot {
        context,
        concern,
        at: easting.zip(northing),
        harm,
    };
    Ok(rows.into_iter().map(spot).collect())
}

/// How many concerns some contexts hold, those without any left out.
pub(super) fn counts(db: &mut Db, ids: Vec<ContextId>) -> Result<BTreeMap<ContextId, i64>> {
    let rows: Vec<(ContextId, i64)> = context_concerns::table
        .filter(context_concerns::context_id.eq_any(ids))
        .group_by(context_concerns::context_id)
        .select((context_concerns::context_id, count_star()))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// The concerns of a context that the caller has found within a scope.
pub(super) fn concerns_of(db: &mut Db, context: &KeptContext) -> Result<Vec<Gathered>> {
    type Row = (ConcernId, String, Urn, NaiveDateTime);
    let rows: Vec<Row> = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(context.id))
        .order((context_concerns::linked_at, context_concerns::concern_id))
        .limit(200)
        .select((concerns::id, concerns::reference, concerns::school_urn, concerns::raised_at))
        .load(db)?;
    let gathered =
        |(id, reference, school, raised_at)| Gathered { id, reference, school, raised_at };
    Ok(rows.into_iter().map(gathered).collect())
}

/// The concerns of some contexts, in the order in which they were gathered. The caller has found the contexts.
pub(super) fn links(db: &mut Db, contexts: &[ContextId]) -> Result<Vec<(ContextId, ConcernId)>> {
    Ok(context_concerns::table
        .filter(context_concerns::context_id.eq_any(contexts.to_vec()))
        .order((context_concerns::linked_at, context_concerns::concern_id))
        .limit(10_000)
        .select((context_concerns::context_id, context_concerns::concern_id))
        .load(db)?)
}

/// The main harms of the concerns of a context that the caller has found within a scope.
pub(super) fn harms(db: &mut Db, context: ContextId) -> Result<BTreeSet<Harm>> {
    let found: Vec<Harm> = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(context))
        .select(concerns::main_harm)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// The life of a context that the caller has found within a scope, the oldest step first.
pub(super) fn steps(db: &mut Db, context: ContextId) -> Result<Vec<KeptStep>> {
    Ok(context_steps::table
        .filter(context_steps::context_id.eq(context))
        .order(context_steps::id)
        .limit(500)
        .select(KeptStep::as_select())
        .load(db)?)
}

pub(super) fn is_taken(db: &mut Db, reference: &str) -> Result<bool> {
    let same = contexts::table.filter(contexts::reference.eq(reference));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(db)?)
}

pub(super) fn insert(db: &mut Db, context: &KeptContext) -> Result<()> {
    diesel::insert_into(contexts::table)
        .values((
            contexts::id.eq(context.id),
            contexts::reference.eq(&context.reference),
            contexts::team_id.eq(context.team),
            contexts::kind.eq(context.kind),
            contexts::label.eq(&context.label),
            contexts::state.eq(context.state),
            contexts::opened_at.eq(context.opened_at),
            contexts::changed_at.eq(context.changed_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Makes a concern part of a context.
pub(super) fn link(
    db: &mut Db,
    context: ContextId,
    concern: ConcernId,
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(context_concerns::table)
        .values((
            context_concerns::context_id.eq(context),
            context_concerns::concern_id.eq(concern),
            context_concerns::linked_at.eq(at),
        ))
        .execute(db)?;
    diesel::update(contexts::table.find(context)).set(contexts::changed_at.eq(at)).execute(db)?;
    Ok(())
}

/// Moves a context on, if it is still in the state that the caller saw. False if it is not.
pub(super) fn advance(
    db: &mut Db,
    seen: &KeptContext,
    (next, outcome): (State, Option<Outcome>),
    at: NaiveDateTime,
) -> Result<bool> {
    let same =
        contexts::table.filter(contexts::id.eq(seen.id)).filter(contexts::state.eq(seen.state));
    let set =
        (contexts::state.eq(next), contexts::outcome.eq(outcome), contexts::changed_at.eq(at));
    Ok(diesel::update(same).set(set).execute(db)? == 1)
}

/// Adds a line to a context's life, without its words, and says which row it is.
pub(super) fn add_step(
    db: &mut Db,
    context: ContextId,
    (by, at): (AccountId, NaiveDateTime),
    state: State,
) -> Result<i64> {
    Ok(diesel::insert_into(context_steps::table)
        .values((
            context_steps::context_id.eq(context),
            context_steps::at.eq(at),
            context_steps::account_id.eq(by),
            context_steps::state.eq(state),
        ))
        .returning(context_steps::id)
        .get_result(db)?)
}

/// The words of a step.
pub(super) fn keep_words(db: &mut Db, step: i64, words: &Sealed) -> Result<()> {
    let words = context_steps::words.eq(words);
    diesel::update(context_steps::table.find(step)).set(words).execute(db)?;
    Ok(())
}
