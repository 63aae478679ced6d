//! How the steps of a report look: the views that their templates are given.

use chrono::NaiveDate;
use serde::Serialize;

use super::draft::Draft;
use super::gate_pages::Item;
use super::questions::{Question, Shape, Steer};
use super::report::{self, Flagged, Section};
use super::steer::Flag;
use super::steps::ReportStep;
use super::{Answers, DraftId, KeptConcern};
use crate::calendar;
use crate::districts::{Meeting, possessive};
use crate::web::FormErrors;

/// The address of a step.
pub(super) fn address(draft: &Draft, step: ReportStep) -> String {
    format!("/concerns/drafts/{}/{}", draft.id, step.as_str())
}

/// What every step shows.
#[derive(Serialize)]
pub(super) struct Frame {
    progress: String,
    title: &'static str,
    action: String,
    back: String,
    discard: String,
    saved: String,
}

impl Frame {
    pub(super) fn of(draft: &Draft, step: ReportStep) -> Self {
        Self {
            progress: format!("Step {} of {}", step.number(), ReportStep::COUNT),
            title: step.title(),
            action: address(draft, step),
            back: step.before().map_or_else(|| "/concerns".to_owned(), |it| address(draft, it)),
            discard: format!("/concerns/drafts/{}/discard", draft.id),
            saved: format!("Saved {}.", calendar::moment(draft.saved_at)),
        }
    }
}

/// A step of questions.
#[derive(Serialize)]
pub(super) struct StepPage {
    frame: Frame,
    intro: &'static str,
    /// True where texts are written that may say who somebody is.
    says_why: bool,
    /// True where somebody might want to add a picture.
    has_pictures: bool,
    fields: Vec<FieldView>,
    order: Vec<&'static str>,
    errors: FormErrors,
}

impl StepPage {
    pub(super) fn of(
        draft: &Draft,
        step: ReportStep,
        errors: FormErrors,
        today: NaiveDate,
    ) -> Self {
        let view = |question| FieldView::of(question, &draft.answers, today);
        Self {
            frame: Frame::of(draft, step),
            intro: intro(step),
            says_why: step.questions().any(|it| it.steer == Steer::Whole),
            has_pictures: step == ReportStep::What,
            fields: step.questions().map(view).collect(),
            order: step.questions().map(|it| it.field).collect(),
            errors,
        }
    }
}

fn intro(step: ReportStep) -> &'static str {
    match step {
        ReportStep::Kind => {
            "One report is about one place or one group. It is never about a single child."
        }
        ReportStep::Place => {
            "Give what you have: a postcode or a position, words, or both. For a route or an online space, words are enough."
        }
        ReportStep::What => "Keep what is known apart from what it may mean.",
        ReportStep::When => "Leave out what you do not know.",
        ReportStep::Who => "Roughly is enough. Leave out what you do not know.",
        ReportStep::Strengths => {
            "What protects young people there is worth as much to the team as what harms them. All of this may be left out."
        }
        ReportStep::Found | ReportStep::Harm | ReportStep::Done | ReportStep::Check => "",
    }
}

/// A question with its answer so far.
#[derive(Serialize)]
struct FieldView {
    shape: &'static str,
    name: &'static str,
    label: String,
    hint: &'static str,
    value: String,
    values: Vec<String>,
    items: Vec<Item>,
    max: usize,
    rows: usize,
    small: bool,
    day: String,
    month: String,
    year: String,
    flags_url: &'static str,
    flags: Vec<FlagView>,
}

impl FieldView {
    fn of(question: &'static Question, answers: &Answers, today: NaiveDate) -> Self {
        let shape = match question.shape {
            Shape::Line => "line",
            Shape::Text => "text",
            Shape::One(_) => "one",
            Shape::Any(_) => "any",
            Shape::Day => "day",
        };
        let optional = if question.needed.is_empty() { " (optional)" } else { "" };
        let part = |it: &str| answers.get(&format!("{}_{it}", question.field)).to_owned();
        let item = |it: super::questions::Choice| Item::of(it.value, it.text, it.hint);
        let items: Vec<Item> = question.choices().into_iter().map(item).collect();
        Self {
            shape,
            name: question.field,
            label: format!("{}{optional}", question.label),
            hint: question.hint,
            value: answers.all(question.field).first().cloned().unwrap_or_default(),
            values: answers.all(question.field).to_vec(),
            small: items.len() > 6,
            items,
            max: question.max(),
            rows: if question.needed.is_empty() { 4 } else { 8 },
            day: part("day"),
            month: part("month"),
            year: part("year"),
            flags_url: match question.steer {
                Steer::No => "",
                Steer::Places => "/concerns/flags?of=place",
                Steer::Whole => "/concerns/flags",
            },
            flags: FlagView::all(&report::flags_of(question, answers, today)),
        }
    }
}

/// Something that looks like personal data.
#[derive(Serialize)]
pub(super) struct FlagView {
    found: String,
    what: &'static str,
    instead: &'static str,
}

impl FlagView {
    pub(super) fn all(flags: &[Flag]) -> Vec<Self> {
        let view = |it: &Flag| Self {
            found: it.found.clone(),
            what: it.what.title(),
            instead: it.instead,
        };
        flags.iter().map(view).collect()
    }
}

/// A fact, or a question and its answer.
#[derive(Serialize)]
pub(super) struct RowView {
    key: String,
    value: String,
    lines: bool,
}

impl RowView {
    pub(super) fn of(key: &str, value: String) -> Self {
        Self { key: key.to_owned(), lines: value.contains('\n'), value }
    }
}

/// The answers of one step, with the way back to them.
#[derive(Serialize)]
struct SectionView {
    title: &'static str,
    change: String,
    rows: Vec<RowView>,
}

impl SectionView {
    fn of(draft: &Draft, section: Section) -> Self {
        let row = |it: report::Row| {
            let answer = it.lines.join("\n");
            let is_given = !it.lines.is_empty();
            RowView::of(&it.question, if is_given { answer } else { "Not given".to_owned() })
        };
        Self {
            title: section.title,
            change: address(draft, section.step),
            rows: section.rows.into_iter().map(row).collect(),
        }
    }
}

/// Something that looks like personal data and may stay with a reason.
#[derive(Serialize)]
struct FlaggedView {
    title: String,
    change: String,
    flags: Vec<FlagView>,
    name: String,
    label: String,
    value: String,
}

/// Check your answers.
#[derive(Serialize)]
pub(super) struct CheckPage {
    frame: Frame,
    school: String,
    sections: Vec<SectionView>,
    flagged: Vec<FlaggedView>,
    /// `Send to Crawley’s team`
    send: String,
    heard: String,
    order: Vec<String>,
    errors: FormErrors,
}

impl CheckPage {
    pub(super) fn of(
        draft: &Draft,
        (school, team): (&str, &str),
        meeting: Option<&Meeting>,
        (errors, today): (FormErrors, NaiveDate),
    ) -> Self {
        let flagged: Vec<Flagged> = report::flagged(&draft.answers, today);
        let view = |it: &Flagged| FlaggedView {
            title: it.question.short.to_owned(),
            change: address(draft, it.question.step),
            flags: FlagView::all(&it.flags),
            name: report::reason_field(it.question),
            label: format!("Keep it in “{}”, because", it.question.short),
            value: draft.answers.get(&report::reason_field(it.question)).to_owned(),
        };
        let sections = report::summary(&draft.answers);
        Self {
            frame: Frame::of(draft, ReportStep::Check),
            school: school.to_owned(),
            sections: sections.into_iter().map(|it| SectionView::of(draft, it)).collect(),
            order: flagged.iter().map(|it| report::reason_field(it.question)).collect(),
            flagged: flagged.iter().map(view).collect(),
            send: format!("Send to {} team", possessive(team)),
            heard: heard(team, meeting),
            errors,
        }
    }
}

fn heard(team: &str, meeting: Option<&Meeting>) -> String {
    let team = possessive(team);
    match meeting {
        Some(meeting) => format!(
            "It will be heard at {team} meeting on {}. Papers close on {}.",
            calendar::weekday_date(calendar::day(meeting.starts_at)),
            calendar::moment(meeting.cut_off_at),
        ),
        None => format!(
            "{team} next meeting has no date yet. You will see here when it has one; the team reads new reports before that."
        ),
    }
}

/// A report was sent.
#[derive(Serialize)]
pub(super) struct SentPage {
    reference: String,
    /// `Crawley’s team`
    team: String,
    heard: String,
    is_urgent: bool,
    concern: String,
}

impl SentPage {
    pub(super) fn of(concern: &KeptConcern, team: &str, meeting: Option<&Meeting>) -> Self {
        Self {
            reference: concern.reference.clone(),
            team: format!("{} team", possessive(team)),
            heard: heard(team, meeting),
            is_urgent: concern.urgency == super::Urgency::Urgent,
            concern: format!("/concerns/{}", concern.id),
        }
    }
}

/// A report may be safe or not.
#[derive(Serialize)]
pub(super) struct UnsurePage {
    /// Where it is sent again.
    action: String,
}

impl UnsurePage {
    pub(super) fn of(draft: DraftId) -> Self {
        Self { action: format!("/concerns/drafts/{draft}/{}", ReportStep::Check.as_str()) }
    }
}

/// Whether to throw a draft away.
#[derive(Serialize)]
pub(super) struct DiscardPage {
    label: String,
    saved: String,
    back: String,
    action: String,
}

impl DiscardPage {
    pub(super) fn of(draft: &Draft) -> Self {
        let name = report::name(&draft.answers);
        let back = format!("/concerns/drafts/{}", draft.id);
        Self {
            label: if name.is_empty() { "A report without a name yet" } else { name }.to_owned(),
            saved: calendar::moment(draft.saved_at),
            action: format!("{back}/discard"),
            back,
        }
    }
}
