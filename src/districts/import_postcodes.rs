//! `e4s import postcodes FILE…`: Ordnance Survey's Code-Point Open, CSV without a header: postcode, quality, easting,
//! northing, and columns that are not needed here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use csv::ByteRecord;

use super::queries::{self, PostcodeRow};
use super::{Position, Postcode};
use crate::Result;
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::import::{BATCH, Bad, Progress, Report, Table};

/// Columns of the file.
const POSTCODE: usize = 0;
const EASTING: usize = 2;
const NORTHING: usize = 3;

/// Reads one file, in batches: whatever stops it half way, what was read is there, and it can be read again.
pub fn import(portal: &Portal, path: &Path, progress: Progress) -> Result<Report> {
    let mut table = Table::open(path, false)?;
    let mut report = Report::of("postcodes");
    let (mut row, mut batch, mut seen) = (ByteRecord::new(), Vec::new(), BTreeSet::new());
    let mut count = 0;
    while table.next(&mut row)? {
        count += 1;
        match read(&table, &row) {
            Ok(found) if !seen.insert(found.0.clone()) => {
                let reason = format!("{} is in the file already", found.0);
                report.bad.push(Bad::line(table.line(&row), reason));
            }
            Ok(found) => batch.push(found),
            Err(reason) => report.bad.push(Bad::line(table.line(&row), reason)),
        }
        if batch.len() == BATCH {
            report.take(portal.write_as_house(|deed| keep(deed, &batch))?);
            batch.clear();
            progress(count);
        }
    }
    report.take(portal.write_as_house(|deed| keep(deed, &batch))?);
    progress(count);
    Ok(report)
}

/// A row with a position. The quality does not decide: what has coordinates is taken, whatever it says.
fn read(table: &Table, row: &ByteRecord) -> Result<PostcodeRow, String> {
    let text = table.text(row, POSTCODE);
    let postcode = Postcode::parse(&text).ok_or_else(|| format!("{text:?} is not a postcode"))?;
    let (easting, northing) = (table.text(row, EASTING), table.text(row, NORTHING));
    if matches!((easting.as_str(), northing.as_str()), ("0" | "", "0" | "")) {
        return Err(format!("{postcode} has no coordinates"));
    }
    let metres = |text: &str| text.parse::<i32>().ok();
    let (Some(east), Some(north)) = (metres(&easting), metres(&northing)) else {
        return Err(format!(
            "{postcode}: {easting:?}, {northing:?} are not an easting and a northing"
        ));
    };
    if Position::of_grid(east, north).is_none() {
        return Err(format!("{postcode}: {east}, {north} is outside Great Britain"));
    }
    Ok((postcode.as_str().to_owned(), east, north))
}

fn keep(deed: &mut Deed, batch: &[PostcodeRow]) -> Result<Report> {
    let mut report = Report::of("postcodes");
    let codes = batch.iter().map(|(code, _, _)| code.clone()).collect();
    let known = queries::positions_of(deed.db, codes)?.into_iter();
    let known: BTreeMap<String, (i32, i32)> =
        known.map(|(code, east, north)| (code, (east, north))).collect();
    let mut new = Vec::new();
    for row in batch {
        let (code, east, north) = row;
        match known.get(code) {
            None => new.push(row.clone()),
            Some(old) if *old == (*east, *north) => report.unchanged += 1,
            Some((old_east, old_north)) => {
                queries::move_postcode(deed.db, row)?;
                report.changed += 1;
                report.tell(|| {
                    format!("moved: {code} from {old_east}, {old_north} to {east}, {north}")
                });
            }
        }
    }
    queries::insert_postcodes(deed.db, &new)?;
    report.added = u64::try_from(new.len()).unwrap_or_default();
    if report.has_changes() {
        deed.record(Event::PostcodesImported, "postcodes", None)?;
    }
    Ok(report)
}
