//! Letters about getting in: an invitation, a reset, a password that was changed.
//!
//! The first two carry a link that lets its reader choose a password. What is kept of them has a placeholder where the
//! token stands; the token is made again, the same each time, when the letter is handed over.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::facts::{PasswordFacts, TicketFacts, json};
use super::{Letter, LetterKind, Words, queries};
use crate::accounts::AccountId;
use crate::accounts::tickets::{self, Ticket, TicketKind};
use crate::deed::Deed;
use crate::seal::Keyring;
use crate::store::Db;
use crate::{Error, Result, calendar};

/// Stands where the token does.
const PLACEHOLDER: &str = "only-in-the-letter-itself";

/// What a kept letter knows of its ticket.
#[derive(Deserialize)]
struct Carried {
    ticket: String,
    generation: u32,
}

/// Queues the letter that carries a ticket. `generation`: of the root key that its token comes from.
pub fn hand(
    deed: &mut Deed,
    ticket: &Ticket,
    (generation, ends_at): (u32, NaiveDateTime),
) -> Result<()> {
    let kind = match ticket.kind {
        TicketKind::Invitation => LetterKind::Invitation,
        TicketKind::Reset => LetterKind::Reset,
    };
    let facts = json(&TicketFacts {
        ticket: ticket.id.to_string(),
        generation,
        token: PLACEHOLDER,
        until: calendar::moment(ends_at),
    })?;
    let period = format!("ticket:{}", ticket.id);
    deed.post(&Letter { kind, to: ticket.account, period, facts, due_at: deed.at })?;
    Ok(())
}

/// The generations of the root keys that letters need which are still to be sent.
pub fn needed(db: &mut Db) -> Result<BTreeSet<u32>> {
    let kinds = [LetterKind::Invitation, LetterKind::Reset];
    let facts = queries::facts_waiting(db, &kinds)?;
    let carried = facts.iter().filter_map(|it| serde_json::from_str::<Carried>(it).ok());
    Ok(carried.map(|it| it.generation).collect())
}

/// Queues the letter that tells a person that their password was changed.
pub fn tell_changed(deed: &mut Deed, to: AccountId) -> Result<()> {
    let facts = json(&PasswordFacts { at: calendar::moment(deed.at) })?;
    let period = format!("password:{}", deed.at.and_utc().timestamp());
    let (kind, due_at) = (LetterKind::PasswordChanged, deed.at);
    deed.post(&Letter { kind, to, period, facts, due_at })?;
    Ok(())
}

/// The words as they are handed over.
pub(super) fn filled(
    keys: &Keyring,
    (kind, facts): (LetterKind, &str),
    words: &Words,
) -> Result<Words> {
    if !matches!(kind, LetterKind::Invitation | LetterKind::Reset) {
        return Ok(words.clone());
    }
    let carried: Carried = serde_json::from_str(facts).map_err(|_bad| Error::Corrupt("letter"))?;
    let token = tickets::token(keys, carried.generation, &carried.ticket)?;
    let fill = |text: &str| text.replace(PLACEHOLDER, token.expose_secret());
    let (text, html) = (fill(&words.text), fill(&words.html));
    Ok(Words { subject: words.subject.clone(), text, html })
}
