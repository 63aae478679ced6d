//! Which root keys the journal still needs. Its files are never changed, so a rotation renews nothing in them.

use std::collections::{BTreeMap, BTreeSet};

use super::ConcernId;
use super::keep::{self, Record};
use crate::Result;
use crate::app::Portal;

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
        let needs = Record::generations(portal, id, &it.sealed).unwrap_or_else(|_unopened| {
            found.unopened += 1;
            it.sealed.generation().into_iter().collect()
        });
        for generation in needs {
            found.files.entry(generation).or_default().insert(it.at.file.clone());
        }
        Ok(())
    })?;
    Ok(found)
}
