//! Somebody has forgotten their password.
//!
//! The page does the same for every address: it keeps the address, sealed, and says that a letter may come. The worker
//! finds out whether anybody has it. So neither the answer nor the time that it takes tells who has an account.

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::people::Person;
use super::sessions::fold_email;
use super::tickets::{self, TicketId, TicketKind};
use super::{people, queries, ticket_queries, tries};
use crate::app::Portal;
use crate::deed::Deed;
use crate::seal::{HOUSE, Keyring, Place};
use crate::store::Db;
use crate::web::FormErrors;
use crate::worker::Done;
use crate::{Error, Result};

/// How many are answered at a time.
const BATCH: usize = 50;

/// What the page sends.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ForgottenForm {
    pub email: String,
}

impl ForgottenForm {
    /// The address, as addresses are compared.
    pub fn check(&self) -> Result<String, FormErrors> {
        let email = fold_email(&self.email);
        if is_address(&email) {
            return Ok(email);
        }
        let mut errors = FormErrors::default();
        errors.add("email", "Enter an e-mail address like kim@council.example");
        Err(errors)
    }
}

/// True for an address that letters can go to (RFC 5321: 254 characters).
pub(super) fn is_address(email: &str) -> bool {
    email.len() <= 254 && email.is_ascii() && email.parse::<lettre::Address>().is_ok()
}

/// True if so many have asked that nothing more is kept for now.
pub fn is_full(db: &mut Db, at: NaiveDateTime) -> Result<bool> {
    tries::is_full(db, tries::FORGOTTEN, tries::EVERYBODY, at)
}

/// Keeps an address until the worker looks at it, unless there were too many, or too many of it.
pub fn ask(db: &mut Db, keys: &Keyring, (email, at): (&str, NaiveDateTime)) -> Result<()> {
    let of_it = format!("forgotten:{email}");
    for (limit, who) in [(tries::FORGOTTEN, tries::EVERYBODY), (tries::LETTER, of_it.as_str())] {
        if tries::take(db, limit, who, at)?.is_some() {
            return Ok(());
        }
    }
    let id = TicketId::random();
    let address = keys.seal(HOUSE, place(&id), email)?;
    ticket_queries::insert_forgotten(db, id, &address, at)
}

/// The chore: those who have an account, a way in and a post get a letter.
pub fn run(portal: &Portal, _: NaiveDateTime) -> Result<Done> {
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    if portal.store.read(|db| ticket_queries::forgotten(db, 1))?.is_empty() {
        return Ok(Done::nothing());
    }
    let count = portal.write_as_house(|deed| {
        let asked = ticket_queries::forgotten(deed.db, limit)?;
        for (id, address) in &asked {
            match deed.keys.unseal(place(id), address) {
                Ok(email) => answer(deed, &email)?,
                Err(Error::Corrupt(why)) => tracing::error!(why, "an address does not open"),
                Err(error) => return Err(error),
            }
        }
        let ids: Vec<TicketId> = asked.iter().map(|(id, _)| *id).collect();
        ticket_queries::remove_forgotten(deed.db, &ids)?;
        Ok(ids.len())
    })?;
    Ok(Done { count, is_more: count == BATCH })
}

/// Somebody who was invited and has not come in yet needs their invitation again, not a reset: an administrator
/// sends it. Who comes in by the council's sign-on alone may choose a password this way.
fn answer(deed: &mut Deed, email: &str) -> Result<()> {
    let found = people::known(deed.db, email)?.filter(Person::has_accepted);
    let Some(found) = found else { return Ok(()) };
    let expected = queries::addresses_of_expected(deed.db, &[found.id], deed.today())?;
    if expected.is_empty() {
        return Ok(());
    }
    tickets::send(deed, found.id, TicketKind::Reset)
}

fn place(id: &TicketId) -> Place<'_> {
    Place { table: "forgotten", column: "address", row: id.as_str() }
}
