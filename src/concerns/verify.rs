//! The whole journal is read and opened, and held against the database.

use std::collections::BTreeMap;

use super::keep::{self, Record};
use super::{ConcernId, keep_queries};
use crate::app::Portal;
use crate::{Result, calendar};

const PAGE: i64 = 1_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, a line each.
    pub faults: Vec<String>,
    /// What is remarkable, and wrong with nothing.
    pub notes: Vec<String>,
    pub files: usize,
    pub records: usize,
    /// Concerns that the journal has.
    pub kept: usize,
    /// Concerns that the database has.
    pub stored: usize,
}

/// Reads everything. It may be done while the service runs.
pub fn verify(portal: &Portal) -> Result<Verdict> {
    let mut found = Verdict::default();
    let mut kept: BTreeMap<ConcernId, String> = BTreeMap::new();
    let remains = portal.journal.each(|record| {
        found.records += 1;
        let id = keep::concern(record.row).unwrap_or_else(ConcernId::random);
        match Record::opened(portal, id, &record.sealed) {
            Ok(opened) => {
                kept.entry(id).or_insert(opened.reference);
            }
            Err(error) => found.faults.push(format!("{} does not open: {error}", record.at)),
        }
        Ok(())
    })?;
    found.files = remains.files;
    found.kept = kept.len();
    for damage in remains.damage {
        found.faults.push(format!("{damage} is damaged"));
    }
    for torn in remains.torn {
        found.notes.push(format!("{torn}: half a record, of which nobody was told"));
    }
    without_record(portal, &kept, &mut found)?;
    let ids: Vec<ConcernId> = kept.keys().copied().collect();
    for id in portal.store.read(|db| keep_queries::lacking(db, &ids))? {
        let reference = kept.get(&id).map_or("", String::as_str);
        found.faults.push(format!(
            "{reference} is in the journal and not in the database: `e4s journal restore` puts it back"
        ));
    }
    cleared(portal, &ids, &mut found)?;
    Ok(found)
}

/// What retention has taken out of this machine's journal, and what it still has to.
fn cleared(portal: &Portal, ids: &[ConcernId], found: &mut Verdict) -> Result<()> {
    let (deleted, again, cleared) = portal.store.read(|db| {
        Ok((
            keep_queries::deleted(db, ids)?.len(),
            keep_queries::again_count(db, ids)?,
            keep_queries::cleared(db, portal.journal.host())?,
        ))
    })?;
    if again > 0 {
        found.notes.push(format!(
            "concerns that the database lost and whose reports were sent again as others, which it has: {again}"
        ));
    }
    if deleted > 0 {
        found.notes.push(format!(
            "concerns that were deleted and are still in the journal: {deleted}. The worker takes them out once nobody \
             appends to their file"
        ));
    }
    if let Some((count, at)) = cleared.filter(|it| it.0 > 0) {
        let when = calendar::moment(at);
        found.notes.push(format!(
            "records of deleted concerns that were taken out on this machine: {count}, the last time on {when}"
        ));
    }
    Ok(())
}

/// Concerns that the journal lacks. What was raised while it was being read is looked for once more.
fn without_record(
    portal: &Portal,
    kept: &BTreeMap<ConcernId, String>,
    found: &mut Verdict,
) -> Result<()> {
    let (mut after, mut missing) = (None, Vec::new());
    loop {
        let page = portal.store.read(|db| keep_queries::raised_since(db, None, after, PAGE))?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        found.stored += page.len();
        missing.extend(page.into_iter().map(|(_, id)| id).filter(|it| !kept.contains_key(it)));
    }
    if missing.is_empty() {
        return Ok(());
    }
    portal.journal.read_on(true)?;
    missing.retain(|it| !portal.journal.knows(keep::row(*it)));
    for some in missing.chunks(500) {
        for reference in portal.store.read(|db| keep_queries::references(db, some))? {
            found.faults.push(format!(
                "{reference} is in the database and not in the journal: the worker adds it within five minutes"
            ));
        }
    }
    Ok(())
}
