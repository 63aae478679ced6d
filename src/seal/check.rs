//! The offline identity is tried: does it open every sealed text, and say the same as the root keys?

use super::queries::{self, Which};
use super::rotate::Damaged;
use super::{COLUMNS, Keyring, Place, Sealed};
use crate::store::Store;
use crate::{Error, Result};

const PAGE: i64 = 200;

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
