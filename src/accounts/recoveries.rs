//! Somebody has lost every second factor: two people who know it is them let them set up a new one.
//!
//! A request stands until it is granted, refused or stopped, or for a week. An administrator and a colleague who knows
//! the person (a lead of the same school, a coordinator of the same team, a county lead) grant it together at once; an
//! administrator alone only 24 hours after it was made, so that the person, told by letter at each step, can stop a
//! thief. Nobody decides about themselves, and nobody twice.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{
    AccountId, Actor, Role, factor_queries, queries, recovery_queries, session_queries, sessions,
};
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::recovery;
use crate::mail::safety::{self, News};
use crate::store::schema::recoveries;
use crate::store::{Db, random_id, text_enum};
use crate::{Error, Result};

random_id! {
    /// A request for a new second factor.
    pub RecoveryId
}

text_enum! {
    /// How a request ended.
    pub enum Outcome {
        Granted = "granted",
        Refused = "refused",
        Stopped = "stopped",
    }
}

/// After this long an administrator may grant a request alone.
pub const ALONE_AFTER: TimeDelta = TimeDelta::hours(24);
/// After this long a request is void.
pub const VOID_AFTER: TimeDelta = TimeDelta::days(7);

/// A request that stands.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recoveries)]
pub struct Recovery {
    pub id: RecoveryId,
    pub account_id: AccountId,
    pub asked_at: NaiveDateTime,
    /// The administrator who has agreed.
    pub admin_id: Option<AccountId>,
    /// The colleague who has said that they know the person.
    pub colleague_id: Option<AccountId>,
}

impl Recovery {
    /// True if an administrator may grant it alone.
    pub fn may_be_granted_alone(&self, at: NaiveDateTime) -> bool {
        at - self.asked_at >= ALONE_AFTER
    }
}

/// The person with the password says that their second factors are lost. They are told at their known address, and the
/// administrators with them.
pub fn ask(deed: &mut Deed) -> Result<()> {
    if recovery_queries::open_of(deed.db, deed.by.id, since(deed.at))?.is_some() {
        return Ok(());
    }
    let id = RecoveryId::random();
    recovery_queries::insert(deed.db, id, deed.by.id, deed.at)?;
    deed.record(Event::RecoveryAsked, deed.by.id, None)?;
    let (person, at) = (deed.by.id, deed.at);
    recovery::tell(deed, person, id, (at + ALONE_AFTER, at + VOID_AFTER))?;
    safety::tell(deed, person, News::RecoveryAsked, id)
}

/// The person's own request, if one stands.
pub fn own(db: &mut Db, account: AccountId, at: NaiveDateTime) -> Result<Option<Recovery>> {
    recovery_queries::open_of(db, account, since(at))
}

/// Every request that stands, the oldest first, for an administrator.
pub fn all(db: &mut Db, at: NaiveDateTime) -> Result<Vec<Recovery>> {
    recovery_queries::open(db, since(at))
}

/// The requests of people whom `actor` knows by their posts.
pub fn of_colleagues(db: &mut Db, actor: &Actor, at: NaiveDateTime) -> Result<Vec<Recovery>> {
    let people = if actor.is(Role::County) {
        None
    } else {
        let (schools, teams) = (actor.schools(), actor.teams_as(Role::Coordinator));
        let day = crate::calendar::day(at);
        Some(recovery_queries::holders(db, (&schools, &teams), day)?)
    };
    recovery_queries::open_of_others(db, (actor.id, people), since(at))
}

/// An administrator agrees. True if that grants it.
pub fn agree(deed: &mut Deed, id: RecoveryId) -> Result<bool> {
    let asked = standing(deed, id)?;
    if !deed.by.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    if asked.may_be_granted_alone(deed.at) {
        return grant(deed, &asked);
    }
    if asked.colleague_id == Some(deed.by.id) {
        return Err(TWICE);
    }
    if asked.admin_id.is_none() {
        recovery_queries::agree(deed.db, id, deed.by.id)?;
        deed.record(Event::RecoveryAgreed, asked.account_id, None)?;
        safety::tell(deed, asked.account_id, News::RecoveryAgreed, format!("{id}:admin"))?;
    }
    if asked.colleague_id.is_some() { grant(deed, &asked) } else { Ok(false) }
}

/// A colleague says that they know the person and that it is they who ask. True if that grants it.
pub fn vouch(deed: &mut Deed, id: RecoveryId) -> Result<bool> {
    let asked = standing(deed, id)?;
    let person = queries::actor(deed.db, asked.account_id, deed.today())?;
    if !knows(deed.by, &person) {
        return Err(Error::NotFound);
    }
    if asked.admin_id == Some(deed.by.id) {
        return Err(TWICE);
    }
    if asked.colleague_id.is_none() {
        recovery_queries::vouch(deed.db, id, deed.by.id)?;
        deed.record(Event::RecoveryVouched, asked.account_id, None)?;
        safety::tell(deed, asked.account_id, News::RecoveryAgreed, format!("{id}:colleague"))?;
    }
    if asked.admin_id.is_some() { grant(deed, &asked) } else { Ok(false) }
}

/// An administrator says no.
pub fn refuse(deed: &mut Deed, id: RecoveryId) -> Result<()> {
    let asked = standing(deed, id)?;
    if !deed.by.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    end(deed, &asked, Outcome::Refused)?;
    deed.record(Event::RecoveryRefused, asked.account_id, None)?;
    safety::tell(deed, asked.account_id, News::RecoveryRefused, id)
}

/// The person, signed in whole, stops what they or somebody else began.
pub fn stop(deed: &mut Deed) -> Result<()> {
    let asked = own(deed.db, deed.by.id, deed.at)?.ok_or(Error::NotFound)?;
    end(deed, &asked, Outcome::Stopped)?;
    deed.record(Event::RecoveryStopped, asked.account_id, None)?;
    safety::tell(deed, asked.account_id, News::RecoveryStopped, asked.id)
}

/// Takes away every second factor of the only administrator: whoever runs the server does, from the command line.
pub fn reset(deed: &mut Deed, email: &str) -> Result<()> {
    let found = queries::account_with(deed.db, &sessions::fold_email(email))?;
    let account = found.ok_or(Error::Refused("There is no account with this e-mail address."))?;
    clear(deed, account)?;
    deed.record(Event::RecoveryGranted, account, None)?;
    let when = deed.at.and_utc().timestamp();
    safety::tell(deed, account, News::RecoveryGranted, when)
}

/// True if somebody can say who `person` is: by a school or a team that they share, or for the whole county.
pub fn knows(actor: &Actor, person: &Actor) -> bool {
    let shares_school =
        |it: &super::Post| it.school.is_some_and(|it| actor.schools().contains(&it));
    let shares_team = |it: &super::Post| it.team.is_some_and(|it| actor.coordinates(it));
    actor.id != person.id
        && (actor.is(Role::County)
            || person.posts().iter().any(|it| shares_school(it) || shares_team(it)))
}

const TWICE: Error =
    Error::Refused("You have said yes to this already. Somebody else has to say yes as well.");

fn since(at: NaiveDateTime) -> NaiveDateTime {
    at - VOID_AFTER
}

/// A request that stands, and that is not the actor's own.
fn standing(deed: &mut Deed, id: RecoveryId) -> Result<Recovery> {
    let found = recovery_queries::find(deed.db, id, since(deed.at))?.ok_or(Error::NotFound)?;
    if found.account_id == deed.by.id {
        return Err(Error::Refused("This is your own request. Two other people decide."));
    }
    Ok(found)
}

fn grant(deed: &mut Deed, asked: &Recovery) -> Result<bool> {
    end(deed, asked, Outcome::Granted)?;
    clear(deed, asked.account_id)?;
    deed.record(Event::RecoveryGranted, asked.account_id, None)?;
    safety::tell(deed, asked.account_id, News::RecoveryGranted, asked.id)?;
    Ok(true)
}

fn clear(deed: &mut Deed, account: AccountId) -> Result<()> {
    factor_queries::remove_all(deed.db, account)?;
    session_queries::end_sessions_of(deed.db, account, deed.at)
}

/// Ends a request that stood when it was read, or says that it has ended in the meantime.
fn end(deed: &mut Deed, asked: &Recovery, outcome: Outcome) -> Result<()> {
    if recovery_queries::end(deed.db, asked.id, outcome, deed.at)? {
        Ok(())
    } else {
        Err(Error::Refused("This request has ended in the meantime."))
    }
}
