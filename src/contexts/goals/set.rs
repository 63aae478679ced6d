//! A goal is set for a context; later it is met, set aside, or taken up again.

use serde::Deserialize;
use validator::Validate;

use super::{GoalId, Standing, WORDS, indicators, mark, queries};
use crate::audit::Event;
use crate::contexts::ContextId;
use crate::contexts::work::find_for_work;
use crate::deed::Deed;
use crate::seal::Place;
use crate::web::FormErrors;
use crate::{Error, Result};

/// The word that a form sends for a goal in words of its own.
pub const OWN: &str = "own";
const MOVED: &str = "This goal has changed since you opened it. Nothing that you sent was saved.";

/// A goal, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct GoalForm {
    /// The word of an indicator, or [`OWN`].
    pub indicator: String,
    #[validate(length(max = 500, message = "The goal must be 500 characters or fewer"))]
    pub words: String,
}

impl GoalForm {
    /// The words of the goal, or what is wrong with it.
    pub fn check(&self) -> Result<String, FormErrors> {
        if self.indicator != OWN {
            let chosen = indicators::text(&self.indicator).map(str::to_owned);
            return chosen.ok_or_else(|| {
                let mut errors = FormErrors::default();
                errors.add("indicator", "Choose what should become true, or that you write it");
                errors
            });
        }
        let mut errors = FormErrors::of(self);
        let words = self.words.trim().to_owned();
        if words.is_empty() {
            errors.add("words", "Enter what should become true");
        }
        if errors.is_empty() { Ok(words) } else { Err(errors) }
    }
}

/// Sets a goal for a context of the doer's team.
pub fn set(deed: &mut Deed, context: ContextId, words: &str) -> Result<GoalId> {
    let context = find_for_work(deed, context)?;
    let id = GoalId::random();
    let at = Place { row: id.as_str(), ..WORDS };
    let sealed = deed.keys.seal(context.team.as_str(), at, words)?;
    queries::add_goal(deed.db, context.id, (id, &sealed), deed.at)?;
    deed.record(Event::ContextGoalSet, context.id, Some(context.team))?;
    Ok(id)
}

/// How a goal stands from now on, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct StandingForm {
    pub standing: String,
    pub seen: String,
}

impl StandingForm {
    /// How it stands, or what is wrong with the choice.
    pub fn check(&self) -> Result<(Standing, String), FormErrors> {
        let mut errors = FormErrors::default();
        errors.add("standing", "Choose how the goal stands");
        Standing::parse(&self.standing).map(|it| (it, self.seen.clone())).ok_or(errors)
    }
}

/// Says how a goal stands, unless it has changed since the doer looked.
pub fn settle(
    deed: &mut Deed,
    (context, id): (ContextId, GoalId),
    (standing, seen): &(Standing, String),
) -> Result<()> {
    let context = find_for_work(deed, context)?;
    let (was, changed_at) = queries::standing(deed.db, context.id, id)?;
    if !seen.is_empty() && *seen != mark(was, changed_at) {
        return Err(Error::Refused(MOVED));
    }
    if was == *standing {
        return Ok(());
    }
    queries::set_standing(deed.db, id, *standing, deed.at)?;
    deed.record(Event::ContextGoalSettled, context.id, Some(context.team))
}
