//! Fills an empty database with the invented county. What is there already is left as it is.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Weekday};

use super::county::{self, DISTRICTS, SCHOOLS};
use super::people::{At, PASSWORD, PEOPLE, Somebody};
use crate::accounts::appoint::{self, Newcomer};
use crate::accounts::{AccountId, Post, passwords};
use crate::app::Portal;
use crate::districts::{self, TeamId, diary, import_boundaries, import_postcodes, import_teams};
use crate::schools::{Urn, import_gias};
use crate::{Error, Result, calendar};

/// The invented authority's number in the invented register.
const AUTHORITY: &str = "938";
const FIRST_URN: i32 = 990_001;
const MEETINGS_AHEAD: i64 = 4;
const MEETINGS_BEHIND: i64 = 3;

/// Everybody of the demonstration, by address.
pub(super) type People = BTreeMap<&'static str, AccountId>;

/// How much there is of the invented county.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// Some forty reports: enough to read.
    #[default]
    Usual,
    /// 10,000 concerns and 1,000 contexts more, to see how pages bear them.
    Large,
}

impl Size {
    /// Its name, as the command line has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Large => "large",
        }
    }
}

/// Fills the database, and says at times how many reports have been added. False if the county was there already.
pub fn fill(portal: &Portal, size: Size, said: &mut dyn FnMut(usize)) -> Result<bool> {
    if !portal.store.read(districts::teams)?.is_empty() {
        return Ok(false);
    }
    registers(portal)?;
    let teams = portal.store.read(districts::teams)?;
    let teams: BTreeMap<String, TeamId> = teams.into_iter().map(|it| (it.name, it.id)).collect();
    portal.write_as_house(|deed| {
        for (count, (name, team)) in teams.iter().enumerate() {
            for (starts_at, cut_off_at) in sittings(deed.today(), count) {
                let sitting = diary::Sitting {
                    team: *team,
                    starts_at,
                    cut_off_at,
                    venue: format!("{name} council offices, committee room"),
                    chair: "Head of community safety".to_owned(),
                };
                diary::schedule(deed, &sitting)?;
            }
        }
        Ok(())
    })?;
    let people = people(portal, &teams)?;
    super::story::enter_numbers(portal, &people)?;
    let contexts = super::story::tell(portal, &people)?;
    super::work::work(portal, &people, &contexts)?;
    super::meeting::hold(portal, &people)?;
    if size == Size::Large {
        super::large::fill(portal, &people, said)?;
    }
    super::story::write_digests(portal)?;
    Ok(true)
}

/// The registers go through the same imports as real ones, from files that stay beside the database to be looked at.
fn registers(portal: &Portal) -> Result<()> {
    let database = portal.settings.database.strip_prefix("sqlite:").unwrap_or_default();
    let folder = Path::new(database).parent().unwrap_or(Path::new(".")).join("registers");
    std::fs::create_dir_all(&folder).map_err(|error| unwritten(&error))?;
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| unwritten(&error))?;
        Ok::<_, Error>(file)
    };
    let from = NaiveDate::from_ymd_opt(2024, 4, 1).unwrap_or_default();
    let quiet = &mut |_| {};
    import_boundaries::import(
        portal,
        &write("boundaries.geojson", county::boundaries())?,
        from,
        quiet,
    )?;
    import_teams::import(portal, &write("teams.csv", county::teams())?, quiet)?;
    import_postcodes::import(portal, &write("postcodes.csv", postcodes())?, quiet)?;
    import_gias::import(portal, &write("schools.csv", schools())?, AUTHORITY, quiet)?;
    Ok(())
}

fn unwritten(error: &std::io::Error) -> Error {
    Error::Document(format!("the demonstration's registers: {error}"))
}

fn postcodes() -> String {
    let spots = (0..DISTRICTS.len()).flat_map(county::spots);
    let row = |it: county::Spot| {
        format!(
            "\"{}\",10,{},{},\"E92000001\",\"\",\"\",\"E10000032\",\"\",\"\"\n",
            it.postcode, it.easting, it.northing
        )
    };
    spots.map(row).collect()
}

fn schools() -> String {
    let head = "\"URN\",\"LA (code)\",\"EstablishmentName\",\"EstablishmentStatus (code)\",\
         \"EstablishmentStatus (name)\",\"CloseDate\",\"PhaseOfEducation (name)\",\"Postcode\",\"Easting\",\"Northing\",\
         \"DistrictAdministrative (code)\"\n";
    let rows = DISTRICTS.iter().zip(SCHOOLS).enumerate().flat_map(|(index, (district, names))| {
        let row = move |(name, spot): (&&str, county::Spot)| {
            let is_primary = name.contains("Primary") || name.contains("Infant");
            let phase = if is_primary { "Primary" } else { "Secondary" };
            format!(
                "{},\"{AUTHORITY}\",\"{name}\",\"1\",\"Open\",\"\",\"{phase}\",\"{}\",{},{},\"{}\"\n",
                urn_of(index, name),
                spot.postcode,
                spot.easting,
                spot.northing,
                district.code
            )
        };
        names.iter().zip(county::spots(index)).map(row)
    });
    std::iter::once(head.to_owned()).chain(rows).collect()
}

/// Numbers are given out in the order of the lists.
fn urn_of(district: usize, name: &str) -> Urn {
    let before: usize = SCHOOLS.iter().take(district).map(|it| it.len()).sum();
    let within = SCHOOLS.get(district).and_then(|it| it.iter().position(|it| *it == name));
    let count = i32::try_from(before + within.unwrap_or_default()).unwrap_or_default();
    Urn(FIRST_URN + count)
}

/// The school that a district's lead reports for.
pub(super) fn first_school(district: usize) -> Urn {
    urn_of(district, SCHOOLS.get(district).and_then(|it| it.first()).copied().unwrap_or_default())
}

fn people(portal: &Portal, teams: &BTreeMap<String, TeamId>) -> Result<People> {
    let password_hash = passwords::hash(&PASSWORD.to_owned().into())?;
    portal.write_as_house(|deed| {
        let mut people = People::new();
        for Somebody { role, email, name, at } in PEOPLE {
            let newcomer = Newcomer {
                email: (*email).to_owned(),
                name: (*name).to_owned(),
                password_hash: password_hash.clone(),
            };
            let (school, team) = match at {
                At::School(district) => (Some(first_school(*district)), None),
                At::Team(name) => (None, teams.get(*name).copied()),
                At::County => (None, None),
            };
            let id = appoint::add(deed, &newcomer)?;
            let since = deed.today() - Days::new(365);
            appoint::appoint(deed, id, &Post { role: *role, school, team }, Some(since))?;
            people.insert(email, id);
        }
        Ok(people)
    })
}

/// Some meetings ahead and some behind, every four weeks, each team on a day of its own; papers close a week before.
fn sittings(today: NaiveDate, team: usize) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let offset = i64::try_from(team).unwrap_or_default() * 3 + 10;
    (-MEETINGS_BEHIND..MEETINGS_AHEAD)
        .map(|count| {
            let day = weekday(today + TimeDelta::days(offset + count * 28));
            (calendar::at(day, 10, 0), calendar::at(weekday(day - TimeDelta::days(7)), 17, 0))
        })
        .collect()
}

/// The day itself, or the Monday after a weekend.
fn weekday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Days::new(2),
        Weekday::Sun => day + Days::new(1),
        _ => day,
    }
}
