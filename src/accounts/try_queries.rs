//! What the database is asked about tries.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::Result;
use crate::store::Db;
use crate::store::schema::tries;

pub(super) fn free_at(db: &mut Db, who: &str) -> Result<Option<NaiveDateTime>> {
    Ok(tries::table.find(who).select(tries::free_at).first(db).optional()?)
}

pub(super) fn keep(db: &mut Db, who: &str, free_at: NaiveDateTime) -> Result<()> {
    let kept =
        diesel::update(tries::table.find(who)).set(tries::free_at.eq(free_at)).execute(db)?;
    if kept == 0 {
        diesel::insert_into(tries::table)
            .values((tries::who.eq(who), tries::free_at.eq(free_at)))
            .execute(db)?;
    }
    Ok(())
}

/// Removes what was over before a moment. Says how many.
pub(super) fn remove(db: &mut Db, before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(tries::table.filter(tries::free_at.lt(before))).execute(db)?)
}
