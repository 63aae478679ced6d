//! Letters about how somebody signs in: what was changed, and what to do if it was not them. They say nothing else.

use std::fmt::Display;

use super::facts::{SafetyFacts, json};
use super::{Letter, LetterKind};
use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;

/// What has happened to somebody's sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    FactorAdded,
    FactorRemoved,
    CodesMade,
    CodeUsed,
    /// Somebody with the password said that they had lost the second factor.
    RecoveryAsked,
    RecoveryAgreed,
    RecoveryGranted,
    RecoveryRefused,
    RecoveryStopped,
    SignOnLinked,
    SignOnUnlinked,
}

const OTHERS_END: &str = "You have been signed out everywhere else.";
/// What to do if it was not they who did it.
const NOT_YOU: &str = "If it was you, there is nothing to do. If not, sign in, change your password and end your other \
    sessions. If you cannot get in, tell the person who looks after accounts.";
const STOP: &str = "If it was not you, somebody has your password. Sign in now, press “Stop this” and change your password. If \
    you cannot get in, tell the person who looks after accounts: they can refuse it.";
const GRANTED: &str = "If it was not you who asked, sign in now, before somebody else does, change your password and tell the \
    person who looks after accounts.";
const NOT_ASKED: &str = "If it was not you who asked, somebody has your password: sign in, change it, and tell the person who \
    looks after accounts.";

impl News {
    fn words(self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::FactorAdded => (
                "a second factor was added",
                vec!["A second factor was added to your account.", OTHERS_END],
            ),
            Self::FactorRemoved => (
                "a second factor was removed",
                vec!["A second factor was removed from your account.", OTHERS_END],
            ),
            Self::CodesMade => (
                "new recovery codes",
                vec!["New recovery codes were made for your account. The old ones no longer work."],
            ),
            Self::CodeUsed => (
                "a recovery code was used",
                vec!["Somebody signed in to your account with your password and a recovery code."],
            ),
            Self::RecoveryAsked => (
                "somebody asks for a new second factor",
                vec![
                    "Somebody signed in with your password and said that they have lost your second factor.",
                    "If an administrator and somebody else who may decide agree, your second factors and recovery codes are \
                     removed, 24 hours after this at the earliest; if a third person agrees, at once. Whoever has the \
                     password then sets up a new one.",
                ],
            ),
            Self::RecoveryAgreed => (
                "one person agreed to a new second factor",
                vec!["One of the people who decide has agreed to remove your second factors."],
            ),
            Self::RecoveryGranted => (
                "your second factors were removed",
                vec![
                    "Your second factors, your recovery codes and any link to a council account were removed, as was asked for.",
                    "Sign in with your password and set up a new second factor. You have been signed out everywhere.",
                ],
            ),
            Self::RecoveryRefused => (
                "your second factors stay as they are",
                vec![
                    "An administrator refused to remove your second factors. Nothing has changed.",
                ],
            ),
            Self::SignOnLinked => (
                "your council account was linked",
                vec![
                    "A council account was linked to your account. Whoever signs in to that one can sign in here as you.",
                    OTHERS_END,
                ],
            ),
            Self::SignOnUnlinked => (
                "your council account was unlinked",
                vec![
                    "Your council account was unlinked. It lets nobody in here any more.",
                    OTHERS_END,
                ],
            ),
            Self::RecoveryStopped => (
                "your second factors stay as they are",
                vec!["The request to remove your second factors was stopped. Nothing has changed."],
            ),
        }
    }

    /// What its reader is to do if it was not they who did it. It stands before the link to their account.
    fn otherwise(self) -> &'static str {
        match self {
            Self::RecoveryAsked | Self::RecoveryAgreed => STOP,
            Self::RecoveryGranted => GRANTED,
            Self::RecoveryRefused | Self::RecoveryStopped => NOT_ASKED,
            Self::FactorAdded
            | Self::FactorRemoved
            | Self::CodesMade
            | Self::CodeUsed
            | Self::SignOnLinked
            | Self::SignOnUnlinked => NOT_YOU,
        }
    }
}

/// Queues the letter. `about` (an id, a moment) makes it one: the same twice is not sent twice.
pub fn tell(deed: &mut Deed, to: AccountId, news: News, about: impl Display) -> Result<()> {
    let (subject, sentences) = news.words();
    let facts =
        json(&SafetyFacts { subject, sentences, otherwise: news.otherwise(), path: "/account" })?;
    let period = format!("{news:?}:{about}");
    deed.post(&Letter { kind: LetterKind::Safety, to, period, facts, due_at: deed.at })?;
    Ok(())
}
