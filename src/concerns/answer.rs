//! A lead answers the team's question, and the concern is the team's to look at again.

use serde::Deserialize;
use validator::Validate;

use super::move_on::{Next, Seen, move_on};
use super::{ConcernId, Status, policy, queries};
use crate::audit::Event;
use crate::deed::Deed;
use crate::web::FormErrors;
use crate::{Error, Result};

/// The answer, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct AnswerForm {
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter your answer"),
        length(max = 5000, message = "Your answer must be 5,000 characters or fewer")
    )]
    pub answer: String,
    pub seen: String,
}

/// An answer that may be given.
#[derive(Debug, Clone)]
pub struct Answer {
    answer: String,
    seen: Option<Seen>,
}

impl AnswerForm {
    /// The answer, or what is wrong with it.
    pub fn check(&self) -> Result<Answer, FormErrors> {
        let errors = FormErrors::of(self);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Answer { answer: self.answer.trim().to_owned(), seen: Seen::parse(&self.seen) })
    }
}

/// Answers the question that the team has put.
pub fn answer(deed: &mut Deed, id: ConcernId, answer: &Answer) -> Result<()> {
    let concern = queries::find(deed.db, &deed.by.scope(), id)?;
    if !policy::is_reporter(deed.by, &concern) {
        return Err(Error::Forbidden);
    }
    let next = Next {
        status: Status::Submitted,
        team: concern.team,
        words: &answer.answer,
        event: Event::ConcernAnswered,
    };
    move_on(deed, &concern, answer.seen, &next)
}
