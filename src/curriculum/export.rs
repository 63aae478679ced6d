//! A lesson as a file to take away: its plan as an accessible PDF.

use super::words::{Kind, Part};
use super::{Curriculum, Lesson, Resource};
use crate::calendar::long_date;
use crate::documents::lesson::{
    Appendix, Card, GuidanceLine, LessonSheet, Pair, SheetSection, Signpost, Timing,
};
use crate::documents::pdf::{self, PdfError};
use crate::documents::{Block, Inline};

/// The lesson plan with worksheet and cards behind it. The same lesson gives the same bytes.
pub fn plan(curriculum: &Curriculum, lesson: &Lesson) -> Result<Vec<u8>, PdfError> {
    let mut sheet = head(curriculum, lesson);
    sheet.sections = sections(lesson);
    sheet.appendices = lesson.resources.iter().flat_map(appendices).collect();
    pdf::lesson(&sheet, lesson.facts.reviewed_on.value)
}

/// All that is known of a lesson but its text: what stands above it, on paper and on its page.
pub fn head(curriculum: &Curriculum, lesson: &Lesson) -> LessonSheet {
    let facts = &lesson.facts;
    let unit = curriculum.units.get(&lesson.unit());
    let in_unit = curriculum.lessons_of(lesson.unit()).count();
    let texts = |list: &[super::Placed<String>]| list.iter().map(|it| it.value.clone()).collect();
    LessonSheet {
        title: facts.title.value.clone(),
        cornerstone: lesson.cornerstone.title().to_owned(),
        cornerstone_code: lesson.cornerstone.code().to_owned(),
        phase: lesson.phase.title().to_owned(),
        unit: unit.map(|it| it.title.clone()).unwrap_or_default(),
        years: facts.years.value.clone(),
        minutes: facts.minutes.value,
        order: format!("Lesson {} of {in_unit}", lesson.order),
        version: facts.version.value.clone(),
        reviewed_on: long_date(facts.reviewed_on.value),
        licence: facts.licence.value.clone(),
        address: lesson.path(),
        objective: facts.objective.clone(),
        outcomes: texts(&facts.outcomes),
        key_knowledge: texts(&facts.key_knowledge),
        notices: notices(lesson),
        timings: timings(lesson),
        vocabulary: pairs(facts.vocabulary.iter().map(|it| (it.term.as_str(), &it.meaning))),
        statutory: statutory(curriculum, lesson),
        guidance: guidance(lesson),
        misconceptions: pairs(facts.misconceptions.iter().map(|it| (it.says.as_str(), &it.answer))),
        resources: lesson.resources.iter().map(named).collect(),
        sections: Vec::new(),
        signposting: signposting(lesson),
        appendices: Vec::new(),
        sources: texts(&facts.sources),
    }
}

/// What a teacher must know before anything else.
pub fn notices(lesson: &Lesson) -> Vec<String> {
    let facts = &lesson.facts;
    let mut notices = Vec::new();
    if facts.is_sex_education {
        notices.push("Sex education in law: parents may ask to withdraw their child from it.");
    }
    if facts.needs_training {
        notices.push("Only to be taught by staff who have been trained for it.");
    }
    if facts.is_not_for_cover {
        notices.push("Not to be taught by cover staff.");
    }
    notices.into_iter().map(str::to_owned).collect()
}

fn timings(lesson: &Lesson) -> Vec<Timing> {
    let timing = |it: &super::Activity| Timing { title: it.title.clone(), minutes: it.minutes };
    lesson.activities.iter().map(timing).collect()
}

fn pairs<'a>(rows: impl Iterator<Item = (&'a str, &'a String)>) -> Vec<Pair> {
    rows.map(|(name, text)| Pair { name: name.to_owned(), text: text.clone() }).collect()
}

fn statutory(curriculum: &Curriculum, lesson: &Lesson) -> Vec<Pair> {
    let point = |code: &str| {
        let point = curriculum.point(code)?;
        let text = format!("{} ({})", point.text, point.strand);
        Some(Pair { name: code.to_owned(), text })
    };
    let codes = lesson.facts.statutory.iter().filter_map(|it| point(it));
    let goals = lesson.facts.early_goals.iter().map(|it| Pair {
        name: it.code().to_owned(),
        text: format!("{} (early learning goal)", it.title()),
    });
    codes.chain(goals).collect()
}

fn guidance(lesson: &Lesson) -> Vec<GuidanceLine> {
    let line = |it: &super::facts::Guidance| GuidanceLine {
        about: it.about.title().to_owned(),
        level: it.level,
        note: it.note.clone(),
    };
    lesson.facts.guidance.iter().map(line).collect()
}

fn sections(lesson: &Lesson) -> Vec<SheetSection> {
    let section = |(part, blocks): &(Part, Vec<Block>)| SheetSection {
        code: part.code().to_owned(),
        title: part.title().to_owned(),
        blocks: blocks.clone(),
    };
    lesson.parts.iter().map(section).collect()
}

fn signposting(lesson: &Lesson) -> Vec<Signpost> {
    let line = |it: &super::facts::Helpline| Signpost {
        name: it.name.clone(),
        telephone: it.telephone.value.clone(),
        for_whom: it.for_whom.clone(),
        checked_on: long_date(it.checked_on.value),
    };
    lesson.facts.signposting.iter().map(line).collect()
}

/// "Worksheet: the bus stop", saying the kind once.
pub fn named(resource: &Resource) -> String {
    let (kind, title) = (resource.kind.title(), &resource.title);
    if title.starts_with(kind) { title.clone() } else { format!("{kind}: {title}") }
}

/// What is handed out, and the answers on a sheet of their own, which is not.
fn appendices(resource: &Resource) -> Vec<Appendix> {
    let title = named(resource);
    match resource.kind {
        Kind::Worksheet => {
            let mut sheets =
                vec![Appendix { title, blocks: resource.blocks.clone(), cards: Vec::new() }];
            if !resource.answers.is_empty() {
                let title = "Answers to the worksheet, for the teacher".to_owned();
                let blocks = resource.answers.clone();
                sheets.push(Appendix { title, blocks, cards: Vec::new() });
            }
            sheets
        }
        Kind::Cards => {
            let (blocks, cards) = split_cards(&resource.blocks);
            vec![Appendix { title, blocks, cards }]
        }
        Kind::Slides | Kind::Quiz | Kind::Parents => Vec::new(),
    }
}

/// What stands before the first card, and the cards.
pub fn split_cards(blocks: &[Block]) -> (Vec<Block>, Vec<Card>) {
    let (mut before, mut cards): (Vec<Block>, Vec<Card>) = (Vec::new(), Vec::new());
    for block in blocks {
        match (block, cards.last_mut()) {
            (Block::Heading { level: 2, content, .. }, _) => {
                cards.push(Card { title: Inline::words(content), blocks: Vec::new() });
            }
            (other, Some(card)) => card.blocks.push(other.clone()),
            (other, None) => before.push(other.clone()),
        }
    }
    (before, cards)
}
