//! A report: what its answers say when they are held against the questions, and how they read as a summary.

use chrono::{Datelike, NaiveDate};

use super::questions::{QUESTIONS, Question, Shape, Steer, question};
use super::steer::{self, Flag, What};
use super::steps::ReportStep;
use super::{Answers, Harm, Kind, Urgency};
use crate::calendar;
use crate::districts::{AreaCode, Edition};
use crate::web::FormErrors;

/// The district, as the step `found` sends it.
pub const AREA: &str = "area";
/// What is written down of the place when its district is confirmed: by the service, never by the browser.
pub const FOUND: [&str; 6] =
    ["area_name", "area_edition", "easting", "northing", "grid_reference", "lat_lon"];
/// The steps that were sent without a fault. They are part of a draft only.
pub const PASSED: &str = "passed";

/// A whole report. Only [`Report::check`] makes one.
#[derive(Debug, Clone)]
pub struct Report {
    pub kind: Kind,
    pub main_harm: Harm,
    pub urgency: Urgency,
    pub area: AreaCode,
    pub area_edition: Edition,
    /// Easting and northing in metres, if the place is a point.
    pub metres: Option<(i32, i32)>,
    /// The answers to questions that exist, and nothing else.
    answers: Answers,
}

impl Report {
    /// Holds answers against every question: all faults at once. What looks like personal data needs a reason to stay.
    pub fn check(answers: &Answers, today: NaiveDate) -> Result<Self, FormErrors> {
        let mut errors = FormErrors::default();
        for step in ReportStep::ALL {
            faults_into(&mut errors, answers, *step, today);
        }
        let chosen = (
            Kind::parse(answers.get("kind")),
            Harm::parse(answers.get("harm")),
            Urgency::parse(answers.get("urgency")),
            AreaCode::parse(answers.get(AREA)).zip(Edition::parse(answers.get("area_edition"))),
        );
        match chosen {
            (Some(kind), Some(main_harm), Some(urgency), Some((area, area_edition)))
                if errors.is_empty() =>
            {
                Ok(Self {
                    kind,
                    main_harm,
                    urgency,
                    area,
                    area_edition,
                    metres: metres(answers),
                    answers: known(answers),
                })
            }
            _ => Err(errors),
        }
    }
}

impl Report {
    /// What was answered, without what belongs to a draft alone.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The district that answers name.
    pub fn area_of(answers: &Answers) -> Option<AreaCode> {
        AreaCode::parse(answers.get(AREA))
    }
}

fn metres(answers: &Answers) -> Option<(i32, i32)> {
    answers.get("easting").parse().ok().zip(answers.get("northing").parse().ok())
}

/// Without what is no answer to any question.
fn known(answers: &Answers) -> Answers {
    let kept: Vec<String> = ReportStep::ALL.iter().flat_map(|it| fields(*it)).collect();
    answers.only(|name| kept.iter().any(|it| it == name) || FOUND.contains(&name))
}

/// The names that a browser sends at a step.
pub fn fields(step: ReportStep) -> Vec<String> {
    match step {
        ReportStep::Found => vec![AREA.to_owned()],
        ReportStep::Check => steered().map(reason_field).collect(),
        step => step.questions().flat_map(Question::names).collect(),
    }
}

/// The field that says why personal data in the answer to a question stays.
pub fn reason_field(question: &Question) -> String {
    format!("keep_{}", question.field)
}

fn steered() -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().filter(|it| it.steer != Steer::No)
}

/// The faults of one step's answers, all at once.
pub fn faults(answers: &Answers, step: ReportStep, today: NaiveDate) -> FormErrors {
    let mut errors = FormErrors::default();
    faults_into(&mut errors, answers, step, today);
    errors
}

fn faults_into(errors: &mut FormErrors, answers: &Answers, step: ReportStep, today: NaiveDate) {
    match step {
        ReportStep::Found => {
            if AreaCode::parse(answers.get(AREA)).is_none()
                || answers.get("area_edition").is_empty()
            {
                errors.add(AREA, "Choose the district");
            }
        }
        ReportStep::Check => reasons(errors, answers, today),
        step => step.questions().for_each(|it| {
            if let Some(fault) = fault(it, answers, today) {
                errors.add(it.field, fault);
            }
        }),
    }
    if step == ReportStep::Place
        && answers.get("place").is_empty()
        && answers.get("words").is_empty()
    {
        errors.add(
            "place",
            "Enter a postcode, grid reference or coordinates, or describe where it is",
        );
    }
    let (first, last) = (day(answers, "first_seen"), day(answers, "last_seen"));
    if step == ReportStep::When
        && let (Some(Ok(first)), Some(Ok(last))) = (first, last)
        && last < first
    {
        errors.add("last_seen", "Last seen must be the same day as first seen, or later");
    }
}

fn fault(question: &Question, answers: &Answers, today: NaiveDate) -> Option<String> {
    let answer = answers.get(question.field);
    let fault = match question.shape {
        Shape::Line | Shape::Text => {
            too_long(question.short, answers.get(question.field), question.max())
        }
        Shape::Day => match day(answers, question.field)? {
            Err(fault) => Some(format!("{}: {fault}", question.label)),
            Ok(day) if day > today => {
                Some(format!("{} must be today or in the past", question.label))
            }
            Ok(_) => None,
        },
        Shape::One(choices) => {
            let is_known = answer.is_empty() || choices().iter().any(|it| it.value == answer);
            (!is_known).then(|| format!("{}: choose one of these", question.short))
        }
        Shape::Any(choices) => {
            let choices = choices();
            let is_known = |it: &String| choices.iter().any(|choice| choice.value == it);
            let all = answers.all(question.field).iter().all(is_known);
            (!all).then(|| format!("{}: choose from these", question.short))
        }
    };
    let is_missing = answer.is_empty() && !question.needed.is_empty();
    fault.or_else(|| is_missing.then(|| question.needed.to_owned()))
}

fn too_long(short: &str, answer: &str, max: usize) -> Option<String> {
    let over = answer.chars().count().checked_sub(max).filter(|it| *it > 0)?;
    let (max, over) = (thousands(max), thousands(over));
    Some(format!("{short} must be {max} characters or fewer. You have {over} too many"))
}

/// `4,000`
pub(super) fn thousands(number: usize) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

/// A day among answers that were checked.
pub fn day_of(answers: &Answers, field: &str) -> Option<NaiveDate> {
    day(answers, field).and_then(Result::ok)
}

/// The day that somebody typed, or what is wrong with it. Nothing if they typed nothing.
fn day(answers: &Answers, field: &str) -> Option<Result<NaiveDate, &'static str>> {
    let [day, month, year] =
        ["day", "month", "year"].map(|it| answers.get(&format!("{field}_{it}")).to_owned());
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return None;
    }
    if day.is_empty() || month.is_empty() || year.is_empty() {
        return Some(Err("enter a day, a month and a year"));
    }
    let Ok(number) = year.parse::<i32>() else { return Some(Err("enter the year in numbers")) };
    if year.len() != 4 {
        return Some(Err("the year must have 4 numbers"));
    }
    let real = day.parse().ok().zip(month.parse().ok());
    let real = real.and_then(|(day, month)| NaiveDate::from_ymd_opt(number, month, day));
    Some(real.filter(|it| it.year() >= 1900).ok_or("this must be a real date, such as 27 9 2026"))
}

/// What looks like personal data in the answer to a question.
#[derive(Debug, Clone)]
pub struct Flagged {
    pub question: &'static Question,
    pub flags: Vec<Flag>,
}

/// Every answer in which something looks like personal data.
pub fn flagged(answers: &Answers, today: NaiveDate) -> Vec<Flagged> {
    let look = |question| Flagged { question, flags: flags_of(question, answers, today) };
    steered().map(look).filter(|it| !it.flags.is_empty()).collect()
}

/// What looks like personal data in one answer.
pub fn flags_of(question: &Question, answers: &Answers, today: NaiveDate) -> Vec<Flag> {
    if question.steer == Steer::No {
        return Vec::new();
    }
    let mut flags = steer::flags(answers.get(question.field), today);
    flags.retain(|it| question.steer == Steer::Whole || it.what != What::PerhapsName);
    flags
}

fn reasons(errors: &mut FormErrors, answers: &Answers, today: NaiveDate) {
    for Flagged { question, .. } in flagged(answers, today) {
        let field = reason_field(question);
        let reason = answers.get(&field);
        if reason.is_empty() {
            let short = question.short;
            errors.add(
                field,
                format!("Take the personal data out of “{short}”, or say why it has to stay"),
            );
        } else if let Some(fault) = too_long("The reason", reason, super::questions::LINE_MAX) {
            errors.add(field, fault);
        }
    }
}

/// The first step that has not been sent without a fault.
pub fn first_unfinished(answers: &Answers, today: NaiveDate) -> ReportStep {
    let is_done = |step: &ReportStep| {
        answers.has(PASSED, step.as_str()) && faults(answers, *step, today).is_empty()
    };
    ReportStep::ALL.iter().copied().find(|it| !is_done(it)).unwrap_or(ReportStep::Check)
}

/// A draft's answers after a step was sent again. What followed from an answer that changed is dropped.
pub fn sent(answers: &Answers, step: ReportStep, pairs: Vec<(String, String)>) -> Answers {
    let fields = fields(step);
    let names: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut next = answers.with(&names, pairs);
    let has_changed = |field: &str| next.all(field) != answers.all(field);
    let mut dropped: Vec<String> = Vec::new();
    if step == ReportStep::Place && ["place", "words"].into_iter().any(has_changed) {
        dropped.extend(FOUND.map(str::to_owned));
        dropped.push(AREA.to_owned());
    }
    let steered = step.questions().filter(|it| it.steer != Steer::No);
    dropped.extend(steered.filter(|it| has_changed(it.field)).map(reason_field));
    next = next.only(|name| !dropped.iter().any(|it| it == name));
    if dropped.iter().any(|it| it == AREA) {
        next = next.without_value(PASSED, ReportStep::Found.as_str());
    }
    next.without_value(PASSED, step.as_str())
}

/// Some answers of a report, under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    /// Where these answers can be changed.
    pub step: ReportStep,
    pub rows: Vec<Row>,
}

/// A question, as a summary names it, and its answer: no lines if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub question: String,
    pub lines: Vec<String>,
}

/// What a report says, in the order in which it was asked.
pub fn summary(answers: &Answers) -> Vec<Section> {
    let asked = ReportStep::ALL.iter().filter(|it| **it != ReportStep::Check);
    let section = |step: &ReportStep| {
        let rows = match step {
            ReportStep::Found => found_rows(answers),
            step => step.questions().flat_map(|it| rows(it, answers)).collect(),
        };
        Section { title: step.section(), step: *step, rows }
    };
    asked.map(section).collect()
}

fn found_rows(answers: &Answers) -> Vec<Row> {
    let row = |question: &str, lines: Vec<String>| Row { question: question.to_owned(), lines };
    let mut district = Vec::new();
    if !answers.get("area_name").is_empty() {
        let (name, edition) = (answers.get("area_name"), answers.get("area_edition"));
        district.push(name.to_owned());
        district.push(format!("By the boundaries of the edition {edition}"));
    }
    let point = ["grid_reference", "lat_lon"].map(|it| answers.get(it).to_owned());
    let point: Vec<String> = point.into_iter().filter(|it| !it.is_empty()).collect();
    vec![row("District", district), row("Position", point)]
}

fn rows(question: &Question, answers: &Answers) -> Vec<Row> {
    let mut rows =
        vec![Row { question: question.short.to_owned(), lines: lines(question, answers) }];
    let reason = answers.get(&reason_field(question));
    if !reason.is_empty() {
        let why = format!("Why personal data stays in “{}”", question.short);
        rows.push(Row { question: why, lines: vec![reason.to_owned()] });
    }
    rows
}

/// An answer in words.
fn lines(question: &Question, answers: &Answers) -> Vec<String> {
    let answer = answers.get(question.field);
    match question.shape {
        Shape::Line | Shape::Text => answer.lines().map(str::to_owned).collect(),
        Shape::Day => day(answers, question.field)
            .and_then(Result::ok)
            .map(calendar::long_date)
            .into_iter()
            .collect(),
        Shape::One(choices) | Shape::Any(choices) => {
            let main = if question.field == "other_harms" { answers.get("harm") } else { "" };
            let is_chosen = |value: &str| value != main && answers.has(question.field, value);
            let chosen = choices().into_iter().filter(|it| is_chosen(it.value));
            chosen.map(|it| it.text.to_owned()).collect()
        }
    }
}

/// The name or label of what a report is about.
pub fn name(answers: &Answers) -> &str {
    question("name").map_or("", |it| answers.get(it.field))
}
