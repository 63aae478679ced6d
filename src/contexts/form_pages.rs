//! What the forms of this slice have in common: choices, tags, and what a page says when a form was not taken.

use actix_web::http::StatusCode;
use serde::Serialize;

use super::{KeptContext, State};
use crate::web::{FormErrors, Page, Reply};
use crate::{Error, Result};

/// Something that can be chosen.
#[derive(Serialize)]
pub(super) struct Choice {
    pub value: String,
    pub text: String,
    pub hint: String,
}

impl Choice {
    pub fn of(value: &str, text: &str) -> Self {
        Self { value: value.to_owned(), text: text.to_owned(), hint: String::new() }
    }

    pub fn hinted(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

#[derive(Serialize)]
pub(super) struct Tag {
    pub text: &'static str,
    pub colour: &'static str,
}

impl Tag {
    pub fn of(state: State) -> Self {
        let colour = match state {
            State::Screened | State::Scheduled => "",
            State::Discussed | State::Planned => "green",
            State::UnderReview => "yellow",
            State::Closed => "grey",
        };
        Self { text: state.title(), colour }
    }

    /// The same for one that may be merged, or that ended with something.
    pub fn of_context(context: &KeptContext) -> Self {
        let colour = "grey";
        match (context.merged_into, context.outcome) {
            (Some(_), _) => Self { text: "Merged into another", colour },
            (None, Some(outcome)) => Self { text: outcome.closed(), colour },
            (None, None) => Self::of(context.state),
        }
    }
}

/// The context that a page belongs to.
#[derive(Serialize)]
pub(super) struct Top {
    pub id: String,
    pub reference: String,
    pub label: String,
}

impl Top {
    pub fn of(context: &KeptContext, label: &str) -> Self {
        Self {
            id: context.id.to_string(),
            reference: context.reference.clone(),
            label: label.to_owned(),
        }
    }
}

/// Why a form was not taken: faults of what was typed, or another reason.
#[derive(Debug, Default)]
pub(super) struct NotDone {
    status: StatusCode,
    pub errors: FormErrors,
    pub refused: &'static str,
}

impl NotDone {
    /// What can be said on the form's own page; any other error goes on.
    pub fn of(error: Error) -> Result<Self> {
        match error {
            Error::Invalid(errors) => {
                Ok(Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors, refused: "" })
            }
            Error::Refused(refused) => {
                Ok(Self { status: StatusCode::CONFLICT, errors: FormErrors::default(), refused })
            }
            error => Err(error),
        }
    }

    /// The page that says so.
    pub fn reply(&self, page: Page) -> Reply {
        Reply::NotDone(self.status, page)
    }
}
