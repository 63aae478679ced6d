//! What the database is asked to make two contexts one.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ContextId, KeptContext, Outcome, State};
use crate::Result;
use crate::accounts::Scope;
use crate::store::Db;
use crate::store::schema::{context_concerns, context_steps, contexts};

/// Makes the concerns and the steps of one context another's.
pub(super) fn give(db: &mut Db, from: ContextId, to: ContextId) -> Result<()> {
    let theirs = context_concerns::table.filter(context_concerns::context_id.eq(from));
    diesel::update(theirs).set(context_concerns::context_id.eq(to)).execute(db)?;
    let lived = context_steps::table.filter(context_steps::context_id.eq(from));
    diesel::update(lived).set(context_steps::context_id.eq(to)).execute(db)?;
    Ok(())
}

/// Closes a context that leads to another from now on.
pub(super) fn set_merged(
    db: &mut Db,
    (goes, into): (&KeptContext, ContextId),
    at: NaiveDateTime,
) -> Result<()> {
    let set = (
        contexts::state.eq(State::Closed),
        contexts::outcome.eq(None::<Outcome>),
        contexts::merged_into.eq(into),
        contexts::changed_at.eq(at),
    );
    diesel::update(contexts::table.find(goes.id)).set(set).execute(db)?;
    Ok(())
}

pub(super) fn touch(db: &mut Db, id: ContextId, at: NaiveDateTime) -> Result<()> {
    diesel::update(contexts::table.find(id)).set(contexts::changed_at.eq(at)).execute(db)?;
    Ok(())
}

/// Where a context went that the reader may see, if it was merged into another.
pub(super) fn merged_into(db: &mut Db, scope: &Scope, id: ContextId) -> Result<Option<ContextId>> {
    let mut found = contexts::table.filter(contexts::id.eq(id)).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    let into: Option<Option<ContextId>> =
        found.select(contexts::merged_into).first(db).optional()?;
    Ok(into.flatten())
}

/// The references of those that were merged into a context that the caller has found within a scope.
pub(super) fn merged_here(db: &mut Db, id: ContextId) -> Result<Vec<String>> {
    let merged = contexts::table.filter(contexts::merged_into.eq(id));
    Ok(merged.order(contexts::changed_at).limit(50).select(contexts::reference).load(db)?)
}
