//! The chains: how a line is bound to the one before it, and where each chain ends.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::store::schema::{audit, audit_heads};
use crate::store::{Db, hex};

/// The chain of what belongs to no team.
pub const HOUSE: &str = "house";
/// What every hash begins with: the form of what it covers.
const FORM: &str = "e4s-audit-1";
/// What stands before a chain's first line.
pub const NOTHING: &str = "";

/// A line, as its hash covers it. Its words are those that are kept, so that one which nobody knows any more is still
/// checked.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// A team's id, or [`HOUSE`].
    pub chain: &'a str,
    pub at: NaiveDateTime,
    pub by: &'a str,
    pub event: &'a str,
    pub subject: &'a str,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub chain: String,
    /// How many lines it has: they are numbered from 1.
    pub place: i64,
    /// The hash of the last one, as 64 hexadecimal digits.
    pub hash: String,
    /// The day on which it was written down elsewhere, if that is said.
    pub kept_on: Option<NaiveDate>,
}

impl Head {
    /// A line that `e4s audit heads` has printed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (chain, place, hash) = (words.next()?, words.next()?, words.next()?);
        let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
        let place = place.parse().ok().filter(|it| *it > 0)?;
        let kept_on = match words.next() {
            Some(day) => Some(day.parse().ok()?),
            None => None,
        };
        let is_head = is_hash && words.next().is_none();
        is_head.then(|| Self { chain: chain.to_owned(), place, hash: hash.to_lowercase(), kept_on })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {}", self.chain, self.place, self.hash)?;
        self.kept_on.map_or(Ok(()), |day| write!(out, " {day}"))
    }
}

/// The hash of a line at its place behind another: SHA-256 over each field with its length before it, so that no two
/// lines are covered by the same bytes.
pub fn hash(before: &str, place: i64, line: &Line) -> String {
    hex(digest(&mut Vec::new(), before, (place, line)))
}

/// The same as bytes. `room` is what a walk of many lines writes each of them into, one after the other.
pub(super) fn digest(room: &mut Vec<u8>, before: &str, (place, line): (i64, &Line)) -> [u8; 32] {
    let micros = line.at.and_utc().timestamp_micros().to_be_bytes();
    let place = place.to_be_bytes();
    let fields: [&[u8]; 8] = [
        FORM.as_bytes(),
        before.as_bytes(),
        line.chain.as_bytes(),
        &place,
        &micros,
        line.by.as_bytes(),
        line.event.as_bytes(),
        line.subject.as_bytes(),
    ];
    room.clear();
    for field in fields {
        room.extend_from_slice(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        room.extend_from_slice(field);
    }
    Sha256::digest(room).into()
}

/// True if a text is these bytes in hexadecimal digits, as [`hash`] writes them.
pub(super) fn is_hex_of(text: &str, bytes: &[u8; 32]) -> bool {
    let digit = |it: u8| if it < 10 { b'0' + it } else { b'a' + it - 10 };
    let mut pairs = text.as_bytes().chunks_exact(2).zip(bytes);
    text.len() == 64 && pairs.all(|(pair, it)| *pair == [digit(it >> 4), digit(it & 15)])
}

/// Puts lines at the end of a chain, which is theirs all, and moves the head on to the last. The caller's transaction is
/// the only one that writes (`Store::write`), so nobody else stands at the head.
pub(super) fn append(db: &mut Db, chain: &str, lines: &[Line]) -> Result<()> {
    let head = audit_heads::table.find(chain);
    let known: Option<(i64, String)> =
        head.select((audit_heads::place, audit_heads::hash)).first(db).optional()?;
    let mut is_first = known.is_none();
    let (mut place, mut before) = known.unwrap_or((0, NOTHING.to_owned()));
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        place += 1;
        before = hash(&before, place, line);
        let (at_place, with_hash) = (audit_heads::place.eq(place), audit_heads::hash.eq(&before));
        // One line at a time: a trigger lets no head go further.
        if is_first {
            diesel::insert_into(audit_heads::table)
                .values((audit_heads::chain.eq(chain), at_place, with_hash))
                .execute(db)?;
            is_first = false;
        } else {
            diesel::update(head).set((at_place, with_hash)).execute(db)?;
        }
        rows.push((
            audit::chain.eq(chain),
            audit::place.eq(place),
            audit::at.eq(line.at),
            audit::account_id.eq(line.by),
            audit::event.eq(line.event),
            audit::subject.eq(line.subject),
            audit::hash.eq(before.clone()),
        ));
    }
    let insert = diesel::insert_into(audit::table).values(rows);
    match db {
        Db::Sqlite(db) => insert.execute(db)?,
        Db::Postgres(db) => insert.execute(db)?,
    };
    Ok(())
}

/// Where every chain ends. Kept elsewhere, these lines show later that nothing before them was rewritten.
pub fn heads(db: &mut Db) -> Result<Vec<Head>> {
    let rows: Vec<(String, i64, String)> = audit_heads::table.order(audit_heads::chain).load(db)?;
    let head = |(chain, place, hash)| Head { chain, place, hash, kept_on: None };
    Ok(rows.into_iter().map(head).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_as_itself_and_nothing_else_reads_as_one() {
        let hash = "ab".repeat(32);
        let head = Head { chain: HOUSE.to_owned(), place: 12, hash, kept_on: None };
        let dated = Head { kept_on: NaiveDate::from_ymd_opt(2026, 11, 23), ..head.clone() };
        for it in [&head, &dated] {
            assert_eq!(Head::parse(&it.to_string()).as_ref(), Some(it));
        }
        let longer = [format!("{head} more"), format!("{head} 2026-02-30"), format!("{dated} x")];
        let wrong = ["", "house", "house 12", "house 0 ab", "house x ab"].map(str::to_owned);
        for wrong in wrong.iter().chain(&longer) {
            assert_eq!(Head::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_hash_is_the_hexadecimal_form_of_its_digest_and_of_no_other() {
        let line =
            Line { chain: HOUSE, at: NaiveDateTime::default(), by: "a", event: "b", subject: "c" };
        let (text, room) = (hash("before", 7, &line), &mut b"of another line".to_vec());
        assert!(is_hex_of(&text, &digest(room, "before", (7, &line))));
        assert!(!is_hex_of(&text, &digest(room, "before", (8, &line))));
        for wrong in
            ["", text.get(1..).unwrap_or_default(), &format!("{text}00"), &text.to_uppercase()]
        {
            assert!(!is_hex_of(wrong, &digest(room, "before", (7, &line))), "{wrong}");
        }
    }

    #[test]
    fn no_two_lines_have_one_hash() {
        let at = NaiveDateTime::default();
        let line = |by, event| Line { chain: HOUSE, at, by, event, subject: "x" };
        let both = [line("ab", "c"), line("a", "bc")].map(|it| hash(NOTHING, 1, &it));
        assert_ne!(both[0], both[1]);
        assert_ne!(hash(NOTHING, 1, &line("a", "b")), hash(NOTHING, 2, &line("a", "b")));
        assert_ne!(hash(NOTHING, 1, &line("a", "b")), hash("0", 1, &line("a", "b")));
    }
}
