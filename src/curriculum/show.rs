//! How a lesson and its resources are shown: the words and pieces that a page needs and a file does not.

use super::words::{Half, Kind, Phase};
use super::{Lesson, Resource};
use crate::documents::{Block, Inline};

/// A slide, and what the teacher says with it.
#[derive(Debug, Default)]
pub struct Slide {
    pub blocks: Vec<Block>,
    pub notes: Vec<Block>,
}

/// Slides are parted by rules; notes are block quotes that begin "note:".
pub fn slides(resource: &Resource) -> Vec<Slide> {
    let mut slides = vec![Slide::default()];
    for block in &resource.blocks {
        let Some(slide) = slides.last_mut() else { break };
        match block {
            Block::Rule => slides.push(Slide::default()),
            Block::Quote { blocks } if is_note(blocks) => slide.notes.extend(unmarked(blocks)),
            other => slide.blocks.push(other.clone()),
        }
    }
    slides
}

fn is_note(blocks: &[Block]) -> bool {
    Block::passages(blocks).first().is_some_and(|it| it.trim_start().starts_with("note:"))
}

/// Notes without the word that marks them.
fn unmarked(blocks: &[Block]) -> Vec<Block> {
    let mut notes = blocks.to_vec();
    if let Some(Block::Paragraph { content }) = notes.first_mut()
        && let Some(Inline::Text { text }) = content.first_mut()
    {
        *text = text.trim_start().trim_start_matches("note:").trim_start().to_owned();
    }
    notes
}

/// What parents may ask for, by the law of the phase: section 405 of the Education Act 1996 as amended, and
/// the statutory guidance in force since 1 September 2026.
pub fn withdrawal(lesson: &Lesson) -> Vec<&'static str> {
    match (lesson.facts.is_sex_education, lesson.phase.half()) {
        (true, _) if lesson.phase == Phase::Ks5 => vec![
            "This lesson is about sex and relationships. After the age of 16 the choice is the student’s own.",
        ],
        (false, _) => vec![
            "Nothing in this lesson is sex education in law, so there is no right to withdraw from it. \
             If you are worried about it, talk to the school: what is taught is open to you, and so is the reason.",
        ],
        (true, Half::Primary) => vec![
            "This lesson is sex education in law. You may ask the head teacher to withdraw your child from it, \
             and the request will be granted. It stands in a lesson of its own, so your child misses nothing else.",
            "What the science curriculum teaches about growing up and reproduction is not part of this right.",
        ],
        (true, Half::Secondary) => vec![
            "This lesson is sex education in law. You may ask the head teacher to withdraw your child from it. \
             The head teacher will usually talk with you first, and grants it except in exceptional circumstances.",
            "From three terms before the sixteenth birthday the choice is your child’s own, \
             and the school must make the lesson available if they want it.",
        ],
    }
}

/// What a resource is for, in a sentence.
pub fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Worksheet => "For pupils, to write on. The answers are kept apart.",
        Kind::Cards => "Situations with invented people, to cut out and talk about.",
        Kind::Slides => "To show in class, with notes for the teacher.",
        Kind::Quiz => "Questions with answers, and why they are right.",
        Kind::Parents => "What is taught, why, and how to talk about it at home.",
    }
}

/// "168 kB", as people read sizes.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// "1 lesson", "12 lessons"
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
