//! Lines go when their time is over: a chain's oldest stretch, as a whole, and only with a line of the same chain that
//! says so. What is left follows on the start that stays: place and hash of the last line that went.
//!
//! The database itself refuses every other deletion, and a start that no line speaks of. Which lines may go is for
//! `retention` to say.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Event;
use super::chain::HOUSE;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::store::Db;
use crate::store::schema::{audit, audit_starts};
use crate::{Error, Result};

/// What stays of the lines of a chain that were removed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Start {
    pub chain: String,
    /// The place of the last line that was removed.
    pub place: i64,
    pub hash: String,
    /// Every line that was removed was written before this day.
    pub before_on: NaiveDate,
}

impl fmt::Display for Start {
    /// As the line says it that records the removal; the database compares it, word for word.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.place, self.hash, self.before_on)
    }
}

/// The oldest lines of a chain, behind what was removed before.
#[derive(Debug, Clone)]
pub struct Stretch {
    pub chain: String,
    pub count: i64,
    /// The last of them.
    pub place: i64,
    hash: String,
}

/// Where a chain begins, if something was removed of it.
pub fn start(db: &mut Db, chain: &str) -> Result<Option<Start>> {
    Ok(audit_starts::table.find(chain).first(db).optional()?)
}

/// The lines of a chain from behind a place on, up to another and before the first that was not written before a moment.
pub fn stretch(
    db: &mut Db,
    chain: &str,
    (from, to): (i64, i64),
    before: NaiveDateTime,
) -> Result<Option<Stretch>> {
    let rows: Vec<(i64, NaiveDateTime)> = audit::table
        .filter(audit::chain.eq(chain))
        .filter(audit::place.gt(from))
        .filter(audit::place.le(to))
        .order(audit::place)
        .select((audit::place, audit::at))
        .load(db)?;
    let Some((place, _)) = rows.into_iter().take_while(|it| it.1 < before).last() else {
        return Ok(None);
    };
    let last = audit::table.filter(audit::chain.eq(chain)).filter(audit::place.eq(place));
    let hash = last.select(audit::hash).first(db)?;
    Ok(Some(Stretch { chain: chain.to_owned(), count: place - from, place, hash }))
}

/// Removes a stretch: says so in its chain, moves the start on, and deletes.
pub fn shorten(deed: &mut Deed, stretch: &Stretch, before_on: NaiveDate) -> Result<Option<TeamId>> {
    let Stretch { chain, place, hash, .. } = stretch;
    let team = TeamId::parse(chain);
    if team.is_none() && chain != HOUSE {
        return Err(Error::Corrupt("the name of a chain of the audit log"));
    }
    let start = Start { chain: chain.clone(), place: *place, hash: hash.clone(), before_on };
    deed.record(Event::LogShortened, &start, team)?;
    let at = (
        audit_starts::place.eq(place),
        audit_starts::hash.eq(hash),
        audit_starts::before_on.eq(before_on),
    );
    let known = audit_starts::table.find(chain);
    if diesel::update(known).set(at).execute(deed.db)? == 0 {
        diesel::insert_into(audit_starts::table)
            .values((audit_starts::chain.eq(chain), at))
            .execute(deed.db)?;
    }
    let gone = audit::table.filter(audit::chain.eq(chain)).filter(audit::place.le(place));
    diesel::delete(gone).execute(deed.db)?;
    Ok(team)
}
