//! What the database is asked about requests of people to see what is kept about them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::RequestId;
use crate::Result;
use crate::accounts::AccountId;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::subject_requests;

/// A request that has just been searched for.
pub(super) struct New {
    pub id: RequestId,
    pub by: AccountId,
    pub at: NaiveDateTime,
    pub reference: Sealed,
    pub reason: Sealed,
    pub found: i32,
    pub unread: i32,
}

pub(super) fn insert(db: &mut Db, new: &New) -> Result<()> {
    diesel::insert_into(subject_requests::table)
        .values((
            subject_requests::id.eq(new.id),
            subject_requests::account_id.eq(new.by),
            subject_requests::asked_at.eq(new.at),
            subject_requests::reference.eq(&new.reference),
            subject_requests::reason.eq(&new.reason),
            subject_requests::found.eq(new.found),
            subject_requests::unread.eq(new.unread),
        ))
        .execute(db)?;
    Ok(())
}

/// Writes down what was chosen for a request's file, if the request is that person's, young enough, and has no file yet.
/// False if it is not.
pub(super) fn choose(
    db: &mut Db,
    (id, by): (RequestId, AccountId),
    (since, at): (NaiveDateTime, NaiveDateTime),
    (included, choice): (i32, &Sealed),
) -> Result<bool> {
    let free = subject_requests::table
        .filter(subject_requests::id.eq(id))
        .filter(subject_requests::account_id.eq(by))
        .filter(subject_requests::asked_at.ge(since))
        .filter(subject_requests::bundled_at.is_null());
    let set = (
        subject_requests::bundled_at.eq(at),
        subject_requests::included.eq(included),
        subject_requests::choice.eq(choice),
    );
    Ok(diesel::update(free).set(set).execute(db)? == 1)
}

/// What was chosen for a file, how many records and when.
#[derive(Queryable)]
pub(super) struct Kept {
    pub choice: Sealed,
    pub count: i32,
    pub at: NaiveDateTime,
}

/// What a person has chosen for the file of a request, since a moment.
pub(super) fn chosen(
    db: &mut Db,
    (id, by): (RequestId, AccountId),
    since: NaiveDateTime,
) -> Result<Option<Kept>> {
    let found = subject_requests::table
        .filter(subject_requests::id.eq(id))
        .filter(subject_requests::account_id.eq(by))
        .filter(subject_requests::bundled_at.ge(since))
        .filter(subject_requests::choice.is_not_null())
        .select((
            subject_requests::choice.assume_not_null(),
            subject_requests::included.assume_not_null(),
            subject_requests::bundled_at.assume_not_null(),
        ));
    Ok(found.first(db).optional()?)
}

/// Forgets what was chosen before a moment, and says for how many files.
pub(super) fn forget(db: &mut Db, before: NaiveDateTime) -> Result<usize> {
    let old = subject_requests::table
        .filter(subject_requests::choice.is_not_null())
        .filter(subject_requests::bundled_at.lt(before));
    Ok(diesel::update(old).set(subject_requests::choice.eq(None::<Sealed>)).execute(db)?)
}

/// The reference of a person's request.
pub(super) fn reference(db: &mut Db, (id, by): (RequestId, AccountId)) -> Result<Sealed> {
    let theirs = subject_requests::table
        .filter(subject_requests::id.eq(id))
        .filter(subject_requests::account_id.eq(by));
    Ok(theirs.select(subject_requests::reference).first(db)?)
}

type Row = (RequestId, AccountId, NaiveDateTime, Sealed, i32, i32, Option<i32>);

pub(super) fn latest(db: &mut Db, limit: i64) -> Result<Vec<Row>> {
    Ok(subject_requests::table
        .order((subject_requests::asked_at.desc(), subject_requests::id.desc()))
        .limit(limit)
        .select((
            subject_requests::id,
            subject_requests::account_id,
            subject_requests::asked_at,
            subject_requests::reference,
            subject_requests::found,
            subject_requests::unread,
            subject_requests::included,
        ))
        .load(db)?)
}

/// How many requests are older than a moment.
pub(super) fn count_before(db: &mut Db, before: NaiveDateTime) -> Result<i64> {
    let old = subject_requests::table.filter(subject_requests::asked_at.lt(before));
    Ok(old.count().get_result(db)?)
}

/// Removes requests that are older than a moment, at most `limit`, and says how many.
pub(super) fn remove(db: &mut Db, before: NaiveDateTime, limit: i64) -> Result<usize> {
    let old = subject_requests::table.filter(subject_requests::asked_at.lt(before));
    let old = old.order(subject_requests::asked_at).limit(limit);
    let ids: Vec<RequestId> = old.select(subject_requests::id).load(db)?;
    let all = subject_requests::table.filter(subject_requests::id.eq_any(ids));
    Ok(diesel::delete(all).execute(db)?)
}
