//! What was deleted on purpose is taken out of the journal as well, and what older keys seal there is sealed anew: in files
//! of earlier days, on each machine in its own journal.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use super::{ConcernId, keep, keep_queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::store::journal::{Fate, Record};
use crate::worker::Done;
use crate::{Result, calendar};

/// The chore of each process, worker or not: lets go of a file of an earlier day, so that a worker elsewhere can clear it.
pub fn let_go(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    portal.journal.let_go(calendar::day(now));
    Ok(Done::nothing())
}

/// The chore: clears the files that nobody appends to any more.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let done = portal.journal.rewrite(calendar::day(now), |records| fates(portal, records))?;
    let (gone, renewed) = (done.gone.len(), done.renewed);
    if gone + renewed == 0 {
        return Ok(Done::nothing());
    }
    let host = portal.journal.host();
    portal.write_as_house(|deed| {
        keep_queries::add_cleared(deed.db, host, (gone, deed.at))?;
        let what = format_args!("{host}/deleted/{gone}/renewed/{renewed}");
        deed.record(Event::JournalCleared, what, None)
    })?;
    Ok(Done { count: gone + renewed, is_more: false })
}

fn fates(portal: &Portal, records: &[Record]) -> Result<Vec<Fate>> {
    let ids: Vec<ConcernId> = records.iter().filter_map(|it| keep::concern(it.row)).collect();
    let deleted = portal.store.read(|db| keep_queries::deleted(db, &ids))?;
    Ok(records.iter().map(|it| fate(portal, &deleted, it)).collect())
}

fn fate(portal: &Portal, deleted: &BTreeSet<ConcernId>, record: &Record) -> Fate {
    let Some(id) = keep::concern(record.row) else { return Fate::Stays };
    if deleted.contains(&id) {
        return Fate::Goes;
    }
    let needs = record.sealed.generation();
    if needs.is_none_or(|it| it >= portal.keys.generation()) {
        return Fate::Stays;
    }
    match keep::renewed(portal, id, &record.sealed) {
        Ok(sealed) => Fate::Becomes(sealed),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(%id, error, "a record of the journal does not open, and stays under its older key");
            Fate::Stays
        }
    }
}
