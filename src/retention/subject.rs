//! Somebody asks what is kept about them: the county's lead looks for their words through every text that the county may
//! see, ticks what belongs to the answer, once, and takes it away as one file.
//!
//! What is kept is who looked, when, for which request, and how much was found and taken. The words that were looked for
//! are kept with what was ticked alone: sealed, and for as long as the file may be downloaded.

use std::fmt;

use chrono::NaiveDateTime;
use serde::Deserialize;
use validator::Validate;

use super::find::{Piece, found};
use super::{RequestId, subject_queries as queries};
use crate::accounts::{AccountId, Role, Scope};
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
use crate::{Error, Result, meetings, seal};

const TERMS_MAX: usize = 20;
/// The longest words that a form takes, in bytes: 2,000 characters.
const WORDS_BYTES: usize = 8_000;
/// Shorter words are in too many texts.
const TERM_MIN: usize = 3;
/// More records than this are not shown: the words are too common.
pub const FOUND_MAX: usize = 300;

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
        if let Some(fault) = fault(&terms) {
            errors.add("words", fault);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let text = |it: &str| it.trim().to_owned();
        Ok(Search { terms, reference: text(&self.reference), reason: text(&self.reason) })
    }
}

/// What is wrong with some lines, if anything is.
fn fault(terms: &[String]) -> Option<&'static str> {
    if terms.is_empty() {
        Some("Enter what to look for, such as a name")
    } else if terms.len() > TERMS_MAX {
        Some("Enter 20 lines or fewer")
    } else if terms.iter().any(|it| it.chars().count() < TERM_MIN) {
        Some("Each line must have 3 characters or more")
    } else {
        None
    }
}

/// The lines that somebody has looked for, as their page sends them back: the same that may be looked for.
pub fn terms_again(words: &str) -> Result<Vec<String>> {
    let found = Some(terms(words)).filter(|it| words.len() <= WORDS_BYTES && fault(it).is_none());
    found.ok_or(Error::NotFound)
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

/// What a stretch had.
#[derive(Debug, Default)]
pub struct Looked {
    pub hits: Vec<Hit>,
    /// The references of records of which something does not open, and so could not be looked through.
    pub unread: Vec<String>,
}

/// Looks through one stretch of what the reader may see, and says where the next one begins.
pub fn look(
    db: &mut Db,
    (scope, keys): (&Scope, &Keyring),
    (terms, at): (&[String], NaiveDateTime),
    from: Next,
) -> Result<(Looked, Next)> {
    match from {
        Next::Concerns(after) => {
            let (texts, next) = concerns::scan::scan(db, keys, scope, after)?;
            let shut = texts.iter().filter(|it| !it.is_whole).map(|it| it.reference.clone());
            let unread = shut.collect();
            let hits = only(texts.into_iter().map(|it| of_concern(it, terms, at)));
            let next = next.map_or(Next::Contexts(None), |it| Next::Concerns(Some(it)));
            Ok((Looked { hits, unread }, next))
        }
        Next::Contexts(after) => {
            let (mut texts, next) = contexts::scan::scan(db, keys, scope, after)?;
            meetings::scan::add(db, keys, &mut texts)?;
            let shut = texts.iter().filter(|it| !it.is_whole).map(|it| it.reference.clone());
            let unread = shut.collect();
            let hits = only(texts.into_iter().map(|it| of_context(it, terms, at)));
            Ok((Looked { hits, unread }, next.map_or(Next::End, |it| Next::Contexts(Some(it)))))
        }
        Next::End => Ok((Looked::default(), Next::End)),
    }
}

fn only(hits: impl Iterator<Item = Hit>) -> Vec<Hit> {
    hits.filter(|it| !it.excerpts.is_empty()).collect()
}

pub(super) fn of_concern(it: concerns::scan::Texts, terms: &[String], at: NaiveDateTime) -> Hit {
    let excerpts = excerpts(it.passages, terms, at);
    let (about, reference, team) = (About::Concern(it.id), it.reference, it.team);
    Hit { about, reference, team, begun_at: it.raised_at, excerpts }
}

pub(super) fn of_context(it: contexts::scan::Texts, terms: &[String], at: NaiveDateTime) -> Hit {
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
    /// In how many records something did not open.
    pub unread: i32,
    /// How many records went into the file, if it was made.
    pub included: Option<i32>,
}

pub(super) fn place<'a>(id: &'a RequestId, column: &'static str) -> Place<'a> {
    Place { table: "subject_requests", column, row: id.as_str() }
}

/// Writes down that somebody has looked, for which request, how much was found and how much does not open; and of each
/// record that its words were shown.
pub fn searched(deed: &mut Deed, search: &Search, looked: &Looked) -> Result<RequestId> {
    if !deed.by.is(Role::County) {
        return Err(Error::Forbidden);
    }
    let (id, count) = (RequestId::random(), looked.hits.len());
    let reference = deed.keys.seal(seal::HOUSE, place(&id, "reference"), &search.reference)?;
    let reason = deed.keys.seal(seal::HOUSE, place(&id, "reason"), &search.reason)?;
    let new = queries::New {
        id,
        by: deed.by.id,
        at: deed.at,
        reference,
        reason,
        found: i32::try_from(count).unwrap_or(i32::MAX),
        unread: i32::try_from(looked.unread.len()).unwrap_or(i32::MAX),
    };
    queries::insert(deed.db, &new)?;
    deed.record(Event::SubjectSearched, format_args!("{id}/found/{count}"), None)?;
    shown(deed, &looked.hits)?;
    Ok(id)
}

/// Writes down of each record that its words were shown.
pub fn shown(deed: &mut Deed, hits: &[Hit]) -> Result<()> {
    record_each(deed, hits, (Event::ConcernFound, Event::ContextFound))
}

pub(super) fn record_each(deed: &mut Deed, hits: &[Hit], events: (Event, Event)) -> Result<()> {
    let of = |it: &Hit| match it.about {
        About::Concern(id) => (true, (id.to_string(), Some(it.team))),
        About::Context(id) => (false, (id.to_string(), Some(it.team))),
    };
    let (concerns, contexts): (Vec<_>, Vec<_>) = hits.iter().map(of).partition(|it| it.0);
    let plain = |all: Vec<(bool, _)>| all.into_iter().map(|it| it.1).collect::<Vec<_>>();
    deed.record_all(events.0, &plain(concerns))?;
    deed.record_all(events.1, &plain(contexts))
}

/// The reference of a request that somebody has searched for.
pub fn reference(db: &mut Db, keys: &Keyring, (id, by): (RequestId, AccountId)) -> Result<String> {
    keys.unseal(place(&id, "reference"), &queries::reference(db, (id, by))?)
}

/// The latest requests, the newest first.
pub fn requests(db: &mut Db, keys: &Keyring, limit: i64) -> Result<Vec<Request>> {
    let open = |row: (RequestId, AccountId, NaiveDateTime, Sealed, i32, i32, Option<i32>)| {
        let (id, by, asked_at, reference, found, unread, included) = row;
        let reference = keys.unseal(place(&id, "reference"), &reference)?;
        Ok(Request { reference, by, asked_at, found, unread, included })
    };
    queries::latest(db, limit)?.into_iter().map(open).collect()
}
