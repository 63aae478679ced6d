//! What the pages of one goal and of one measure show, and how a context's page names its goals.

use chrono::NaiveDate;
use serde::Serialize;

use super::drawing_pages::{Drawing, said};
use super::measure::RepeatForm;
use super::{Goal, Measure, Response, Standing, Wanted};
use crate::accounts::Actor;
use crate::calendar;
use crate::contexts::form_pages::{Choice, NotDone, Tag, Top};
use crate::contexts::{Context, State, policy};
use crate::web::FormErrors;

impl Tag {
    /// Open goals have none: most are.
    fn of_goal(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Open => None,
            Standing::Met => Some(Self { text: standing.title(), colour: "green" }),
            Standing::SetAside => Some(Self { text: standing.title(), colour: "grey" }),
        }
    }
}

/// A goal as its context's page names it.
#[derive(Serialize)]
pub(in crate::contexts) struct GoalLine {
    href: String,
    words: String,
    tag: Option<Tag>,
    /// What is done and what has changed, a sentence each.
    sentences: Vec<String>,
}

impl GoalLine {
    pub fn of(context: &Context, goal: &Goal) -> Self {
        let done = goal.responses.iter().filter(|it| it.done_on.is_some()).count();
        let under_way = goal.responses.len() - done;
        let counted = match (under_way, done) {
            (0, 0) => "Nothing is done towards it yet.".to_owned(),
            (0, done) => format!("{} done.", responses(done)),
            (under_way, 0) => format!("{} under way or planned.", responses(under_way)),
            (under_way, done) => {
                format!("{} under way or planned, {done} done.", responses(under_way))
            }
        };
        let measure = |it: &Measure| format!("{}: {}", it.what, lowered(said(it)));
        let mut sentences = vec![counted];
        if goal.measures.is_empty() {
            sentences.push("There is no measure yet of whether it comes true.".to_owned());
        }
        sentences.extend(goal.measures.iter().map(measure));
        Self {
            href: format!("/contexts/{}/goals/{}", context.id, goal.id),
            words: goal.words.clone(),
            tag: Tag::of_goal(goal.standing),
            sentences,
        }
    }
}

fn responses(count: usize) -> String {
    if count == 1 { "1 response".to_owned() } else { format!("{count} responses") }
}

/// A sentence that goes on behind a colon.
fn lowered(sentence: String) -> String {
    match sentence.strip_prefix("From ") {
        Some(rest) => format!("from {rest}"),
        None => sentence,
    }
}

#[derive(Serialize)]
pub(super) struct ShowPage {
    top: Top,
    goal_id: String,
    words: String,
    tag: Option<Tag>,
    set: String,
    responses: Vec<ResponseLine>,
    measures: Vec<MeasureLine>,
    /// True for the team while it works on the context.
    acts: bool,
    standings: Vec<Choice>,
    standing: &'static str,
    is_settling: bool,
    seen: String,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct ResponseLine {
    id: String,
    what: String,
    owner: String,
    sort: &'static str,
    when: String,
    /// `Done on 3 December 2026`, or nothing.
    done: String,
    is_late: bool,
}

impl ResponseLine {
    fn of(it: &Response, today: NaiveDate) -> Self {
        let from = calendar::long_date(it.from_on);
        let until = it.until_on.map(calendar::long_date);
        let done = it.done_on.map(calendar::long_date);
        Self {
            id: it.id.to_string(),
            what: it.what.clone(),
            owner: it.owner.clone(),
            sort: it.sort.title(),
            when: until
                .map_or_else(|| format!("From {from}"), |until| format!("{from} to {until}")),
            is_late: done.is_none() && it.until_on.is_some_and(|it| it < today),
            done: done.map(|it| format!("Done on {it}")).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct MeasureLine {
    href: String,
    what: String,
    said: String,
    drawing: Option<Drawing>,
}

/// True for those who may change something there now.
fn acts(reader: &Actor, context: &Context) -> bool {
    policy::is_team(reader, context) && context.state != State::Closed
}

impl ShowPage {
    pub fn of(
        (context, goal): (&Context, &Goal),
        (reader, today): (&Actor, NaiveDate),
        fate: &NotDone,
    ) -> Self {
        let of = format!("/contexts/{}/goals/{}", context.id, goal.id);
        let measure = |it: &Measure| MeasureLine {
            href: format!("{of}/measures/{}", it.id),
            what: it.what.clone(),
            said: said(it),
            drawing: Drawing::of(&it.values),
        };
        Self {
            top: Top::of(context, &context.label),
            goal_id: goal.id.to_string(),
            words: goal.words.clone(),
            tag: Tag::of_goal(goal.standing),
            set: calendar::date_of(goal.set_at),
            responses: goal.responses.iter().map(|it| ResponseLine::of(it, today)).collect(),
            measures: goal.measures.iter().map(measure).collect(),
            acts: acts(reader, context),
            standings: Standing::ALL.iter().map(|it| Choice::of(it.as_str(), it.title())).collect(),
            standing: goal.standing.as_str(),
            is_settling: !fate.errors.is_empty(),
            seen: goal.mark(),
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct RepeatPage {
    top: Top,
    goal_id: String,
    measure_id: String,
    goal: String,
    what: String,
    unit: String,
    wanted: &'static str,
    said: String,
    drawing: Option<Drawing>,
    rows: Vec<[String; 2]>,
    acts: bool,
    amount: String,
    taken: [String; 3],
    corrects: String,
    refused: &'static str,
    errors: FormErrors,
}

impl RepeatPage {
    pub fn of(
        (context, goal, measure): (&Context, &Goal, &Measure),
        reader: &Actor,
        (form, fate): (RepeatForm, &NotDone),
    ) -> Self {
        let row = |(on, amount): &(NaiveDate, super::Amount)| {
            [calendar::long_date(*on), amount.to_string()]
        };
        Self {
            top: Top::of(context, &context.label),
            goal_id: goal.id.to_string(),
            measure_id: measure.id.to_string(),
            goal: goal.words.clone(),
            what: measure.what.clone(),
            unit: measure.unit.clone(),
            wanted: match measure.wanted {
                Wanted::Fewer => "The number should go down.",
                Wanted::More => "The number should go up.",
            },
            said: said(measure),
            drawing: Drawing::of(&measure.values),
            rows: measure.values.iter().map(row).collect(),
            acts: acts(reader, context),
            amount: form.amount,
            taken: [form.taken_day, form.taken_month, form.taken_year],
            corrects: form.corrects,
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}
