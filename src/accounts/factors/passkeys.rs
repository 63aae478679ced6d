//! Passkeys (WebAuthn): a telephone, a computer or a security key answers a challenge for its person.
//!
//! The challenge's state is sealed in the database for five minutes and can be taken once, by the session that began
//! it. Which site it is for comes from the setting `base_url` alone.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder,
};

use super::{Confirmed, FactorId, FactorKind, queries};
use crate::accounts::sessions::{SessionId, Token};
use crate::accounts::{AccountId, factors, session_queries};
use crate::config::Settings;
use crate::deed::Deed;
use crate::seal::{HOUSE, Place};
use crate::store::{random_id, text_enum};
use crate::{Error, Result};

random_id! {
    /// A ceremony that is under way.
    pub CeremonyId
}

text_enum! {
    /// What a ceremony is for.
    pub enum Purpose {
        /// A new passkey.
        Add = "add",
        /// An answer by a known one.
        Answer = "answer",
    }
}

/// How long a ceremony may take.
const CEREMONY_MAX: TimeDelta = TimeDelta::minutes(5);
const BAD: Error = Error::Corrupt("a passkey");

/// A challenge for the browser.
pub struct Challenge {
    pub id: CeremonyId,
    /// What `navigator.credentials` is given, as JSON.
    pub options: serde_json::Value,
}

/// What the browser answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub ceremony: String,
    /// As `navigator.credentials` gave it, as JSON.
    pub credential: String,
}

/// The site that passkeys are for. None on a bare address, which browsers do not make passkeys for.
pub fn site(settings: &Settings) -> Option<Webauthn> {
    let origin: Url = settings.origin().parse().ok()?;
    let name = settings.council_name.as_str();
    WebauthnBuilder::new(origin.domain()?, &origin).ok()?.rp_name(name).build().ok()
}

/// Begins a new passkey.
pub fn begin(deed: &mut Deed, site: &Webauthn, token: &Token, email: &str) -> Result<Challenge> {
    factors::check_room(deed)?;
    let known = theirs(deed)?.iter().map(|(_, it)| it.cred_id().clone()).collect();
    let (options, state) = site
        .start_passkey_registration(user(deed.by.id), email, &deed.by.name, Some(known))
        .map_err(|_told| BAD)?;
    keep(deed, token, Purpose::Add, (&state, &options))
}

/// Ends it: the new passkey counts. Nothing if the answer is not right.
pub fn add(
    deed: &mut Deed,
    site: &Webauthn,
    token: &Token,
    (name, answer): (&str, &Answer),
) -> Result<Option<Confirmed>> {
    let Some(state) = take::<PasskeyRegistration>(deed, token, (Purpose::Add, answer))? else {
        return Ok(None);
    };
    let Ok(credential) = serde_json::from_str(&answer.credential) else { return Ok(None) };
    let Ok(passkey) = site.finish_passkey_registration(&credential, &state) else {
        return Ok(None);
    };
    factors::check_room(deed)?;
    if theirs(deed)?.iter().any(|(_, it)| *it == passkey) {
        return Ok(None);
    }
    let id = FactorId::random();
    let secret = sealed(deed, id, &passkey)?;
    let row = (FactorKind::Passkey, name, &secret);
    queries::insert(deed.db, (id, deed.by.id, None), row, deed.at)?;
    factors::settle(deed, token, id).map(Some)
}

/// Asks the person's passkeys.
pub fn ask(deed: &mut Deed, site: &Webauthn, token: &Token) -> Result<Challenge> {
    let known: Vec<Passkey> = theirs(deed)?.into_iter().map(|(_, it)| it).collect();
    if known.is_empty() {
        return Err(Error::Refused("You have no passkey here."));
    }
    let (options, state) = site.start_passkey_authentication(&known).map_err(|_told| BAD)?;
    keep(deed, token, Purpose::Answer, (&state, &options))
}

/// True if a passkey of this person gave the answer, and its counter went on.
pub(super) fn is_right(
    deed: &mut Deed,
    site: &Webauthn,
    token: &Token,
    answer: &Answer,
) -> Result<bool> {
    let Some(state) = take::<PasskeyAuthentication>(deed, token, (Purpose::Answer, answer))? else {
        return Ok(false);
    };
    let Ok(credential) = serde_json::from_str(&answer.credential) else { return Ok(false) };
    let Ok(found) = site.finish_passkey_authentication(&credential, &state) else {
        return Ok(false);
    };
    for (id, mut passkey) in theirs(deed)? {
        let Some(has_changed) = passkey.update_credential(&found) else { continue };
        if found.counter() > 0 && !has_changed {
            // The same answer came through another ceremony first, or the key has a twin.
            return Ok(false);
        }
        let secret = sealed(deed, id, &passkey)?;
        queries::keep_secret(deed.db, id, &secret, deed.at)?;
        return Ok(true);
    }
    Ok(false)
}

/// The passkeys of the deed's person.
fn theirs(deed: &mut Deed) -> Result<Vec<(FactorId, Passkey)>> {
    let kept = queries::secrets(deed.db, deed.by.id, FactorKind::Passkey)?;
    let open = |it: queries::Secret| {
        let text = deed.keys.unseal(factors::place(it.id.as_str()), &it.secret)?;
        Ok((it.id, serde_json::from_str(&text).map_err(|_bad| BAD)?))
    };
    kept.into_iter().map(open).collect()
}

fn sealed(deed: &Deed, id: FactorId, passkey: &Passkey) -> Result<crate::seal::Sealed> {
    let text = serde_json::to_string(passkey).map_err(|_bad| BAD)?;
    deed.keys.seal(HOUSE, factors::place(id.as_str()), &text)
}

fn keep(
    deed: &mut Deed,
    token: &Token,
    purpose: Purpose,
    (state, options): (&impl serde::Serialize, &impl serde::Serialize),
) -> Result<Challenge> {
    let id = CeremonyId::random();
    let text = serde_json::to_string(state).map_err(|_bad| BAD)?;
    let state = deed.keys.seal(HOUSE, place(id.as_str()), &text)?;
    let session = session(deed, token)?;
    queries::remove_ceremonies(deed.db, deed.at)?;
    let until = deed.at + CEREMONY_MAX;
    queries::insert_ceremony(deed.db, id, (session, purpose), (&state, until))?;
    Ok(Challenge { id, options: serde_json::to_value(options).map_err(|_bad| BAD)? })
}

fn take<T: serde::de::DeserializeOwned>(
    deed: &mut Deed,
    token: &Token,
    (purpose, answer): (Purpose, &Answer),
) -> Result<Option<T>> {
    let Some(id) = CeremonyId::parse(&answer.ceremony) else { return Ok(None) };
    let session = session(deed, token)?;
    let kept = queries::take_ceremony(deed.db, id, (session, purpose), deed.at)?;
    let Some(kept) = kept else { return Ok(None) };
    let text = deed.keys.unseal(place(id.as_str()), &kept)?;
    serde_json::from_str(&text).map(Some).map_err(|_bad| BAD)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "ceremonies", column: "state", row }
}

fn session(deed: &mut Deed, token: &Token) -> Result<SessionId> {
    let kept = session_queries::session(deed.db, &token.hash())?;
    Ok(kept.ok_or(Error::SignedOut)?.id)
}

/// What a passkey knows its person by: made of the account's id, which it does not tell.
fn user(account: AccountId) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(format!("passkey:{account}")).into();
    let (first, _) = digest.split_at(16);
    Uuid::from_slice(first).unwrap_or_default()
}
