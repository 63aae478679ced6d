//! Somebody asks what is kept about them: the county's lead looks for their words through every text that the county may
//! see, ticks what belongs to the answer, once, and takes it away as one file.
//!
//! What is kept is who looked, when, for which request, and how much was found and taken. The words that were looked for
//! are kept with what was ticked alone: sealed, and for as long as the file may be downloaded.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use validator::Validate;

use super::find::{Piece, found};
use super::{RequestId, subject_queries as queries};
use crate::accounts::{AccountId, Role, Scope};
use crate::app::Portal;
use crate::audit::Event;
use crate::concerns::scan::Passage;
use crate::concerns::steer::{self, Flag};
use crate::concerns::{self, ConcernId};
use crate::contexts::{self, ContextId};
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::seal::{Keyring, Place, Sealed};
use crate::store::Db;
use crate::web::FormErrors;
use crate::worker::Done;
use crate::{Error, Result, seal};

const TERMS_MAX: usize = 20;
/// Shorter words are in too many texts.
const TERM_MIN: usize = 3;
/// More records than this are not shown: the words are too common.
pub const FOUND_MAX: usize = 300;
/// What belongs to the answer is ticked, and then downloaded, within so long: as long as a session may last.
const WITHIN: TimeDelta = TimeDelta::hours(10);

/// What to look for and why, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct SubjectForm {
    /// Names, references, addresses: one a line.
    #[validate(length(max = 2000, message = "The words must be 2,000 characters or fewer"))]
    pub words: String,
    #[validate(
        custom(
            function = "crate::web::form::is_said",
            message = "Enter the reference of the request"
        ),
        length(max = 60, message = "The reference must be 60 characters or fewer")
    )]
    pub reference: String,
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter why you look for this"),
        length(max = 500, message = "The reason must be 500 characters or fewer")
    )]
    pub reason: String,
}

/// A search that may be made.
#[derive(Debug, Clone)]
pub struct Search {
    pub terms: Vec<String>,
    pub reference: String,
    pub reason: String,
}

impl About {
    /// As a form sends it: `concern.ID`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("concern", id) => ConcernId::parse(id).map(Self::Concern),
            ("context", id) => ContextId::parse(id).map(Self::Context),
            _ => None,
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Concern(id) => write!(out, "concern.{id}"),
            Self::Context(id) => write!(out, "context.{id}"),
        }
    }
}

impl SubjectForm {
    /// What to look for, or what is wrong with it.
    pub fn check(&self) -> Result<Search, FormErrors> {
        let mut errors = FormErrors::of(self);
        let terms = terms(&self.words);
        if terms.is_empty() {
            errors.add("words", "Enter what to look for, such as a name");
        } else if terms.len() > TERMS_MAX {
            errors.add("words", "Enter 20 lines or fewer");
        } else if terms.iter().any(|it| it.chars().count() < TERM_MIN) {
            errors.add("words", "Each line must have 3 characters or more");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let text = |it: &str| it.trim().to_owned();
        Ok(Search { terms, reference: text(&self.reference), reason: text(&self.reason) })
    }
}

/// The lines that say something.
pub fn terms(words: &str) -> Vec<String> {
    words.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// A record in which something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Concern(ConcernId),
    Context(ContextId),
}

/// A text in which something was found.
#[derive(Debug, Clone)]
pub struct Excerpt {
    pub heading: String,
    pub pieces: Vec<Piece>,
    /// What else in it looks like personal data, perhaps of others: to be looked at before anybody is given it.
    pub flags: Vec<Flag>,
}

/// A record with the texts in which something was found.
#[derive(Debug, Clone)]
pub struct Hit {
    pub about: About,
    pub reference: String,
    pub team: TeamId,
    /// When it was raised or opened.
    pub begun_at: NaiveDateTime,
    pub excerpts: Vec<Excerpt>,
}

fn excerpts(passages: Vec<Passage>, terms: &[String], at: NaiveDateTime) -> Vec<Excerpt> {
    let today = crate::calendar::day(at);
    let one = |it: Passage| {
        let pieces = found(&it.text, terms)?;
        let mut flags = steer::flags(&it.text, today);
        flags.retain(|it| found(&it.found, terms).is_none());
        Some(Excerpt { heading: it.heading, pieces, flags })
    };
    passages.into_iter().filter_map(one).collect()
}

/// Where a search goes on: among concerns, then among contexts.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    Concerns(Option<concerns::list::Mark>),
    Contexts(Option<contexts::read::Mark>),
    End,
}

/// Looks through one stretch of what the reader may see, and says where the next one begins.
pub fn look(
    db: &mut Db,
    (scope, keys): (&Scope, &Keyring),
    (terms, at): (&[String], NaiveDateTime),
    from: Next,
) -> Result<(Vec<Hit>, Next)> {
    match from {
        Next::Concerns(after) => {
            let (texts, next) = concerns::scan::scan(db, keys, scope, after)?;
            let hits = texts.into_iter().map(|it| of_concern(it, terms, at)).collect();
            Ok((only(hits), next.map_or(Next::Contexts(None), |it| Next::Concerns(Some(it)))))
        }
        Next::Contexts(after) => {
            let (texts, next) = contexts::scan::scan(db, keys, scope, after)?;
            let hits = texts.into_iter().map(|it| of_context(it, terms, at)).collect();
            Ok((only(hits), next.map_or(Next::End, |it| Next::Contexts(Some(it)))))
        }
        Next::End => Ok((Vec::new(), Next::End)),
    }
}

fn only(hits: Vec<Hit>) -> Vec<Hit> {
    hits.into_iter().filter(|it| !it.excerpts.is_empty()).collect()
}

fn of_concern(it: concerns::scan::Texts, terms: &[String], at: NaiveDateTime) -> Hit {
    let excerpts = excerpts(it.passages, terms, at);
    let (about, reference, team) = (About::Concern(it.id), it.reference, it.team);
    Hit { about, reference, team, begun_at: it.raised_at, excerpts }
}

fn of_context(it: contexts::scan::Texts, terms: &[String], at: NaiveDateTime) -> Hit {
    let excerpts = excerpts(it.passages, terms, at);
    let (about, reference, team) = (About::Context(it.id), it.reference, it.team);
    Hit { about, reference, team, begun_at: it.opened_at, excerpts }
}

/// A request, as the list of requests shows it.
#[derive(Debug, Clone)]
pub struct Request {
    pub reference: String,
    pub by: AccountId,
    pub asked_at: NaiveDateTime,
    pub found: i32,
    /// How many records went into the file, if it was made.
    pub included: Option<i32>,
}

fn place<'a>(id: &'a RequestId, column: &'static str) -> Place<'a> {
    Place { table: "subject_requests", column, row: id.as_str() }
}

/// Writes down that somebody has looked, for which request, and how much was found.
pub fn searched(deed: &mut Deed, search: &Search, count: usize) -> Result<RequestId> {
    if !deed.by.is(Role::County) {
        return Err(Error::Forbidden);
    }
    let id = RequestId::random();
    let reference = deed.keys.seal(seal::HOUSE, place(&id, "reference"), &search.reference)?;
    let reason = deed.keys.seal(seal::HOUSE, place(&id, "reason"), &search.reason)?;
    let new = queries::New {
        id,
        by: deed.by.id,
        at: deed.at,
        reference,
        reason,
        found: i32::try_from(count).unwrap_or(i32::MAX),
    };
    queries::insert(deed.db, &new)?;
    deed.record(Event::SubjectSearched, format_args!("{id}/found/{count}"), None)?;
    Ok(id)
}

/// The reference of a request that somebody has searched for.
pub fn reference(db: &mut Db, keys: &Keyring, (id, by): (RequestId, AccountId)) -> Result<String> {
    keys.unseal(place(&id, "reference"), &queries::reference(db, (id, by))?)
}

/// Chooses what goes into the file: once for each search, by whoever made it, within their session. All of it must be
/// theirs to read, or nothing is chosen.
pub fn choose(
    deed: &mut Deed,
    id: RequestId,
    (terms, ticked): (&[String], &[About]),
) -> Result<()> {
    records(deed, (terms, ticked))?;
    let count = i32::try_from(ticked.len()).unwrap_or(i32::MAX);
    let choice = Choice { terms: terms.to_vec(), ticked: ticked.to_vec() };
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

/// Takes the file away. Each record in it is written down as copied.
pub fn take(deed: &mut Deed, id: RequestId) -> Result<(String, Vec<Hit>)> {
    let whose = (id, deed.by.id);
    let reference = reference(deed.db, deed.keys, whose)?;
    let kept = queries::chosen(deed.db, whose, deed.at - WITHIN)?.ok_or(GONE)?;
    let choice = deed.keys.unseal(place(&id, "choice"), &kept.choice)?;
    let Choice { terms, ticked } =
        Choice::parse(&choice).ok_or(Error::Corrupt("what was chosen for a file"))?;
    let hits = records(deed, (&terms, &ticked))?;
    for hit in &hits {
        match hit.about {
            About::Concern(id) => deed.record(Event::ConcernCopied, id, Some(hit.team))?,
            About::Context(id) => deed.record(Event::ContextCopied, id, Some(hit.team))?,
        }
    }
    Ok((reference, hits))
}

/// The ticked records, with the texts in which the words are: all of them, or nothing.
fn records(deed: &mut Deed, (terms, ticked): (&[String], &[About])) -> Result<Vec<Hit>> {
    let (scope, at) = (deed.by.scope(), deed.at);
    let of = |it: &About| if let About::Concern(id) = it { Some(*id) } else { None };
    let concern_ids: Vec<ConcernId> = ticked.iter().filter_map(of).collect();
    let of = |it: &About| if let About::Context(id) = it { Some(*id) } else { None };
    let context_ids: Vec<ContextId> = ticked.iter().filter_map(of).collect();
    let concerns = concerns::scan::some(deed.db, deed.keys, &scope, &concern_ids)?;
    let contexts = contexts::scan::some(deed.db, deed.keys, &scope, &context_ids)?;
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
struct Choice {
    terms: Vec<String>,
    ticked: Vec<About>,
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

/// The latest requests, the newest first.
pub fn requests(db: &mut Db, keys: &Keyring, limit: i64) -> Result<Vec<Request>> {
    let open = |row: (RequestId, AccountId, NaiveDateTime, Sealed, i32, Option<i32>)| {
        let (id, by, asked_at, reference, found, included) = row;
        let reference = keys.unseal(place(&id, "reference"), &reference)?;
        Ok(Request { reference, by, asked_at, found, included })
    };
    queries::latest(db, limit)?.into_iter().map(open).collect()
}
