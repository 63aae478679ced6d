//! The rules of docs/lesson-format.md that a lesson can break. Each rule is a function, each
//! breach a fault with its line, and no fault hides another.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::near::Stems;
use super::read::{self, Draft, ResourceDraft, UnitDraft};
use super::report::Faults;
use super::words::{Kind, Part, UnitPart};
use super::{Curriculum, Lesson, Phase, Point};
use crate::documents::markdown::Parsed;
use crate::documents::{Block, Inline, pdf};

/// A helpline is rung again, or looked up again, after so many days.
const HELPLINE_DAYS: u64 = 365;
const LICENCE: &str = "Open Government Licence v3.0";

/// Holds one lesson with its resources against every rule.
pub fn lesson(draft: &Draft, points: &[Point], today: NaiveDate, faults: &mut Faults<'_>) {
    let Draft { lesson, parsed, body, body_line } = draft;
    text(parsed, 1, faults);
    let end = body_line + body.lines().count();
    let wanted: Vec<&str> = Part::ALL.iter().map(|it| it.title()).collect();
    headings_in_order(&parsed.blocks, &wanted, end, faults);
    counts(lesson, faults);
    wording(lesson, faults);
    codes(lesson, points, faults);
    minutes(lesson, faults);
    question_box(lesson, faults);
    dates(lesson, today, faults);
    vocabulary(lesson, faults);
    let known = telephones(lesson);
    numbers(body, *body_line, &known, faults);
    links(draft, faults);
}

pub fn unit(draft: &UnitDraft, today: NaiveDate, faults: &mut Faults<'_>) {
    text(&draft.parsed, 1, faults);
    let wanted: Vec<&str> = UnitPart::ALL.iter().map(|it| it.title()).collect();
    headings_in_order(&draft.parsed.blocks, &wanted, draft.end, faults);
    if draft.unit.reviewed_on > today {
        faults.say(1, "`reviewed_on` is in the future");
    }
    for link in draft.parsed.links.iter().filter(|it| !it.to.starts_with("https://")) {
        faults.say(link.line, format!("the link `{}` must go to an https:// page", link.to));
    }
}

pub fn resource(draft: &ResourceDraft, lesson: &Lesson, faults: &mut Faults<'_>) {
    text(&draft.parsed, 0, faults);
    numbers(&draft.body, 1, &telephones(lesson), faults);
    for link in draft.parsed.links.iter().filter(|it| !it.to.starts_with("https://")) {
        faults.say(link.line, format!("the link `{}` must go to an https:// page", link.to));
    }
    if draft.resource.kind == Kind::Cards
        && !draft.resource.blocks.iter().any(|it| matches!(it, Block::Heading { level: 2, .. }))
    {
        faults.say(1, "cards need a second-level heading for each card");
    }
    let after = |it: &&Block| matches!(it, Block::Heading { level: 2, .. });
    if let Some(Block::Heading { line, .. }) = draft.resource.answers.iter().find(after) {
        faults.say(*line, "`Answers` must stand last: pupils do not get what follows it");
    }
}

/// Characters that no face has, so that no document could be printed with them.
pub fn glyphs(text: &str, faults: &mut Faults<'_>) {
    let mut named = BTreeSet::new();
    for (at, line) in text.lines().enumerate() {
        for it in line.chars().filter(|it| !pdf::may_print(*it)) {
            if named.insert(it) {
                let code = u32::from(it);
                faults.say(
                    at + 1,
                    format!("`{it}` (U+{code:04X}) cannot be printed: no face has it"),
                );
            }
        }
    }
}

/// Statutory points that no lesson covers.
pub fn uncovered(curriculum: &Curriculum) -> usize {
    let covered: BTreeSet<&str> = curriculum
        .lessons
        .iter()
        .flat_map(|it| it.facts.statutory.iter().map(|it| it.as_str()))
        .collect();
    curriculum.points.iter().filter(|it| !covered.contains(it.code.as_str())).count()
}

/// What was odd in the Markdown, and headings that skip a level below `above`.
fn text(parsed: &Parsed, above: u8, faults: &mut Faults<'_>) {
    for odd in &parsed.oddities {
        faults.say(odd.line, odd.message.as_str());
    }
    let mut last = above;
    for block in &parsed.blocks {
        let Block::Heading { level, line, content, .. } = block else { continue };
        let words = Inline::words(content);
        if *level > last.saturating_add(1) {
            let wanted = last.saturating_add(1);
            faults.say(
                *line,
                format!("\"{words}\" skips a heading level: {level} where {wanted} is next"),
            );
        }
        if *level <= above {
            faults.say(*line, format!("\"{words}\" is of level 1, which is the title's alone"));
        }
        last = *level;
    }
}

fn headings_in_order(blocks: &[Block], wanted: &[&str], end: usize, faults: &mut Faults<'_>) {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for block in blocks {
        let Block::Heading { level: 2, line, content, .. } = block else {
            open = None;
            continue;
        };
        let title = Inline::words(content);
        if let Some((line, title)) = open.take() {
            faults.say(line, format!("nothing stands under `{title}`"));
        }
        open = Some((*line, title.clone()));
        let Some(place) = wanted.iter().position(|it| *it == title) else {
            faults.say(*line, format!("unknown heading `{title}`"));
            continue;
        };
        let before = found.iter().max_by_key(|(it, _)| *it);
        if found.iter().any(|(it, _)| *it == place) {
            faults.say(*line, format!("`{title}` stands here twice"));
        } else if let Some((later, _)) = before.filter(|(it, _)| *it > place) {
            let later = wanted.get(*later).copied().unwrap_or_default();
            faults.say(*line, format!("`{title}` must stand before `{later}`"));
        }
        found.push((place, *line));
    }
    if let Some((line, title)) = open {
        faults.say(line, format!("nothing stands under `{title}`"));
    }
    for (place, title) in wanted.iter().enumerate() {
        if !found.iter().any(|(it, _)| *it == place) {
            let next = found.iter().find(|(it, _)| *it > place).map_or(end, |(_, line)| *line);
            faults.say(next, format!("the heading `{title}` is missing"));
        }
    }
}

fn counts(lesson: &Lesson, faults: &mut Faults<'_>) {
    let facts = &lesson.facts;
    let line = |list: &[super::Placed<String>]| list.first().map_or(1, |it| it.line);
    if !(2..=4).contains(&facts.outcomes.len()) {
        let count = facts.outcomes.len();
        faults.say(line(&facts.outcomes), format!("{count} outcomes; a lesson has two to four"));
    }
    if !(1..=6).contains(&facts.key_knowledge.len()) {
        let count = facts.key_knowledge.len();
        let message = format!("{count} sentences of key knowledge; a lesson has one to six");
        faults.say(line(&facts.key_knowledge), message);
    }
    let needed = [
        ("contexts", facts.contexts.len()),
        ("sources", facts.sources.len()),
        ("[[vocabulary]]", facts.vocabulary.len()),
        ("[[guidance]]", facts.guidance.len()),
        ("[[signposting]]", facts.signposting.len()),
        ("[[changes]]", facts.changes.len()),
    ];
    for (name, _) in needed.iter().filter(|(_, count)| *count == 0) {
        faults.say(1, format!("a lesson needs at least one entry in `{name}`"));
    }
    if lesson.phase.is_bound() && facts.statutory.is_empty() {
        faults.say(1, "`statutory` is empty: a lesson of this phase rests on at least one point");
    }
}

fn wording(lesson: &Lesson, faults: &mut Faults<'_>) {
    let facts = &lesson.facts;
    for outcome in facts.outcomes.iter().filter(|it| !it.starts_with("I can ")) {
        faults.say(
            outcome.line,
            format!("the outcome \"{}\" does not begin \"I can\"", outcome.value),
        );
    }
    if facts.licence.value != LICENCE {
        faults.say(facts.licence.line, format!("the licence must be \"{LICENCE}\""));
    }
    if !facts.changes.is_empty() && !facts.changes.iter().any(|it| it.version == *facts.version) {
        let version = &facts.version;
        faults.say(version.line, format!("version {} is not among [[changes]]", version.value));
    }
    let (from, to) = lesson.phase.years();
    let numbers =
        facts.years.split(|it: char| !it.is_ascii_digit()).filter_map(|it| it.parse().ok());
    for year in numbers.filter(|it: &u32| lesson.phase != Phase::Eyfs && !(from..=to).contains(it))
    {
        let title = lesson.phase.title();
        faults.say(facts.years.line, format!("Year {year} does not belong to {title}"));
    }
}

fn codes(lesson: &Lesson, points: &[Point], faults: &mut Faults<'_>) {
    let mut seen = BTreeSet::new();
    for code in lesson.facts.statutory.iter().filter(|it| !it.is_empty()) {
        let Some(point) = points.iter().find(|it| it.code == code.value) else {
            faults.say(code.line, format!("`{}` is no statutory point", code.value));
            continue;
        };
        if point.half != lesson.phase.half() {
            let (half, phase) = (point.half.code(), lesson.phase.title());
            faults.say(code.line, format!("`{}` is a {half} point; this is {phase}", point.code));
        }
        if !seen.insert(&point.code) {
            faults.say(code.line, format!("`{}` is named twice", point.code));
        }
    }
    if lesson.phase != Phase::Eyfs {
        for goal in &lesson.facts.early_goals {
            faults.say(goal.line, format!("`{}` is an early goal; this is not EYFS", goal.code()));
        }
    }
}

fn minutes(lesson: &Lesson, faults: &mut Faults<'_>) {
    let sum: u32 = lesson.activities.iter().map(|it| it.minutes).sum();
    let said = &lesson.facts.minutes;
    if sum != said.value {
        let message = format!("the activities add up to {sum} minutes, not to {}", said.value);
        faults.say(said.line, message);
    }
}

fn question_box(lesson: &Lesson, faults: &mut Faults<'_>) {
    let blocks = lesson.part(Part::Questions);
    let is_question = |it: &Block| matches!(it, Block::Heading { level: 3, .. });
    if !blocks.is_empty() && !blocks.iter().any(is_question) {
        faults.say(1, "`Question box` has no question (a third-level heading with its answer)");
    }
    let next = blocks.iter().skip(1).map(Some).chain([None]);
    for (block, next) in blocks.iter().zip(next) {
        if let Block::Heading { level: 3, line, content, .. } = block
            && next.is_none_or(|it| matches!(it, Block::Heading { .. }))
        {
            faults.say(*line, format!("the question \"{}\" has no answer", Inline::words(content)));
        }
    }
}

fn dates(lesson: &Lesson, today: NaiveDate, faults: &mut Faults<'_>) {
    let facts = &lesson.facts;
    if facts.reviewed_on.value > today {
        faults.say(facts.reviewed_on.line, "`reviewed_on` is in the future");
    }
    for change in facts.changes.iter().filter(|it| it.made_on.value > today) {
        faults.say(change.made_on.line, "a change is dated in the future");
    }
    for helpline in &facts.signposting {
        let checked = &helpline.checked_on;
        let due = checked.value.checked_add_days(Days::new(HELPLINE_DAYS));
        if checked.value > today {
            faults.say(checked.line, format!("{} was checked in the future", helpline.name));
        } else if due.is_none_or(|it| it < today) {
            let message =
                format!("{} was last checked on {}: over a year ago", helpline.name, checked.value);
            faults.grown_old(checked.line, message);
        }
    }
}

fn vocabulary(lesson: &Lesson, faults: &mut Faults<'_>) {
    let stems = Stems::default();
    let own_words = read::own_words(lesson);
    let is_plain = |term: &str| own_words.iter().any(|it| it.contains(term));
    let passages: LazyCell<Vec<Vec<String>>, _> =
        LazyCell::new(|| own_words.iter().map(|it| stems.all(it)).collect());
    let mut seen = BTreeSet::new();
    for term in &lesson.facts.vocabulary {
        let wanted = stems.all(&term.term);
        if !wanted.is_empty() && !seen.insert(wanted.clone()) {
            faults
                .say(term.term.line, format!("the term \"{}\" is defined twice", term.term.value));
        }
        let is_in = |text: &Vec<String>| text.windows(wanted.len().max(1)).any(|it| *it == *wanted);
        if !wanted.is_empty() && !is_plain(&term.term) && !passages.iter().any(is_in) {
            let message = format!("the term \"{}\" appears nowhere in the lesson", term.term.value);
            faults.say(term.term.line, message);
        }
    }
}

fn telephones(lesson: &Lesson) -> Vec<String> {
    lesson.facts.signposting.iter().map(|it| digits(&it.telephone)).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Telephone numbers in running text that no checked helpline stands behind.
fn numbers(body: &str, first_line: usize, known: &[String], faults: &mut Faults<'_>) {
    for (at, line) in body.lines().enumerate() {
        for run in line.split(|it: char| !it.is_ascii_digit() && it != ' ') {
            let number = digits(run);
            let is_national = number.starts_with('0') && number.len() >= 8;
            let is_helpline = number.starts_with("116") && number.len() == 6;
            if (is_national || is_helpline) && !known.iter().any(|it| it.contains(&number)) {
                let message = format!("the number {} is not in [[signposting]]", run.trim());
                faults.say(first_line + at, message);
            }
        }
    }
}

/// Links go to https pages or to resources that exist; each resource is linked.
fn links(draft: &Draft, faults: &mut Faults<'_>) {
    let lesson = &draft.lesson;
    let folder = format!("{:02}-{}", lesson.order, lesson.slug);
    let mut named = BTreeSet::new();
    for link in draft.parsed.links.iter().filter(|it| !it.to.starts_with("https://")) {
        let kind = link.to.strip_prefix(&format!("{folder}/")).and_then(Kind::of_file);
        match kind.and_then(|it| lesson.resource(it)) {
            Some(resource) if !link.is_picture => {
                named.insert(resource.kind);
            }
            _ if link.to.contains("://") || link.to.contains(':') => {
                faults
                    .say(link.line, format!("the link `{}` must go to an https:// page", link.to));
            }
            _ => faults.say(link.line, format!("`{}` is no resource of this lesson", link.to)),
        }
    }
    for resource in lesson.resources.iter().filter(|it| !named.contains(&it.kind)) {
        let mut faults = faults.of(&resource.file);
        faults.say(
            1,
            format!("the lesson does not name this resource ({folder}.md has no link to it)"),
        );
    }
}
