//! Signing in, staying in, signing out.

use chrono::{NaiveDateTime, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{AccountId, Actor, passwords, queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::store::{Db, hex, letters_of, random_letters};
use crate::web::form::clean;
use crate::worker::Done;
use crate::{Result, calendar};

/// A session nobody used for this long is over.
pub const IDLE_MAX: TimeDelta = TimeDelta::minutes(15);
/// A session is over after this long, used or not.
pub const AGE_MAX: TimeDelta = TimeDelta::hours(10);
/// How long after a time-out a report can still be saved into its own draft.
const SAVING_MAX: TimeDelta = TimeDelta::hours(24);
/// An unused session is forgotten after this long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);
/// A session is marked as seen at most this often, so that reading a page rarely writes.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

/// What the browser holds: two random ids, 256 bits. The database knows only its hash.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    pub(in crate::accounts) fn random() -> Self {
        let halves = [random_letters(), random_letters()].concat();
        Self(halves.into_iter().map(char::from).collect())
    }

    /// The token of a cookie, if it could be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, second) = text.split_at_checked(26)?;
        (letters_of(first).is_some() && letters_of(second).is_some()).then(|| Self(text.to_owned()))
    }

    /// As it stands in the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in the database.
    pub fn hash(&self) -> String {
        hex(Sha256::digest(self.0.as_bytes()))
    }

    /// The token that every form of this session carries.
    pub fn csrf(&self) -> String {
        hex(Sha256::digest(format!("form:{}", self.0)))
    }
}

/// How a session stands.
pub enum Standing {
    /// There is none, or it was ended.
    Out,
    /// It was left alone too long. It can read nothing; a report that was being written is still saved.
    TimedOut(Actor),
    /// It is live. The flag says that it should be marked as seen.
    Live(Actor, bool),
}

/// How the session of `token` stands at `at`, with the person's posts as they are now.
pub fn standing(db: &mut Db, token: &Token, at: NaiveDateTime) -> Result<Standing> {
    let Some(kept) = queries::session(db, &token.hash())? else { return Ok(Standing::Out) };
    if kept.ended_at.is_some() {
        return Ok(Standing::Out);
    }
    let actor = queries::actor(db, kept.account_id, calendar::day(at))?;
    let (idle, age) = (at - kept.seen_at, at - kept.started_at);
    if idle < IDLE_MAX && age < AGE_MAX {
        return Ok(Standing::Live(actor, idle >= SEEN_EVERY));
    }
    Ok(if idle < SAVING_MAX { Standing::TimedOut(actor) } else { Standing::Out })
}

/// Marks a session as used now.
pub fn touch(db: &mut Db, token: &Token, at: NaiveDateTime) -> Result<()> {
    queries::touch_session(db, &token.hash(), at)
}

/// The chore: forgets tries to sign in that are long past, and sessions that nobody can use any more.
pub fn forget(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    portal.tries.retain_recent();
    let count = portal.store.write(|db| queries::remove_sessions(db, now - FORGOTTEN_AFTER))?;
    Ok(Done { count, is_more: false })
}

/// What the sign-in page sends.
#[derive(Deserialize)]
#[serde(default)]
pub struct SignInForm {
    pub email: String,
    pub password: SecretString,
    /// The page to go back to (`web::back`).
    pub back: String,
}

impl Default for SignInForm {
    fn default() -> Self {
        Self { email: String::new(), password: SecretString::from(""), back: String::new() }
    }
}

/// An e-mail address as it is compared: without surrounding space, in small letters.
pub fn fold_email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The account of an address and what its password is tried against, if there is such an account.
pub fn credentials(db: &mut Db, email: &str) -> Result<Option<(AccountId, String)>> {
    let found = queries::credentials(db, &fold_email(email))?;
    Ok(found.map(|it| (it.id, it.password_hash)))
}

/// Begins a session, and ends the one that the browser had before.
pub fn begin(deed: &mut Deed, account: AccountId, before: Option<&Token>) -> Result<Token> {
    if let Some(before) = before {
        queries::end_session(deed.db, &before.hash(), deed.at)?;
    }
    let token = Token::random();
    queries::insert_session(deed.db, &token.hash(), account, deed.at)?;
    deed.record(Event::SignedIn, account, None)?;
    Ok(token)
}

/// Writes down a try to sign in that was refused. One with an unknown address is written down as well, without the
/// address, so that both take as long.
pub fn refuse(deed: &mut Deed, account: Option<AccountId>) -> Result<()> {
    match account {
        Some(account) => deed.record(Event::SignInFailed, account, None),
        None => deed.record(Event::SignInFailed, "unknown", None),
    }
}

/// Ends a session for good.
pub fn end(deed: &mut Deed, token: &Token) -> Result<()> {
    queries::end_session(deed.db, &token.hash(), deed.at)?;
    deed.record(Event::SignedOut, deed.by.id, None)
}

/// What is kept of a new password, or what is wrong with it.
pub fn new_password(password: &SecretString, about: &[&str]) -> Result<String, String> {
    // As the sign-in form sends it, so that accents typed in two ways are one password.
    let password = SecretString::from(clean(password.expose_secret()));
    if let Some(fault) = passwords::fault(&password, about) {
        return Err(fault.to_owned());
    }
    passwords::hash(&password).map_err(|error| error.to_string())
}
