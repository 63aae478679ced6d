//! The journal, when the root keys are lost: by the offline identity alone its records are written anew, under the root key
//! of today; and whether that identity would open them is tried beforehand.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use age::x25519::Identity;

use super::keep::{self, BATCH, Record};
use crate::app::Portal;
use crate::seal::Sealed;
use crate::store::Row;
use crate::store::journal::ASIDE;
use crate::{Error, Result, calendar};

/// What came of it.
#[derive(Debug, Default)]
pub struct Recovered {
    /// How many records were written anew.
    pub renewed: usize,
    /// Files whose records were, which are read no more and left for a person to remove.
    pub aside: Vec<String>,
    /// What opens in no way, a line each.
    pub damaged: Vec<String>,
}

/// Writes every record that does not open with the root keys anew. Stopped half way, it goes on when it is begun again: of
/// several records of a concern the first that opens counts.
pub fn recover(portal: &Portal, identity: &Identity) -> Result<Recovered> {
    let mut done = Recovered::default();
    let mut aside = BTreeSet::new();
    let mut batch: Vec<(Row, Sealed)> = Vec::new();
    let day = calendar::day((portal.clock)());
    portal.journal.each(|it| {
        let Some(id) = keep::concern(it.row) else { return Ok(()) };
        if Record::opened(portal, id, &it.sealed).is_ok() {
            return Ok(());
        }
        match Record::recovered(portal, (id, &it.sealed), identity) {
            Err(error) => done.damaged.push(format!("{} does not open: {error}", it.at)),
            Ok(sealed) => {
                batch.push((it.row, sealed));
                aside.insert(it.at.file.clone());
            }
        }
        if batch.len() >= BATCH {
            portal.journal.append(&batch, day)?;
            done.renewed += batch.len();
            batch.clear();
        }
        Ok(())
    })?;
    if !batch.is_empty() {
        portal.journal.append(&batch, day)?;
        done.renewed += batch.len();
    }
    for file in aside {
        done.aside.push(set_aside(&portal.settings.journal, &file)?);
    }
    Ok(done)
}

/// Takes a file out of the journal, whose records are in another by now, and says its new name.
fn set_aside(folder: &Path, file: &str) -> Result<String> {
    let aside = format!("{file}.{ASIDE}");
    let moved = fs::rename(folder.join(file), folder.join(&aside));
    let moved = moved.and_then(|()| File::open(folder)?.sync_all());
    let told = |error| Error::Unusable(format!("setting `journal`: {file}: {error}"));
    moved.map(|()| aside).map_err(told)
}

/// Opens every record with the root keys and with the offline identity. How many say the same, and what is wrong with the
/// others.
pub fn check(portal: &Portal, identity: &Identity) -> Result<(usize, Vec<String>)> {
    let (mut whole, mut damaged) = (0, Vec::new());
    portal.journal.each(|it| {
        let Some(id) = keep::concern(it.row) else { return Ok(()) };
        match Record::opens_both_ways(portal, (id, &it.sealed), identity) {
            Ok(true) => whole += 1,
            Ok(false) => {
                damaged.push(format!("journal: {} does not say the same both ways", it.at));
            }
            Err(error) => damaged.push(format!("journal: {} does not open: {error}", it.at)),
        }
        Ok(())
    })?;
    Ok((whole, damaged))
}
