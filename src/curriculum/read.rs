//! One file at a time, from text to types. What the types cannot hold is a fault.

use super::fields::{self, Fields, Lines};
use super::report::Faults;
use super::words::{Kind, Part, UnitPart};
use super::{Activity, Facts, Lesson, Placed, Question, Resource, Unit, UnitKey};
use crate::documents::markdown::{self, Parsed};
use crate::documents::{Block, Inline};

/// A lesson with what the rules want to know of its text.
pub struct Draft {
    pub lesson: Lesson,
    pub parsed: Parsed,
    pub body: String,
    pub body_line: usize,
}

/// A resource, likewise.
pub struct ResourceDraft {
    pub resource: Resource,
    pub parsed: Parsed,
    pub body: String,
}

/// A unit, likewise.
pub struct UnitDraft {
    pub unit: Unit,
    pub parsed: Parsed,
    pub end: usize,
}

/// What a lesson's path says: `<nn>-<slug>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub order: u32,
    pub slug: String,
}

impl Name {
    pub fn parse(name: &str) -> Option<Self> {
        let (order, slug) = name.split_once('-')?;
        let is_number = order.len() == 2 && order.bytes().all(|it| it.is_ascii_digit());
        let letters = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let is_slug = !slug.is_empty() && slug.bytes().all(letters);
        let order = order.parse().ok().filter(|it| is_number && is_slug && *it > 0)?;
        Some(Self { order, slug: slug.to_owned() })
    }

    pub fn folder(&self) -> String {
        format!("{:02}-{}", self.order, self.slug)
    }
}

pub fn lesson(unit: UnitKey, name: &Name, text: &str, faults: &mut Faults<'_>) -> Option<Draft> {
    let (front, body, body_line) = split(text, faults)?;
    let lines = Lines::of(front, 2);
    let table = fields::parse(front, &lines, faults);
    let facts = Facts::read(Fields::new(table.get_ref(), &lines, 1), faults);
    let parsed = markdown::parse(body, body_line);
    let activities = activities(&parts(&parsed.blocks, part), faults);
    let lesson = Lesson {
        cornerstone: unit.0,
        phase: unit.1,
        order: name.order,
        slug: name.slug.clone(),
        file: faults.file.to_owned(),
        facts,
        parts: parts(&parsed.blocks, part),
        activities,
        resources: Vec::new(),
    };
    Some(Draft { lesson, parsed, body: body.to_owned(), body_line })
}

pub fn unit(
    (cornerstone, phase): UnitKey,
    text: &str,
    faults: &mut Faults<'_>,
) -> Option<UnitDraft> {
    let (front, body, body_line) = split(text, faults)?;
    let lines = Lines::of(front, 2);
    let table = fields::parse(front, &lines, faults);
    let mut fields = Fields::new(table.get_ref(), &lines, 1);
    let title = fields.text("title", faults).value;
    let version = fields.text("version", faults).value;
    let reviewed_on = fields.date("reviewed_on", faults).value;
    fields.close(faults);
    let parsed = markdown::parse(body, body_line);
    let parts =
        parts(&parsed.blocks, |title| UnitPart::ALL.iter().copied().find(|it| it.title() == title));
    let unit = Unit { cornerstone, phase, title, version, reviewed_on, parts };
    Some(UnitDraft { unit, parsed, end: text.lines().count() })
}

pub fn resource(kind: Kind, text: &str, faults: &mut Faults<'_>) -> ResourceDraft {
    if kind == Kind::Quiz {
        return quiz(text, faults);
    }
    let parsed = markdown::parse(text, 1);
    let (title, rest) = if let Some((Block::Heading { level: 1, content, .. }, rest)) =
        parsed.blocks.split_first()
    {
        (Inline::words(content), rest)
    } else {
        faults.say(1, "a resource begins with a first-level heading");
        (kind.title().to_owned(), parsed.blocks.as_slice())
    };
    let is_answers = |it: &Block| matches!(it, Block::Heading { level: 2, content, .. } if Inline::words(content) == "Answers");
    let answers_at = rest.iter().position(is_answers).filter(|_| kind == Kind::Worksheet);
    let (blocks, answers) = rest.split_at(answers_at.unwrap_or(rest.len()));
    let resource = Resource {
        kind,
        title,
        file: faults.file.to_owned(),
        blocks: blocks.to_vec(),
        answers: answers.get(1..).unwrap_or_default().to_vec(),
        questions: Vec::new(),
    };
    ResourceDraft { resource, parsed, body: text.to_owned() }
}

fn quiz(text: &str, faults: &mut Faults<'_>) -> ResourceDraft {
    let lines = Lines::of(text, 1);
    let table = fields::parse(text, &lines, faults);
    let mut fields = Fields::new(table.get_ref(), &lines, 1);
    let title = fields.text("title", faults).value;
    let mut questions = Vec::new();
    for mut row in fields.tables("question", faults) {
        let ask = row.text("ask", faults).value;
        let answers = row.texts("answers", faults);
        let right = row.number("right", faults);
        if answers.len() < 2 {
            faults.say(row.line(), "a question needs at least two answers");
        }
        let index = usize::try_from(*right).unwrap_or(usize::MAX);
        if index >= answers.len() {
            faults.say(
                right.line,
                format!("no answer has the number {} (they count from 0)", *right),
            );
        }
        let answers = answers.into_iter().map(|it| it.value).collect();
        questions.push(Question {
            ask,
            answers,
            right: index,
            because: row.text("because", faults).value,
        });
        row.close(faults);
    }
    fields.close(faults);
    if questions.is_empty() {
        faults.say(1, "a quiz needs at least one [[question]]");
    }
    let file = faults.file.to_owned();
    let resource = Resource {
        kind: Kind::Quiz,
        title,
        file,
        blocks: Vec::new(),
        answers: Vec::new(),
        questions,
    };
    ResourceDraft { resource, parsed: Parsed::default(), body: text.to_owned() }
}

/// Front matter, body and the line on which the body begins.
fn split<'t>(text: &'t str, faults: &mut Faults<'_>) -> Option<(&'t str, &'t str, usize)> {
    let found = text.strip_prefix("+++\n").and_then(|it| it.split_once("\n+++\n"));
    let Some((front, body)) = found else {
        faults.say(1, "the file must begin with front matter between two lines of +++");
        return None;
    };
    Some((front, body, front.lines().count() + 3))
}

/// The blocks under each second-level heading that `known` knows.
fn parts<P>(blocks: &[Block], known: impl Fn(&str) -> Option<P>) -> Vec<(P, Vec<Block>)> {
    let mut parts: Vec<(Option<P>, Vec<Block>)> = Vec::new();
    for block in blocks {
        match block {
            Block::Heading { level: 2, content, .. } => {
                parts.push((known(&Inline::words(content)), Vec::new()));
            }
            other => {
                if let Some((_, inside)) = parts.last_mut() {
                    inside.push(other.clone());
                }
            }
        }
    }
    parts.into_iter().filter_map(|(part, inside)| Some((part?, inside))).collect()
}

fn part(title: &str) -> Option<Part> {
    Part::ALL.iter().copied().find(|it| it.title() == title)
}

fn activities(parts: &[(Part, Vec<Block>)], faults: &mut Faults<'_>) -> Vec<Activity> {
    let mut activities = Vec::new();
    let blocks = parts.iter().filter(|(it, _)| *it == Part::Activities).flat_map(|(_, it)| it);
    for block in blocks {
        let Block::Heading { level: 3, content, line, .. } = block else { continue };
        let words = Inline::words(content);
        match timed(&words) {
            Some((title, minutes)) => {
                activities.push(Activity { title: title.to_owned(), minutes, line: *line });
            }
            None => faults.say(
                *line,
                format!("the activity \"{words}\" must end with its minutes: (15 minutes)"),
            ),
        }
    }
    activities
}

/// "The bus stop map (15 minutes)" as its title and minutes.
pub fn timed(heading: &str) -> Option<(&str, u32)> {
    let (title, time) = heading.trim().strip_suffix(')')?.rsplit_once('(')?;
    let minutes = time.strip_suffix(" minutes").or_else(|| time.strip_suffix(" minute"))?;
    Some((title.trim(), minutes.parse().ok().filter(|it| *it > 0)?))
}

/// A lesson's own words with the line that each came from, for rules that look for a word.
pub fn own_words(lesson: &Lesson) -> Vec<String> {
    let facts = &lesson.facts;
    let listed = facts
        .outcomes
        .iter()
        .chain(&facts.key_knowledge)
        .map(|it: &Placed<String>| it.value.clone());
    let mut words: Vec<String> = listed.chain([facts.objective.clone()]).collect();
    for (_, blocks) in &lesson.parts {
        words.extend(Block::passages(blocks));
    }
    for resource in &lesson.resources {
        words.extend(resource_words(resource));
    }
    words
}

pub fn resource_words(resource: &Resource) -> Vec<String> {
    let mut words = Block::passages(&resource.blocks);
    words.extend(Block::passages(&resource.answers));
    for question in &resource.questions {
        words.push(question.ask.clone());
        words.extend(question.answers.iter().cloned());
        words.push(question.because.clone());
    }
    words
}
