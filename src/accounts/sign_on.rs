//! Signing in through the council's sign-on: a journey there and back, and the account that an identity is linked to.
//!
//! The sign-on says who somebody is; our posts say what they may. An identity is an issuer and a subject, never an e-mail
//! address, and it is linked by its owner alone, from their own account.

use chrono::{NaiveDateTime, TimeDelta};
use sha2::{Digest, Sha256};

use super::provider::{Departure, Identity, Secrets};
use super::sessions::Token;
use super::{AccountId, session_queries, sign_on_queries as queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::seal::{HOUSE, Place};
use crate::store::{Db, hex};
use crate::worker::Done;
use crate::{Error, Result};

/// Whoever is not back after this long begins again.
pub const JOURNEY_MAX: TimeDelta = TimeDelta::minutes(10);

/// What a journey is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// The account to link what comes back to; none to sign in.
    pub link_to: Option<AccountId>,
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
    Ok(Some((Aim { link_to: kept.account_id, back: kept.back }, secrets)))
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
pub fn link(deed: &mut Deed, account: AccountId, identity: &Identity) -> Result<()> {
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
    deed.record(Event::IdentityLinked, account, None)
}

/// Unlinks what an account is linked to, and ends every other session of it: somebody else may have come in that way.
pub fn unlink(deed: &mut Deed, issuer: &str, keep: &Token) -> Result<()> {
    let account = deed.by.id;
    if queries::remove_identity(deed.db, account, issuer)? == 0 {
        return Ok(());
    }
    session_queries::end_others(deed.db, account, &keep.hash(), deed.at)?;
    deed.record(Event::IdentityUnlinked, account, None)
}

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
