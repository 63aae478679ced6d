//! The curriculum is what the schools may teach: units of lessons, with their resources.
//!
//! A lesson begins as a text file that a teacher can read and change. It is read (`load`), held
//! against the rules of docs/lesson-format.md (`check`), and found (`find`) by whoever needs it on
//! Thursday. It is shown as a page and printed as a plan (`export`). When it changes it gets a new
//! version and says why; a change made for safety withdraws what went before. A broken lesson is
//! never shown: its faults are named, and the service does not start with it.

pub mod check;
pub mod export;
pub mod facts;
pub mod fields;
pub mod find;
pub mod lesson_pages;
pub mod load;
pub mod near;
pub mod pages;
pub mod read;
pub mod report;
pub mod shelf;
pub mod show;
pub mod tree;
pub mod words;

use std::collections::BTreeMap;
use std::ops::Deref;

use chrono::NaiveDate;

pub use facts::Facts;
pub use report::{Fault, Report, Weight};
pub use tree::Tree;
pub use words::{
    Content, Context, Cornerstone, EarlyGoal, Half, Kind, Part, Phase, Reason, UnitPart,
};

use crate::documents::Block;

/// Where a lesson has its place: one cornerstone in one phase.
pub type UnitKey = (Cornerstone, Phase);

/// Everything that is taught, whole and resolved.
#[derive(Debug, Default)]
pub struct Curriculum {
    pub units: BTreeMap<UnitKey, Unit>,
    /// By unit and then by their place in it.
    pub lessons: Vec<Lesson>,
    /// In the order of the guidance.
    pub points: Vec<Point>,
}

/// One cornerstone in one phase.
#[derive(Debug)]
pub struct Unit {
    pub cornerstone: Cornerstone,
    pub phase: Phase,
    pub title: String,
    pub version: String,
    pub reviewed_on: NaiveDate,
    pub parts: Vec<(UnitPart, Vec<Block>)>,
}

/// One lesson of about an hour.
#[derive(Debug)]
pub struct Lesson {
    pub cornerstone: Cornerstone,
    pub phase: Phase,
    /// Its place in the unit, from 1.
    pub order: u32,
    /// Its name in addresses: the file's name without number and ending.
    pub slug: String,
    /// Where it was read, for faults.
    pub file: String,
    pub facts: Facts,
    pub parts: Vec<(Part, Vec<Block>)>,
    pub activities: Vec<Activity>,
    pub resources: Vec<Resource>,
}

/// A timed step of a lesson. Its blocks stand in the lesson's parts as well.
#[derive(Debug)]
pub struct Activity {
    pub title: String,
    pub minutes: u32,
    pub line: usize,
}

/// What belongs to a lesson beside its plan.
#[derive(Debug)]
pub struct Resource {
    pub kind: Kind,
    pub title: String,
    pub file: String,
    /// Without the first-level heading, which is the title. Empty for a quiz.
    pub blocks: Vec<Block>,
    /// The answers of a worksheet, which pupils do not get.
    pub answers: Vec<Block>,
    /// Empty for everything but a quiz.
    pub questions: Vec<Question>,
}

/// A question of a quiz with one right answer.
#[derive(Debug)]
pub struct Question {
    pub ask: String,
    pub answers: Vec<String>,
    /// Which of the answers is right, from 0.
    pub right: usize,
    pub because: String,
}

/// A point of the statutory guidance, in our words.
#[derive(Debug, Clone)]
pub struct Point {
    pub code: String,
    pub half: Half,
    pub strand: String,
    pub text: String,
}

/// A value and the line it was read from.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    pub line: usize,
    pub value: T,
}

impl<T> Deref for Placed<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl Curriculum {
    pub fn lesson(&self, unit: UnitKey, slug: &str) -> Option<&Lesson> {
        self.lessons_of(unit).find(|it| it.slug == slug)
    }

    pub fn lessons_of(&self, unit: UnitKey) -> impl Iterator<Item = &Lesson> {
        self.lessons.iter().filter(move |it| it.unit() == unit)
    }

    pub fn point(&self, code: &str) -> Option<&Point> {
        self.points.iter().find(|it| it.code == code)
    }
}

impl Lesson {
    pub fn unit(&self) -> UnitKey {
        (self.cornerstone, self.phase)
    }

    pub fn path(&self) -> String {
        format!("/curriculum/{}/{}/{}", self.cornerstone.code(), self.phase.code(), self.slug)
    }

    pub fn part(&self, part: Part) -> &[Block] {
        self.parts.iter().find(|(it, _)| *it == part).map_or(&[], |(_, blocks)| blocks)
    }

    pub fn resource(&self, kind: Kind) -> Option<&Resource> {
        self.resources.iter().find(|it| it.kind == kind)
    }
}

impl Unit {
    pub fn path(&self) -> String {
        format!("/curriculum/{}/{}", self.cornerstone.code(), self.phase.code())
    }
}
