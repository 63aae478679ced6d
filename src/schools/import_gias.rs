//! `e4s import schools FILE --authority 938`: the register of schools as GIAS publishes it (`edubasealldata`): a CSV in
//! Windows-1252 whose columns are found by their names. Only the schools of one authority are taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use csv::ByteRecord;

use super::{School, Urn, queries};
use crate::app::Portal;
use crate::audit::Event;
use crate::calendar::long_date;
use crate::deed::Deed;
use crate::districts::{AreaCode, Position, Postcode};
use crate::import::{BATCH, Bad, Progress, Report, Table, unreadable};
use crate::{Error, Result};

/// The columns that are read, in the order in which [`read`] takes them apart.
const COLUMNS: [&str; 11] = [
    "URN",
    "LA (code)",
    "EstablishmentName",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "CloseDate",
    "PhaseOfEducation (name)",
    "Postcode",
    "Easting",
    "Northing",
    "DistrictAdministrative (code)",
];
type Texts = [String; COLUMNS.len()];

/// Reads the register, in batches: whatever stops it half way, it can be read again.
pub fn import(portal: &Portal, path: &Path, authority: &str, progress: Progress) -> Result<Report> {
    if authority.len() != 3 || !authority.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::Refused("An authority is a number of three digits, such as 938."));
    }
    let mut table = Table::open(path, true)?;
    let columns = table.columns(COLUMNS).map_err(|why| unreadable(path, &why))?;
    let known = portal.store.read(|db| queries::register(db, authority))?;
    let mut sieve = Sieve { authority, known, seen: BTreeSet::new() };
    let (mut report, mut batch) = (Report::of("schools"), Vec::new());
    let (mut row, mut count) = (ByteRecord::new(), 0);
    while table.next(&mut row)? {
        count += 1;
        let texts = columns.map(|it| table.text(&row, it));
        let last = columns.iter().max().copied().unwrap_or_default();
        batch.extend(sieve.take((table.line(&row), row.len() > last), &texts, &mut report));
        if batch.len() == BATCH {
            report.take(portal.write_as_house(|deed| keep(deed, &batch))?);
            batch.clear();
        }
        if count % 1_000 == 0 {
            progress(count);
        }
    }
    report.take(portal.write_as_house(|deed| keep(deed, &batch))?);
    sieve.tell_missing(&mut report);
    progress(count);
    Ok(report)
}

/// Lets through the schools of one authority.
struct Sieve<'a> {
    authority: &'a str,
    /// The schools that we have of it.
    known: BTreeMap<Urn, String>,
    seen: BTreeSet<Urn>,
}

impl Sieve<'_> {
    /// The school of a row, if it is ours and can be read. The report gets the rest.
    fn take(
        &mut self,
        (line, is_whole): (u64, bool),
        texts: &Texts,
        report: &mut Report,
    ) -> Option<School> {
        let [urn, authority, ..] = texts;
        let urn = Urn::parse(urn);
        let has_left = urn.is_some_and(|it| self.known.contains_key(&it));
        if !authority.is_empty() && authority != self.authority && !has_left {
            report.elsewhere += 1;
            return None;
        }
        if !is_whole {
            report.bad.push(Bad::line(line, "it has fewer columns than the first row"));
            return None;
        }
        match read(texts, |note| report.notes.push(format!("line {line}: {note}"))) {
            Ok(Some(school)) if self.seen.insert(school.urn) => Some(school),
            Ok(Some(school)) => {
                let reason = format!("{} is in the file already", school.urn);
                report.bad.push(Bad::line(line, reason));
                None
            }
            // Proposed, not open yet: a later edition of the register will have it.
            Ok(None) => None,
            Err(reason) => {
                self.seen.extend(urn);
                report.bad.push(Bad::line(line, reason));
                None
            }
        }
    }

    /// The register keeps closed schools, so one that is not in it at all is worth a look.
    fn tell_missing(&self, report: &mut Report) {
        for (urn, name) in self.known.iter().filter(|(urn, _)| !self.seen.contains(urn)) {
            report.notes.push(format!("{urn} {name} is not in this file; it stays as it was"));
        }
        if self.seen.is_empty() {
            report.notes.push(format!("no school of authority {} is in this file", self.authority));
        }
    }
}

/// The school of a row; none if it is only proposed. What can be left blank is, with a note.
fn read(texts: &Texts, mut note: impl FnMut(String)) -> Result<Option<School>, String> {
    let [urn, authority, name, status, status_name, closed, phase, postcode, east, north, area] =
        texts;
    let urn = Urn::parse(urn).ok_or_else(|| format!("{urn:?} is not a school's number (URN)"))?;
    if authority.is_empty() || name.is_empty() {
        return Err(format!("{urn} has no authority or no name"));
    }
    let is_open = match status.as_str() {
        // Open, and open but proposed to close.
        "1" | "3" => true,
        "2" => false,
        "4" => return Ok(None),
        _ => {
            return Err(format!(
                "{urn} {name}: the status {status:?} ({status_name}) is not known"
            ));
        }
    };
    let closed_on = match closed.as_str() {
        text if !is_open && !text.is_empty() => {
            let day = NaiveDate::parse_from_str(text, "%d-%m-%Y");
            Some(day.map_err(|_not| {
                format!("{urn} {name}: {text:?} is not a day such as 31-08-2026")
            })?)
        }
        _ => None,
    };
    let code = Postcode::parse(postcode).map(|it| it.to_string());
    if code.is_none() && !postcode.is_empty() {
        note(format!("{urn} {name}: {postcode:?} is not a postcode and was left out"));
    }
    let position = east.parse().ok().zip(north.parse().ok());
    let position = position.and_then(|(east, north)| Position::of_grid(east, north));
    if position.is_none() && !matches!((east.as_str(), north.as_str()), ("" | "0", "" | "0")) {
        note(format!("{urn} {name}: {east:?}, {north:?} is not a position and was left out"));
    }
    Ok(Some(School {
        urn,
        name: name.clone(),
        phase: phase.clone(),
        postcode: code,
        easting: position.map(|it| it.easting),
        northing: position.map(|it| it.northing),
        area_code: AreaCode::parse(area),
        authority: authority.clone(),
        closed_on,
        is_open,
    }))
}

fn keep(deed: &mut Deed, batch: &[School]) -> Result<Report> {
    let mut report = Report::of("schools");
    let known = queries::known(deed.db, batch.iter().map(|it| it.urn).collect())?;
    for school in batch {
        let School { urn, name, .. } = school;
        match known.get(urn) {
            None => {
                queries::insert(deed.db, school)?;
                report.added += 1;
                report.tell(|| format!("added: {urn} {name}{}", closed(school)));
            }
            Some(old) if old == school => report.unchanged += 1,
            Some(old) if old.is_open && !school.is_open => {
                queries::change(deed.db, school)?;
                report.ended += 1;
                report.tell(|| format!("closed: {urn} {name}{}", closed(school)));
            }
            Some(_) => {
                queries::change(deed.db, school)?;
                report.changed += 1;
                report.tell(|| format!("changed: {urn} {name}{}", closed(school)));
            }
        }
    }
    if report.has_changes() {
        deed.record(Event::SchoolsImported, "schools", None)?;
    }
    Ok(report)
}

/// ` (closed on 31 August 2024)`, behind the name of a closed school.
fn closed(school: &School) -> String {
    match (school.is_open, school.closed_on) {
        (true, _) => String::new(),
        (false, Some(day)) => format!(" (closed on {})", long_date(day)),
        (false, None) => " (closed)".to_owned(),
    }
}
