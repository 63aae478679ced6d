//! Lines of the log, a page at a time, the newest first. Who may see which is for the caller to have checked.

use std::fmt;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Event, chain};
use crate::accounts::AccountId;
use crate::districts::TeamId;
use crate::store::Db;
use crate::store::schema::audit;
use crate::{Result, calendar};

/// One line of the log, in the words that are kept: one that nobody knows is shown as it is, and hides no other.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    pub id: i64,
    pub chain: String,
    pub place: i64,
    pub at: NaiveDateTime,
    by: String,
    event: String,
    pub subject: String,
    pub hash: String,
}

impl Entry {
    /// Who did it.
    pub fn by(&self) -> Option<AccountId> {
        AccountId::parse(&self.by)
    }

    /// What was done, if this program knows it.
    pub fn event(&self) -> Option<Event> {
        Event::parse(&self.event)
    }

    /// What was done, as pages say it.
    pub fn title(&self) -> String {
        self.event().map_or_else(|| self.event.clone(), Event::title)
    }

    /// The team in whose affairs it was done.
    pub fn team(&self) -> Option<TeamId> {
        TeamId::parse(&self.chain)
    }

    /// Where a page ends with this line.
    pub fn mark(&self) -> Mark {
        Mark { at: self.at, id: self.id }
    }
}

/// The end of a page: the next one begins behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub at: NaiveDateTime,
    pub id: i64,
}

impl Mark {
    /// What an address carried, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, id) = text.split_once('.')?;
        Some(Self { at: calendar::of_seconds(seconds)?, id: id.parse().ok()? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.at.and_utc().timestamp(), self.id)
    }
}

/// Whose lines: a team's, or those of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affairs {
    Team(TeamId),
    House,
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub by: Option<AccountId>,
    pub event: Option<Event>,
    /// One of these, unless there are none.
    pub events: &'static [Event],
    pub affairs: Option<Affairs>,
    /// What something was done to is one of these, unless there are none.
    pub subjects: Vec<String>,
    pub from: Option<NaiveDateTime>,
    /// The first moment that is not wanted any more.
    pub before: Option<NaiveDateTime>,
    pub after: Option<Mark>,
}

/// How the log names the posts of a person, whatever has become of posts and person since: two hundred at most. What was done
/// to posts is a small part of the log, and has an index.
pub fn posts_of(db: &mut Db, account: AccountId) -> Result<Vec<String>> {
    let done = [Event::PostGiven, Event::PostEnded].map(Event::as_str);
    let theirs = audit::table
        .filter(audit::event.eq_any(done))
        .filter(audit::subject.like(format!("{account}/%")));
    Ok(theirs.select(audit::subject).distinct().limit(200).load(db)?)
}

/// A page of lines, the newest first. Each thing that can be asked for has an index in that order.
pub fn page(db: &mut Db, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>> {
    let mut found = audit::table.into_boxed();
    if let Some(by) = wanted.by {
        found = found.filter(audit::account_id.eq(by));
    }
    if let Some(event) = wanted.event {
        found = found.filter(audit::event.eq(event));
    }
    if !wanted.events.is_empty() {
        found = found.filter(audit::event.eq_any(wanted.events.iter().map(|it| it.as_str())));
    }
    if let Some(affairs) = wanted.affairs {
        let chain = match affairs {
            Affairs::Team(team) => team.to_string(),
            Affairs::House => chain::HOUSE.to_owned(),
        };
        found = found.filter(audit::chain.eq(chain));
    }
    if !wanted.subjects.is_empty() {
        found = found.filter(audit::subject.eq_any(wanted.subjects.clone()));
    }
    if let Some(from) = wanted.from {
        found = found.filter(audit::at.ge(from));
    }
    if let Some(before) = wanted.before {
        found = found.filter(audit::at.lt(before));
    }
    if let Some(Mark { at, id }) = wanted.after {
        found = found.filter(audit::at.le(at)).filter(audit::at.lt(at).or(audit::id.lt(id)));
    }
    Ok(found
        .order((audit::at.desc(), audit::id.desc()))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((
            audit::id,
            audit::chain,
            audit::place,
            audit::at,
            audit::account_id,
            audit::event,
            audit::subject,
            audit::hash,
        ))
        .load(db)?)
}
