//! The file that answers somebody who asked what is kept about them, as a page to edit and as a PDF.

use chrono::NaiveDate;
use serde::Serialize;

use super::pdf::{self, PdfError};

/// The data of `templates/documents/subject.typ` and `templates/retention/bundle.html`.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectSheet {
    pub reference: String,
    pub council: String,
    /// When, and by whom.
    pub made: String,
    pub by: String,
    pub records: Vec<Record>,
    /// True if a letter that the faces lack stands as its number.
    pub has_numbers: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub title: String,
    pub texts: Vec<Text>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Text {
    pub heading: String,
    pub pieces: Vec<Piece>,
    /// What may be about somebody else, a sentence each.
    pub checks: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Piece {
    pub text: String,
    pub is_found: bool,
}

/// The file as a PDF.
pub fn pdf(sheet: SubjectSheet, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    pdf::subject(&printable(sheet), made_on)
}

/// The same words, with the number of each character that our faces lack: nothing is left out in silence.
fn printable(mut sheet: SubjectSheet) -> SubjectSheet {
    let mut has_numbers = false;
    let mut spell = |text: &mut String| {
        if text.chars().any(|it| !pdf::may_print(it)) {
            has_numbers = true;
            *text = text.chars().map(spelt).collect();
        }
    };
    for text in [&mut sheet.reference, &mut sheet.council, &mut sheet.by] {
        spell(text);
    }
    for text in sheet.records.iter_mut().flat_map(|it| &mut it.texts) {
        text.pieces.iter_mut().for_each(|it| spell(&mut it.text));
        text.checks.iter_mut().for_each(&mut spell);
    }
    SubjectSheet { has_numbers, ..sheet }
}

/// A character, or its number if our faces lack it.
pub(super) fn spelt(it: char) -> String {
    if pdf::may_print(it) { it.to_string() } else { format!("[U+{:04X}]", u32::from(it)) }
}
