//! The tree as an accessible PDF (PDF/UA-1 and PDF/A-2a), by typst inside this process.
//!
//! A document is a template of ours and data as JSON. Text reaches typst as data alone, never as
//! markup. The world in which it runs has two files, four faces, no clock and no network, so the
//! same data give the same bytes.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

const LESSON: &str = include_str!("../../templates/documents/lesson.typ");
const SUBJECT: &str = include_str!("../../templates/documents/subject.typ");
const PACK: &str = include_str!("../../templates/documents/pack.typ");

/// The four faces of Atkinson Hyperlegible, from the npm package that `build.rs` unpacks.
const FACES: [&[u8]; 4] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/fonts/regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/fonts/italic.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/fonts/bold.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/fonts/bold-italic.ttf")),
];

/// Why a document could not be made, in typst's words.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("the document's data could not be written: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the document could not be made: {}", .0.join("; "))]
    Made(Vec<String>),
}

/// A lesson plan. `made_on` is the date that the file carries.
pub fn lesson(sheet: &impl Serialize, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    made(&PRESS.lesson, sheet, made_on)
}

/// What is kept about somebody. Characters that [`may_print`] refuses must have been replaced.
pub fn subject(sheet: &impl Serialize, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    made(&PRESS.subject, sheet, made_on)
}

/// The pack of a meeting. Characters that [`may_print`] refuses must have been replaced.
pub fn pack(sheet: &impl Serialize, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    made(&PRESS.pack, sheet, made_on)
}

fn made(
    form: &'static Form,
    sheet: &impl Serialize,
    made_on: NaiveDate,
) -> Result<Vec<u8>, PdfError> {
    let data = serde_json::to_vec(sheet)?;
    let made = make(form, data, made_on);
    comemo::evict(10);
    made
}

/// Whether our faces have a glyph for `it`; a document with any other character is refused.
pub fn may_print(it: char) -> bool {
    let has = |font: &Font| font.info().coverage.contains(u32::from(it));
    it.is_ascii_graphic() || it.is_whitespace() || PRESS.fonts.first().is_some_and(has)
}

fn make(form: &'static Form, data: Vec<u8>, made_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    let sheet = Sheet { form, data: Bytes::new(data) };
    let set = typst::compile::<PagedDocument>(&sheet);
    let document = set.output.map_err(|it| PdfError::Made(words(&it)))?;
    if !set.warnings.is_empty() {
        return Err(PdfError::Made(words(&set.warnings)));
    }
    let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a])
        .map_err(|it| PdfError::Made(vec![it.message().to_string()]))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("E4S".to_owned())),
        timestamp: midnight(made_on).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|it| PdfError::Made(words(&it)))
}

fn words(all: &[SourceDiagnostic]) -> Vec<String> {
    all.iter().map(|it| it.message.to_string()).collect()
}

fn midnight(day: NaiveDate) -> Option<Datetime> {
    let (month, date) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    Datetime::from_ymd_hms(day.year(), month, date, 0, 0, 0)
}

/// What every document shares: typst's library, our faces and the templates.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    lesson: Form,
    subject: Form,
    pack: Form,
}

/// A template, and the name under which it reads its data.
struct Form {
    template: Source,
    data: FileId,
}

impl Form {
    fn of(name: &str, template: &str) -> Self {
        let template = Source::new(file_id(&format!("{name}.typ")), template.to_owned());
        Self { template, data: file_id(&format!("{name}.json")) }
    }
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let fonts: Vec<Font> = FACES.iter().flat_map(|it| Font::iter(Bytes::new(*it))).collect();
    Press {
        library: LazyHash::new(Library::builder().build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        lesson: Form::of("lesson", LESSON),
        subject: Form::of("subject", SUBJECT),
        pack: Form::of("pack", PACK),
    }
});

#[expect(clippy::expect_used, reason = "the names are written in this file")]
fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("a plain file name is a path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world of one document.
struct Sheet {
    form: &'static Form,
    data: Bytes,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        self.form.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.form.template.id() {
            Ok(self.form.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.form.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
