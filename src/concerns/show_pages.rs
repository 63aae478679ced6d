//! What the pages about one concern show: for the team, which reads everything, and for its reporter.

use chrono::NaiveDate;
use serde::Serialize;

use super::move_on::Seen;
use super::open::Opened;
use super::opening_pages::SeenBy;
use super::openings::Openings;
use super::pages::{Choice, age};
use super::{Concern, Status, Step, Urgency, report};
use crate::calendar;
use crate::districts::possessive;
use crate::web::FormErrors;

/// What somebody typed into one of the forms of a concern, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub question: String,
    pub team: String,
    pub reason: String,
    pub answer: String,
    pub errors: FormErrors,
    pub refused: &'static str,
}

impl Typed {
    pub fn words(&self) -> Vec<String> {
        let all = [&self.question, &self.reason, &self.answer];
        all.into_iter().filter(|it| !it.trim().is_empty()).cloned().collect()
    }
}

#[derive(Serialize)]
pub(super) struct Tag {
    pub text: &'static str,
    pub colour: &'static str,
}

#[derive(Serialize)]
struct Fact {
    key: String,
    value: String,
    lines: bool,
}

#[derive(Serialize)]
struct Line {
    when: String,
    what: String,
    words: String,
}

/// A concern for the team that has it, and for the county: everything.
#[derive(Serialize)]
pub(super) struct ForTeam {
    id: String,
    reference: String,
    label: String,
    tags: Vec<Tag>,
    facts: Vec<Fact>,
    sections: Vec<Section>,
    history: Vec<Line>,
    openings: SeenBy,
    /// Where the context is that it is part of; empty when it is in none.
    context: String,
    /// Since when it is on legal hold; empty when it is not.
    held: String,
    acts: Option<Acts>,
    /// Why what was sent was not done, and what was typed, if somebody else was quicker.
    refused: &'static str,
    typed: Vec<String>,
    errors: FormErrors,
}

/// What a coordinator can do to it as it stands.
#[derive(Serialize)]
struct Acts {
    seen: String,
    /// The words of the buttons; empty for what cannot be done to it now.
    accept: String,
    ask: &'static str,
    pass_on: &'static str,
    link: &'static str,
    question: String,
    team: String,
    reason: String,
    teams: Vec<Choice>,
    /// Which of the forms stands open because something was typed into it: `ask`, `pass_on` or neither.
    open: &'static str,
}

/// A concern for the leads of the school that raised it: their report, where it stands, what the team says.
#[derive(Serialize)]
pub(super) struct ForReporter {
    id: String,
    reference: String,
    label: String,
    standing: &'static str,
    /// True while nobody knows that it was sent.
    is_unsure: bool,
    /// When it will be heard, or when the team that works on it meets next.
    hearing: String,
    is_of_many: bool,
    /// What a meeting decided last; empty while none has.
    news: String,
    news_when: String,
    /// What the team asks; empty when it asks nothing.
    question: String,
    answer: String,
    seen: String,
    sections: Vec<Section>,
    history: Vec<Line>,
    openings: SeenBy,
    refused: &'static str,
    typed: Vec<String>,
    errors: FormErrors,
}

/// A part of the report, as it was answered.
#[derive(Serialize)]
struct Section {
    title: &'static str,
    rows: Vec<Fact>,
}

impl Fact {
    fn of(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.into(), lines: false }
    }
}

impl ForTeam {
    /// `openings`: who opened it and when. `acts`: its reader may act on it.
    pub fn of(
        opened: &Opened,
        openings: &Openings,
        typed: Typed,
        (acts, today): (bool, NaiveDate),
    ) -> Self {
        let concern = &opened.concern;
        Self {
            id: concern.id.to_string(),
            reference: concern.reference.clone(),
            label: concern.label().to_owned(),
            tags: tags(concern),
            facts: facts(opened, today),
            sections: sections(concern),
            history: opened.steps.iter().enumerate().map(|it| for_team(opened, it)).collect(),
            openings: SeenBy::of(openings),
            context: context(concern),
            held: concern.held_at.map(calendar::date_of).unwrap_or_default(),
            acts: acts.then(|| Acts::of(opened, &typed)),
            refused: typed.refused,
            typed: typed.words(),
            errors: typed.errors,
        }
    }
}

impl Acts {
    fn of(opened: &Opened, typed: &Typed) -> Self {
        let concern = &opened.concern;
        let may = |next| concern.status.may_become(next);
        let others = opened.teams.iter().filter(|(id, _)| **id != concern.team);
        let mut teams: Vec<Choice> =
            others.map(|(id, name)| Choice { value: id.to_string(), text: name.clone() }).collect();
        teams.sort_by(|a, b| a.text.cmp(&b.text));
        let has = |field: &str, words: &str| typed.errors.get(field).is_some() || !words.is_empty();
        let open = if has("question", &typed.question) {
            "ask"
        } else if has("team", &typed.team) || has("reason", &typed.reason) {
            "pass_on"
        } else {
            ""
        };
        let team = possessive(opened.team(concern.team));
        let accept = if may(Status::Accepted) {
            format!("Accept for {team} meeting")
        } else {
            String::new()
        };
        Self {
            seen: Seen::of(concern).to_string(),
            accept,
            ask: if may(Status::MoreInformation) { "Send the question to the school" } else { "" },
            pass_on: if may(Status::Redirected) { "Pass it on" } else { "" },
            link: if may(Status::Linked) { "Add to a context" } else { "" },
            question: typed.question.clone(),
            team: typed.team.clone(),
            reason: typed.reason.clone(),
            teams,
            open,
        }
    }
}

impl ForReporter {
    /// `is_unsure`: nobody knows yet that it was sent.
    pub fn of(opened: &Opened, openings: &Openings, typed: Typed, is_unsure: bool) -> Self {
        let concern = &opened.concern;
        let mut history: Vec<Line> =
            opened.steps.iter().enumerate().map(|it| for_reporter(opened, it)).collect();
        if let Some(first) = history.first_mut().filter(|_| is_unsure) {
            "Your school wrote this. It is not confirmed that it was sent."
                .clone_into(&mut first.what);
        }
        let asked = opened.steps.iter().rev().find(|it| it.status == Status::MoreInformation);
        let question = asked.filter(|_| concern.status == Status::MoreInformation);
        let news = opened.steps.iter().rev().find(|it| it.meeting.is_some());
        Self {
            id: concern.id.to_string(),
            reference: concern.reference.clone(),
            label: concern.label().to_owned(),
            standing: concern.to_reporter(),
            is_unsure,
            hearing: hearing(opened),
            is_of_many: opened.is_of_many,
            news: news.map(|it| it.words.clone()).unwrap_or_default(),
            news_when: news.map(|it| calendar::date_of(it.at)).unwrap_or_default(),
            question: question.map(|it| it.words.clone()).unwrap_or_default(),
            typed: typed.words(),
            answer: typed.answer,
            seen: Seen::of(concern).to_string(),
            sections: sections(concern),
            history,
            openings: SeenBy::of(openings),
            refused: typed.refused,
            errors: typed.errors,
        }
    }
}

/// Urgency, if it is urgent, and where it stands.
pub(super) fn tags(concern: &Concern) -> Vec<Tag> {
    let urgent = Tag { text: "Urgent", colour: "red" };
    let colour = match concern.status {
        Status::Submitted | Status::Redirected => "",
        Status::MoreInformation => "yellow",
        Status::Accepted => "green",
        Status::Linked => "grey",
    };
    let status = Tag { text: concern.standing(), colour };
    let is_urgent = concern.urgency == Urgency::Urgent;
    is_urgent.then_some(urgent).into_iter().chain([status]).collect()
}

fn facts(opened: &Opened, today: NaiveDate) -> Vec<Fact> {
    let concern = &opened.concern;
    let raised = calendar::day(concern.raised_at);
    vec![
        Fact::of("Kind", concern.kind.title()),
        Fact::of("Main harm", concern.main_harm.title()),
        Fact::of("School", opened.school.clone()),
        Fact::of("Reported by", opened.person(concern.raised_by)),
        Fact::of(
            "Reported on",
            format!("{}, {}", calendar::moment(concern.raised_at), age(raised, today)),
        ),
        Fact::of("Team", opened.team(concern.team)),
        Fact::of("Meeting", hearing(opened)),
    ]
}

fn context(concern: &Concern) -> String {
    let is_linked = concern.status == Status::Linked;
    if is_linked { format!("/concerns/{}/context", concern.id) } else { String::new() }
}

/// The meeting that will hear it, in a sentence.
fn hearing(opened: &Opened) -> String {
    let team = possessive(opened.team(opened.concern.team));
    let Some(meeting) = &opened.hearing else {
        return format!("{team} next meeting has no date yet.");
    };
    let (day, papers) =
        (calendar::date_of(meeting.starts_at), calendar::moment(meeting.cut_off_at));
    if opened.concern.status == Status::Linked {
        return format!("{team} next meeting is on {day}.");
    }
    format!("It will be heard at {team} meeting on {day}. Papers close on {papers}.")
}

/// The report as it was answered, without the questions that were left open.
fn sections(concern: &Concern) -> Vec<Section> {
    let fact = |row: report::Row| Fact {
        key: row.question,
        lines: row.lines.len() > 1,
        value: row.lines.join("\n"),
    };
    let section = |it: report::Section| Section {
        title: it.title,
        rows: it.rows.into_iter().filter(|row| !row.lines.is_empty()).map(fact).collect(),
    };
    let all = report::summary(&concern.answers).into_iter().map(section);
    all.filter(|it| !it.rows.is_empty()).collect()
}

/// A step as the team reads it.
fn for_team(opened: &Opened, (place, step): (usize, &Step)) -> Line {
    let who = opened.person(step.by);
    let what = match step.status {
        _ if step.meeting.is_some() => format!("{who} told the school what the meeting decided"),
        Status::Submitted if place == 0 => format!("{who} reported it"),
        Status::Submitted if step.is_restoring() => "It was put back from the journal".to_owned(),
        Status::Submitted => format!("{who} answered"),
        Status::MoreInformation => format!("{who} asked for more"),
        Status::Accepted => format!("{who} accepted it"),
        Status::Redirected => format!("{who} redirected it to {}", opened.team(step.team)),
        Status::Linked => format!("{who} linked it to a context"),
    };
    Line { when: calendar::moment(step.at), what, words: step.words.clone() }
}

/// The same as its reporter reads it: no names of the team's people, and what it means.
fn for_reporter(opened: &Opened, (place, step): (usize, &Step)) -> Line {
    let team = opened.team(step.team);
    let what = match step.status {
        _ if step.meeting.is_some() => {
            format!("{} meeting has discussed it. This is what came of it:", possessive(team))
        }
        Status::Submitted if place == 0 => {
            format!("Your school sent this to {} team.", possessive(team))
        }
        Status::Submitted if step.is_restoring() => {
            format!("It was put back for {} team.", possessive(team))
        }
        Status::Submitted => format!("Your school answered {} team.", possessive(team)),
        Status::MoreInformation => format!("{} team asked you for more.", possessive(team)),
        Status::Accepted => {
            format!("{} team accepted it and will take it to its meeting.", possessive(team))
        }
        Status::Redirected => {
            format!("It was passed on to {} team, which will look at it next.", possessive(team))
        }
        Status::Linked => format!(
            "{} team is working on it, together with what others have reported about the same place or group.",
            possessive(team)
        ),
    };
    Line { when: calendar::moment(step.at), what, words: step.words.clone() }
}
