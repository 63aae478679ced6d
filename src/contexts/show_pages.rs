//! What the page of one context shows.

use serde::Serialize;

use super::assess::{Assessed, Side};
use super::form_pages::{Choice, NotDone, Tag};
use super::goals::show_pages::GoalLine;
use super::move_on::MoveForm;
use super::read::{Gathered, Opened};
use super::recall::Recalled;
use super::{Outcome, State, Step, policy};
use crate::accounts::Actor;
use crate::calendar;
use crate::web::FormErrors;

/// What somebody typed to move a context on, and what became of it.
#[derive(Default)]
pub(super) struct Typed {
    state: String,
    outcome: String,
    reason: String,
    refused: &'static str,
    errors: FormErrors,
}

impl Typed {
    pub fn of(form: MoveForm, fate: &NotDone) -> Self {
        let MoveForm { state, outcome, reason, .. } = form;
        Self { state, outcome, reason, refused: fate.refused, errors: fate.errors.clone() }
    }
}

#[derive(Serialize)]
pub(super) struct ShowPage {
    id: String,
    reference: String,
    label: String,
    kind: &'static str,
    team: String,
    tag: Tag,
    meaning: &'static str,
    /// What it ended with; empty while it is open.
    outcome: &'static str,
    /// Since when it is on legal hold; empty when it is not.
    held: String,
    opened: String,
    /// The references of those that were merged into it.
    merged: String,
    concerns: Vec<ShowRow>,
    /// How many more there are than are shown.
    more: i64,
    reports: i64,
    /// What earlier years say of these days.
    recalled: Vec<String>,
    goals: Vec<GoalLine>,
    sides: Vec<SideLine>,
    sides_written: usize,
    /// True for the team while it works on it.
    acts: bool,
    history: Vec<Line>,
    /// Empty for readers who cannot move it on. Closing it is not among them.
    moves: Vec<Choice>,
    may_close: bool,
    closed: &'static str,
    closed_title: &'static str,
    outcomes: Vec<Choice>,
    seen: String,
    state: String,
    chosen: String,
    reason: String,
    /// True while the form to move it on is open.
    is_moving: bool,
    refused: &'static str,
    typed: Vec<String>,
    errors: FormErrors,
}

#[derive(Serialize)]
struct ShowRow {
    href: String,
    reference: String,
    school: String,
    raised: String,
}

#[derive(Serialize)]
struct Line {
    when: String,
    what: String,
    words: String,
}

/// A side of the assessment.
#[derive(Serialize)]
struct SideLine {
    title: &'static str,
    href: String,
    words: String,
    /// Who wrote it and when; empty while nobody has.
    written: String,
}

impl SideLine {
    fn of(side: Side, opened: &Opened) -> Self {
        let written: Option<&Assessed> = opened.assessment.iter().find(|it| it.side == side);
        let by = |it: &Assessed| format!("{}, {}", opened.person(it.by), calendar::date_of(it.at));
        Self {
            title: side.title(),
            href: format!("/contexts/{}/assessment/{}", opened.context.id, side.as_str()),
            words: written.map(|it| it.words.clone()).unwrap_or_default(),
            written: written.map(by).unwrap_or_default(),
        }
    }
}

impl ShowPage {
    pub fn of(opened: &Opened, reader: &Actor, typed: Typed) -> Self {
        let context = &opened.context;
        let row = |it: &Gathered| ShowRow {
            href: format!("/concerns/{}", it.id),
            reference: it.reference.clone(),
            school: opened.schools.get(&it.school).cloned().unwrap_or_default(),
            raised: calendar::date_of(it.raised_at),
        };
        let line = |it: &Step| Line {
            when: calendar::moment(it.at),
            what: format!("{}, by {}", it.state.title(), opened.person(it.by)),
            words: it.words.clone(),
        };
        let next = State::ALL.iter().filter(|it| context.state.may_become(**it));
        let next = next.filter(|it| **it != State::Closed);
        let choice = |it: &State| Choice::of(it.as_str(), it.title()).hinted(it.meaning());
        let outcome = |it: &Outcome| Choice::of(it.as_str(), it.title()).hinted(it.meaning());
        let is_team = policy::is_team(reader, context);
        let refused_words = [typed.reason.clone()].into_iter().filter(|it| !it.is_empty());
        let shown = i64::try_from(opened.concerns.len()).unwrap_or_default();
        Self {
            id: context.id.to_string(),
            reference: context.reference.clone(),
            label: context.label.clone(),
            kind: context.kind.title(),
            team: opened.team.clone(),
            tag: Tag::of(context.state),
            meaning: context.state.meaning(),
            outcome: context.outcome.map(Outcome::title).unwrap_or_default(),
            held: context.held_at.map(calendar::date_of).unwrap_or_default(),
            opened: calendar::date_of(context.opened_at),
            merged: opened.merged_here.join(", "),
            concerns: opened.concerns.iter().map(row).collect(),
            more: opened.count - shown,
            reports: opened.count,
            recalled: opened.recalled.iter().map(Recalled::said).collect(),
            goals: opened.goals.iter().map(|it| GoalLine::of(context, it)).collect(),
            sides: Side::ALL.iter().map(|it| SideLine::of(*it, opened)).collect(),
            sides_written: opened.assessment.len(),
            acts: is_team && context.state != State::Closed,
            history: opened.steps.iter().map(line).collect(),
            moves: if is_team { next.map(choice).collect() } else { Vec::new() },
            may_close: is_team && context.state.may_become(State::Closed),
            closed: State::Closed.as_str(),
            closed_title: State::Closed.title(),
            outcomes: Outcome::ALL.iter().map(outcome).collect(),
            seen: context.mark(),
            typed: refused_words.collect(),
            is_moving: !typed.errors.is_empty()
                || !typed.state.is_empty()
                || !typed.reason.is_empty(),
            state: typed.state,
            chosen: typed.outcome,
            reason: typed.reason,
            refused: typed.refused,
            errors: typed.errors,
        }
    }
}
