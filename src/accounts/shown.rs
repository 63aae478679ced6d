//! What somebody showed to come in. It was looked at a while ago (a password takes its time), and is looked at again in the
//! transaction in which the session begins: what was taken away in the meantime lets nobody in any more.

use chrono::NaiveDateTime;

use super::sessions::How;
use super::sign_on::provider::Identity;
use super::{AccountId, queries, sign_on};
use crate::deed::Deed;
use crate::{Error, Result};

/// What was shown.
#[derive(Clone)]
pub enum Shown {
    /// A password that was right for what was kept of it; `renewed` is to be kept from now on, if that was of weaker make.
    Password { tried: String, renewed: Option<String> },
    /// Who they are at the council's sign-on.
    SignOn(Identity),
}

impl Shown {
    pub(super) fn how(&self) -> How {
        match self {
            Self::Password { .. } => How::Password,
            Self::SignOn(identity) if identity.has_factor => How::SignOnWithFactor,
            Self::SignOn(_) => How::SignOn,
        }
    }

    /// When it was shown. A sign-on may let somebody through who showed it in the morning, and need not say.
    pub(super) fn shown_at(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Password { .. } => Some(at),
            Self::SignOn(identity) => identity.shown_at,
        }
    }

    /// Shown right for the first time a moment ago.
    pub(super) fn chosen(hash: String) -> Self {
        Self::Password { tried: hash, renewed: None }
    }

    /// Refuses what does not open this account any more, and makes a weak hash a strong one.
    pub(super) fn settle(&self, deed: &mut Deed, account: AccountId) -> Result<()> {
        let holds = match self {
            Self::Password { tried, .. } => {
                queries::password_hash(deed.db, account)?.as_ref() == Some(tried)
            }
            Self::SignOn(identity) => sign_on::account_of(deed.db, identity)? == Some(account),
        };
        if !holds {
            return Err(TAKEN_AWAY);
        }
        match self {
            Self::Password { renewed: Some(renewed), .. } => {
                queries::set_password(deed.db, account, renewed)
            }
            _ => Ok(()),
        }
    }
}

pub(super) const TAKEN_AWAY: Error = Error::Refused(
    "This way in was changed a moment ago, while you were signing in. Sign in again with the new one.",
);
