//! The chains are walked: each line held against the one before it, each end against its head, and against heads that were
//! kept elsewhere. Names the first link of each chain that does not hold.
//!
//! The log may grow meanwhile: heads are read before and after, and a chain must end between the two. Where lines were
//! removed when their time was over, a chain is walked from what stays of them, which one of its lines must speak of. Chains know
//! nothing of each other, so several are walked at once, the longest ones first.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chrono::NaiveDateTime;
use diesel::dsl::min;
use diesel::prelude::*;

use super::Event;
use super::chain::{Head, Line, NOTHING, digest, heads, is_hex_of};
use super::shorten::{Start, start};
use crate::store::schema::audit;
use crate::store::{Db, Store};
use crate::{Error, Result};

const PAGE: usize = 5_000;
/// How many chains are walked at once: as many as SQLite has readers.
const WALKS_MAX: usize = 4;

/// What came of walking a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// How many of its lines hold, from the first one on that is there.
    pub sound: i64,
    pub broken: Option<Broken>,
    pub chain: String,
    /// What stays of lines that were removed when their time was over.
    pub start: Option<Start>,
}

/// The first link that does not hold, by the place at which it should stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The line says something else than when it was written, or stands in another's place.
    Hash(i64),
    /// Its line is missing.
    Gap(i64),
    /// The line came to the database before the one that stands before it.
    Order(i64),
    /// The lines from here on were cut off: the head is ahead of the log.
    HeadAhead(i64),
    /// From here on there are lines of which the head knows nothing.
    HeadBehind(i64),
    /// The head's hash is not that of the last line.
    HeadHash(i64),
    /// A head that was kept elsewhere had another line here: the chain was rewritten.
    Kept(i64),
    /// A head that was kept elsewhere stood here, and the chain is shorter now.
    KeptAhead(i64),
    /// Two heads that were kept elsewhere differ here: the chain was rewritten between them.
    KeptTwice(i64),
    /// The lines up to here are said to be removed, and no line of the chain says so.
    Unsaid(i64),
    /// The line was removed, and there is one in its place again.
    Back(i64),
    /// A head that was kept elsewhere stood here, and lines behind it were removed that had not been written before the day
    /// that their removal names.
    KeptRemoved(i64),
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, what) = match self {
            Self::Hash(place) => (
                place,
                "the line does not fit its hash: it was changed, or stands in another’s place",
            ),
            Self::Gap(place) => (place, "the line is missing"),
            Self::Order(place) => (place, "the line was written before the one that it follows"),
            Self::HeadAhead(place) => {
                (place, "the line and all behind it are missing: the end was cut off")
            }
            Self::HeadBehind(place) => (place, "the chain’s head knows nothing of this line"),
            Self::HeadHash(place) => (place, "the chain’s head does not fit its last line"),
            Self::Kept(place) => {
                (place, "the kept head had another line here: the chain was rewritten")
            }
            Self::KeptTwice(place) => {
                (place, "two kept heads had different lines here: the chain was rewritten")
            }
            Self::KeptAhead(place) => {
                (place, "the kept head stood here, and the chain is shorter now")
            }
            Self::Unsaid(place) => {
                (place, "the lines up to here were cut off, and no line of the chain says so")
            }
            Self::Back(place) => (place, "the line was removed, and something stands there again"),
            Self::KeptRemoved(place) => {
                (place, "the kept head stood here, and lines behind it were removed too early")
            }
        };
        write!(out, "place {place}: {what}")
    }
}

#[derive(Queryable)]
struct Row {
    id: i64,
    place: i64,
    at: NaiveDateTime,
    by: String,
    event: String,
    subject: String,
    hash: String,
}

/// How far a chain was walked.
struct Walker<'a> {
    chain: &'a str,
    id: i64,
    place: i64,
    hash: String,
    /// Hashes to be met on the way, by place.
    stops: BTreeMap<i64, (String, Broken)>,
    /// What a line is hashed from.
    room: Vec<u8>,
    /// A removal that a line has yet to speak of.
    unsaid: Option<String>,
}

/// Walks every chain, or those before the first failure of the database. `kept`: heads from an earlier day.
pub fn verify(store: &Store, kept: &[Head]) -> Result<Vec<Walk>> {
    let before = store.read(heads)?;
    let mut chains: Vec<String> = store.read(chains)?;
    chains.extend(before.iter().chain(kept).map(|it| it.chain.clone()));
    chains.sort();
    chains.dedup();
    let length = |chain: &String| before.iter().find(|it| it.chain == *chain).map(|it| it.place);
    chains.sort_by_cached_key(|it| std::cmp::Reverse(length(it)));
    let next = AtomicUsize::new(0);
    let walk_some = || {
        let mut walks = Vec::new();
        while let Some(chain) = chains.get(next.fetch_add(1, Ordering::Relaxed)) {
            walks.push(walk(store, chain.clone(), (&before, kept))?);
        }
        Ok(walks)
    };
    let hands = thread::available_parallelism().map_or(1, NonZero::get).min(WALKS_MAX);
    let mut walks: Vec<Walk> = thread::scope(|scope| {
        let hands: Vec<_> = (0..hands).map(|_| scope.spawn(walk_some)).collect();
        let done = |it: thread::ScopedJoinHandle<Result<Vec<Walk>>>| {
            it.join().unwrap_or(Err(Error::Stopped))
        };
        hands.into_iter().map(done).collect::<Result<Vec<_>>>().map(|it| it.concat())
    })?;
    walks.sort_by(|one, other| one.chain.cmp(&other.chain));
    Ok(walks)
}

/// Walks one chain; once more, if it was shortened meanwhile.
fn walk(store: &Store, chain: String, heads: (&[Head], &[Head])) -> Result<Walk> {
    loop {
        let begins = store.read(|db| start(db, &chain))?;
        let (sound, broken) = walk_from(store, (&chain, begins.as_ref()), heads)?;
        let is_same = broken.is_none() || store.read(|db| start(db, &chain))? == begins;
        if is_same {
            return Ok(Walk { sound, broken, chain, start: begins });
        }
    }
}

/// How many lines of a chain hold from its start on, and the first link that does not.
fn walk_from(
    store: &Store,
    (chain, start): (&str, Option<&Start>),
    (before, kept): (&[Head], &[Head]),
) -> Result<(i64, Option<Broken>)> {
    let of_chain = |it: &&Head| it.chain == chain;
    let ahead = before.iter().find(of_chain);
    let mut walker = Walker::at(chain, start);
    let first = walker.place;
    let mut broken = store.read(|db| back(db, &walker))?.map(Broken::Back);
    for head in kept.iter().filter(of_chain) {
        broken = broken.or_else(|| walker.expect(head, start));
    }
    while broken.is_none() {
        let rows = store.read(|db| page(db, &walker))?;
        let is_last = rows.len() < PAGE;
        broken = rows.into_iter().find_map(|row| walker.step(row));
        if is_last {
            break;
        }
    }
    if broken.is_none() {
        let now = store.read(heads)?;
        broken = walker.end(ahead, now.iter().find(of_chain));
    }
    broken = broken.or_else(|| walker.unsaid.is_some().then_some(Broken::Unsaid(first)));
    Ok((walker.place - first, broken))
}

impl<'a> Walker<'a> {
    /// Before the first line of a chain that is there.
    fn at(chain: &'a str, start: Option<&Start>) -> Self {
        let (place, hash) = start.map_or((0, NOTHING), |it| (it.place, it.hash.as_str()));
        let unsaid = start.map(ToString::to_string);
        let (hash, room, stops) = (hash.to_owned(), Vec::new(), BTreeMap::new());
        Self { chain, id: 0, place, hash, stops, room, unsaid }
    }

    /// Takes a head that was kept elsewhere along, or says what is wrong with it already.
    fn expect(&mut self, head: &Head, start: Option<&Start>) -> Option<Broken> {
        let Head { place, hash, kept_on, .. } = head;
        match start.filter(|it| *place <= it.place) {
            None => {
                let first = || (hash.clone(), Broken::Kept(*place));
                let (expected, broken) = self.stops.entry(*place).or_insert_with(first);
                if expected != hash {
                    *broken = Broken::KeptTwice(*place);
                    expected.clear();
                }
                None
            }
            Some(start) if *place == start.place => {
                (*hash != start.hash).then_some(Broken::Kept(*place))
            }
            // The line behind it came after it was kept, and was removed.
            Some(start) => kept_on
                .is_none_or(|day| day >= start.before_on)
                .then_some(Broken::KeptRemoved(*place)),
        }
    }

    /// Goes on by one line, or says what is wrong with it.
    fn step(&mut self, row: Row) -> Option<Broken> {
        let next = self.place + 1;
        if row.place > next {
            return Some(Broken::Gap(next));
        }
        let line = Line {
            chain: self.chain,
            at: row.at,
            by: &row.by,
            event: &row.event,
            subject: &row.subject,
        };
        let digest = digest(&mut self.room, &self.hash, (next, &line));
        if row.place != next || !is_hex_of(&row.hash, &digest) {
            return Some(Broken::Hash(next));
        }
        if row.id <= self.id {
            return Some(Broken::Order(next));
        }
        if let Some((_, broken)) = self.stops.remove(&next).filter(|(hash, _)| *hash != row.hash) {
            return Some(broken);
        }
        let is_removal = row.event == Event::LogShortened.as_str();
        self.unsaid = self.unsaid.take().filter(|it| !is_removal || *it != row.subject);
        self.id = row.id;
        self.place = next;
        self.hash = row.hash;
        None
    }

    /// Holds the end against the heads, as they were before the walk and as they are now, and what was kept.
    fn end(&self, before: Option<&Head>, now: Option<&Head>) -> Option<Broken> {
        let next = self.place + 1;
        if before.is_some_and(|it| it.place > self.place) {
            return Some(Broken::HeadAhead(next));
        }
        match now {
            None if self.place > 0 => return Some(Broken::HeadBehind(1)),
            Some(head) if head.place < self.place => {
                return Some(Broken::HeadBehind(head.place + 1));
            }
            Some(head) if head.place == self.place && head.hash != self.hash => {
                return Some(Broken::HeadHash(self.place));
            }
            _ => {}
        }
        self.stops.keys().next().map(|place| Broken::KeptAhead(*place))
    }
}

/// Every chain that has lines, found by leaping from each to the next.
fn chains(db: &mut Db) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let last = found.last().cloned().unwrap_or_default();
        let next = audit::table.filter(audit::chain.gt(last)).select(min(audit::chain));
        match next.first::<Option<String>>(db)? {
            Some(chain) => found.push(chain),
            None => return Ok(found),
        }
    }
}

/// The first line of a chain that stands where one was removed.
fn back(db: &mut Db, walker: &Walker) -> Result<Option<i64>> {
    let removed = audit::table.filter(audit::chain.eq(walker.chain));
    let removed = removed.filter(audit::place.le(walker.place));
    Ok(removed.select(min(audit::place)).first(db)?)
}

/// The lines behind those that were walked.
fn page(db: &mut Db, walker: &Walker) -> Result<Vec<Row>> {
    let mut found = audit::table.filter(audit::chain.eq(walker.chain)).into_boxed();
    if walker.place > 0 {
        // By id as well, or a second line with the last one's place would be passed over.
        let behind = audit::place.gt(walker.place).or(audit::id.gt(walker.id));
        found = found.filter(audit::place.ge(walker.place)).filter(behind);
    }
    Ok(found
        .order((audit::place, audit::id))
        .limit(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .select((
            audit::id,
            audit::place,
            audit::at,
            audit::account_id,
            audit::event,
            audit::subject,
            audit::hash,
        ))
        .load(db)?)
}
