//! Which root keys the journal still needs. Its files are never changed, so a rotation renews nothing in them.

use std::collections::{BTreeMap, BTreeSet};

use super::ConcernId;
use super::keep::{self, Record};
use crate::Result;
use crate::app::Portal;
use crate::seal::Sealed;

/// What the journal needs.
#[derive(Debug, Default)]
pub struct Needed {
    /// The files that need the root key of a generation, by generation.
    pub files: BTreeMap<u32, BTreeSet<String>>,
    /// Records that do not open: nobody knows what else they need.
    pub unopened: usize,
}

/// Opens every record. The answers in it are sealed by themselves, as they stood in the database: they may need an
/// older key than the record.
pub fn needed(portal: &Portal) -> Result<Needed> {
    let mut found = Needed::default();
    portal.journal.each(|it| {
        let id = keep::concern(it.row).unwrap_or_else(ConcernId::random);
        let answers = match Record::opened(portal, id, &it.sealed) {
            Ok(record) => Some(Sealed::kept(record.answers)),
            Err(_unopened) => {
                found.unopened += 1;
                None
            }
        };
        for generation in [Some(it.sealed), answers].into_iter().flatten() {
            if let Some(generation) = generation.generation() {
                found.files.entry(generation).or_default().insert(it.at.file.clone());
            }
        }
        Ok(())
    })?;
    Ok(found)
}
