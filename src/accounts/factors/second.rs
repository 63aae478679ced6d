//! The second step: what somebody gives beside their password, at sign-in and as a fresh proof.

use webauthn_rs::prelude::Webauthn;

use super::passkeys::{self, Answer};
use super::{recovery_codes, totp};
use crate::accounts::sessions::{self, Token};
use crate::audit::Event;
use crate::deed::Deed;
use crate::{Error, Result};

/// What was given.
#[derive(Debug, Clone)]
pub enum Given {
    /// Six digits of an authenticator app.
    Code(String),
    /// One of the codes on paper.
    RecoveryCode(String),
    /// A passkey's answer.
    Passkey(Answer),
}

/// Ends signing in: the session's new token, or nothing if what was given is wrong. A wrong one is written down.
pub fn give(
    deed: &mut Deed,
    site: Option<&Webauthn>,
    token: &Token,
    given: &Given,
) -> Result<Option<Token>> {
    if is_right(deed, site, token, given)? {
        sessions::rise(deed, token).map(Some)
    } else {
        Ok(None)
    }
}

/// The same as a fresh proof. A recovery code is none: it is for coming in without a factor.
pub fn prove(
    deed: &mut Deed,
    site: Option<&Webauthn>,
    token: &Token,
    given: &Given,
) -> Result<Option<Token>> {
    if matches!(given, Given::RecoveryCode(_)) {
        return Ok(None);
    }
    if is_right(deed, site, token, given)? {
        sessions::prove(deed, token).map(Some)
    } else {
        Ok(None)
    }
}

fn is_right(
    deed: &mut Deed,
    site: Option<&Webauthn>,
    token: &Token,
    given: &Given,
) -> Result<bool> {
    let is_right = match given {
        Given::Code(code) => totp::is_right(deed, code)?,
        Given::RecoveryCode(code) => recovery_codes::is_right(deed, code)?,
        Given::Passkey(answer) => {
            let site = site.ok_or(Error::NotFound)?;
            passkeys::is_right(deed, site, token, answer)?
        }
    };
    if !is_right {
        deed.record(Event::FactorWrong, deed.by.id, None)?;
    }
    Ok(is_right)
}
