//! An authenticator app: a secret that it shares with us, and six digits that both make of it every 30 seconds.

use qrcode::{Color, QrCode};
use totp_rs::{Builder, Secret, Totp};

use super::{Confirmed, FactorId, FactorKind, queries};
use crate::accounts::sessions::Token;
use crate::accounts::{AccountId, factors, session_queries};
use crate::deed::Deed;
use crate::seal::{HOUSE, Keyring};
use crate::store::{Db, random_bytes};
use crate::{Error, Result};

/// RFC 4226 §4: 160 bits are recommended.
const SECRET_LEN: usize = 20;
/// What a new app is called until its owner names it.
const NAME: &str = "Authenticator app";
const BAD: Error = Error::Corrupt("an authenticator app's secret");

/// Begins an app, which counts once a code has confirmed it. Begun again in the same session, it is the same one; what
/// another session began, which may be a thief's, is gone.
pub fn begin(deed: &mut Deed, token: &Token) -> Result<FactorId> {
    let session = session_queries::session(deed.db, &token.hash())?.ok_or(Error::SignedOut)?.id;
    if let Some(begun) = queries::begun_in(deed.db, (deed.by.id, session))? {
        return Ok(begun);
    }
    factors::check_room(deed)?;
    queries::remove_begun(deed.db, deed.by.id)?;
    let id = FactorId::random();
    let secret = Secret::from(random_bytes::<SECRET_LEN>()).to_base32();
    let sealed = deed.keys.seal(HOUSE, factors::place(id.as_str()), &secret)?;
    let row = (FactorKind::App, NAME, &sealed);
    queries::insert(deed.db, (id, deed.by.id, Some(session)), row, deed.at)?;
    Ok(id)
}

/// The secret of an app that is not confirmed yet, to be shown to its owner: base 32.
pub fn secret(db: &mut Db, keys: &Keyring, (account, id): (AccountId, FactorId)) -> Result<String> {
    let sealed = queries::begun(db, account, id)?.ok_or(Error::NotFound)?;
    keys.unseal(factors::place(id.as_str()), &sealed)
}

/// Confirms an app with its first code. Nothing if the code is wrong.
pub fn confirm(
    deed: &mut Deed,
    token: &Token,
    (id, code): (FactorId, &str),
) -> Result<Option<Confirmed>> {
    let secret = secret(deed.db, deed.keys, (deed.by.id, id))?;
    match step(deed, &secret, code)? {
        Some(step) if queries::take_step(deed.db, id, step, deed.at)? => {
            factors::settle(deed, token, id).map(Some)
        }
        _ => Ok(None),
    }
}

/// True if `code` is one that an app of this person shows now, and that was not given before.
pub(super) fn is_right(deed: &mut Deed, code: &str) -> Result<bool> {
    for app in queries::secrets(deed.db, deed.by.id, FactorKind::App)? {
        let secret = deed.keys.unseal(factors::place(app.id.as_str()), &app.secret)?;
        if let Some(step) = step(deed, &secret, code)?
            && queries::take_step(deed.db, app.id, step, deed.at)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The step of a code that is right now, or was 30 seconds ago, or will be.
fn step(deed: &Deed, secret: &str, code: &str) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    let seconds = u64::try_from(deed.at.and_utc().timestamp()).map_err(|_early| BAD)?;
    let step = totp(secret, ("", ""))?.check(&digits, seconds);
    step.map(|it| i64::try_from(it).map_err(|_late| BAD)).transpose()
}

/// SHA-1, six digits, 30 seconds, one step either way: what every app knows.
fn totp(secret: &str, (issuer, email): (&str, &str)) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|_bad| BAD)?;
    // A colon parts issuer and name in the address that the square holds.
    let plain = |text: &str| text.replace(':', " ");
    let made = Builder::new()
        .with_secret(secret)
        .with_account_name(plain(email))
        .with_issuer(Some(plain(issuer)).filter(|it| !it.is_empty()));
    made.build().map_err(|_bad| BAD)
}

/// A secret as a person types it: in fours.
pub fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The square that hands an app its secret.
#[derive(Debug)]
pub struct Square {
    /// Modules a side, with the quiet zone of four on each.
    pub size: usize,
    /// The dark modules, as an SVG path.
    pub path: String,
    /// What it says, as an address that an app on the same telephone opens.
    pub address: String,
}

/// Draws the square of a secret.
pub fn square(secret: &str, issuer: &str, email: &str) -> Result<Square> {
    const QUIET: usize = 4;
    let address = totp(secret, (issuer, email))?.to_url().map_err(|_bad| BAD)?;
    let code = QrCode::new(&address).map_err(|_long| BAD)?;
    let width = code.width();
    let dark = |(place, colour): (usize, Color)| {
        let (x, y) = (place % width + QUIET, place / width + QUIET);
        (colour == Color::Dark).then(|| format!("M{x} {y}h1v1h-1z"))
    };
    let path = code.to_colors().into_iter().enumerate().filter_map(dark).collect();
    Ok(Square { size: width + 2 * QUIET, path, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_one_that_rfc_6238_says() {
        let secret = Secret::from(*b"12345678901234567890").to_base32();
        assert_eq!(totp(&secret, ("", "")).expect("made").generate(59).to_string(), "287082");
        assert_eq!(in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
