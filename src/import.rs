//! Registers as others publish them, brought in: what came of each row, and which rows could not be read.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Chain, Read};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use encoding_rs::WINDOWS_1252;

use crate::{Error, Result};

/// Rows that one transaction takes.
pub const BATCH: usize = 1_000;
/// More changes than this are counted, not listed.
const LISTED_MAX: usize = 500;

/// What a command tells while it reads: how many rows so far.
pub type Progress<'a> = &'a mut dyn FnMut(u64);

/// What an import did. Printed, it is what an administrator reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// `areas`, `schools`, `postcodes` or `teams`.
    pub what: &'static str,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Areas that are no longer in force, schools that have closed.
    pub ended: u64,
    /// Good rows that are not for us: another authority's schools.
    pub elsewhere: u64,
    /// What changed, a line each.
    pub changes: Vec<String>,
    /// What somebody should look at, although nothing is wrong with the file.
    pub notes: Vec<String>,
    /// What could not be read. Everything else was taken.
    pub bad: Vec<Bad>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// `line`, or `feature` in files that are not made of lines.
    pub unit: &'static str,
    /// Counted from 1.
    pub line: u64,
    pub reason: String,
}

impl Bad {
    pub fn line(line: u64, reason: impl Into<String>) -> Self {
        Self { unit: "line", line, reason: reason.into() }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.unit, self.line, self.reason)
    }
}

impl Report {
    pub fn of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    /// Lists a change, unless there are too many to read.
    pub fn tell(&mut self, change: impl FnOnce() -> String) {
        if self.changes.len() < LISTED_MAX {
            self.changes.push(change());
        }
    }

    /// Adds what one batch, or one more file, did.
    pub fn take(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
        self.ended += more.ended;
        self.elsewhere += more.elsewhere;
        let room = LISTED_MAX.saturating_sub(self.changes.len());
        self.changes.extend(more.changes.into_iter().take(room));
        self.notes.extend(more.notes);
        self.bad.extend(more.bad);
    }

    /// True if the database is not what it was.
    pub fn has_changes(&self) -> bool {
        self.added + self.changed + self.ended > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(out, "{change}")?;
        }
        if self.changes.len() == LISTED_MAX {
            writeln!(out, "(there may be more changes; the first {LISTED_MAX} are listed)")?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        for bad in &self.bad {
            writeln!(out, "left out: {bad}")?;
        }
        write!(out, "{}: {} added, {} changed, ", self.what, self.added, self.changed)?;
        write!(out, "{} unchanged, {} ended, ", self.unchanged, self.ended)?;
        if self.elsewhere > 0 {
            write!(out, "{} of other authorities, ", self.elsewhere)?;
        }
        write!(out, "{} left out", self.bad.len())
    }
}

/// A file of lines, and what its text is written in.
pub struct Table {
    rows: Reader<Chain<BufReader<File>, &'static [u8]>>,
}

impl Table {
    /// Opens a CSV file. Each field is UTF-8 if it can be, else Windows-1252, which GIAS writes. Rows may differ in length: whoever reads them names those that are too short.
    pub fn open(path: &Path, has_headers: bool) -> Result<Self> {
        let file = BufReader::new(File::open(path).map_err(|why| unreadable(path, &why))?);
        // Rows end at the line feed, the last one too, so that lines can be counted from where a row ends. Where the
        // reader says that a row begins is one too low behind a carriage return, and behind each blank line.
        let rows = ReaderBuilder::new()
            .has_headers(has_headers)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(file.chain(&b"\n"[..]));
        Ok(Self { rows })
    }

    /// Where some columns are, by their names in the first row. Fails with the names that are missing.
    pub fn columns<const N: usize>(&mut self, names: [&str; N]) -> Result<[usize; N], String> {
        let header = self.rows.byte_headers().map_err(|why| why.to_string())?.clone();
        let titles: Vec<String> = (0..header.len()).map(|it| self.text(&header, it)).collect();
        let missing: Vec<&str> =
            names.into_iter().filter(|it| !titles.iter().any(|title| title == it)).collect();
        if !missing.is_empty() {
            return Err(format!("its first row lacks the columns {}", missing.join(", ")));
        }
        Ok(names.map(|name| titles.iter().position(|it| it == name).unwrap_or_default()))
    }

    /// The next row that is not blank. False at the end.
    pub fn next(&mut self, row: &mut ByteRecord) -> Result<bool> {
        loop {
            let is_row = self.rows.read_byte_record(row);
            let is_row = is_row.map_err(|why| Error::Unreadable(why.to_string()))?;
            if !is_row || row.iter().any(|it| !it.trim_ascii().is_empty()) {
                return Ok(is_row);
            }
        }
    }

    /// The line on which the row that was read last begins.
    pub fn line(&self, row: &ByteRecord) -> u64 {
        let within = row.as_slice().split(|it| *it == b'\n').count();
        let within = u64::try_from(within).unwrap_or_default();
        self.rows.position().line().saturating_sub(within)
    }

    /// One field as text, without space around it. Empty if the row ends before it.
    pub fn text(&self, row: &ByteRecord, column: usize) -> String {
        let bytes = row.get(column).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => text.trim().to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.trim().to_owned(),
        }
    }
}

/// A file that cannot be opened or read at all.
pub fn unreadable(path: &Path, why: &impl fmt::Display) -> Error {
    Error::Unreadable(format!("{} cannot be read: {why}", path.display()))
}
