//! What the forms for a new goal, response or measure show.

use std::collections::BTreeSet;

use serde::Serialize;

use super::measure::MeasureForm;
use super::respond::ResponseForm;
use super::set::{GoalForm, OWN};
use super::{Goal, Sort, indicators};
use crate::concerns::Harm;
use crate::contexts::Context;
use crate::contexts::form_pages::{Choice, NotDone, Top};
use crate::web::FormErrors;

#[derive(Serialize)]
pub(super) struct GoalPage {
    top: Top,
    indicators: Vec<Choice>,
    own: &'static str,
    indicator: String,
    words: String,
    typed: Vec<String>,
    refused: &'static str,
    errors: FormErrors,
}

impl GoalPage {
    pub fn of(
        context: &Context,
        harms: &BTreeSet<Harm>,
        (form, fate): (GoalForm, &NotDone),
    ) -> Self {
        let offered = indicators::offered(harms).into_iter();
        Self {
            top: Top::of(context, &context.label),
            indicators: offered.map(|(word, text)| Choice::of(word, text)).collect(),
            own: OWN,
            indicator: form.indicator,
            typed: Some(form.words.clone()).filter(|it| !it.is_empty()).into_iter().collect(),
            words: form.words,
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct ResponsePage {
    top: Top,
    goal: String,
    goal_id: String,
    sorts: Vec<Choice>,
    what: String,
    owner: String,
    sort: String,
    from: [String; 3],
    until: [String; 3],
    refused: &'static str,
    errors: FormErrors,
}

impl ResponsePage {
    pub fn of((context, goal): (&Context, &Goal), (form, fate): (ResponseForm, &NotDone)) -> Self {
        let sort = |it: &Sort| Choice::of(it.as_str(), it.title()).hinted(it.hint());
        Self {
            top: Top::of(context, &context.label),
            goal: goal.words.clone(),
            goal_id: goal.id.to_string(),
            sorts: Sort::ALL.iter().map(sort).collect(),
            what: form.what,
            owner: form.owner,
            sort: form.sort,
            from: [form.from_day, form.from_month, form.from_year],
            until: [form.until_day, form.until_month, form.until_year],
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct MeasurePage {
    top: Top,
    goal: String,
    goal_id: String,
    what: String,
    unit: String,
    wanted: String,
    amount: String,
    taken: [String; 3],
    refused: &'static str,
    errors: FormErrors,
}

impl MeasurePage {
    pub fn of((context, goal): (&Context, &Goal), (form, fate): (MeasureForm, &NotDone)) -> Self {
        Self {
            top: Top::of(context, &context.label),
            goal: goal.words.clone(),
            goal_id: goal.id.to_string(),
            what: form.what,
            unit: form.unit,
            wanted: form.wanted,
            amount: form.amount,
            taken: [form.taken_day, form.taken_month, form.taken_year],
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}
