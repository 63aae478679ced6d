//! A measure is set with what is counted before anything is done, and counted again. Effort is not accepted as one.

use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

use super::{Amount, COUNTED, GoalId, MeasureId, UNIT, Wanted, effort, one, queries};
use crate::audit::Event;
use crate::contexts::ContextId;
use crate::contexts::days::day;
use crate::contexts::work::find_for_work;
use crate::deed::Deed;
use crate::seal::Place;
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

/// A measure with its baseline, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct MeasureForm {
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter what would be different"),
        length(max = 200, message = "What would be different must be 200 characters or fewer")
    )]
    pub what: String,
    #[validate(
        custom(
            function = "crate::web::form::is_said",
            message = "Enter what is counted, such as “incidents a week”"
        ),
        length(max = 60, message = "What is counted must be 60 characters or fewer")
    )]
    pub unit: String,
    pub wanted: String,
    pub amount: String,
    pub taken_day: String,
    pub taken_month: String,
    pub taken_year: String,
}

/// A measure that may be set.
#[derive(Clone)]
pub struct Counted {
    what: String,
    unit: String,
    wanted: Wanted,
    baseline: (NaiveDate, Amount),
}

impl MeasureForm {
    /// The measure, or what is wrong with it. Words that count effort are not taken.
    pub fn check(&self, today: NaiveDate) -> Result<Counted, FormErrors> {
        let mut errors = FormErrors::of(self);
        if let Some(word) = effort::looks_like(&format!("{} {}", self.what, self.unit)) {
            let is_in_what = effort::looks_like(&self.what).is_some();
            errors.add(if is_in_what { "what" } else { "unit" }, not_effort(word));
        }
        let wanted = Wanted::parse(&self.wanted);
        if wanted.is_none() {
            errors.add("wanted", "Choose which way the number should go");
        }
        let taken = [&self.taken_day, &self.taken_month, &self.taken_year].map(String::as_str);
        let baseline = value(&mut errors, (&self.amount, taken), today);
        match (wanted, baseline) {
            (Some(wanted), Some(baseline)) if errors.is_empty() => {
                let (what, unit) = (self.what.trim().to_owned(), self.unit.trim().to_owned());
                Ok(Counted { what, unit, wanted, baseline })
            }
            _ => Err(errors),
        }
    }
}

fn not_effort(word: &str) -> String {
    format!(
        "“{word}” counts what we do. Say what would be different for young people or in the place, such as “Young people \
         who can name an adult they trust” or “Incidents a week”"
    )
}

/// A value and its day, with their faults.
fn value(
    errors: &mut FormErrors,
    (amount, taken): (&str, [&str; 3]),
    today: NaiveDate,
) -> Option<(NaiveDate, Amount)> {
    let counted = Amount::parse(amount);
    if counted.is_none() {
        let empty = amount.trim().is_empty();
        let bad = "Enter a number, such as 12 or 3.5, without words";
        errors.add("amount", if empty { "Enter the number" } else { bad });
    }
    let on = day(errors, "taken", taken, "Enter the day on which it was counted");
    if on.is_some_and(|it| it > today) {
        errors.add("taken", "The day on which it was counted must be today or in the past");
    }
    on.filter(|it| *it <= today).zip(counted)
}

/// Sets a measure for a goal of a context of the doer's team.
pub fn measure(
    deed: &mut Deed,
    (context, goal): (ContextId, GoalId),
    counted: &Counted,
) -> Result<MeasureId> {
    let context = find_for_work(deed, context)?;
    queries::standing(deed.db, context.id, goal)?;
    let id = MeasureId::random();
    let (team, row) = (context.team.as_str(), id.as_str());
    let what = deed.keys.seal(team, Place { row, ..COUNTED }, &counted.what)?;
    let unit = deed.keys.seal(team, Place { row, ..UNIT }, &counted.unit)?;
    queries::add_measure(deed.db, goal, (id, &what, &unit), (counted.wanted, deed.at))?;
    queries::put_value(deed.db, id, counted.baseline)?;
    deed.record(Event::ContextMeasureSet, context.id, Some(context.team))?;
    Ok(id)
}

/// A repeat, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct RepeatForm {
    pub amount: String,
    pub taken_day: String,
    pub taken_month: String,
    pub taken_year: String,
    /// `yes` if it stands in the place of what was put down for that day.
    pub corrects: String,
}

/// A repeat that may be put down.
#[derive(Debug, Clone)]
pub struct Repeat {
    value: (NaiveDate, Amount),
    corrects: bool,
}

impl RepeatForm {
    /// The repeat, or what is wrong with it.
    pub fn check(&self, today: NaiveDate) -> Result<Repeat, FormErrors> {
        let mut errors = FormErrors::default();
        let taken = [&self.taken_day, &self.taken_month, &self.taken_year].map(String::as_str);
        let value = value(&mut errors, (&self.amount, taken), today);
        let corrects = self.corrects == "yes";
        value.filter(|_| errors.is_empty()).map(|value| Repeat { value, corrects }).ok_or(errors)
    }
}

/// Puts down what was counted again. A day has one value; another one for it has to say that it corrects the first.
pub fn repeat(
    deed: &mut Deed,
    (context, goal, id): (ContextId, GoalId, MeasureId),
    repeat: &Repeat,
) -> Result<()> {
    let context = find_for_work(deed, context)?;
    let goal = one(deed.db, deed.keys, (&context, goal))?;
    if !goal.measures.iter().any(|it| it.id == id) {
        return Err(Error::NotFound);
    }
    let (on, amount) = repeat.value;
    let earlier = queries::value_on(deed.db, id, on)?;
    let event = match earlier {
        Some(earlier) if earlier == amount => return Ok(()),
        Some(earlier) if !repeat.corrects => {
            let mut errors = FormErrors::default();
            let day = calendar::long_date(on);
            errors.add("corrects", format!("There is {earlier} for {day} already. Say that yours corrects it, or change the day"));
            return Err(Error::Invalid(errors));
        }
        Some(_) => Event::ContextMeasureCorrected,
        None => Event::ContextMeasureTaken,
    };
    queries::put_value(deed.db, id, (on, amount))?;
    deed.record(event, context.id, Some(context.team))
}
