//! Signing in, staying in, signing out.

use chrono::{NaiveDateTime, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{AccountId, Actor, factors, passwords, queries, session_queries, tries};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::seal::{HOUSE, Keyring, Place};
use crate::store::{Db, hex, letters_of, random_id, random_letters, text_enum};
use crate::web::form::clean;
use crate::worker::Done;
use crate::{Error, Result, calendar};

/// A session nobody used for this long is over.
pub const IDLE_MAX: TimeDelta = TimeDelta::minutes(15);
/// A session is over after this long, used or not.
pub const AGE_MAX: TimeDelta = TimeDelta::hours(10);
/// A half session is over after this long; and that of somebody who has to set up their first factor, and perhaps to find
/// an app for it.
const HALF_MAX: TimeDelta = TimeDelta::minutes(10);
const SETTING_UP_MAX: TimeDelta = TimeDelta::minutes(30);
/// How long a proof (password or factor) is fresh.
pub const PROOF_MAX: TimeDelta = TimeDelta::minutes(5);
/// How long after a time-out a report can still be saved into its own draft.
const SAVING_MAX: TimeDelta = TimeDelta::hours(24);
/// An unused session is forgotten after this long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);
/// A session is marked as seen at most this often, so that reading a page rarely writes.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

random_id! {
    /// A session, as its owner's pages name it. It opens nothing.
    pub SessionId
}

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

text_enum! {
    /// What was given when a session began, and since.
    pub enum Stage {
        /// The password. The second factor is still to be given, or to be set up.
        Half = "half",
        /// The password, which is enough for a person who holds no post.
        Bare = "bare",
        /// Everything that is asked.
        Whole = "whole",
    }
}

/// How far a session reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the second step alone; without a factor, to setting the first one up.
    Half { has_factor: bool },
    /// It was left alone too long. It can read nothing; a report that was being written is still saved.
    Late,
    /// To everything that its person's posts let them do. `is_proved` for some minutes after password or factor.
    Whole { is_proved: bool },
}

impl Reach {
    /// True if everything is given that was asked.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Whole { .. })
    }

    /// True if a request that was let in as `self` may still change something when the session stands as `now`.
    pub fn may_still(self, now: Self) -> bool {
        now.is_whole() || self == now
    }
}

/// A session as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its person. In a half session they hold no posts, whatever asks.
    pub actor: Actor,
    pub reach: Reach,
    /// True if it should be marked as seen.
    pub is_due: bool,
}

/// How the session of `token` stands at `at`, with the person's posts as they are now. Nothing if there is none, or it
/// was ended.
pub fn standing(db: &mut Db, token: &Token, at: NaiveDateTime) -> Result<Option<Standing>> {
    let Some(kept) = session_queries::session(db, &token.hash())? else { return Ok(None) };
    if kept.ended_at.is_some() {
        return Ok(None);
    }
    let actor = queries::actor(db, kept.account_id, calendar::day(at))?;
    let (idle, age) = (at - kept.seen_at, at - kept.started_at);
    let is_half = match kept.stage {
        Stage::Half => true,
        // A post came after the session had begun.
        Stage::Bare => actor.needs_factor(),
        Stage::Whole => false,
    };
    if is_half {
        let has_factor = factors::queries::has_any(db, kept.account_id)?;
        let half =
            Standing { actor: actor.bare(), reach: Reach::Half { has_factor }, is_due: false };
        let longest = if has_factor { HALF_MAX } else { SETTING_UP_MAX };
        return Ok((age < longest).then_some(half));
    }
    if idle < IDLE_MAX && age < AGE_MAX {
        let reach = Reach::Whole { is_proved: at - kept.proved_at < PROOF_MAX };
        return Ok(Some(Standing { actor, reach, is_due: idle >= SEEN_EVERY }));
    }
    let late = Standing { actor, reach: Reach::Late, is_due: false };
    Ok((idle < SAVING_MAX).then_some(late))
}

/// Marks a session as used now.
pub fn touch(db: &mut Db, token: &Token, at: NaiveDateTime) -> Result<()> {
    session_queries::touch_session(db, &token.hash(), at)
}

/// The chore: forgets tries to sign in that are long past, and sessions that nobody can use any more.
pub fn forget(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let count = portal.store.write(|db| {
        Ok(session_queries::remove_sessions(db, now - FORGOTTEN_AFTER)? + tries::forget(db, now)?)
    })?;
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

/// What somebody proved to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Their password.
    Password,
    /// The council's sign-on, which said nothing of a second factor.
    SignOn,
    /// The council's sign-on, which asserts a second factor.
    SignOnWithFactor,
}

/// The way in.
#[derive(Debug, Clone)]
pub struct Way {
    pub how: How,
    /// The setting: whether a second factor is asked for at all.
    pub second_factor: bool,
    /// When they proved it, if that is known.
    pub shown_at: Option<NaiveDateTime>,
    /// Such as "Firefox on Windows".
    pub device: String,
}

/// Begins a session, and ends the one that the browser had before. It is half if a second factor is still to be given,
/// or to be set up; `deed.by` is the person. Whoever was signed in at the council long ago has proved nothing just now.
pub fn enter(
    deed: &mut Deed,
    account: AccountId,
    before: Option<&Token>,
    way: &Way,
) -> Result<Token> {
    if let Some(before) = before {
        session_queries::end_session(deed.db, &before.hash(), deed.at)?;
    }
    let stage = if !way.second_factor || way.how == How::SignOnWithFactor {
        Stage::Whole
    } else if queries::actor(deed.db, account, deed.today())?.needs_factor()
        || factors::queries::has_any(deed.db, account)?
    {
        Stage::Half
    } else {
        Stage::Bare
    };
    let (token, long_ago) = (Token::random(), deed.at - PROOF_MAX);
    let proved_at = way.shown_at.map_or(long_ago, |it| it.min(deed.at));
    let session = (account, stage, way.device.as_str());
    session_queries::insert_session(deed.db, &token.hash(), session, (deed.at, proved_at))?;
    let event = if stage == Stage::Half { Event::PasswordGiven } else { Event::SignedIn };
    deed.record(event, account, None)?;
    Ok(token)
}

/// The second factor was given, or set up: the half session is whole from now on, under another token.
pub fn rise(deed: &mut Deed, token: &Token) -> Result<Token> {
    let risen = raised(deed, token, Stage::Whole)?;
    session_queries::restart(deed.db, &risen.hash(), deed.at)?;
    deed.record(Event::SignedIn, deed.by.id, None)?;
    Ok(risen)
}

/// Password or factor was given once more: the session is proved for some minutes, under another token.
pub fn prove(deed: &mut Deed, token: &Token) -> Result<Token> {
    let proved = renew(deed, token)?;
    deed.record(Event::ProofGiven, deed.by.id, None)?;
    Ok(proved)
}

/// The same session under another token, proved by what was just given.
pub(super) fn renew(deed: &mut Deed, token: &Token) -> Result<Token> {
    let kept = session_queries::session(deed.db, &token.hash())?.ok_or(Error::SignedOut)?;
    raised(deed, token, kept.stage)
}

/// A factor was set up in this session: a half one rises, a whole one is proved.
pub(super) fn lift(deed: &mut Deed, token: &Token) -> Result<Token> {
    let kept = session_queries::session(deed.db, &token.hash())?.ok_or(Error::SignedOut)?;
    if kept.stage == Stage::Whole { prove(deed, token) } else { rise(deed, token) }
}

fn raised(deed: &mut Deed, token: &Token, stage: Stage) -> Result<Token> {
    let new = Token::random();
    let hashes = (token.hash(), new.hash());
    if session_queries::raise(deed.db, (&hashes.0, &hashes.1), stage, deed.at)? {
        Ok(new)
    } else {
        Err(Error::SignedOut)
    }
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
    session_queries::end_session(deed.db, &token.hash(), deed.at)?;
    deed.record(Event::SignedOut, deed.by.id, None)
}

/// The sessions of a person that can be used now, and which of them `token` belongs to.
pub fn live(
    db: &mut Db,
    keys: &Keyring,
    (account, token): (AccountId, &Token),
    at: NaiveDateTime,
) -> Result<Vec<Live>> {
    let this = session_queries::session(db, &token.hash())?.map(|it| it.id);
    let open = |line: session_queries::Line| {
        let name = line.name.map(|it| keys.unseal(place(line.id.as_str()), &it)).transpose()?;
        let (id, device, seen_at) = (line.id, line.device, line.seen_at);
        Ok(Live { id, device, name, seen_at, is_this: this == Some(id) })
    };
    session_queries::live(db, account, at)?.into_iter().map(open).collect()
}

/// A live session, as its owner reads of it.
#[derive(Debug, Clone)]
pub struct Live {
    pub id: SessionId,
    pub device: String,
    pub name: Option<String>,
    pub seen_at: NaiveDateTime,
    pub is_this: bool,
}

/// Gives one of the person's sessions a name, or takes it away.
pub fn name(deed: &mut Deed, id: SessionId, name: &str) -> Result<()> {
    let sealed = match name {
        "" => None,
        name => Some(deed.keys.seal(HOUSE, place(id.as_str()), name)?),
    };
    let is_theirs = session_queries::set_name(deed.db, (deed.by.id, id), sealed.as_ref())?;
    if is_theirs { Ok(()) } else { Err(Error::NotFound) }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "sessions", column: "name", row }
}

/// Ends one of the person's sessions.
pub fn end_one(deed: &mut Deed, id: SessionId) -> Result<()> {
    if !session_queries::end_one(deed.db, deed.by.id, id, deed.at)? {
        return Err(Error::NotFound);
    }
    deed.record(Event::SessionEnded, deed.by.id, None)
}

/// Ends every session of the person but this one. Says how many.
pub fn end_others(deed: &mut Deed, token: &Token) -> Result<usize> {
    let ended = session_queries::end_others(deed.db, deed.by.id, &token.hash(), deed.at)?;
    deed.record(Event::SessionsEnded, deed.by.id, None)?;
    Ok(ended)
}

/// Ends every session of everybody: of a database that came back, ended ones are among them.
pub fn end_all(db: &mut Db) -> Result<usize> {
    session_queries::remove_all(db)
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
