//! What was ticked for somebody who asked what is kept about them, and the file that is made of it: chosen once, taken
//! away within hours, and then forgotten.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};

use super::subject::{
    About, FOUND_MAX, Hit, of_concern, of_context, place, record_each, reference, terms,
};
use super::{RequestId, subject_queries as queries};
use crate::accounts::{AccountId, Role, Scope};
use crate::app::Portal;
use crate::audit::Event;
use crate::concerns::{self, ConcernId};
use crate::contexts::{self, ContextId};
use crate::deed::Deed;
use crate::seal::{self, Keyring};
use crate::store::Db;
use crate::worker::Done;
use crate::{Error, Result, meetings};

/// What belongs to the answer is ticked, and then downloaded, within so long: as long as a session may last.
const WITHIN: TimeDelta = TimeDelta::hours(10);

/// What was ticked: records in which the words are, all of them, or nothing. Looked at before the change that chooses
/// them, because opening and searching takes its time.
pub fn ticked(
    db: &mut Db,
    keys: &Keyring,
    (scope, at): (&Scope, NaiveDateTime),
    choice: &Choice,
) -> Result<Vec<Hit>> {
    if choice.ticked.len() > FOUND_MAX {
        return Err(Error::NotFound);
    }
    let hits = records(db, keys, (scope, at), choice)?;
    let is_found = hits.iter().all(|it| !it.excerpts.is_empty());
    if is_found { Ok(hits) } else { Err(Error::NotFound) }
}

/// Chooses what goes into the file, once `ticked` has seen it: once for each search, by whoever made it, within their
/// session.
pub fn choose(deed: &mut Deed, id: RequestId, choice: &Choice) -> Result<()> {
    if !deed.by.is(Role::County) {
        return Err(Error::Forbidden);
    }
    let count = i32::try_from(choice.ticked.len()).unwrap_or(i32::MAX);
    let sealed = deed.keys.seal(seal::HOUSE, place(&id, "choice"), &choice.to_string())?;
    let moments = (deed.at - WITHIN, deed.at);
    if !queries::choose(deed.db, (id, deed.by.id), moments, (count, &sealed))? {
        return Err(Error::Refused(
            "A file was made of this search already, or the search is too old. Search again to make another.",
        ));
    }
    deed.record(Event::SubjectBundled, format_args!("{id}/included/{count}"), None)
}

/// A file that can be downloaded.
#[derive(Debug, Clone)]
pub struct Ready {
    pub reference: String,
    pub count: i32,
    pub until: NaiveDateTime,
}

/// The file that somebody has made of a search, while it can be downloaded.
pub fn ready(
    db: &mut Db,
    keys: &Keyring,
    (id, by): (RequestId, AccountId),
    now: NaiveDateTime,
) -> Result<Ready> {
    let reference = reference(db, keys, (id, by))?;
    let kept = queries::chosen(db, (id, by), now - WITHIN)?.ok_or(GONE)?;
    Ok(Ready { reference, count: kept.count, until: kept.at + WITHIN })
}

const GONE: Error =
    Error::Refused("There is no file of this search, or not any longer. Search again to make one.");

/// What is in the file: the reference of its request, and the records.
pub fn collect(
    db: &mut Db,
    keys: &Keyring,
    (scope, whose): (&Scope, (RequestId, AccountId)),
    now: NaiveDateTime,
) -> Result<(String, Vec<Hit>)> {
    let reference = reference(db, keys, whose)?;
    let kept = queries::chosen(db, whose, now - WITHIN)?.ok_or(GONE)?;
    let choice = keys.unseal(place(&whose.0, "choice"), &kept.choice)?;
    let choice = Choice::parse(&choice).ok_or(Error::Corrupt("what was chosen for a file"))?;
    Ok((reference, records(db, keys, (scope, now), &choice)?))
}

/// Takes the file away, if it still may be. Each record in it is written down as copied.
pub fn take(deed: &mut Deed, id: RequestId, hits: &[Hit]) -> Result<()> {
    if !deed.by.is(Role::County) {
        return Err(Error::Forbidden);
    }
    queries::chosen(deed.db, (id, deed.by.id), deed.at - WITHIN)?.ok_or(GONE)?;
    record_each(deed, hits, (Event::ConcernCopied, Event::ContextCopied))
}

/// The ticked records, with the texts in which the words are: all of them, or nothing.
fn records(
    db: &mut Db,
    keys: &Keyring,
    (scope, at): (&Scope, NaiveDateTime),
    Choice { terms, ticked }: &Choice,
) -> Result<Vec<Hit>> {
    let of = |it: &About| if let About::Concern(id) = it { Some(*id) } else { None };
    let concern_ids: Vec<ConcernId> = ticked.iter().filter_map(of).collect();
    let of = |it: &About| if let About::Context(id) = it { Some(*id) } else { None };
    let context_ids: Vec<ContextId> = ticked.iter().filter_map(of).collect();
    let concerns = concerns::scan::some(db, keys, scope, &concern_ids)?;
    let mut contexts = contexts::scan::some(db, keys, scope, &context_ids)?;
    meetings::scan::add(db, keys, &mut contexts)?;
    let mut hits: Vec<Hit> = concerns.into_iter().map(|it| of_concern(it, terms, at)).collect();
    hits.extend(contexts.into_iter().map(|it| of_context(it, terms, at)));
    Ok(hits)
}

/// The chore: forgets what was chosen for files that cannot be downloaded any more.
pub fn forget(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let count = portal.store.write(|db| queries::forget(db, now - WITHIN))?;
    Ok(Done { count, is_more: false })
}

/// What was ticked, and the words that were looked for.
#[derive(Debug, Clone)]
pub struct Choice {
    pub terms: Vec<String>,
    pub ticked: Vec<About>,
}

impl fmt::Display for Choice {
    /// As it is sealed: what was ticked, a line each; an empty line; the words, a line each.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ticked.iter().try_for_each(|it| writeln!(out, "{it}"))?;
        write!(out, "\n{}", self.terms.join("\n"))
    }
}

impl Choice {
    fn parse(text: &str) -> Option<Self> {
        let (ticked, words) = text.split_once("\n\n")?;
        let ticked: Option<Vec<About>> = ticked.lines().map(About::parse).collect();
        Some(Self { terms: terms(words), ticked: ticked? })
    }
}
