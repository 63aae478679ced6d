//! What the database is asked about legal holds.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::hold::{Held, Record, Standing};
use super::plan::Mark;
use super::{HoldId, Kept};
use crate::Result;
use crate::accounts::{AccountId, Scope};
use crate::concerns::ConcernId;
use crate::contexts::ContextId;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{concerns, context_concerns, contexts, holds};

/// The hold that a record is on. The caller has found the record within a scope.
pub(super) fn standing(db: &mut Db, record: &str) -> Result<Option<Standing>> {
    Ok(holds::table
        .filter(holds::record_id.eq(record.to_owned()))
        .filter(holds::lifted_at.is_null())
        .select((
            holds::id,
            holds::reason,
            holds::put_by,
            holds::put_at,
            holds::lift_asked_by,
            holds::lift_asked_at,
        ))
        .first(db)
        .optional()?)
}

pub(super) fn insert(
    db: &mut Db,
    (id, (kind, record)): (HoldId, (Kept, &str)),
    reason: &Sealed,
    (by, at): (AccountId, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(id),
            holds::kind.eq(kind),
            holds::record_id.eq(record),
            holds::reason.eq(reason),
            holds::put_by.eq(by),
            holds::put_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// Writes down who has asked to lift a hold and when, or that nobody has.
pub(super) fn ask(db: &mut Db, id: HoldId, who: Option<(AccountId, NaiveDateTime)>) -> Result<()> {
    let (by, at) = who.unzip();
    diesel::update(holds::table.find(id))
        .set((holds::lift_asked_by.eq(by), holds::lift_asked_at.eq(at)))
        .execute(db)?;
    Ok(())
}

pub(super) fn lift(db: &mut Db, id: HoldId, (by, at): (AccountId, NaiveDateTime)) -> Result<()> {
    diesel::update(holds::table.find(id))
        .set((holds::lifted_by.eq(by), holds::lifted_at.eq(at)))
        .execute(db)?;
    Ok(())
}

/// Removes every hold that a record was on, with why.
pub(super) fn remove(db: &mut Db, record: &str) -> Result<()> {
    diesel::delete(holds::table.filter(holds::record_id.eq(record.to_owned()))).execute(db)?;
    Ok(())
}

/// The context that a concern is part of.
pub(super) fn context_of(db: &mut Db, id: ConcernId) -> Result<Option<ContextId>> {
    let found = context_concerns::table.find(id).select(context_concerns::context_id);
    Ok(found.first(db).optional()?)
}

pub(super) fn held_contexts(
    db: &mut Db,
    scope: &Scope,
    after: Option<&Mark>,
    limit: i64,
) -> Result<Vec<Held>> {
    let mut found = contexts::table.filter(contexts::held_at.is_not_null()).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(contexts::team_id.eq_any(scope.teams().to_vec()));
    }
    if let Some(Mark { at, id }) = after {
        let behind = contexts::held_at.gt(*at).or(contexts::id.nullable().gt(id.clone()));
        found = found.filter(contexts::held_at.ge(*at)).filter(behind);
    }
    let rows: Vec<(ContextId, String, Option<NaiveDateTime>)> = found
        .order((contexts::held_at, contexts::id))
        .limit(limit)
        .select((contexts::id, contexts::reference, contexts::held_at))
        .load(db)?;
    let held = |(id, reference, at): (_, _, Option<NaiveDateTime>)| {
        Some(Held { record: Record::Context(id), reference, held_at: at? })
    };
    Ok(rows.into_iter().filter_map(held).collect())
}

pub(super) fn held_concerns(
    db: &mut Db,
    scope: &Scope,
    after: Option<&Mark>,
    limit: i64,
) -> Result<Vec<Held>> {
    let mut found = concerns::table.filter(concerns::held_at.is_not_null()).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(concerns::team_id.eq_any(scope.teams().to_vec()));
    }
    if let Some(Mark { at, id }) = after {
        let behind = concerns::held_at.gt(*at).or(concerns::id.nullable().gt(id.clone()));
        found = found.filter(concerns::held_at.ge(*at)).filter(behind);
    }
    let rows: Vec<(ConcernId, String, Option<NaiveDateTime>)> = found
        .order((concerns::held_at, concerns::id))
        .limit(limit)
        .select((concerns::id, concerns::reference, concerns::held_at))
        .load(db)?;
    let held = |(id, reference, at): (_, _, Option<NaiveDateTime>)| {
        Some(Held { record: Record::Concern(id), reference, held_at: at? })
    };
    Ok(rows.into_iter().filter_map(held).collect())
}
