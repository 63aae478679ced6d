//! A second place for what must never be lost: records that are appended and synced, in a folder of their own.
//!
//! Each process appends to a file of its own, which it has locked: one a day, and another when that is full. Whoever
//! appends at the same time waits for one sync together: the first of them does it for all. What a record says is not
//! known here; it is sealed text under the id of its row.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::frames::{Piece, Row, frame, pieces};
use super::journal_files::{self as files, FILE_MAX, Open, Reached};
use crate::seal::Sealed;
use crate::{Error, Result};

pub use super::journal_files::{ASIDE, Damage, aside};
pub use super::journal_rewrite::{Fate, Rewritten};

/// A journal that this process reads, and appends to.
pub struct Journal {
    pub(super) folder: PathBuf,
    host: String,
    pub(super) state: Mutex<State>,
    synced: Condvar,
    pub(super) index: Mutex<Index>,
    /// Held by whoever reads: one at a time.
    pub(super) reading: Mutex<()>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) open: Option<Open>,
    /// Those who have written and wait for the next sync.
    pub(super) batch: Option<Arc<Batch>>,
    is_syncing: bool,
    /// Files that the disk failed to sync: nobody knows what they hold.
    given_up: BTreeSet<PathBuf>,
}

pub(super) struct Batch {
    file: Arc<File>,
    path: PathBuf,
    outcome: OnceLock<std::result::Result<(), String>>,
}

/// Which rows have a record that is safe on the disk, as far as this process has read or written.
#[derive(Default)]
pub(super) struct Index {
    pub(super) known: HashSet<Row>,
    /// Those of them that this process has appended since it began to read.
    late: Vec<Row>,
    /// Those that this process could not append at some time.
    failed: HashSet<Row>,
    /// Up to where each file was read.
    read: BTreeMap<PathBuf, Reached>,
    damage: Vec<Damage>,
}

/// What came of reading on.
#[derive(Debug)]
pub struct News {
    /// Every row that has a record.
    pub known: Vec<Row>,
    /// True if everything was read anew: because it was asked for, or because files are not where they were.
    pub is_anew: bool,
    /// Every damaged piece that was met.
    pub damage: Vec<Damage>,
}

/// A record, as it stands in a file.
pub struct Record {
    pub row: Row,
    pub sealed: Sealed,
    /// Its file, and where in it the record stands.
    pub at: Damage,
}

/// What is in a journal that is no record.
#[derive(Debug, Default)]
pub struct Remains {
    pub files: usize,
    pub damage: Vec<Damage>,
    /// Records that a crash left half written: nobody was told of them.
    pub torn: Vec<Damage>,
}

impl Journal {
    /// The journal in a folder. A folder that is not there is made, if the one around it is.
    pub fn open(folder: &Path) -> Result<Self> {
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(unusable(folder, &error));
            }
            _ => {}
        }
        files::all(folder).map_err(|error| unusable(folder, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            host: files::host(),
            state: Mutex::default(),
            synced: Condvar::new(),
            index: Mutex::default(),
            reading: Mutex::default(),
        })
    }

    /// The name of this machine, as it stands in the names of its files.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Opens the file of the day, so that a journal that cannot be written is found out before anybody needs it.
    pub fn begin(&self, day: NaiveDate) -> Result<()> {
        self.ready(&mut self.state.lock(), day)
    }

    /// Closes the file that this process has open, if its day is over: nobody else may write it anew while it is locked.
    /// Whoever still waits for it syncs it themselves.
    pub fn let_go(&self, today: NaiveDate) {
        let mut state = self.state.lock();
        if state.open.as_ref().is_some_and(|it| it.day < today) {
            (state.open, state.batch) = (None, None);
        }
    }

    /// True if the row's record is known to be safe, without looking at the disk.
    pub fn knows(&self, row: Row) -> bool {
        self.index.lock().known.contains(&row)
    }

    /// True if nothing is known of a record of the row, by a process that has read the journal or has failed to append it.
    pub fn doubts(&self, row: Row) -> bool {
        let index = self.index.lock();
        !index.known.contains(&row) && (index.failed.contains(&row) || !index.read.is_empty())
    }

    /// Appends records, and comes back when the disk has them. An error means that it may not have them: they can be
    /// appended again, and a reader takes the first of several.
    pub fn append(&self, records: &[(Row, Sealed)], day: NaiveDate) -> Result<()> {
        let outcome = self.append_all(records, day);
        let mut index = self.index.lock();
        let rows = records.iter().map(|(row, _)| *row);
        if outcome.is_ok() {
            index.late.extend(rows.clone());
            index.known.extend(rows);
        } else {
            index.failed.extend(rows);
        }
        outcome
    }

    fn append_all(&self, records: &[(Row, Sealed)], day: NaiveDate) -> Result<()> {
        let mut bytes = Vec::new();
        for (row, sealed) in records {
            let frame = frame(*row, sealed.as_str());
            bytes.extend(frame.ok_or(Error::Corrupt("a record is too long for the journal"))?);
        }
        let mut state = self.state.lock();
        self.ready(&mut state, day)?;
        let batch = state.write(&bytes)?;
        let outcome = self.wait(&mut state, &batch);
        drop(state);
        outcome.map_err(|problem| unusable(&batch.path, &problem))
    }

    /// Has a file open that may be appended to on this day.
    fn ready(&self, state: &mut State, day: NaiveDate) -> Result<()> {
        let fits = |it: &Open| it.day == day && it.length < FILE_MAX;
        if state.open.as_ref().is_some_and(fits) {
            return Ok(());
        }
        // Whoever waits for the file that was open syncs it themselves.
        (state.open, state.batch) = (None, None);
        let open = Open::own(&self.folder, (&self.host, day), &state.given_up);
        state.open = Some(open.map_err(|error| unusable(&self.folder, &error))?);
        Ok(())
    }

    /// Waits until the batch is synced. Whoever finds nobody at it syncs it, for everybody in it.
    fn wait(
        &self,
        state: &mut MutexGuard<State>,
        batch: &Arc<Batch>,
    ) -> std::result::Result<(), String> {
        loop {
            if let Some(outcome) = batch.outcome.get() {
                return outcome.clone();
            }
            if state.is_syncing {
                self.synced.wait(state);
                continue;
            }
            state.is_syncing = true;
            state.batch.take_if(|it| Arc::ptr_eq(it, batch));
            let synced = MutexGuard::unlocked(state, || batch.sync());
            state.is_syncing = false;
            if synced.is_err() {
                state.open.take_if(|it| it.path == batch.path);
                state.batch = None;
            }
            if let Err(Unsynced::Failed(_)) = &synced {
                state.given_up.insert(batch.path.clone());
            }
            batch.outcome.get_or_init(|| synced.map_err(|it| it.to_string()));
            self.synced.notify_all();
        }
    }

    /// Reads what has come to the journal since it was read before, by whichever process; everything, if `from_start`, or
    /// if a file that was read is gone. Nobody who appends meanwhile waits for it.
    pub fn read_on(&self, from_start: bool) -> Result<News> {
        let _one_at_a_time = self.reading.lock();
        let all = files::all(&self.folder).map_err(|error| unusable(&self.folder, &error))?;
        let (mut read, is_anew) = {
            let mut index = self.index.lock();
            index.late.clear();
            let is_anew = from_start || !index.read.keys().all(|it| all.contains(it));
            (if is_anew { BTreeMap::new() } else { index.read.clone() }, is_anew)
        };
        let (mut rows, mut damage) = (Vec::new(), Vec::new());
        // What such a file seems to hold may stand in memory alone.
        let given_up = self.state.lock().given_up.clone();
        for path in all.into_iter().filter(|it| !given_up.contains(it)) {
            let reached = read.get(&path).copied().unwrap_or_default();
            let (bytes, Reached { file, at: from }) =
                files::read(&path, reached).map_err(|error| unusable(&path, &error))?;
            let mut end = 0;
            for piece in pieces(&bytes) {
                match piece {
                    Piece::Whole { row, end: to, .. } => {
                        rows.push(row);
                        end = to;
                    }
                    Piece::Damaged { at, length } => {
                        damage.push(Damage::of(&path, (from, at), length));
                        end = at + length;
                    }
                    Piece::Torn { .. } => {
                        files::cut(&path).map_err(|error| unusable(&path, &error))?;
                    }
                }
            }
            read.insert(path, Reached { file, at: from.saturating_add(files::long(end)) });
        }
        let mut index = self.index.lock();
        if is_anew {
            let late = std::mem::take(&mut index.late);
            *index = Index { known: late.into_iter().collect(), ..Index::default() };
        }
        index.read = read;
        index.known.extend(rows);
        index.damage.extend(damage);
        let known = index.known.iter().copied().collect();
        Ok(News { known, is_anew, damage: index.damage.clone() })
    }

    /// True if this process has read it.
    pub fn was_read(&self) -> bool {
        !self.index.lock().read.is_empty()
    }

    /// Reads every record there is, one after the other; of a row that has several, each.
    pub fn each(&self, mut look: impl FnMut(Record) -> Result<()>) -> Result<Remains> {
        let mut remains = Remains::default();
        for path in files::all(&self.folder).map_err(|error| unusable(&self.folder, &error))? {
            remains.files += 1;
            let read = files::read(&path, Reached::default());
            let (bytes, _) = read.map_err(|error| unusable(&path, &error))?;
            let mut begin = 0;
            for piece in pieces(&bytes) {
                match piece {
                    Piece::Whole { row, text, end } => {
                        let at = Damage::of(&path, (0, begin), end - begin);
                        look(Record { row, sealed: Sealed::kept(text.to_owned()), at })?;
                        begin = end;
                    }
                    Piece::Damaged { at, length } => {
                        remains.damage.push(Damage::of(&path, (0, at), length));
                        begin = at + length;
                    }
                    Piece::Torn { at } => {
                        remains.torn.push(Damage::of(&path, (0, at), bytes.len() - at));
                    }
                }
            }
        }
        Ok(remains)
    }
}

impl State {
    /// Writes behind what is there, and joins those who wait for the next sync.
    fn write(&mut self, bytes: &[u8]) -> Result<Arc<Batch>> {
        let open = self.open.as_mut().ok_or(Error::Stopped)?;
        if let Err(error) = (&*open.file).write_all(bytes) {
            let (problem, path) = (unusable(&open.path, &error), open.path.clone());
            // Half a frame would be in the way of the next one.
            if open.file.set_len(open.length).is_err() {
                self.given_up.insert(path);
                self.open = None;
            }
            return Err(problem);
        }
        open.length = open.length.saturating_add(files::long(bytes.len()));
        let batch = self.batch.get_or_insert_with(|| {
            let (file, path) = (Arc::clone(&open.file), open.path.clone());
            Arc::new(Batch { file, path, outcome: OnceLock::new() })
        });
        Ok(Arc::clone(batch))
    }
}

/// Why a batch is not known to be on the disk.
#[derive(Debug, thiserror::Error)]
enum Unsynced {
    #[error("{0}")]
    Failed(std::io::Error),
    #[error("the file is not where it was: was the folder taken away? ({0})")]
    Moved(String),
}

impl Batch {
    fn sync(&self) -> std::result::Result<(), Unsynced> {
        self.file.sync_data().map_err(Unsynced::Failed)?;
        // A file that somebody took away, with its folder or alone, can be synced for ever.
        let place = |it: fs::Metadata| (it.dev(), it.ino());
        let here = fs::metadata(&self.path).map_err(|error| Unsynced::Moved(error.to_string()))?;
        let ours = self.file.metadata().map_err(Unsynced::Failed)?;
        if place(here) == place(ours) {
            Ok(())
        } else {
            Err(Unsynced::Moved("another file has its name".to_owned()))
        }
    }
}

pub(super) fn unusable(path: &Path, problem: &impl std::fmt::Display) -> Error {
    Error::Unusable(format!(
        "setting `journal`: {}: {problem}. For example: journal = \"/mnt/second/e4s-journal\"",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_the_disk_failed_to_sync_is_believed_by_nobody_and_appended_to_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(folder.path()).expect("a journal");
        let (row, day) = ([b'0'; 26], NaiveDate::default());
        let append = || journal.append(&[(row, Sealed::kept("one".to_owned()))], day);
        append().expect("appended");
        {
            // As `wait` leaves it after a sync that failed.
            let mut state = journal.state.lock();
            let open = state.open.take().expect("a file");
            state.given_up.insert(open.path);
        }
        assert_eq!(journal.read_on(true).expect("read").known.len(), 0);
        assert!(!journal.knows(row));
        append().expect("appended");
        assert!(journal.knows(row));
        assert_eq!(files::all(folder.path()).expect("a folder").len(), 2);
    }
}
