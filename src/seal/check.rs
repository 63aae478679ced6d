//! The offline identity is tried: does it open every sealed text, and say the same as the root keys?

use super::queries::{self, Which};
use super::rotate::Damaged;
use super::{COLUMNS, Keyring, Place, Sealed, keys};
use crate::store::Store;
use crate::{Error, Result};

const PAGE: i64 = 200;
/// Of each column, to see whether the keys are the right ones.
const SOME: i64 = 5;

/// What came of it.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many texts open both ways, and say the same.
    pub whole: usize,
    pub damaged: Vec<Damaged>,
}

/// Opens every sealed text twice. `progress` is told how many it has been.
pub fn check(
    store: &Store,
    keys: &Keyring,
    identity: &age::x25519::Identity,
    progress: &mut dyn FnMut(usize),
) -> Result<Checked> {
    let mut checked = Checked::default();
    for column in COLUMNS {
        let mut after = String::new();
        loop {
            let rows = store.read(|db| queries::page(db, *column, (Which::Every, &after), PAGE))?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.key);
            for row in &rows {
                let at = Place { table: column.table, column: column.column, row: &row.key };
                match both(keys, identity, at, &row.sealed) {
                    Ok(()) => checked.whole += 1,
                    Err(error) => checked.damaged.push(Damaged::at(at, error.to_string())),
                }
            }
            progress(checked.whole + checked.damaged.len());
        }
    }
    Ok(checked)
}

/// How many of some texts of each column open with the root keys, and how many do not.
pub fn sample(store: &Store, keys: &Keyring) -> Result<(usize, usize)> {
    let (mut whole, mut damaged) = (0, 0);
    for column in COLUMNS {
        for row in store.read(|db| queries::page(db, *column, (Which::Every, ""), SOME))? {
            let at = Place { table: column.table, column: column.column, row: &row.key };
            let opens = keys.unseal(at, &row.sealed).is_ok();
            whole += usize::from(opens);
            damaged += usize::from(!opens);
        }
    }
    Ok((whole, damaged))
}

/// True if some text is sealed to another offline recipient than today's, or to none.
pub fn is_any_elsewhere(store: &Store, keys: &Keyring) -> Result<bool> {
    let Some(mark) = keys.recipient.as_ref().map(keys::mark) else { return Ok(false) };
    for column in COLUMNS {
        let one = |db: &mut _| queries::page(db, *column, (Which::NotFor(&mark), ""), 1);
        if !store.read(one)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True if anything is sealed in a database, whose schema may be older than this program.
pub fn is_any(store: &Store) -> Result<bool> {
    let is_behind = store.is_behind()?;
    for column in COLUMNS {
        match store.read(|db| queries::page(db, *column, (Which::Every, ""), 1)) {
            Ok(rows) if rows.is_empty() => {}
            Ok(_) => return Ok(true),
            // A table that is not there yet.
            Err(_) if is_behind => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn both(
    keys: &Keyring,
    identity: &age::x25519::Identity,
    at: Place,
    sealed: &Sealed,
) -> Result<()> {
    if keys.unseal(at, sealed)? == sealed.unseal_offline(at, identity)? {
        Ok(())
    } else {
        Err(Error::Corrupt("the root key and the offline identity do not open the same"))
    }
}
