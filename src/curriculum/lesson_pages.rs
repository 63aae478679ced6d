//! What the pages of the curriculum show, already in the words shown.

use serde::Serialize;

use super::shelf::Library;
use super::show::{self, counted};
use super::words::{Cornerstone, Half, Kind, Part, Phase};
use super::{Lesson, Resource, UnitKey, export};
use crate::documents::lesson::{Card, LessonSheet};
use crate::documents::{Block, html};

#[derive(Serialize, Clone)]
pub struct Link {
    pub href: Option<String>,
    pub text: String,
}

/// A way on; see templates/parts/cards.html.
#[derive(Serialize)]
pub struct Way {
    href: String,
    title: String,
    text: String,
    meta: String,
}

/// A part of a text, with a name to link to.
#[derive(Serialize)]
pub struct Passage {
    id: String,
    title: String,
    html: String,
}

#[derive(Serialize)]
pub struct Choice {
    pub value: String,
    pub text: String,
}

#[derive(Serialize)]
pub struct HomePage {
    lesson_count: String,
    phases: Vec<Choice>,
    cornerstones: Vec<&'static str>,
    rows: Vec<PhaseRow>,
}

#[derive(Serialize)]
struct PhaseRow {
    phase: &'static str,
    years: String,
    /// One a cornerstone, in their order.
    units: Vec<Option<Way>>,
}

#[derive(Serialize)]
pub struct UnitPage {
    crumbs: Vec<Link>,
    title: String,
    caption: String,
    years: String,
    parts: Vec<Passage>,
    lessons: Vec<Way>,
    previous: Option<Link>,
    next: Option<Link>,
}

#[derive(Serialize)]
pub struct LessonPage {
    crumbs: Vec<Link>,
    sheet: LessonSheet,
    contents: Vec<Link>,
    sections: Vec<Passage>,
    resources: Vec<Way>,
    plan_href: String,
    plan_size: String,
    parents_href: String,
    previous: Option<Link>,
    next: Option<Link>,
}

#[derive(Serialize)]
pub struct ResourcePage {
    crumbs: Vec<Link>,
    kind: &'static str,
    title: String,
    about: &'static str,
    lesson: Link,
    html: String,
    answers: String,
    cards: Vec<Passage>,
    slides: Vec<SlideView>,
    questions: Vec<QuestionView>,
    others: Vec<Link>,
}

#[derive(Serialize)]
struct SlideView {
    number: usize,
    html: String,
    notes: String,
}

#[derive(Serialize)]
struct QuestionView {
    ask: String,
    answers: Vec<String>,
    right: String,
    because: String,
}

#[derive(Serialize)]
pub struct ParentsPage {
    crumbs: Vec<Link>,
    sheet: LessonSheet,
    is_sex_education: bool,
    withdrawal: Vec<&'static str>,
    duty: &'static str,
    html: String,
    at_home: String,
    resources: Vec<Way>,
    lesson: Link,
}

impl HomePage {
    pub fn of(library: &Library) -> Self {
        let curriculum = &library.curriculum;
        let way = |key: UnitKey| {
            let unit = curriculum.units.get(&key)?;
            let meta = counted(curriculum.lessons_of(key).count(), "lesson");
            Some(Way { href: unit.path(), title: unit.title.clone(), text: String::new(), meta })
        };
        let row = |phase: Phase| PhaseRow {
            phase: phase.title(),
            years: phase.years_in_words(),
            units: Cornerstone::ALL.iter().map(|it| way((*it, phase))).collect(),
        };
        Self {
            lesson_count: counted(curriculum.lessons.len(), "lesson"),
            phases: phases("Any phase", |it| it.title().to_owned()),
            cornerstones: Cornerstone::ALL.iter().map(|it| it.title()).collect(),
            rows: Phase::ALL.iter().copied().map(row).collect(),
        }
    }
}

impl UnitPage {
    pub fn of(library: &Library, key: UnitKey) -> Option<Self> {
        let curriculum = &library.curriculum;
        let unit = curriculum.units.get(&key)?;
        let passage = |(part, blocks): &(super::UnitPart, Vec<Block>)| {
            passage(part.code(), part.title(), blocks)
        };
        let mut thread = curriculum.units.values().filter(|it| it.cornerstone == key.0);
        let mut before =
            curriculum.units.values().filter(|it| it.cornerstone == key.0 && it.phase < key.1);
        let link = |it: &super::Unit| Link {
            href: Some(it.path()),
            text: format!("{}: {}", it.phase.title(), it.title),
        };
        Some(Self {
            crumbs: vec![front()],
            title: unit.title.clone(),
            caption: format!("{}, {}", key.0.title(), key.1.title()),
            years: key.1.years_in_words(),
            parts: unit.parts.iter().map(passage).collect(),
            lessons: curriculum.lessons_of(key).map(lesson_way).collect(),
            previous: before.next_back().map(link),
            next: thread.find(|it| it.phase > key.1).map(link),
        })
    }
}

impl LessonPage {
    pub fn of(library: &Library, lesson: &Lesson, plan_size: usize) -> Self {
        let sections: Vec<Passage> = lesson
            .parts
            .iter()
            .map(|(part, blocks)| passage(part.code(), part.title(), blocks))
            .collect();
        let content =
            |it: &Passage| Link { href: Some(format!("#{}", it.id)), text: it.title.clone() };
        let neighbour = |step: i64| {
            let order = u32::try_from(i64::from(lesson.order) + step).ok()?;
            let found =
                library.curriculum.lessons_of(lesson.unit()).find(|it| it.order == order)?;
            Some(Link { href: Some(found.path()), text: found.facts.title.value.clone() })
        };
        Self {
            crumbs: crumbs(library, lesson, false),
            sheet: export::head(&library.curriculum, lesson),
            contents: sections.iter().map(content).collect(),
            sections,
            resources: resource_ways(lesson),
            plan_href: format!("{}.pdf", lesson.path()),
            plan_size: show::size(plan_size),
            parents_href: format!("{}/parents", lesson.path()),
            previous: neighbour(-1),
            next: neighbour(1),
        }
    }
}

impl ResourcePage {
    pub fn of(library: &Library, lesson: &Lesson, resource: &Resource) -> Self {
        let (blocks, cards) = match resource.kind {
            Kind::Cards => export::split_cards(&resource.blocks),
            Kind::Slides => (Vec::new(), Vec::new()),
            Kind::Worksheet | Kind::Quiz | Kind::Parents => (resource.blocks.clone(), Vec::new()),
        };
        let slides =
            if resource.kind == Kind::Slides { show::slides(resource) } else { Vec::new() };
        let slide = |(at, it): (usize, show::Slide)| SlideView {
            number: at + 1,
            html: html::write(&it.blocks, 0),
            notes: html::write(&it.notes, 0),
        };
        let question = |it: &super::Question| QuestionView {
            ask: it.ask.clone(),
            answers: it.answers.clone(),
            right: it.answers.get(it.right).cloned().unwrap_or_default(),
            because: it.because.clone(),
        };
        let card =
            |(at, it): (usize, &Card)| passage(&format!("card-{}", at + 1), &it.title, &it.blocks);
        let other = |it: &Resource| Link {
            href: Some(format!("{}/{}", lesson.path(), it.kind.code())),
            text: export::named(it),
        };
        Self {
            crumbs: crumbs(library, lesson, true),
            kind: resource.kind.title(),
            title: resource.title.clone(),
            about: show::about(resource.kind),
            lesson: lesson_link(lesson),
            html: html::write(&blocks, 0),
            answers: html::write(&resource.answers, 0),
            cards: cards.iter().enumerate().map(card).collect(),
            slides: slides.into_iter().enumerate().map(slide).collect(),
            questions: resource.questions.iter().map(question).collect(),
            others: lesson
                .resources
                .iter()
                .filter(|it| it.kind != resource.kind)
                .map(other)
                .collect(),
        }
    }
}

impl ParentsPage {
    pub fn of(library: &Library, lesson: &Lesson) -> Self {
        let duty = match (lesson.phase.is_bound(), lesson.phase.half()) {
            (false, _) => {
                "The law does not prescribe these lessons for this age. Schools teach them because they keep young people safe and well."
            }
            (true, Half::Primary) => {
                "Relationships education and health education are required by law in every primary school. The points below are those of the government’s guidance that this lesson covers, in our words."
            }
            (true, Half::Secondary) => {
                "Relationships and sex education and health education are required by law in every secondary school. The points below are those of the government’s guidance that this lesson covers, in our words."
            }
        };
        let page = lesson.resource(Kind::Parents);
        Self {
            crumbs: crumbs(library, lesson, true),
            sheet: export::head(&library.curriculum, lesson),
            is_sex_education: lesson.facts.is_sex_education,
            withdrawal: show::withdrawal(lesson),
            duty,
            html: page.map(|it| html::write(&it.blocks, 0)).unwrap_or_default(),
            at_home: html::write(lesson.part(Part::AtHome), 0),
            resources: resource_ways(lesson),
            lesson: lesson_link(lesson),
        }
    }
}

/// Every phase as a choice, after `any`.
pub fn phases(any: &str, text: impl Fn(Phase) -> String) -> Vec<Choice> {
    let choice = |it: &Phase| Choice { value: it.code().to_owned(), text: text(*it) };
    let any = Choice { value: String::new(), text: any.to_owned() };
    std::iter::once(any).chain(Phase::ALL.iter().map(choice)).collect()
}

fn passage(id: &str, title: &str, blocks: &[Block]) -> Passage {
    Passage { id: id.to_owned(), title: title.to_owned(), html: html::write(blocks, 0) }
}

fn front() -> Link {
    Link { href: Some("/curriculum".to_owned()), text: "Curriculum".to_owned() }
}

fn crumbs(library: &Library, lesson: &Lesson, with_lesson: bool) -> Vec<Link> {
    let unit = library.curriculum.units.get(&lesson.unit());
    let unit = unit.map(|it| Link { href: Some(it.path()), text: it.title.clone() });
    let lesson = with_lesson.then(|| lesson_link(lesson));
    [Some(front()), unit, lesson].into_iter().flatten().collect()
}

fn lesson_link(lesson: &Lesson) -> Link {
    Link { href: Some(lesson.path()), text: lesson.facts.title.value.clone() }
}

fn lesson_way(lesson: &Lesson) -> Way {
    Way {
        href: lesson.path(),
        title: format!("{}. {}", lesson.order, lesson.facts.title.value),
        text: lesson.facts.objective.clone(),
        meta: meta(lesson, false),
    }
}

/// What one wants to know of a lesson before opening it.
pub fn meta(lesson: &Lesson, with_cornerstone: bool) -> String {
    let mut words =
        vec![lesson.facts.years.value.clone(), format!("{} minutes", *lesson.facts.minutes)];
    if with_cornerstone {
        words.insert(0, lesson.cornerstone.title().to_owned());
    }
    let level = lesson.facts.guidance.iter().map(|it| it.level).max().unwrap_or(1);
    words.push(format!("content guidance {level} of 5"));
    if lesson.facts.is_sex_education {
        words.push("sex education".to_owned());
    }
    words.join(" · ")
}

fn resource_ways(lesson: &Lesson) -> Vec<Way> {
    let way = |it: &Resource| Way {
        href: format!("{}/{}", lesson.path(), it.kind.code()),
        title: it.kind.title().to_owned(),
        text: it.title.clone(),
        meta: show::about(it.kind).to_owned(),
    };
    lesson.resources.iter().filter(|it| it.kind != Kind::Parents).map(way).collect()
}
