//! Signing in through the council's sign-on: a journey there and back, and the account that an identity is linked to.
//!
//! The sign-on says who somebody is; our posts say what they may. An identity is an issuer and a subject, never an e-mail
//! address, and it is linked by its owner alone: from their own account, or with the invitation that only they have.

pub mod pages;
pub mod provider;
pub(in crate::accounts) mod queries;
mod told_pages;

use chrono::{NaiveDateTime, TimeDelta};
use sha2::{Digest, Sha256};

use self::provider::{Departure, Identity, Secrets};
use super::sessions::{self, Token};
use super::tickets::{self, TicketId};
use super::{AccountId, people_queries, session_queries, ticket_queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::safety::{self, News};
use crate::seal::{HOUSE, Place};
use crate::store::{Db, hex};
use crate::worker::Done;
use crate::{Error, Result};

/// Whoever is not back after this long begins again.
pub const JOURNEY_MAX: TimeDelta = TimeDelta::minutes(10);

/// What a journey is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To link the account of whoever is signed in.
    Link(AccountId),
    /// To prove that whoever is signed in is still there.
    Prove(AccountId),
    /// To link the account of somebody who was invited, instead of a password.
    Accept(AccountId, TicketId),
}

impl Errand {
    /// True if it takes more than being signed in there already: the person shows anew who they are.
    pub fn is_anew(self) -> bool {
        self != Self::SignIn
    }

    /// As it is kept: a word, whose it is, and the invitation.
    fn kept(self) -> (&'static str, Option<AccountId>, Option<TicketId>) {
        match self {
            Self::SignIn => ("sign-in", None, None),
            Self::Link(account) => ("link", Some(account), None),
            Self::Prove(account) => ("prove", Some(account), None),
            Self::Accept(account, ticket) => ("accept", Some(account), Some(ticket)),
        }
    }

    fn of(kept: (&str, Option<AccountId>, Option<TicketId>)) -> Result<Self> {
        match kept {
            ("sign-in", None, None) => Ok(Self::SignIn),
            ("link", Some(account), None) => Ok(Self::Link(account)),
            ("prove", Some(account), None) => Ok(Self::Prove(account)),
            ("accept", Some(account), Some(ticket)) => Ok(Self::Accept(account, ticket)),
            _ => Err(Error::Corrupt("sign-on")),
        }
    }
}

/// Where a journey leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    pub errand: Errand,
    /// The page to go to afterwards (`web::back`).
    pub back: String,
}

/// Keeps what the answer to this journey will have to fit: the state as a hash, the secrets sealed, and which browser left.
pub fn set_out(deed: &mut Deed, departure: &Departure, browser: &Token, aim: &Aim) -> Result<()> {
    let state_hash = hash(&departure.state);
    let Secrets { nonce, verifier } = &departure.secrets;
    let sealed = deed.keys.seal(HOUSE, place(&state_hash), &format!("{nonce} {verifier}"))?;
    let kept = (state_hash.as_str(), browser.hash());
    queries::insert_journey(deed.db, kept, &sealed, aim, deed.at)
}

/// The journey with this state, if this browser left on it not long ago. It is over now, whoever asks.
pub fn come_back(
    deed: &mut Deed,
    state: &str,
    browser: Option<&Token>,
) -> Result<Option<(Aim, Secrets)>> {
    let state_hash = hash(state);
    let Some(kept) = queries::take_journey(deed.db, &state_hash)? else { return Ok(None) };
    let is_same = browser.is_some_and(|it| it.hash() == kept.browser_hash);
    if !is_same || deed.at - kept.begun_at >= JOURNEY_MAX {
        return Ok(None);
    }
    let text = deed.keys.unseal(place(&state_hash), &kept.secrets)?;
    let (nonce, verifier) = text.split_once(' ').ok_or(Error::Corrupt("sign-on"))?;
    let secrets = Secrets { nonce: nonce.to_owned(), verifier: verifier.to_owned() };
    let errand = Errand::of((&kept.errand, kept.account_id, kept.ticket_id))?;
    Ok(Some((Aim { errand, back: kept.back }, secrets)))
}

/// The account that an identity is linked to.
pub fn account_of(db: &mut Db, identity: &Identity) -> Result<Option<AccountId>> {
    queries::account_of(db, &identity.issuer, &identity.subject)
}

/// Since when an account has been linked to the sign-on of this issuer.
pub fn linked_at(db: &mut Db, account: AccountId, issuer: &str) -> Result<Option<NaiveDateTime>> {
    queries::linked_at(db, account, issuer)
}

/// Links an identity to the account of the person who does it. Neither is linked twice.
fn link(deed: &mut Deed, account: AccountId, identity: &Identity) -> Result<()> {
    match account_of(deed.db, identity)? {
        Some(known) if known == account => return Ok(()),
        Some(_) => {
            return Err(Error::Refused(
                "This council account is linked to another account here. Ask the person who looks after accounts.",
            ));
        }
        None => {}
    }
    if linked_at(deed.db, account, &identity.issuer)?.is_some() {
        return Err(Error::Refused(
            "Your account is linked to another council account already. Unlink that one first.",
        ));
    }
    queries::insert_identity(deed.db, account, identity, deed.at)?;
    deed.record(Event::IdentityLinked, account, None)?;
    safety::tell(deed, account, News::SignOnLinked, deed.at.and_utc().timestamp())
}

/// The same by whoever is signed in. Their other sessions end: this is a way in that lasts.
pub fn link_own(deed: &mut Deed, identity: &Identity, keep: &Token) -> Result<()> {
    let account = deed.by.id;
    link(deed, account, identity)?;
    session_queries::end_others(deed.db, account, &keep.hash(), deed.at)?;
    Ok(())
}

/// Uses an invitation up: its person comes in by the council's sign-on from now on, and needs no password here. Not there
/// if it holds no more; refused, and the invitation kept, if the identity is another account's.
pub fn accept(deed: &mut Deed, invitation: TicketId, identity: &Identity) -> Result<()> {
    let account = tickets::take_invitation(deed, invitation)?.account;
    link(deed, account, identity)?;
    session_queries::end_sessions_of(deed.db, account, deed.at)?;
    ticket_queries::replace(deed.db, account, deed.at)
}

/// Whoever is signed in has shown there anew who they are: the session's new token. Nothing if it was somebody else.
pub fn prove(deed: &mut Deed, token: &Token, identity: &Identity) -> Result<Option<Token>> {
    if account_of(deed.db, identity)? == Some(deed.by.id) {
        return sessions::prove(deed, token).map(Some);
    }
    deed.record(Event::ProofWrong, deed.by.id, None)?;
    Ok(None)
}

/// Unlinks what an account is linked to, and ends every other session of it: somebody else may have come in that way.
/// The only way in stays.
pub fn unlink(deed: &mut Deed, issuer: &str, keep: &Token) -> Result<()> {
    let account = deed.by.id;
    if !people_queries::person(deed.db, account)?.has_password {
        return Err(ONLY_WAY);
    }
    if queries::remove_identity(deed.db, account, issuer)? == 0 {
        return Ok(());
    }
    session_queries::end_others(deed.db, account, &keep.hash(), deed.at)?;
    deed.record(Event::IdentityUnlinked, account, None)?;
    safety::tell(deed, account, News::SignOnUnlinked, deed.at.and_utc().timestamp())
}

const ONLY_WAY: Error = Error::Refused(
    "Your council account is your only way in. Choose a password first, then unlink it.",
);

/// The chore: forgets journeys that nobody came back from.
pub fn forget(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let count = portal.store.write(|db| queries::remove_journeys(db, now - JOURNEY_MAX))?;
    Ok(Done { count, is_more: false })
}

fn hash(state: &str) -> String {
    hex(Sha256::digest(state.as_bytes()))
}

fn place(state_hash: &str) -> Place<'_> {
    Place { table: "sign_ons", column: "secrets", row: state_hash }
}
