//! `e4s import teams FILE`: which team serves which area from when. A small CSV of our own, in UTF-8 or Windows-1252:
//!
//! ```csv
//! team,area_code,from
//! Adur and Worthing,E07000223,2026-04-01
//! Adur and Worthing,E07000229,2026-04-01
//! Crawley,E07000226,2026-04-01
//! ```
//!
//! A team is known by its name and made when it is new. An area has one team at a time: whoever served it until then
//! stops the day before. What the file does not mention stays as it is.

use std::path::Path;

use chrono::NaiveDate;
use csv::ByteRecord;

use super::queries::{self, Service};
use super::{AreaCode, TeamId};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::import::{Bad, Progress, Report, Table, unreadable};
use crate::{Error, Result};

/// One row of the file.
#[derive(Debug, Clone)]
struct Row {
    team: String,
    area: AreaCode,
    from: NaiveDate,
}

/// Reads a file of teams.
pub fn import(portal: &Portal, path: &Path, progress: Progress) -> Result<Report> {
    let mut table = Table::open(path, true)?;
    let columns =
        table.columns(["team", "area_code", "from"]).map_err(|why| unreadable(path, &why))?;
    let (mut row, mut rows, mut bad, mut count) = (ByteRecord::new(), Vec::new(), Vec::new(), 0);
    while table.next(&mut row)? {
        count += 1;
        match read(columns.map(|it| table.text(&row, it))) {
            Ok(found) => rows.push(found),
            Err(reason) => bad.push(Bad::line(table.line(&row), reason)),
        }
    }
    let mut report = portal.write_as_house(|deed| keep(deed, &rows))?;
    report.bad = bad;
    progress(count);
    Ok(report)
}

fn read([team, area, from]: [String; 3]) -> Result<Row, String> {
    if team.is_empty() {
        return Err("it has no team".to_owned());
    }
    let code = AreaCode::parse(&area)
        .ok_or_else(|| format!("{area:?} is not an area code such as E07000226"))?;
    let day = NaiveDate::parse_from_str(&from, "%Y-%m-%d");
    let from = day.map_err(|_not| format!("{from:?} is not a day such as 2026-04-01"))?;
    Ok(Row { team, area: code, from })
}

fn keep(deed: &mut Deed, rows: &[Row]) -> Result<Report> {
    let mut report = Report::of("teams");
    for row in rows {
        let team = known_or_new(deed, &row.team)?;
        serve(deed, team, row, &mut report)?;
    }
    if report.has_changes() {
        deed.record(Event::TeamsImported, "teams", None)?;
    }
    Ok(report)
}

fn known_or_new(deed: &mut Deed, name: &str) -> Result<TeamId> {
    if let Some(known) = queries::team_named(deed.db, name)? {
        return Ok(known);
    }
    let id = TeamId::random();
    queries::insert_team(deed.db, id, name)?;
    Ok(id)
}

fn serve(deed: &mut Deed, team: TeamId, row: &Row, report: &mut Report) -> Result<()> {
    let known = queries::services_of(deed.db, &row.area)?;
    let serves =
        |it: &&Service| it.from_on <= row.from && it.until_on.is_none_or(|until| until >= row.from);
    let later = known.iter().find(|it| it.from_on > row.from);
    let mut until_on = later.and_then(|it| it.from_on.pred_opt());
    let (name, area, from) = (&row.team, &row.area, row.from);
    match known.iter().find(serves) {
        Some(old) if old.team == team => {
            report.unchanged += 1;
            return Ok(());
        }
        Some(old) if old.from_on == from => {
            report.changed += 1;
            report.tell(|| format!("changed: {name} serves {area} from {from}"));
            return queries::hand_service(deed.db, old.id, team);
        }
        Some(old) => {
            until_on = old.until_on;
            let eve = from.pred_opt().ok_or(Error::Corrupt("a date"))?;
            queries::end_service(deed.db, old.id, eve)?;
            report.changed += 1;
            report.tell(|| format!("changed: {name} serves {area} from {from}"));
        }
        None => {
            report.added += 1;
            report.tell(|| format!("added: {name} serves {area} from {from}"));
        }
    }
    queries::insert_service(deed.db, team, area, (from, until_on))
}
