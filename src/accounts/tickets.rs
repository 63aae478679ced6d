//! Tickets: what a letter carries so that its reader may choose a password, once.
//!
//! An invitation holds for 72 hours, a reset for 60 minutes. A younger ticket replaces the older ones of its person, and
//! one whose person holds no post any more, and is to hold none, opens nothing. The token comes from the root key and the
//! ticket's id: the letter in the database names the ticket, and the token is put in where the letter is handed over.

use chrono::{NaiveDateTime, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{AccountId, queries, ticket_queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::access;
use crate::seal::Keyring;
use crate::store::{Db, hex, random_id, text_enum};
use crate::worker::Done;
use crate::{Error, Result, calendar};

/// How long an invitation holds.
pub const INVITATION_MAX: TimeDelta = TimeDelta::hours(72);
/// How long a reset holds.
pub const RESET_MAX: TimeDelta = TimeDelta::minutes(60);
/// A ticket is forgotten this long after it ended.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);
/// What tokens of the root key are made for here.
const PURPOSE: &str = "ticket";

random_id! {
    /// A ticket.
    pub TicketId
}

text_enum! {
    /// What a ticket is for.
    pub enum TicketKind {
        /// Somebody new chooses their first password.
        Invitation = "invitation",
        /// Somebody has forgotten theirs.
        Reset = "reset",
    }
}

/// A ticket that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    pub kind: TicketKind,
    pub account: AccountId,
}

/// Makes a ticket for a person and queues its letter. Their older ones are replaced.
pub fn send(deed: &mut Deed, account: AccountId, kind: TicketKind) -> Result<()> {
    let id = TicketId::random();
    let (generation, token) = deed.keys.token(PURPOSE, id.as_str())?;
    let (lasts, event) = match kind {
        TicketKind::Invitation => (INVITATION_MAX, Event::InvitationSent),
        TicketKind::Reset => (RESET_MAX, Event::ResetSent),
    };
    let ends_at = deed.at + lasts;
    ticket_queries::replace(deed.db, account, deed.at)?;
    let ticket = Ticket { id, kind, account };
    ticket_queries::insert(deed.db, &ticket, &hash(token.expose_secret()), (deed.at, ends_at))?;
    access::hand(deed, &ticket, (generation, ends_at))?;
    deed.record(event, account, None)
}

/// The token of a ticket, for the letter that carries it.
pub fn token(keys: &Keyring, generation: u32, id: &str) -> Result<SecretString> {
    keys.token_of(generation, PURPOSE, id)
}

/// The ticket that a token stands for, if it holds at `at` and its person holds a post or is to hold one.
pub fn open(db: &mut Db, token: &str, at: NaiveDateTime) -> Result<Option<Ticket>> {
    let found = ticket_queries::holding(db, &hash(token), at)?;
    if_expected(db, found, at)
}

fn if_expected(db: &mut Db, found: Option<Ticket>, at: NaiveDateTime) -> Result<Option<Ticket>> {
    let Some(ticket) = found else { return Ok(None) };
    let expected = queries::addresses_of_expected(db, &[ticket.account], calendar::day(at))?;
    Ok((!expected.is_empty()).then_some(ticket))
}

/// Takes a ticket that holds, so that nobody can take it again.
pub(super) fn take(deed: &mut Deed, token: &str) -> Result<Ticket> {
    let found = open(deed.db, token, deed.at)?;
    use_up(deed, found)
}

/// Takes an invitation whose token was seen before, if it still holds, so that nobody can take it again.
pub(super) fn take_invitation(deed: &mut Deed, id: TicketId) -> Result<Ticket> {
    let found = ticket_queries::holding_still(deed.db, id, deed.at)?;
    let found = found.filter(|it| it.kind == TicketKind::Invitation);
    let found = if_expected(deed.db, found, deed.at)?;
    use_up(deed, found)
}

fn use_up(deed: &mut Deed, found: Option<Ticket>) -> Result<Ticket> {
    let ticket = found.filter(|it| it.account == deed.by.id).ok_or(Error::NotFound)?;
    if ticket_queries::mark_used(deed.db, ticket.id, deed.at)? {
        Ok(ticket)
    } else {
        Err(Error::NotFound)
    }
}

/// The chore: forgets tickets that ended long ago.
pub fn forget(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let count = portal.store.write(|db| ticket_queries::remove(db, now - FORGOTTEN_AFTER))?;
    Ok(Done { count, is_more: false })
}

fn hash(token: &str) -> String {
    hex(Sha256::digest(token.as_bytes()))
}
