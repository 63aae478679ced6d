//! Somebody has lost every second factor: two people who know it is them let them set up a new one.
//!
//! A request stands until it is granted, refused or stopped, or for a week. It takes the word of an administrator and of
//! somebody who knows the person (a lead of the same school, a coordinator of the same team, a county lead) or is another
//! administrator; and either a day since it was made, so that the person, told by letter at each step, can stop a thief, or
//! the word of a third. Nobody decides about themselves, and nobody counts twice.

pub mod pages;
mod queries;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::tickets::{self, TicketKind};
use super::{
    AccountId, Actor, Post, Role, factors, people_queries, session_queries, sessions, sign_on,
};
use crate::accounts;
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

/// After this long two people are enough.
pub const WAIT: TimeDelta = TimeDelta::hours(24);
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
    /// One more: another administrator, or another colleague.
    pub second_id: Option<AccountId>,
}

impl Recovery {
    /// Who has said yes so far: nobody twice.
    pub fn people(&self) -> Vec<AccountId> {
        [self.admin_id, self.colleague_id, self.second_id].into_iter().flatten().collect()
    }

    /// True if enough people have said yes, and long enough after it was made.
    pub fn may_be_granted(&self, at: NaiveDateTime) -> bool {
        let enough = if at - self.asked_at >= WAIT { 2 } else { 3 };
        self.admin_id.is_some() && self.people().len() >= enough
    }

    /// True if the word of one more in this part would count.
    pub fn has_room(&self, part: Part) -> bool {
        let first = match part {
            Part::Administrator => self.admin_id,
            Part::Colleague => self.colleague_id,
        };
        first.is_none() || self.second_id.is_none()
    }

    /// Takes the word of somebody. False if they have said yes before, or nobody else is needed.
    fn take(&mut self, by: AccountId, part: Part) -> bool {
        if self.people().contains(&by) || !self.has_room(part) {
            return false;
        }
        let first = match part {
            Part::Administrator => &mut self.admin_id,
            Part::Colleague => &mut self.colleague_id,
        };
        let place = if first.is_none() { first } else { &mut self.second_id };
        *place = Some(by);
        true
    }
}

/// As what somebody says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Administrator,
    Colleague,
}

/// What came of somebody's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The second factors are gone.
    Granted,
    /// It is written down; more is needed.
    Noted,
    /// They had said yes before, or it took nobody else; more is needed.
    Before,
}

/// The person with the password says that their second factors are lost. They are told at their known address, and the
/// administrators with them.
pub fn ask(deed: &mut Deed) -> Result<()> {
    if queries::open_of(deed.db, deed.by.id, since(deed.at))?.is_some() {
        return Ok(());
    }
    let id = RecoveryId::random();
    queries::insert(deed.db, id, deed.by.id, deed.at)?;
    deed.record(Event::RecoveryAsked, deed.by.id, None)?;
    let (person, at) = (deed.by.id, deed.at);
    recovery::tell(deed, person, id, (at + WAIT, at + VOID_AFTER))?;
    safety::tell(deed, person, News::RecoveryAsked, id)
}

/// The person's own request, if one stands.
pub fn own(db: &mut Db, account: AccountId, at: NaiveDateTime) -> Result<Option<Recovery>> {
    queries::open_of(db, account, since(at))
}

/// Every request that stands, the oldest first, for an administrator.
pub fn all(db: &mut Db, at: NaiveDateTime) -> Result<Vec<Recovery>> {
    queries::open(db, since(at))
}

/// The requests of people whom `actor` knows by their posts.
pub fn of_colleagues(db: &mut Db, actor: &Actor, at: NaiveDateTime) -> Result<Vec<Recovery>> {
    let people = if actor.is(Role::County) {
        None
    } else {
        let (schools, teams) = (actor.schools(), actor.teams_as(Role::Coordinator));
        let day = crate::calendar::day(at);
        Some(queries::holders(db, (&schools, &teams), day)?)
    };
    queries::open_of_others(db, (actor.id, people), since(at))
}

/// An administrator says yes, or finishes what enough people have said yes to.
pub fn agree(deed: &mut Deed, id: RecoveryId) -> Result<Said> {
    let asked = standing(deed, id)?;
    if !deed.by.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    say_yes(deed, asked, Part::Administrator)
}

/// The same by a colleague, who says that they know the person and that it is they who ask.
pub fn vouch(deed: &mut Deed, id: RecoveryId) -> Result<Said> {
    let asked = standing(deed, id)?;
    let person = accounts::queries::actor(deed.db, asked.account_id, deed.today())?;
    if !knows(deed.by, &person) {
        return Err(Error::NotFound);
    }
    say_yes(deed, asked, Part::Colleague)
}

fn say_yes(deed: &mut Deed, mut asked: Recovery, part: Part) -> Result<Said> {
    let is_new = asked.take(deed.by.id, part);
    if is_new {
        queries::keep(deed.db, &asked)?;
        let event = match part {
            Part::Administrator => Event::RecoveryAgreed,
            Part::Colleague => Event::RecoveryVouched,
        };
        deed.record(event, asked.account_id, None)?;
        let about = format!("{}:{}", asked.id, deed.by.id);
        safety::tell(deed, asked.account_id, News::RecoveryAgreed, about)?;
    }
    if asked.may_be_granted(deed.at) {
        grant(deed, &asked)?;
        return Ok(Said::Granted);
    }
    Ok(if is_new { Said::Noted } else { Said::Before })
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
    let found = accounts::queries::account_with(deed.db, &sessions::fold_email(email))?;
    let account = found.ok_or(Error::Refused("There is no account with this e-mail address."))?;
    let admins = accounts::queries::actors(deed.db, &[Role::Admin], deed.today())?;
    let (own, others): (Vec<_>, Vec<_>) =
        admins.iter().map(|it| it.id).partition(|it| *it == account);
    if own.is_empty() || queries::any_comes_in(deed.db, &others)? {
        return Err(Error::Refused(
            "This is for the only administrator who can sign in. Everybody else asks at /sign-in/lost, and two people \
             decide: an administrator at /admin/recoveries, and a colleague.",
        ));
    }
    clear(deed, account)?;
    deed.record(Event::RecoveryGranted, account, None)?;
    let when = deed.at.and_utc().timestamp();
    safety::tell(deed, account, News::RecoveryGranted, when)
}

/// True if somebody can say who `person` is: by a school or a team that they share, or for the whole county.
pub fn knows(actor: &Actor, person: &Actor) -> bool {
    let shares_school = |it: &Post| it.school.is_some_and(|it| actor.schools().contains(&it));
    let shares_team = |it: &Post| it.team.is_some_and(|it| actor.coordinates(it));
    actor.id != person.id
        && (actor.is(Role::County)
            || person.posts().iter().any(|it| shares_school(it) || shares_team(it)))
}

fn since(at: NaiveDateTime) -> NaiveDateTime {
    at - VOID_AFTER
}

/// A request that stands, and that is not the actor's own.
fn standing(deed: &mut Deed, id: RecoveryId) -> Result<Recovery> {
    let found = queries::find(deed.db, id, since(deed.at))?.ok_or(Error::NotFound)?;
    if found.account_id == deed.by.id {
        return Err(Error::Refused("This is your own request. Two other people decide."));
    }
    Ok(found)
}

fn grant(deed: &mut Deed, asked: &Recovery) -> Result<()> {
    end(deed, asked, Outcome::Granted)?;
    clear(deed, asked.account_id)?;
    deed.record(Event::RecoveryGranted, asked.account_id, None)?;
    safety::tell(deed, asked.account_id, News::RecoveryGranted, asked.id)
}

/// Takes away all that somebody comes in with but their password, and ends their sessions: a thief may have added to it.
/// Who has no password is invited anew.
fn clear(deed: &mut Deed, account: AccountId) -> Result<()> {
    factors::queries::remove_all(deed.db, account)?;
    if sign_on::queries::remove_identities(deed.db, account)? > 0 {
        deed.record(Event::IdentityUnlinked, account, None)?;
    }
    if !people_queries::person(deed.db, account)?.has_password {
        tickets::send(deed, account, TicketKind::Invitation)?;
    }
    session_queries::end_sessions_of(deed.db, account, deed.at)
}

/// Ends a request that stood when it was read, or says that it has ended in the meantime.
fn end(deed: &mut Deed, asked: &Recovery, outcome: Outcome) -> Result<()> {
    if queries::end(deed.db, asked.id, outcome, deed.at)? {
        Ok(())
    } else {
        Err(Error::Refused("This request has ended in the meantime."))
    }
}
