//! A response is planned towards a goal, and done.

use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

use super::{GoalId, OWNER, ResponseId, Sort, WHAT, queries};
use crate::audit::Event;
use crate::contexts::ContextId;
use crate::contexts::days::day;
use crate::contexts::work::find_for_work;
use crate::deed::Deed;
use crate::seal::Place;
use crate::web::FormErrors;
use crate::{Error, Result};

const DONE: &str = "This response is done already. Nothing was changed.";

/// A response, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct ResponseForm {
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter what is done"),
        length(max = 500, message = "What is done must be 500 characters or fewer")
    )]
    pub what: String,
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter who sees to it"),
        length(max = 120, message = "Who sees to it must be 120 characters or fewer")
    )]
    pub owner: String,
    pub sort: String,
    pub from_day: String,
    pub from_month: String,
    pub from_year: String,
    pub until_day: String,
    pub until_month: String,
    pub until_year: String,
}

/// A response that may be planned.
#[derive(Clone)]
pub struct Planned {
    what: String,
    owner: String,
    sort: Sort,
    from_on: NaiveDate,
    until_on: Option<NaiveDate>,
}

impl ResponseForm {
    /// The response, or what is wrong with it.
    pub fn check(&self) -> Result<Planned, FormErrors> {
        let mut errors = FormErrors::of(self);
        let sort = Sort::parse(&self.sort);
        if sort.is_none() {
            errors.add("sort", "Choose what kind of response it is");
        }
        let from = [&self.from_day, &self.from_month, &self.from_year].map(String::as_str);
        let until = [&self.until_day, &self.until_month, &self.until_year].map(String::as_str);
        let from_on = day(&mut errors, "from", from, "Enter from when it is done");
        let until_on = day(&mut errors, "until", until, "");
        if from_on.zip(until_on).is_some_and(|(from, until)| until < from) {
            errors.add("until", "It must end on the day on which it begins, or later");
        }
        match (sort, from_on) {
            (Some(sort), Some(from_on)) if errors.is_empty() => {
                let (what, owner) = (self.what.trim().to_owned(), self.owner.trim().to_owned());
                Ok(Planned { what, owner, sort, from_on, until_on })
            }
            _ => Err(errors),
        }
    }
}

/// Plans a response towards a goal of a context of the doer's team.
pub fn plan(
    deed: &mut Deed,
    (context, goal): (ContextId, GoalId),
    planned: &Planned,
) -> Result<ResponseId> {
    let context = find_for_work(deed, context)?;
    queries::standing(deed.db, context.id, goal)?;
    let id = ResponseId::random();
    let (team, row) = (context.team.as_str(), id.as_str());
    let what = deed.keys.seal(team, Place { row, ..WHAT }, &planned.what)?;
    let owner = deed.keys.seal(team, Place { row, ..OWNER }, &planned.owner)?;
    let when = (planned.sort, planned.from_on, planned.until_on);
    queries::add_response(deed.db, goal, (id, &what, &owner), when)?;
    deed.record(Event::ContextResponseSet, context.id, Some(context.team))?;
    Ok(id)
}

/// Marks a response as done today.
pub fn done(
    deed: &mut Deed,
    (context, goal): (ContextId, GoalId),
    response: ResponseId,
) -> Result<()> {
    let context = find_for_work(deed, context)?;
    queries::standing(deed.db, context.id, goal)?;
    let today = deed.today();
    if !queries::set_done(deed.db, goal, response, today)? {
        return Err(Error::Refused(DONE));
    }
    deed.record(Event::ContextResponseDone, context.id, Some(context.team))
}
