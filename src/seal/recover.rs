//! The root keys are lost, and there is no backup with them: by the offline identity alone, every text that does not open is
//! brought under a new root key.
//!
//! It can be stopped at any time, as a rotation can: whoever begins again goes on with what does not open yet.

use std::path::Path;

use age::x25519::Identity;

use super::queries::{self, Which};
use super::rotate::{Begun, Damaged, Rotated};
use super::{COLUMNS, Keyring, Place, Sealed, keys};
use crate::store::Store;
use crate::store::journal::Journal;
use crate::{Error, Result};

const BATCH: i64 = 100;

/// What was found of the sealed texts before anything is done.
#[derive(Default)]
struct Found {
    texts: usize,
    /// The youngest generation that a text needs.
    youngest: u32,
    /// True if the identity opens some text.
    is_ours: bool,
    /// True if a text of the youngest generation opens with the keys that there are.
    opens: bool,
}

impl Found {
    /// `opens`: whether the text opens with the identity, and with the keys.
    fn add(
        &mut self,
        sealed: &Sealed,
        is_ours: impl FnOnce() -> bool,
        opens: impl FnOnce() -> bool,
    ) {
        let generation = sealed.generation().unwrap_or_default();
        self.texts += 1;
        self.is_ours = self.is_ours || is_ours();
        if generation > self.youngest {
            (self.youngest, self.opens) = (generation, false);
        }
        if generation == self.youngest {
            self.opens = self.opens || opens();
        }
    }
}

/// Makes a root key that is younger than every one that a text needs, unless there is such a key already. Refused if the
/// identity opens nothing: it is another county's.
pub fn begin(
    store: &Store,
    journal: &Journal,
    (folder, identity): (&Path, &Identity),
) -> Result<Begun> {
    let ring = if keys::has_key(folder)? { Some(Keyring::open(folder, None)?) } else { None };
    let mut found = Found::default();
    for column in COLUMNS {
        let mut after = String::new();
        loop {
            let rows =
                store.read(|db| queries::page(db, *column, (Which::Every, &after), BATCH))?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.key);
            for row in &rows {
                let at = Place { table: column.table, column: column.column, row: &row.key };
                found.add(
                    &row.sealed,
                    || row.sealed.unseal_offline(at, identity).is_ok(),
                    || ring.as_ref().is_some_and(|it| it.unseal(at, &row.sealed).is_ok()),
                );
            }
        }
    }
    let is_in_database = found.texts > 0;
    journal.each(|it| {
        // What its records say is its slice's to know. Where the database is gone as well, they are all that there is.
        found.add(&it.sealed, || !is_in_database && it.sealed.is_for(identity), || false);
        Ok(())
    })?;
    if found.texts > 0 && !found.is_ours {
        return Err(Error::Unusable(
            "this identity opens nothing of what is sealed: use the one that belongs to the `escrow` of the time when it was \
             written"
                .to_owned(),
        ));
    }
    match ring.map(|it| it.generation()) {
        Some(there) if there > found.youngest || (there == found.youngest && found.opens) => {
            Ok(Begun::GoesOn(there))
        }
        _ => Ok(Begun::New(keys::next_after(folder, found.youngest)?)),
    }
}

/// Brings every text that does not open under the youngest root key. `progress` is told how many it has been.
pub fn run(
    store: &Store,
    (keys, identity): (&Keyring, &Identity),
    progress: &mut dyn FnMut(usize),
) -> Result<Rotated> {
    let mut whole = Rotated::default();
    for column in COLUMNS {
        let mut after = String::new();
        loop {
            let (renewed, damaged, last) = store.write(|db| {
                let rows = queries::page(db, *column, (Which::Every, &after), BATCH)?;
                let (mut renewed, mut damaged) = (0, Vec::new());
                for row in &rows {
                    let at = Place { table: column.table, column: column.column, row: &row.key };
                    if keys.unseal(at, &row.sealed).is_ok() {
                        continue;
                    }
                    match keys.recover(at, &row.sealed, identity) {
                        Ok(text) => {
                            renewed += usize::from(queries::replace(db, *column, row, &text)?);
                        }
                        Err(error) => damaged.push(Damaged::at(at, error.to_string())),
                    }
                }
                Ok((renewed, damaged, rows.last().map(|it| it.key.clone())))
            })?;
            whole.damaged.extend(damaged);
            if renewed > 0 {
                whole.renewed += renewed;
                progress(whole.renewed);
            }
            let Some(last) = last else { break };
            after = last;
        }
    }
    Ok(whole)
}
