//! The pack of a meeting as a PDF: its agenda, with what is known about each item, marked with its reader's name.

use chrono::NaiveDate;
use serde::Serialize;

use super::pdf::{self, PdfError};
use super::subject::spelt;

/// The data of `templates/documents/pack.typ` and `templates/meetings/shared.html`.
#[derive(Debug, Clone, Serialize)]
pub struct PackSheet {
    pub title: String,
    pub council: String,
    /// Which copy it is, and what may be done with it.
    pub copy: String,
    pub handling: String,
    /// Who made it and when: it stands across every page.
    pub reader: String,
    pub made: String,
    /// When it is, where, who chairs it, who is expected.
    pub facts: Vec<Fact>,
    /// The time, the item, and its minutes.
    pub order: Vec<[String; 3]>,
    pub items: Vec<Item>,
    /// True if a letter that the faces lack stands as its number.
    pub has_numbers: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Item {
    pub number: usize,
    pub time: String,
    pub title: String,
    pub facts: Vec<Fact>,
    pub sections: Vec<Section>,
}

/// A part of an item.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Section {
    pub title: String,
    pub facts: Vec<Fact>,
    pub lines: Vec<String>,
    /// A table; without rows, none.
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Fact {
    /// A fact, by its name.
    pub fn of(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.into() }
    }
}

impl Section {
    /// True if there is nothing under its title.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.lines.is_empty() && self.rows.is_empty()
    }
}

/// The pack as a PDF.
pub fn pdf(mut sheet: PackSheet, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    sheet.has_numbers = spelt_out(&mut sheet);
    pdf::pack(&sheet, made_on)
}

/// Puts the number of each character that our faces lack in its place: nothing is left out in silence. True if there was one.
fn spelt_out(sheet: &mut PackSheet) -> bool {
    let mut has_numbers = false;
    let mut spell = |text: &mut String| {
        if text.chars().any(|it| !pdf::may_print(it)) {
            has_numbers = true;
            *text = text.chars().map(spelt).collect();
        }
    };
    [&mut sheet.title, &mut sheet.council, &mut sheet.reader].into_iter().for_each(&mut spell);
    sheet.facts.iter_mut().for_each(|it| spell(&mut it.value));
    sheet.order.iter_mut().flatten().for_each(&mut spell);
    for item in &mut sheet.items {
        spell(&mut item.title);
        item.facts.iter_mut().for_each(|it| spell(&mut it.value));
        for section in &mut item.sections {
            spell(&mut section.title);
            section.facts.iter_mut().for_each(|it| spell(&mut it.value));
            section.lines.iter_mut().chain(section.rows.iter_mut().flatten()).for_each(&mut spell);
        }
    }
    has_numbers
}
