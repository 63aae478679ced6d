//! What the database is asked about letters.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Failure, LetterId, LetterKind, Words};
use crate::Result;
use crate::accounts::AccountId;
use crate::store::Db;
use crate::store::schema::letters;

/// A letter that this worker holds.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub(super) struct Held {
    pub id: LetterId,
    pub kind: LetterKind,
    pub account_id: AccountId,
    pub facts: String,
    pub queued_at: NaiveDateTime,
    /// How often it was taken, this time included.
    pub tries: i32,
    pub subject: Option<String>,
    pub text: Option<String>,
    pub html: Option<String>,
    pub failure: Option<Failure>,
}

/// How a try ended, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Sent(NaiveDateTime),
    /// Not to be sent any more, because.
    Stopped(NaiveDateTime, Failure),
    /// To be tried again then.
    Later(NaiveDateTime, Failure),
    /// It was never begun: given back as it was.
    Untried,
}

/// A letter as a list shows it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = letters)]
pub struct Line {
    pub id: LetterId,
    pub kind: LetterKind,
    pub recipient: Option<String>,
    pub subject: Option<String>,
    pub queued_at: NaiveDateTime,
    pub sent_at: Option<NaiveDateTime>,
    pub stopped_at: Option<NaiveDateTime>,
    pub failure: Option<Failure>,
}

/// Takes letters that are due and that nobody holds, the oldest first, and holds them as `lease` until `until`.
pub(super) fn claim(
    db: &mut Db,
    lease: &str,
    (at, until): (NaiveDateTime, NaiveDateTime),
    limit: i64,
) -> Result<Vec<Held>> {
    let free = letters::leased_until.is_null().or(letters::leased_until.le(at));
    let due: Vec<LetterId> = letters::table
        .filter(letters::sent_at.is_null())
        .filter(letters::stopped_at.is_null())
        .filter(letters::due_at.le(at))
        .filter(free)
        .order((letters::due_at, letters::id))
        .limit(limit)
        .select(letters::id)
        .load(db)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(letters::table.filter(letters::id.eq_any(due.clone())))
        .set((
            letters::lease.eq(lease),
            letters::leased_until.eq(until),
            letters::tries.eq(letters::tries + 1),
        ))
        .execute(db)?;
    let held = letters::table.filter(letters::id.eq_any(due)).order((letters::due_at, letters::id));
    Ok(held.select(Held::as_select()).load(db)?)
}

/// Keeps what a letter says and whom it goes to, before it is sent. False if it is not ours any more.
pub(super) fn keep(
    db: &mut Db,
    id: LetterId,
    lease: &str,
    (recipient, words): (&str, &Words),
) -> Result<bool> {
    let ours = letters::table.filter(letters::id.eq(id)).filter(letters::lease.eq(lease));
    let kept = diesel::update(ours)
        .set((
            letters::recipient.eq(recipient),
            letters::subject.eq(&words.subject),
            letters::text.eq(&words.text),
            letters::html.eq(&words.html),
        ))
        .execute(db)?;
    Ok(kept == 1)
}

/// Writes down how a try ended and lets go of the letter, if it is still ours. False if it is not.
pub(super) fn settle(db: &mut Db, id: LetterId, lease: &str, end: End) -> Result<bool> {
    let ours = letters::table.filter(letters::id.eq(id)).filter(letters::lease.eq(lease));
    let free = (letters::lease.eq(None::<String>), letters::leased_until.eq(None::<NaiveDateTime>));
    let settled = match end {
        End::Sent(at) => {
            let set = (letters::sent_at.eq(at), letters::failure.eq(None::<Failure>));
            diesel::update(ours).set((set, free)).execute(db)?
        }
        End::Stopped(at, why) => {
            let set = (letters::stopped_at.eq(at), letters::failure.eq(why));
            diesel::update(ours).set((set, free)).execute(db)?
        }
        End::Later(due_at, why) => {
            let set = (letters::due_at.eq(due_at), letters::failure.eq(why));
            diesel::update(ours).set((set, free)).execute(db)?
        }
        End::Untried => {
            let set = letters::tries.eq(letters::tries - 1);
            diesel::update(ours).set((set, free)).execute(db)?
        }
    };
    Ok(settled == 1)
}

/// A person's letters, the newest first, older than `before` if that is one of theirs.
pub fn of_person(
    db: &mut Db,
    person: AccountId,
    before: Option<LetterId>,
    limit: i64,
) -> Result<Vec<Line>> {
    let mine = letters::table.filter(letters::account_id.eq(person)).select(Line::as_select());
    let mut mine = mine.into_boxed();
    if let Some(before) = before {
        let known = letters::table.find(before).filter(letters::account_id.eq(person));
        let at: NaiveDateTime = known.select(letters::queued_at).first(db)?;
        let same = letters::queued_at.eq(at).and(letters::id.lt(before));
        mine = mine.filter(letters::queued_at.lt(at).or(same));
    }
    let newest = (letters::queued_at.desc(), letters::id.desc());
    Ok(mine.order(newest).limit(limit).load(db)?)
}

/// One of a person's letters as it was written. Somebody else's is not there, nor is one that is not written yet.
pub fn one_of_person(db: &mut Db, person: AccountId, id: LetterId) -> Result<(Line, Words)> {
    let mine = letters::table.find(id).filter(letters::account_id.eq(person));
    let words = (letters::subject, letters::text, letters::html);
    let row: (Line, Written) = mine.select((Line::as_select(), words)).first(db)?;
    whole(row)
}

/// Every letter that was sent, the newest first. For the demonstration's mailbox and nothing else.
pub(super) fn all_sent(db: &mut Db, before: Option<LetterId>, limit: i64) -> Result<Vec<Line>> {
    let mut sent = letters::table
        .filter(letters::sent_at.is_not_null())
        .select(Line::as_select())
        .into_boxed();
    if let Some(before) = before {
        let at: NaiveDateTime = letters::table.find(before).select(letters::queued_at).first(db)?;
        let same = letters::queued_at.eq(at).and(letters::id.lt(before));
        sent = sent.filter(letters::queued_at.lt(at).or(same));
    }
    let newest = (letters::queued_at.desc(), letters::id.desc());
    Ok(sent.order(newest).limit(limit).load(db)?)
}

/// Any letter that was sent, with its facts. For the demonstration's mailbox and nothing else.
pub(super) fn any_sent(db: &mut Db, id: LetterId) -> Result<(Line, Words, String)> {
    let sent = letters::table.find(id).filter(letters::sent_at.is_not_null());
    let words = (letters::subject, letters::text, letters::html);
    let row: (Line, Written, String) =
        sent.select((Line::as_select(), words, letters::facts)).first(db)?;
    let (line, words) = whole((row.0, row.1))?;
    Ok((line, words, row.2))
}

/// Subject, text and HTML, once they are written.
type Written = (Option<String>, Option<String>, Option<String>);

fn whole((line, words): (Line, Written)) -> Result<(Line, Words)> {
    match words {
        (Some(subject), Some(text), Some(html)) => Ok((line, Words { subject, text, html })),
        _ => Err(crate::Error::NotFound),
    }
}

/// How many letters should have left before then and have not, counted to at most `limit`.
pub fn late(db: &mut Db, before: NaiveDateTime, limit: i64) -> Result<usize> {
    let found: Vec<LetterId> = letters::table
        .filter(letters::sent_at.is_null())
        .filter(letters::stopped_at.is_null())
        .filter(letters::queued_at.le(before))
        .filter(letters::tries.gt(0).or(letters::due_at.le(before)))
        .select(letters::id)
        .limit(limit)
        .load(db)?;
    Ok(found.len())
}

/// How many letters were given up since then, for reasons that somebody can mend, counted to at most `limit`.
pub fn given_up(db: &mut Db, since: NaiveDateTime, limit: i64) -> Result<usize> {
    let reasons = [Failure::Refused, Failure::BadAddress, Failure::Unanswered];
    let found: Vec<LetterId> = letters::table
        .filter(letters::stopped_at.ge(since))
        .filter(letters::failure.eq_any(reasons.to_vec()))
        .select(letters::id)
        .limit(limit)
        .load(db)?;
    Ok(found.len())
}

/// When a letter of a kind was last sent.
pub fn last_sent(db: &mut Db, kind: LetterKind) -> Result<Option<NaiveDateTime>> {
    let newest = letters::table
        .filter(letters::kind.eq(kind))
        .filter(letters::sent_at.is_not_null())
        .order(letters::queued_at.desc())
        .select(letters::sent_at.assume_not_null());
    Ok(newest.first(db).optional()?)
}

/// What the letters of some kinds may say that are still to be sent.
pub(super) fn facts_waiting(db: &mut Db, kinds: &[LetterKind]) -> Result<Vec<String>> {
    Ok(letters::table
        .filter(letters::sent_at.is_null())
        .filter(letters::stopped_at.is_null())
        .filter(letters::kind.eq_any(kinds.to_vec()))
        .select(letters::facts)
        .load(db)?)
}
