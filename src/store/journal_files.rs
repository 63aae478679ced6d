//! The files of a journal: their names, whose they are, and what a crash left in them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::frames::{Piece, pieces};

/// A file as long as this is appended to no more, so that it can be read in one piece.
pub(super) const FILE_MAX: u64 = 16 * 1024 * 1024;
/// How many files a machine may have a day: of processes at the same time, and of full ones.
const FILES_MAX: u32 = 10_000;

/// A file that this process appends to. It is locked until it is closed.
pub(super) struct Open {
    pub file: Arc<File>,
    pub path: PathBuf,
    pub day: NaiveDate,
    /// In bytes.
    pub length: u64,
}

impl Open {
    /// A new file of a machine and day. What another process has written to is never appended to: nobody knows whether the
    /// disk failed to sync it before that process ended.
    pub fn own(
        folder: &Path,
        (host, day): (&str, NaiveDate),
        given_up: &BTreeSet<PathBuf>,
    ) -> io::Result<Self> {
        for number in 1..=FILES_MAX {
            let path = folder.join(format!("{day}.{host}.{number}.journal"));
            let is_used = |it: &fs::Metadata| !it.is_file() || it.len() > 0;
            if given_up.contains(&path) || fs::metadata(&path).is_ok_and(|it| is_used(&it)) {
                continue;
            }
            let mut options = OpenOptions::new();
            let file = options.read(true).append(true).create(true).mode(0o600).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
            }
            if file.metadata()?.len() > 0 {
                continue;
            }
            // A file whose name is not on the disk is lost with all that is in it.
            File::open(folder)?.sync_all()?;
            return Ok(Self { file: Arc::new(file), path, day, length: 0 });
        }
        Err(io::Error::other("this machine has too many journal files of one day"))
    }
}

/// Cuts off what a crash left half written at the end of a file, unless somebody has it open: they may be at it.
pub(super) fn cut(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).append(true).open(path)?;
    match file.try_lock() {
        Ok(()) => cut_locked(path, &file),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Cuts a file that nobody else has open.
fn cut_locked(path: &Path, mut file: &File) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let Some(Piece::Torn { at }) = pieces(&bytes).last() else { return Ok(()) };
    let torn = Damage::of(path, (0, at), bytes.len() - at);
    file.set_len(long(at))?;
    file.sync_all()?;
    tracing::warn!(%torn, "cut off a record that a crash left half written: nobody was told of it");
    Ok(())
}

/// A length as files have it.
pub(super) fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The files of a folder, those of earlier days first.
pub(super) fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "journal") && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The end of the name of a file that was set aside: it is read no more, and left for a person to remove.
pub const ASIDE: &str = "before-recovery";

/// The names of the files of a folder that were set aside, those of earlier days first.
pub fn aside(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == ASIDE) {
            found.extend(path.file_name().map(|it| it.to_string_lossy().into_owned()));
        }
    }
    found.sort();
    Ok(found)
}

/// How far a file was read.
#[derive(Clone, Copy, Default)]
pub(super) struct Reached {
    /// Which file it was, whatever its name: one that was written anew is another.
    pub file: u64,
    pub at: u64,
}

/// What a file holds behind where it was read to, all of it if it is another file by now; and from where. It is on the
/// disk, whoever wrote it.
pub(super) fn read(path: &Path, reached: Reached) -> io::Result<(Vec<u8>, Reached)> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let is_same = reached.file == about.ino() && reached.at <= about.len();
    let at = if is_same { reached.at } else { 0 };
    let mut bytes = Vec::new();
    if about.len() > at {
        file.seek(SeekFrom::Start(at))?;
        file.read_to_end(&mut bytes)?;
        file.sync_data()?;
    }
    Ok((bytes, Reached { file: about.ino(), at }))
}

/// The day that a file's name begins with.
pub(super) fn day_of(path: &Path) -> Option<NaiveDate> {
    path.file_name()?.to_str()?.get(..10)?.parse().ok()
}

/// The name of this machine, in small letters and digits.
pub(super) fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let known =
        |it: char| (it.is_ascii_alphanumeric() || it == '-').then(|| it.to_ascii_lowercase());
    let name: String = name.trim().chars().filter_map(known).take(60).collect();
    if name.is_empty() { "host".to_owned() } else { name }
}

/// Some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub file: String,
    /// Where they begin, in bytes from the beginning of the file.
    pub at: u64,
    pub length: usize,
}

impl Damage {
    pub(super) fn of(path: &Path, (from, at): (u64, usize), length: usize) -> Self {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { file, at: from.saturating_add(long(at)), length }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at byte {} ({} bytes)", self.file, self.at, self.length)
    }
}
