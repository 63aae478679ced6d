//! The log as a file for a spreadsheet, a piece at a time, so that ten years of it need no more memory than a page.

use super::list::{Listing, some};
use crate::accounts::Actor;
use crate::audit::{Entry, Mark, Wanted};
use crate::documents::sheet::cell;
use crate::store::Db;
use crate::{Error, Result, calendar};

/// How many lines a piece has.
pub const PIECE: usize = 2_000;
const HEAD: [&str; 8] =
    ["When (London)", "Who", "What", "Record", "Record's id", "Team", "Place in chain", "Hash"];

/// Some lines of the file, and where the next piece begins if there is one. The first piece has the columns' names.
pub fn piece(db: &mut Db, actor: &Actor, wanted: &Wanted) -> Result<(Vec<u8>, Option<Mark>)> {
    let found = some(db, actor, wanted, PIECE)?;
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = || -> Result<(), csv::Error> {
        if wanted.after.is_none() {
            out.write_record(HEAD)?;
        }
        found.entries.iter().try_for_each(|it| out.write_record(row(&found, it)))
    };
    write().map_err(|error| Error::Document(error.to_string()))?;
    let bytes = out.into_inner().map_err(|error| Error::Document(error.to_string()))?;
    Ok((bytes, found.next))
}

fn row(found: &Listing, entry: &Entry) -> [String; 8] {
    [
        calendar::local(entry.at).format("%Y-%m-%d %H:%M:%S").to_string(),
        cell(found.person(entry)),
        cell(entry.title()),
        cell(found.record(entry)),
        cell(entry.subject.clone()),
        cell(found.team(entry)),
        entry.place.to_string(),
        entry.hash.clone(),
    ]
}
