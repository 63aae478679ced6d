//! How often somebody may try: to sign in, at the second step, for a letter.
//!
//! So many at once, and one more each time that a while has passed. What is kept is one moment, at which everything will
//! be forgotten. It stands in the database, so that neither a restart nor a second server gives anybody more tries.

use std::fmt::Display;

use chrono::{NaiveDateTime, TimeDelta};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{AccountId, try_queries};
use crate::Result;
use crate::app::Portal;
use crate::seal::Keyring;
use crate::store::{Db, hex};

/// How often something may be tried.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    what: &'static str,
    at_once: i32,
    every: TimeDelta,
}

impl Limit {
    /// The time in which all is forgotten, when as much was tried as may be.
    fn longest(self) -> TimeDelta {
        self.every * self.at_once
    }

    /// What stands for somebody in the database.
    fn key(self, who: &str) -> String {
        hex(Sha256::digest(format!("{}:{who}", self.what)))
    }
}

/// To sign in with an address: known and unknown ones alike.
pub const SIGN_IN: Limit = Limit { what: "sign-in", at_once: 6, every: TimeDelta::seconds(10) };
/// To choose a password.
pub const CHOICE: Limit = Limit { what: "choice", at_once: 6, every: TimeDelta::seconds(10) };
/// The second step and proofs, of one account. A thief with the password who goes on all day has about one chance in 500
/// of meeting a code.
pub const SECOND: Limit = Limit { what: "second", at_once: 6, every: TimeDelta::minutes(2) };
/// Letters with a link that lets its reader in.
pub const LETTER: Limit = Limit { what: "letter", at_once: 5, every: TimeDelta::minutes(12) };
/// Forgotten passwords of everybody together, so that a flood of invented addresses fills no disk. A Monday morning of every
/// school's leads stays far below.
pub const FORGOTTEN: Limit = Limit { what: "forgotten", at_once: 60, every: TimeDelta::seconds(1) };
/// For whom everybody's tries together are counted.
pub const EVERYBODY: &str = "everybody";

/// Counts a try. If there were too many, it is not counted, and the answer is how long to wait.
pub fn take(db: &mut Db, limit: Limit, who: &str, at: NaiveDateTime) -> Result<Option<TimeDelta>> {
    let who = limit.key(who);
    let longest = limit.longest();
    let kept = try_queries::free_at(db, &who)?.unwrap_or(at);
    // A clock that was put back does not shut anybody out for longer than that.
    let free_at = kept.clamp(at, at + longest);
    let ahead = free_at + limit.every - at;
    if ahead > longest {
        if free_at < kept {
            try_queries::keep(db, &who, free_at)?;
        }
        return Ok(Some(ahead - longest));
    }
    try_queries::keep(db, &who, free_at + limit.every)?;
    Ok(None)
}

/// True if a try would be refused, by looking alone: a flood that goes on takes no turns from anybody who writes.
pub fn is_full(db: &mut Db, limit: Limit, who: &str, at: NaiveDateTime) -> Result<bool> {
    let until = at + limit.longest();
    let kept = try_queries::free_at(db, &limit.key(who))?;
    // What lies further ahead is of a clock that was put back since: `take` sets it right.
    Ok(kept.is_some_and(|it| it <= until && it + limit.every > until))
}

/// The same as [`take`] in a change of its own, which stands before anything is tried.
pub async fn count(portal: &Portal, limit: Limit, who: impl Display) -> Result<Option<TimeDelta>> {
    let (who, at) = (who.to_string(), (portal.clock)());
    portal.change(move |db| take(db, limit, &who, at)).await
}

/// One try at the second step; or how long to wait, in words.
pub async fn second(portal: &Portal, account: AccountId) -> Result<Option<String>> {
    let wait = count(portal, SECOND, account).await?;
    Ok(wait.map(|it| {
        let minutes = (it.num_seconds() + 59) / 60;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!("There have been too many tries. Wait {minutes} {unit}, then try again")
    }))
}

/// What marks of the root key are made for here.
const PURPOSE: &str = "known browser";

/// What a browser keeps in which somebody has signed in with this address. It opens nothing: tries from there are counted
/// apart, so that a stranger who guesses elsewhere does not keep its person out.
pub fn mark(keys: &Keyring, email: &str) -> Result<String> {
    let (generation, word) = keys.token(PURPOSE, email)?;
    Ok(format!("{generation}.{}", word.expose_secret()))
}

/// For whom a try to sign in counts: an address, or the browsers in which its person has signed in.
pub fn who(keys: &Keyring, email: &str, mark: Option<&str>) -> String {
    let is_ours = mark.and_then(|it| it.split_once('.')).is_some_and(|(generation, word)| {
        let generation = generation.parse().unwrap_or_default();
        keys.token_of(generation, PURPOSE, email)
            .is_ok_and(|ours| ours.expose_secret().as_bytes().ct_eq(word.as_bytes()).into())
    });
    if is_ours { format!("known:{email}") } else { email.to_owned() }
}

/// Forgets whom nothing is held against any more. Says how many.
pub fn forget(db: &mut Db, at: NaiveDateTime) -> Result<usize> {
    try_queries::remove(db, at)
}
