//! A context goes on by one step.

use serde::Deserialize;
use validator::Validate;

use super::work::find_for_team;
use super::{ContextId, KeptContext, Outcome, State, queries, said};
use crate::audit::Event;
use crate::deed::Deed;
use crate::web::FormErrors;
use crate::{Error, Result};

const MOVED: &str =
    "This context has changed since you opened it. Nothing that you sent was saved.";

const MERGED: &str = "This context was merged into another. Nothing that you sent was saved.";

/// Where to and why, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct MoveForm {
    pub state: String,
    /// With what it is closed; not asked for another step.
    pub outcome: String,
    #[validate(length(max = 2000, message = "The reason must be 2,000 characters or fewer"))]
    pub reason: String,
    pub seen: String,
}

/// A step that may be taken, if the context may take it.
#[derive(Debug, Clone)]
pub struct Move {
    state: State,
    outcome: Option<Outcome>,
    reason: String,
    /// How the context stood on the page; empty if the form did not say.
    seen: String,
}

impl MoveForm {
    /// Where to and why, or what is wrong with it. A context is not closed without an outcome and a reason.
    pub fn check(&self) -> Result<Move, FormErrors> {
        let mut errors = FormErrors::of(self);
        let state = State::parse(&self.state);
        if state.is_none() {
            errors.add("state", "Choose what happens next");
        }
        let reason = self.reason.trim().to_owned();
        let is_closed = state == Some(State::Closed);
        let outcome = Outcome::parse(&self.outcome).filter(|_| is_closed);
        if is_closed && outcome.is_none() {
            errors.add("outcome", "Choose what came of it");
        }
        if is_closed && reason.is_empty() {
            errors.add("reason", "Enter the reason for closing it");
        }
        match state {
            Some(state) if errors.is_empty() => {
                Ok(Move { state, outcome, reason, seen: self.seen.clone() })
            }
            _ => Err(errors),
        }
    }
}

/// Moves a context of the doer's team on.
pub fn move_on(deed: &mut Deed, id: ContextId, step: &Move) -> Result<()> {
    let context = find_for_team(deed, id)?;
    if context.merged_into.is_some() {
        return Err(Error::Refused(MERGED));
    }
    if !step.seen.is_empty() && step.seen != context.mark() {
        return Err(Error::Refused(MOVED));
    }
    take(deed, &context, (step.state, step.outcome, &step.reason))
}

/// Takes a step. The caller has found the context in this deed and knows that its doer may.
pub(super) fn take(
    deed: &mut Deed,
    context: &KeptContext,
    (next, outcome, why): (State, Option<Outcome>, &str),
) -> Result<()> {
    let may = context.state.may_become(next);
    if !may || !queries::advance(deed.db, context, (next, outcome), deed.at)? {
        return Err(Error::Refused(MOVED));
    }
    let why = match outcome {
        Some(outcome) => format!("{}. {why}", outcome.title()),
        None => why.to_owned(),
    };
    said::add(deed, context, (next, &why))?;
    deed.record(Event::ContextMoved, context.id, Some(context.team))
}
