//! What the database is asked about sessions.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::AccountId;
use super::sessions::{AGE_MAX, IDLE_MAX, SessionId, Stage};
use crate::Result;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::sessions;

/// The most sessions that a page lists.
const LISTED_MAX: i64 = 50;

/// A session as it is kept: its token only as a hash.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct Kept {
    pub id: SessionId,
    pub account_id: AccountId,
    pub stage: Stage,
    pub started_at: NaiveDateTime,
    pub seen_at: NaiveDateTime,
    pub proved_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
}

/// A live session as its owner reads of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Line {
    pub id: SessionId,
    /// Such as "Firefox on Windows".
    pub device: String,
    /// What its owner calls it, sealed.
    pub name: Option<Sealed>,
    pub seen_at: NaiveDateTime,
}

pub(super) fn session(db: &mut Db, token_hash: &str) -> Result<Option<Kept>> {
    Ok(sessions::table.find(token_hash).select(Kept::as_select()).first(db).optional()?)
}

/// Removes every session there is. Names no column: the schema may be older than this program.
pub(super) fn remove_all(db: &mut Db) -> Result<usize> {
    Ok(diesel::delete(sessions::table).execute(db)?)
}

pub(super) fn insert_session(
    db: &mut Db,
    token_hash: &str,
    (account, stage, device): (AccountId, Stage, &str),
    (at, proved_at): (NaiveDateTime, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::id.eq(SessionId::random()),
            sessions::account_id.eq(account),
            sessions::stage.eq(stage),
            sessions::started_at.eq(at),
            sessions::seen_at.eq(at),
            sessions::proved_at.eq(proved_at),
            sessions::device.eq(device),
        ))
        .execute(db)?;
    Ok(())
}

/// Gives a live session another token, a stage and a fresh proof. False if it has ended.
pub(super) fn raise(
    db: &mut Db,
    (token_hash, new_hash): (&str, &str),
    stage: Stage,
    at: NaiveDateTime,
) -> Result<bool> {
    let live = sessions::table.find(token_hash).filter(sessions::ended_at.is_null());
    let raised = diesel::update(live).set((
        sessions::token_hash.eq(new_hash),
        sessions::stage.eq(stage),
        sessions::proved_at.eq(at),
        sessions::seen_at.eq(at),
    ));
    Ok(raised.execute(db)? == 1)
}

/// Begins to count a session's hours anew: it was half, and is whole from now on.
pub(super) fn restart(db: &mut Db, token_hash: &str, at: NaiveDateTime) -> Result<()> {
    diesel::update(sessions::table.find(token_hash))
        .set(sessions::started_at.eq(at))
        .execute(db)?;
    Ok(())
}

pub(super) fn touch_session(db: &mut Db, token_hash: &str, at: NaiveDateTime) -> Result<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::seen_at.eq(at)).execute(db)?;
    Ok(())
}

pub(super) fn end_session(db: &mut Db, token_hash: &str, at: NaiveDateTime) -> Result<()> {
    let live = sessions::table.find(token_hash).filter(sessions::ended_at.is_null());
    diesel::update(live).set(sessions::ended_at.eq(at)).execute(db)?;
    Ok(())
}

/// Removes sessions that were last used before a moment. Says how many.
pub(super) fn remove_sessions(db: &mut Db, before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::seen_at.lt(before))).execute(db)?)
}

/// Ends every session of a person.
pub(super) fn end_sessions_of(db: &mut Db, account: AccountId, at: NaiveDateTime) -> Result<()> {
    let live = sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::ended_at.is_null());
    diesel::update(live).set(sessions::ended_at.eq(at)).execute(db)?;
    Ok(())
}

/// Ends every session of a person but one. Says how many.
pub(super) fn end_others(
    db: &mut Db,
    account: AccountId,
    token_hash: &str,
    at: NaiveDateTime,
) -> Result<usize> {
    let live = sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::token_hash.ne(token_hash))
        .filter(sessions::ended_at.is_null());
    Ok(diesel::update(live).set(sessions::ended_at.eq(at)).execute(db)?)
}

/// Ends one session of a person. False if they have no such live one.
pub(super) fn end_one(
    db: &mut Db,
    account: AccountId,
    id: SessionId,
    at: NaiveDateTime,
) -> Result<bool> {
    let live = sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::id.eq(id))
        .filter(sessions::ended_at.is_null());
    Ok(diesel::update(live).set(sessions::ended_at.eq(at)).execute(db)? == 1)
}

/// Keeps what a person calls one of their sessions. False if they have no such one.
pub(super) fn set_name(
    db: &mut Db,
    (account, id): (AccountId, SessionId),
    name: Option<&Sealed>,
) -> Result<bool> {
    let theirs =
        sessions::table.filter(sessions::account_id.eq(account)).filter(sessions::id.eq(id));
    Ok(diesel::update(theirs).set(sessions::name.eq(name)).execute(db)? == 1)
}

/// The sessions of a person that can be used now, the last used first.
pub(super) fn live(db: &mut Db, account: AccountId, at: NaiveDateTime) -> Result<Vec<Line>> {
    let since = |age: TimeDelta| at - age;
    Ok(sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::stage.ne(Stage::Half))
        .filter(sessions::seen_at.gt(since(IDLE_MAX)))
        .filter(sessions::started_at.gt(since(AGE_MAX)))
        .order((sessions::seen_at.desc(), sessions::id))
        .limit(LISTED_MAX)
        .select(Line::as_select())
        .load(db)?)
}
