//! A legal hold: somebody says why a concern or a context is still needed, and until two people lift it, it is not
//! deleted. A held concern holds its context, and a held context its concerns.

use std::fmt;

use chrono::NaiveDateTime;
use diesel::Queryable;
use serde::Deserialize;
use validator::Validate;

use super::plan::Mark;
use super::{HoldId, Kept, hold_queries, queries};
use crate::accounts::{self, AccountId, Actor, Scope};
use crate::audit::Event;
use crate::concerns::hold::Holdable;
use crate::concerns::{self, ConcernId};
use crate::contexts::{self, ContextId};
use crate::deed::Deed;
use crate::seal::{HOUSE, Keyring, Place, Sealed};
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result};

const CHANGED: &str = "This hold has changed since you opened it. Nothing that you sent was done.";
const PAGE_SIZE: usize = 25;

/// What can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    Concern(ConcernId),
    Context(ContextId),
}

impl Record {
    /// The kind that is kept.
    pub fn kind(self) -> Kept {
        match self {
            Self::Concern(_) => Kept::Concern,
            Self::Context(_) => Kept::Context,
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Concern(id) => id.as_str(),
            Self::Context(id) => id.as_str(),
        }
    }

    /// The record, if somebody may put it on hold, and lift that.
    pub fn holdable(self, db: &mut Db, actor: &Actor) -> Result<Holdable> {
        match self {
            Self::Concern(id) => concerns::hold::holdable(db, actor, id),
            Self::Context(id) => contexts::hold::holdable(db, actor, id),
        }
    }

    fn mark(self, deed: &mut Deed, held_at: Option<NaiveDateTime>) -> Result<()> {
        match self {
            Self::Concern(id) => concerns::hold::hold(deed, id, held_at),
            Self::Context(id) => contexts::hold::hold(deed, id, held_at),
        }
    }
}

impl fmt::Display for Record {
    /// Its path.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Concern(id) => write!(out, "/concerns/{id}"),
            Self::Context(id) => write!(out, "/contexts/{id}"),
        }
    }
}

/// Why, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct HoldForm {
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter why it is still needed"),
        length(max = 2000, message = "The reason must be 2,000 characters or fewer")
    )]
    pub reason: String,
}

/// A reason that may be kept.
#[derive(Debug, Clone)]
pub struct Reason(String);

impl HoldForm {
    /// The reason, or what is wrong with it.
    pub fn check(&self) -> Result<Reason, FormErrors> {
        let errors = FormErrors::of(self);
        if errors.is_empty() { Ok(Reason(self.reason.trim().to_owned())) } else { Err(errors) }
    }
}

/// A hold as it is kept: its reason is sealed.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Standing {
    pub id: HoldId,
    pub reason: Sealed,
    pub put_by: AccountId,
    pub put_at: NaiveDateTime,
    pub lift_asked_by: Option<AccountId>,
    pub lift_asked_at: Option<NaiveDateTime>,
}

/// Somebody, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub id: AccountId,
    pub name: String,
    pub at: NaiveDateTime,
}

/// A hold that stands, with its reason opened.
#[derive(Debug)]
pub struct Hold {
    pub id: HoldId,
    pub reason: String,
    pub put: Who,
    /// Who asked to lift it, if somebody did.
    pub lift_asked: Option<Who>,
}

fn place(id: &HoldId) -> Place<'_> {
    Place { table: "holds", column: "reason", row: id.as_str() }
}

/// The hold that a record is on, for somebody who may hold it.
pub fn look(
    db: &mut Db,
    (actor, keys): (&Actor, &Keyring),
    record: Record,
) -> Result<(Holdable, Option<Hold>)> {
    let found = record.holdable(db, actor)?;
    let Some(kept) = hold_queries::standing(db, record.id())? else { return Ok((found, None)) };
    let ids: Vec<AccountId> = kept.lift_asked_by.into_iter().chain([kept.put_by]).collect();
    let names = accounts::queries::names(db, &ids)?;
    let who = |id: AccountId, at| {
        let name = names.iter().find(|it| it.0 == id).map(|it| it.1.clone());
        Who { id, name: name.unwrap_or_else(|| "E4S".to_owned()), at }
    };
    let hold = Hold {
        id: kept.id,
        reason: keys.unseal(place(&kept.id), &kept.reason)?,
        put: who(kept.put_by, kept.put_at),
        lift_asked: kept.lift_asked_by.zip(kept.lift_asked_at).map(|(id, at)| who(id, at)),
    };
    Ok((found, Some(hold)))
}

/// Puts a record on hold. What its team was told before is worth nothing any more: they are told again once it is lifted.
pub fn put(deed: &mut Deed, record: Record, reason: &Reason) -> Result<()> {
    let found = record.holdable(deed.db, deed.by)?;
    if found.held_at.is_some() {
        return Err(Error::Refused(
            "It is on legal hold already. Nothing that you sent was saved.",
        ));
    }
    let id = HoldId::random();
    // The house's: a concern that is passed on takes its hold along, and no deed below this slice could seal it anew.
    let sealed = deed.keys.seal(HOUSE, place(&id), &reason.0)?;
    let what = (record.kind(), record.id());
    hold_queries::insert(deed.db, (id, what), &sealed, (deed.by.id, deed.at))?;
    record.mark(deed, Some(deed.at))?;
    let mut told = vec![record.id().to_owned()];
    if let Record::Concern(id) = record {
        told.extend(hold_queries::context_of(deed.db, id)?.map(|it| it.to_string()));
    }
    queries::unset_warned(deed.db, told)?;
    deed.record(Event::HoldPut, record.id(), Some(found.team))
}

/// Asks to lift a hold; or lifts it, if somebody else has asked. `seen`: who had asked by what the page showed.
pub fn lift(deed: &mut Deed, record: Record, seen: Option<AccountId>) -> Result<()> {
    let (found, hold) = (record.holdable(deed.db, deed.by)?, standing(deed.db, record)?);
    if hold.lift_asked_by != seen {
        return Err(Error::Refused(CHANGED));
    }
    match hold.lift_asked_by {
        None => {
            hold_queries::ask(deed.db, hold.id, Some((deed.by.id, deed.at)))?;
            deed.record(Event::HoldLiftAsked, record.id(), Some(found.team))
        }
        Some(first) if first == deed.by.id => Err(Error::Refused(
            "You have asked to lift it. Somebody else, who may do so as well, has to confirm it.",
        )),
        Some(_) => {
            hold_queries::lift(deed.db, hold.id, (deed.by.id, deed.at))?;
            record.mark(deed, None)?;
            deed.record(Event::HoldLifted, record.id(), Some(found.team))
        }
    }
}

/// Takes back that somebody has asked to lift a hold: it stands.
pub fn keep(deed: &mut Deed, record: Record) -> Result<()> {
    let (found, hold) = (record.holdable(deed.db, deed.by)?, standing(deed.db, record)?);
    if hold.lift_asked_by.is_none() {
        return Err(Error::Refused(CHANGED));
    }
    hold_queries::ask(deed.db, hold.id, None)?;
    deed.record(Event::HoldKept, record.id(), Some(found.team))
}

fn standing(db: &mut Db, record: Record) -> Result<Standing> {
    hold_queries::standing(db, record.id())?.ok_or(Error::Refused(CHANGED))
}

/// A record on hold, as a list shows it.
#[derive(Debug, Clone)]
pub struct Held {
    pub record: Record,
    pub reference: String,
    pub held_at: NaiveDateTime,
}

/// A page of what is on hold in the reader's teams, the longest held first: contexts and concerns together.
pub fn list(db: &mut Db, scope: &Scope, after: Option<&Mark>) -> Result<(Vec<Held>, Option<Mark>)> {
    let limit = i64::try_from(PAGE_SIZE + 1).unwrap_or(i64::MAX);
    let mut held = hold_queries::held_contexts(db, scope, after, limit)?;
    held.extend(hold_queries::held_concerns(db, scope, after, limit)?);
    held.sort_by(|a, b| (a.held_at, a.record.id()).cmp(&(b.held_at, b.record.id())));
    let has_more = held.len() > PAGE_SIZE;
    held.truncate(PAGE_SIZE);
    let last = held.last().filter(|_| has_more);
    let next = last.map(|it| Mark { at: it.held_at, id: it.record.id().to_owned() });
    Ok((held, next))
}
