//! What is deleted of a context, and what says that it is on hold.

use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::read::Gathered;
use super::{ContextId, State, assess, goals, share};
use crate::Result;
use crate::concerns::ConcernId;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{concerns, context_concerns, context_steps, contexts};

/// True if a context is closed, and neither it nor one of its concerns is on hold.
pub(super) fn is_free(db: &mut Db, id: ContextId) -> Result<bool> {
    let held = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(id))
        .filter(concerns::held_at.is_not_null());
    let free = contexts::table
        .find(id)
        .filter(contexts::state.eq(State::Closed))
        .filter(contexts::held_at.is_null())
        .filter(not(exists(held)));
    Ok(diesel::select(exists(free)).get_result(db)?)
}

/// Every concern of a context.
pub(super) fn gathered(db: &mut Db, id: ContextId) -> Result<Vec<Gathered>> {
    type Row = (ConcernId, String, Urn, NaiveDateTime);
    let rows: Vec<Row> = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(id))
        .select((concerns::id, concerns::reference, concerns::school_urn, concerns::raised_at))
        .load(db)?;
    let one = |(id, reference, school, raised_at)| Gathered { id, reference, school, raised_at };
    Ok(rows.into_iter().map(one).collect())
}

/// Removes a context with its steps, goals and assessment, and lets go of its concerns.
pub(super) fn remove(db: &mut Db, id: ContextId) -> Result<()> {
    let links = context_concerns::table.filter(context_concerns::context_id.eq(id));
    diesel::delete(links).execute(db)?;
    let steps = context_steps::table.filter(context_steps::context_id.eq(id));
    diesel::delete(steps).execute(db)?;
    goals::remove(db, id)?;
    assess::queries::remove(db, id)?;
    share::queries::remove(db, id)?;
    diesel::delete(contexts::table.find(id)).execute(db)?;
    Ok(())
}

pub(super) fn set_held(db: &mut Db, id: ContextId, held_at: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(contexts::table.find(id)).set(contexts::held_at.eq(held_at)).execute(db)?;
    Ok(())
}
