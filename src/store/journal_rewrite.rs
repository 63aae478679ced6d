//! A file of the journal that nobody appends to any more is written anew: without the records that are to go, and with
//! others sealed anew.
//!
//! What was read stays where it is until the new file is whole and on the disk; then it takes the old one's name. A crash
//! before that leaves the old file and a beginning that the next time throws away; a crash after it leaves the new one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use chrono::NaiveDate;

use super::frames::{Piece, Row, frame, pieces};
use super::journal::{Journal, Record, unusable};
use super::journal_files::{self as files, Damage, Reached};
use crate::seal::Sealed;
use crate::{Error, Result};

/// What becomes of a record.
#[derive(Debug)]
pub enum Fate {
    Stays,
    Goes,
    /// The same, sealed anew.
    Becomes(Sealed),
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rewritten {
    /// The rows of the records that are gone; one that had several stands here as often.
    pub gone: Vec<Row>,
    /// How many records are sealed anew.
    pub renewed: usize,
}

impl Rewritten {
    fn add(&mut self, other: Self) {
        self.gone.extend(other.gone);
        self.renewed += other.renewed;
    }
}

impl Journal {
    /// Writes the files of earlier days anew, those that somebody still has open left out. `decide` says what becomes of
    /// each record of a file.
    pub fn rewrite(
        &self,
        today: NaiveDate,
        mut decide: impl FnMut(&[Record]) -> Result<Vec<Fate>>,
    ) -> Result<Rewritten> {
        let _nobody_reads = self.reading.lock();
        self.let_go(today);
        let mut whole = Rewritten::default();
        for path in files::all(&self.folder).map_err(|error| unusable(&self.folder, &error))? {
            if files::day_of(&path).is_none_or(|day| day < today) {
                whole.add(rewrite(&path, &mut decide)?);
            }
        }
        let mut index = self.index.lock();
        whole.gone.iter().for_each(|row| {
            index.known.remove(row);
        });
        Ok(whole)
    }
}

/// Writes a file anew, if that changes anything and nobody else has it open.
fn rewrite(
    path: &Path,
    decide: &mut impl FnMut(&[Record]) -> Result<Vec<Fate>>,
) -> Result<Rewritten> {
    let failed = |error: io::Error| unusable(path, &error);
    let locked = File::open(path).map_err(failed)?;
    match locked.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Rewritten::default()),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let coming = path.with_extension("coming");
    match fs::remove_file(&coming) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let (bytes, _) = files::read(path, Reached::default()).map_err(failed)?;
    let (text, done) = anew(path, &bytes, decide)?;
    if !done.gone.is_empty() || done.renewed > 0 {
        replace(path, &coming, (&locked, &text)).map_err(failed)?;
    }
    Ok(done)
}

/// What the file is to hold. What is damaged stays as it is, for a person to look at; half a record at its end does not:
/// nobody was told of it.
fn anew(
    path: &Path,
    bytes: &[u8],
    decide: &mut impl FnMut(&[Record]) -> Result<Vec<Fate>>,
) -> Result<(Vec<u8>, Rewritten)> {
    let record = |(row, text): (Row, &str)| {
        let at = Damage::of(path, (0, 0), text.len());
        Record { row, sealed: Sealed::kept(text.to_owned()), at }
    };
    let whole =
        |piece| if let Piece::Whole { row, text, .. } = piece { Some((row, text)) } else { None };
    let records: Vec<Record> = pieces(bytes).filter_map(whole).map(record).collect();
    let mut fates = decide(&records)?.into_iter();
    let (mut text, mut done, mut begin) =
        (Vec::with_capacity(bytes.len()), Rewritten::default(), 0);
    for piece in pieces(bytes) {
        let end = match piece {
            Piece::Whole { row, end, .. } => {
                match fates.next().unwrap_or(Fate::Stays) {
                    Fate::Stays => text.extend(bytes.get(begin..end).unwrap_or_default()),
                    Fate::Goes => done.gone.push(row),
                    Fate::Becomes(sealed) => {
                        let new = frame(row, sealed.as_str());
                        text.extend(
                            new.ok_or(Error::Corrupt("a record is too long for the journal"))?,
                        );
                        done.renewed += 1;
                    }
                }
                end
            }
            Piece::Damaged { at, length } => {
                text.extend(bytes.get(at..at + length).unwrap_or_default());
                at + length
            }
            Piece::Torn { .. } => bytes.len(),
        };
        begin = end;
    }
    Ok((text, done))
}

/// Puts a new file in the place of one that is locked.
fn replace(path: &Path, coming: &Path, (locked, text): (&File, &[u8])) -> io::Result<()> {
    let about = locked.metadata()?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(coming)?;
    // Whoever writes it anew, it stays the service's.
    fchown(&file, Some(about.uid()), Some(about.gid()))?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(coming, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
