//! Letters: queued with the change that causes them, sent by the worker, kept as they were sent.
//!
//! A letter is queued in the deed's own transaction, once for each kind, person and period. It carries facts (counts,
//! references, dates, links), never the content of a concern: `facts` names all that a letter may say. The worker takes
//! it with a lease (`deliver`), writes it from its template once and for all (`compose`), looks up where its person
//! gets mail today, and hands it to the mail server (`smtp`). A leaver gets nothing. A server that is away loses
//! nothing; one that says no for good stops the letter, with the reason kept beside it.

pub mod access;
pub mod beside;
pub mod compose;
pub mod deliver;
pub mod facts;
pub mod forget;
pub mod news;
pub mod question;
pub mod recovery;
pub mod reopened;
pub mod safety;
mod smtp;
pub mod urgent;
pub mod warning;

pub mod pages;
pub mod queries;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::Result;
use crate::accounts::AccountId;
use crate::deed::Deed;
use crate::store::Db;
use crate::store::schema::letters;
use crate::store::{random_id, text_enum};

random_id! {
    /// A letter. Its `Message-ID` is made of this, so it is fixed before the first try.
    pub LetterId
}

text_enum! {
    /// The kinds of letter; each has `templates/mail/KIND.txt` and `.html`.
    pub enum LetterKind {
        /// An urgent concern has come in.
        Urgent = "urgent",
        /// A team has a question about an urgent concern.
        Question = "question",
        /// A meeting has decided about something that a school reported.
        News = "news",
        /// Something has happened to how this person signs in.
        Safety = "safety",
        /// Somebody has lost their second factors: those who look after accounts decide.
        Recovery = "recovery",
        /// Somebody was given a post beside this person's.
        Beside = "beside",
        /// Records of a team are due to be deleted.
        Warning = "warning",
        /// A concern was added to a context that a team had closed.
        Reopened = "reopened",
        /// What needs this person, on their rhythm.
        Digest = "digest",
        /// Somebody is to choose their first password.
        Invitation = "invitation",
        /// Somebody has forgotten their password.
        Reset = "reset",
        /// A password was changed.
        PasswordChanged = "password-changed",
    }
}

impl LetterKind {
    /// True for letters that come on a rhythm, or with a duty: their reader may choose how often, or what.
    pub(crate) fn is_about_work(self) -> bool {
        matches!(
            self,
            Self::Digest
                | Self::Urgent
                | Self::Question
                | Self::News
                | Self::Warning
                | Self::Reopened
        )
    }

    /// True for letters about getting in, which reach their person before the first day of a post.
    fn is_about_access(self) -> bool {
        matches!(self, Self::Invitation | Self::Reset | Self::PasswordChanged | Self::Safety)
    }
}

text_enum! {
    /// Why a letter is late, or was stopped.
    pub enum Failure {
        /// The mail server cannot be reached, or does not let us in. Tried again.
        Unreachable = "unreachable",
        /// The mail server said: not now. Tried again.
        Deferred = "deferred",
        /// The letter could not be written from its template. Tried again.
        Unwritable = "unwritable",
        /// The mail server took the letter and did not say that it has it. Tried once more, then stopped.
        Unanswered = "unanswered",
        /// Its person holds no post any more. Stopped.
        Left = "left",
        /// What is kept as the person's address is none. Stopped.
        BadAddress = "bad-address",
        /// The mail server refused the recipient, or the letter, for good. Stopped.
        Refused = "refused",
    }
}

impl Failure {
    /// As its person reads it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Unreachable | Self::Deferred => "the mail server does not take it at the moment",
            Self::Unwritable => "it could not be written",
            Self::Unanswered => "the mail server did not say whether it has it",
            Self::Left => "its person held no post any more",
            Self::BadAddress => {
                "the e-mail address of the account is not one that mail can be sent to"
            }
            Self::Refused => "the mail server refused the address",
        }
    }
}

/// A letter to be sent.
#[derive(Debug)]
pub struct Letter {
    pub kind: LetterKind,
    pub to: AccountId,
    /// With kind and person, what makes it one: a day, a week, a meeting, a concern. The second of the same is not queued.
    pub period: String,
    /// What the template may say, as JSON: one of `facts`.
    pub facts: serde_json::Value,
    /// Not to be sent before.
    pub due_at: NaiveDateTime,
}

/// What a person reads of a letter: the subject, and the same words as text and as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Deed<'_> {
    /// Queues a letter. False if the same one (kind, person, period) is queued or sent already.
    pub fn post(&mut self, letter: &Letter) -> Result<bool> {
        let same = letters::table
            .filter(letters::kind.eq(letter.kind))
            .filter(letters::account_id.eq(letter.to))
            .filter(letters::period.eq(&letter.period));
        if diesel::select(diesel::dsl::exists(same)).get_result(self.db)? {
            return Ok(false);
        }
        diesel::insert_into(letters::table)
            .values((
                letters::id.eq(LetterId::random()),
                letters::kind.eq(letter.kind),
                letters::account_id.eq(letter.to),
                letters::period.eq(&letter.period),
                letters::facts.eq(letter.facts.to_string()),
                letters::queued_at.eq(self.at),
                letters::due_at.eq(letter.due_at),
            ))
            .execute(self.db)?;
        Ok(true)
    }
}

/// Calls the mail server of the settings, signs in if they say so, and hangs up. What it said is in the error. Nothing to
/// call in the demonstration.
pub fn greet(settings: &crate::config::Settings, within: std::time::Duration) -> Result<()> {
    smtp::Route::of(settings)?.map_or(Ok(()), |it| it.greet(within))
}

/// How many letters are queued and not sent, counted to at most a thousand.
pub fn waiting(db: &mut Db) -> Result<i64> {
    let due = letters::table
        .filter(letters::sent_at.is_null())
        .filter(letters::stopped_at.is_null())
        .select(letters::id)
        .limit(1000);
    let found: Vec<LetterId> = due.load(db)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}
