//! What the database is asked about assessments. Callers have found the context within a scope.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Assessed, AssessmentId, Side, WORDS};
use crate::Result;
use crate::accounts::AccountId;
use crate::contexts::ContextId;
use crate::seal::{Keyring, Place, Sealed};
use crate::store::Db;
use crate::store::schema::assessments;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = assessments)]
pub(in crate::contexts) struct Kept {
    pub id: AssessmentId,
    pub side: Side,
    pub words: Sealed,
    pub version: i64,
    #[diesel(column_name = account_id)]
    pub by: AccountId,
    pub changed_at: NaiveDateTime,
}

impl Kept {
    pub fn open(&self, keys: &Keyring) -> Result<Assessed> {
        let words = keys.unseal(Place { row: self.id.as_str(), ..WORDS }, &self.words)?;
        let (side, version, by, at) = (self.side, self.version, self.by, self.changed_at);
        Ok(Assessed { side, words, version, by, at })
    }
}

/// The sides of some contexts.
pub(super) fn all(db: &mut Db, contexts: Vec<ContextId>) -> Result<Vec<(ContextId, Kept)>> {
    Ok(assessments::table
        .filter(assessments::context_id.eq_any(contexts))
        .select((assessments::context_id, Kept::as_select()))
        .load(db)?)
}

/// One side of a context.
pub(super) fn one(db: &mut Db, context: ContextId, side: Side) -> Result<Option<Kept>> {
    let found = assessments::table
        .filter(assessments::context_id.eq(context))
        .filter(assessments::side.eq(side));
    Ok(found.select(Kept::as_select()).first(db).optional()?)
}

pub(super) fn add(
    db: &mut Db,
    (context, side): (ContextId, Side),
    (id, words): (AssessmentId, &Sealed),
    (by, at): (AccountId, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(assessments::table)
        .values((
            assessments::id.eq(id),
            assessments::context_id.eq(context),
            assessments::side.eq(side),
            assessments::words.eq(words),
            assessments::version.eq(1),
            assessments::account_id.eq(by),
            assessments::changed_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// Other words for a side, if it is still of the version that the caller saw. False if it is not.
pub(super) fn rewrite(
    db: &mut Db,
    (id, seen): (AssessmentId, i64),
    words: &Sealed,
    (by, at): (AccountId, NaiveDateTime),
) -> Result<bool> {
    let same = assessments::table.find(id).filter(assessments::version.eq(seen));
    let set = (
        assessments::words.eq(words),
        assessments::version.eq(seen + 1),
        assessments::account_id.eq(by),
        assessments::changed_at.eq(at),
    );
    Ok(diesel::update(same).set(set).execute(db)? == 1)
}

/// Makes a side another context's.
pub(super) fn give(db: &mut Db, id: AssessmentId, to: ContextId) -> Result<()> {
    let set = assessments::context_id.eq(to);
    diesel::update(assessments::table.find(id)).set(set).execute(db)?;
    Ok(())
}

pub(super) fn remove_one(db: &mut Db, id: AssessmentId) -> Result<()> {
    diesel::delete(assessments::table.find(id)).execute(db)?;
    Ok(())
}

/// Removes every side of a context.
pub(in crate::contexts) fn remove(db: &mut Db, context: ContextId) -> Result<()> {
    let theirs = assessments::table.filter(assessments::context_id.eq(context));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}
