//! The team asks a concern's reporter for more.

use serde::Deserialize;
use validator::Validate;

use super::move_on::{Next, Seen, find_for_team, move_on};
use super::{ConcernId, Status, Urgency};
use crate::Result;
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::question;
use crate::web::FormErrors;

/// The question, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct AskForm {
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter the question"),
        length(max = 2000, message = "The question must be 2,000 characters or fewer")
    )]
    pub question: String,
    pub seen: String,
}

/// A question that may be asked.
#[derive(Debug, Clone)]
pub struct Ask {
    question: String,
    seen: Option<Seen>,
}

impl AskForm {
    /// The question, or what is wrong with it.
    pub fn check(&self) -> Result<Ask, FormErrors> {
        let errors = FormErrors::of(self);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Ask { question: self.question.trim().to_owned(), seen: Seen::parse(&self.seen) })
    }
}

/// Puts a question to the leads of the school that raised a concern.
pub fn ask(deed: &mut Deed, id: ConcernId, ask: &Ask) -> Result<()> {
    let concern = find_for_team(deed, id)?;
    let next = Next {
        status: Status::MoreInformation,
        team: concern.team,
        words: &ask.question,
        event: Event::ConcernQuestioned,
    };
    move_on(deed, &concern, ask.seen, &next)?;
    if concern.urgency == Urgency::Urgent {
        question::tell(deed, concern.school, concern.id, &concern.reference)?;
    }
    Ok(())
}
