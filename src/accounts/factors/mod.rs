//! Second factors: an authenticator app or a passkey, confirmed before it counts.
//!
//! A factor is begun, and counts once a code or a passkey's answer has confirmed it. The first one brings ten recovery
//! codes. Every change ends the person's other sessions and is told to them by letter. The last factor stays for as
//! long as a post of theirs asks for one.

pub mod pages;
pub mod passkeys;
pub(in crate::accounts) mod queries;
pub mod recovery_codes;
pub mod second;
pub mod totp;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::sessions::{self, Token};
use super::{AccountId, session_queries};
use crate::accounts;
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::safety::{self, News};
use crate::seal::Place;
use crate::store::schema::factors;
use crate::store::{Db, random_id, text_enum};
use crate::web::FormErrors;
use crate::{Error, Result};

random_id! {
    /// A second factor.
    pub FactorId
}

text_enum! {
    /// The kinds of second factor.
    pub enum FactorKind {
        /// An authenticator app, which shows six digits.
        App = "app",
        /// A passkey: a telephone, a computer or a security key that answers for its person.
        Passkey = "passkey",
    }
}

impl FactorKind {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::App => "Authenticator app",
            Self::Passkey => "Passkey",
        }
    }
}

/// The longest name of a factor or a session, in characters.
pub const NAME_MAX: usize = 40;
/// More factors than anybody carries.
const FACTORS_MAX: usize = 10;

/// A factor as its owner reads of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = factors)]
pub struct Factor {
    pub id: FactorId,
    pub kind: FactorKind,
    pub name: String,
    pub added_at: NaiveDateTime,
    pub used_at: Option<NaiveDateTime>,
}

/// What came of confirming a factor.
pub struct Confirmed {
    /// The session's new token.
    pub token: Token,
    /// The recovery codes, if it was the person's first factor. They are shown once.
    pub codes: Option<Vec<String>>,
}

/// Where a factor's secret stands.
fn place(row: &str) -> Place<'_> {
    Place { table: "factors", column: "secret", row }
}

/// The factors of a person that count, the oldest first.
pub fn list(db: &mut Db, account: AccountId) -> Result<Vec<Factor>> {
    queries::confirmed(db, account)
}

/// Refuses an eleventh.
fn check_room(deed: &mut Deed) -> Result<()> {
    if list(deed.db, deed.by.id)?.len() >= FACTORS_MAX {
        return Err(Error::Refused("You have ten second factors. Remove one first."));
    }
    Ok(())
}

/// A factor was confirmed: it counts from now on, in this session under another token, and the other sessions end.
fn settle(deed: &mut Deed, token: &Token, id: FactorId) -> Result<Confirmed> {
    let is_first = !queries::has_any(deed.db, deed.by.id)?;
    if !queries::confirm(deed.db, deed.by.id, id, deed.at)? {
        return Err(Error::NotFound);
    }
    deed.record(Event::FactorAdded, id, None)?;
    let token = sessions::lift(deed, token)?;
    session_queries::end_others(deed.db, deed.by.id, &token.hash(), deed.at)?;
    let codes = if is_first { Some(recovery_codes::make(deed)?) } else { None };
    safety::tell(deed, deed.by.id, News::FactorAdded, id)?;
    Ok(Confirmed { token, codes })
}

/// What is wrong with a name, if anything; and the name without space around it.
pub fn check_name(name: &str) -> Result<String, FormErrors> {
    let name = name.trim();
    let mut errors = FormErrors::default();
    if name.is_empty() {
        errors.add("name", "Enter a name, such as “Work telephone”");
    } else if name.chars().count() > NAME_MAX {
        errors.add("name", format!("Use {NAME_MAX} characters at most"));
    } else if name.chars().any(char::is_control) {
        errors.add("name", "Write it on one line");
    }
    if errors.is_empty() { Ok(name.to_owned()) } else { Err(errors) }
}

/// Gives a factor another name.
pub fn rename(deed: &mut Deed, id: FactorId, name: &str) -> Result<()> {
    if !queries::rename(deed.db, deed.by.id, id, name)? {
        return Err(Error::NotFound);
    }
    deed.record(Event::FactorRenamed, id, None)
}

/// Removes a factor, and ends the other sessions. The last one stays while a post asks for one.
pub fn remove(deed: &mut Deed, token: &Token, id: FactorId) -> Result<()> {
    let known = list(deed.db, deed.by.id)?;
    if !known.iter().any(|it| it.id == id) {
        return Err(Error::NotFound);
    }
    let is_last = known.len() == 1;
    // As the posts are now, inside the transaction.
    if is_last && accounts::queries::actor(deed.db, deed.by.id, deed.today())?.needs_factor() {
        return Err(LAST);
    }
    queries::remove(deed.db, deed.by.id, id)?;
    if is_last {
        queries::remove_codes(deed.db, deed.by.id)?;
    }
    session_queries::end_others(deed.db, deed.by.id, &token.hash(), deed.at)?;
    deed.record(Event::FactorRemoved, id, None)?;
    safety::tell(deed, deed.by.id, News::FactorRemoved, id)
}

const LAST: Error = Error::Refused(
    "This is your only second factor, and your post needs one. Add another first, then remove this one.",
);
