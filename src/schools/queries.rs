//! What the database is asked about schools.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{School, Urn};
use crate::Result;
use crate::store::Db;
use crate::store::schema::schools;

/// Enough for every school of any county.
const ALL: i64 = 10_000;

/// A school, open or closed.
pub fn find(db: &mut Db, urn: Urn) -> Result<School> {
    Ok(schools::table.find(urn).select(School::as_select()).first(db)?)
}

/// The names of some schools.
pub fn names(db: &mut Db, urns: &[Urn]) -> Result<BTreeMap<Urn, String>> {
    let found = schools::table.filter(schools::urn.eq_any(urns.to_vec()));
    let rows: Vec<(Urn, String)> = found.select((schools::urn, schools::name)).load(db)?;
    Ok(rows.into_iter().collect())
}

/// The open schools of an authority, by name, at most `limit` of them. The next page begins `after` the last one.
pub fn open_of(
    db: &mut Db,
    authority: &str,
    after: Option<&School>,
    limit: i64,
) -> Result<Vec<School>> {
    let mut open = schools::table
        .filter(schools::authority.eq(authority))
        .filter(schools::is_open.eq(true))
        .into_boxed();
    if let Some(last) = after {
        let same = schools::name.eq(last.name.clone()).and(schools::urn.gt(last.urn));
        open = open.filter(schools::name.gt(last.name.clone()).or(same));
    }
    let page = open.order((schools::name, schools::urn)).limit(limit);
    Ok(page.select(School::as_select()).load(db)?)
}

/// The numbers and names of every school of the register, by name.
pub(super) fn every_name(db: &mut Db) -> Result<Vec<(Urn, String)>> {
    let all = schools::table.order((schools::name, schools::urn)).limit(ALL);
    Ok(all.select((schools::urn, schools::name)).load(db)?)
}

/// Those of some schools that we know.
pub(super) fn known(db: &mut Db, urns: Vec<Urn>) -> Result<BTreeMap<Urn, School>> {
    let found = schools::table.filter(schools::urn.eq_any(urns)).select(School::as_select());
    Ok(found.load(db)?.into_iter().map(|it| (it.urn, it)).collect())
}

/// The numbers and names of all schools of an authority.
pub(super) fn register(db: &mut Db, authority: &str) -> Result<BTreeMap<Urn, String>> {
    let ours = schools::table.filter(schools::authority.eq(authority));
    let rows: Vec<(Urn, String)> = ours.select((schools::urn, schools::name)).load(db)?;
    Ok(rows.into_iter().collect())
}

pub(super) fn insert(db: &mut Db, school: &School) -> Result<()> {
    diesel::insert_into(schools::table).values(school).execute(db)?;
    Ok(())
}

pub(super) fn change(db: &mut Db, school: &School) -> Result<()> {
    diesel::update(schools::table.find(school.urn)).set(school).execute(db)?;
    Ok(())
}
