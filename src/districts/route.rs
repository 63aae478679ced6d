//! From a place to the area that it lies in and the team that serves it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Area, AreaCode, Atlas, Place, Position, Team, queries};
use crate::Result;
use crate::app::Portal;
use crate::calendar;
use crate::store::Db;

/// This near to a boundary, the neighbour is offered as well.
pub const NEAR_M: f64 = 250.0;

/// Where a place belongs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// None for a postcode that we do not know.
    pub position: Option<Position>,
    /// None outside every area.
    pub area: Option<Area>,
    /// None if no team serves the area.
    pub team: Option<Team>,
    /// Areas within [`NEAR_M`] that another team serves, the nearest first.
    pub neighbours: Vec<Neighbour>,
}

/// An area near by, and its team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub area: Area,
    pub team: Team,
}

/// Routes a place on a day: at most one query for the postcode and one for the teams.
pub fn route(db: &mut Db, atlas: &Atlas, place: &Place, today: NaiveDate) -> Result<Found> {
    let Some(position) = position(db, place)? else { return Ok(Found::default()) };
    let area = atlas.area_at(&position).cloned();
    let near: Vec<Area> = atlas.near(&position, NEAR_M).into_iter().cloned().collect();
    let codes: Vec<AreaCode> = area.iter().chain(&near).map(|it| it.code.clone()).collect();
    let mut teams = queries::teams_of_areas(db, &codes, today)?;
    let team = area.as_ref().and_then(|it| teams.remove(&it.code));
    let neighbours = near.into_iter().filter_map(|area| {
        let serves = teams.remove(&area.code)?;
        let is_other = team.as_ref().is_none_or(|it| it.id != serves.id);
        is_other.then_some(Neighbour { area, team: serves })
    });
    let neighbours = neighbours.collect();
    Ok(Found { position: Some(position), area, team, neighbours })
}

/// Every area that a team serves on a day, by name.
pub fn served(db: &mut Db, atlas: &Atlas, today: NaiveDate) -> Result<Vec<Neighbour>> {
    let codes: Vec<AreaCode> = atlas.areas().map(|it| it.code.clone()).collect();
    let mut teams = queries::teams_of_areas(db, &codes, today)?;
    let served =
        |area: &Area| Some(Neighbour { team: teams.remove(&area.code)?, area: area.clone() });
    Ok(atlas.areas().filter_map(served).collect())
}

fn position(db: &mut Db, place: &Place) -> Result<Option<Position>> {
    match place {
        Place::Position(position) => Ok(Some(*position)),
        Place::Postcode(postcode) => {
            let found = queries::position_of(db, postcode)?;
            Ok(found.and_then(|(easting, northing)| Position::of_grid(easting, northing)))
        }
    }
}

/// What `e4s place` knows of one day, so that many questions cost little.
pub struct Guide {
    atlas: Arc<Atlas>,
    teams: BTreeMap<AreaCode, Team>,
}

/// The answer to one question of `e4s place`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Area code, area name and team, apart by tabs; `-` for none.
    pub line: String,
    /// Why there is none, in words.
    pub trouble: Option<String>,
}

impl Guide {
    pub fn on(db: &mut Db, atlas: Arc<Atlas>, day: NaiveDate) -> Result<Self> {
        let codes: Vec<AreaCode> = atlas.areas().map(|it| it.code.clone()).collect();
        Ok(Self { teams: queries::teams_of_areas(db, &codes, day)?, atlas })
    }

    /// Where `what` belongs. Asks the database for postcodes alone.
    pub fn answer(&self, db: &mut Db, what: &str) -> Result<Answer> {
        let place = match Place::parse(what) {
            Ok(place) => place,
            Err(trouble) => return Ok(Answer::none(trouble.to_string())),
        };
        let Some(position) = position(db, &place)? else {
            return Ok(Answer::none("We do not know this postcode, or where it is".to_owned()));
        };
        let Some(area) = self.atlas.area_at(&position) else {
            return Ok(Answer::none("This is outside every area".to_owned()));
        };
        let team = self.teams.get(&area.code);
        let name = team.map_or("-", |it| it.name.as_str());
        let trouble = team.is_none().then(|| format!("No team serves {}", area.name));
        Ok(Answer { line: format!("{}\t{}\t{name}", area.code, area.name), trouble })
    }
}

impl Answer {
    fn none(trouble: String) -> Self {
        Self { line: "-\t-\t-".to_owned(), trouble: Some(trouble) }
    }
}

/// `e4s place WHAT…`: an answer to each question, in their order.
pub fn answers<'a>(
    portal: &Portal,
    questions: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Answer>> {
    let day = calendar::day((portal.clock)());
    portal.store.read(|db| {
        let atlas = portal.atlas.on(db, day)?;
        let guide = Guide::on(db, atlas, day)?;
        questions.into_iter().map(|it| guide.answer(db, it)).collect()
    })
}
