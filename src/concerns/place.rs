//! Where a report's place is: what was typed becomes a position and a district, and its writer has the last word.

use chrono::NaiveDate;

use super::Answers;
use super::draft::Draft;
use super::report::{AREA, FOUND};
use crate::districts::{Area, AreaCode, Atlas, Found, Neighbour, Place, Position, Team};
use crate::store::Db;
use crate::{Error, Result, districts, schools};

/// What is known of a draft's place.
#[derive(Debug, Clone)]
pub struct Look {
    /// None outside Great Britain's grid, or if the place was given in words alone.
    pub position: Option<Position>,
    /// The area that holds the position.
    pub area: Option<Area>,
    /// The team that serves it.
    pub team: Option<Team>,
    /// Districts of other teams near by, the nearest first.
    pub near: Vec<AreaCode>,
    /// Every district that can be chosen, with its team.
    pub served: Vec<Neighbour>,
    /// What is chosen until the writer chooses.
    pub likely: Option<AreaCode>,
}

/// What is wrong with a place that was typed, in words that say what to do. A place outside every area is not wrong: its
/// district can be chosen.
pub fn fault(
    db: &mut Db,
    atlas: &Atlas,
    answers: &Answers,
    today: NaiveDate,
) -> Result<Option<String>> {
    let typed = answers.get("place");
    if typed.is_empty() {
        return Ok(None);
    }
    let place = match Place::parse(typed) {
        Ok(place) => place,
        Err(why) => {
            return Ok(Some(format!("{why}. Or leave this empty and describe the place in words")));
        }
    };
    let found = districts::route(db, atlas, &place, today)?;
    let unknown = match (&place, found.position) {
        (Place::Postcode(code), None) => Some(format!(
            "We do not know the postcode {code}. Check it, or leave this empty and describe the place in words"
        )),
        _ => None,
    };
    Ok(unknown)
}

/// Looks for the place of a draft.
pub fn look(db: &mut Db, atlas: &Atlas, draft: &Draft, today: NaiveDate) -> Result<Look> {
    let found = match Place::parse(draft.answers.get("place")) {
        Ok(place) => districts::route(db, atlas, &place, today)?,
        Err(_words_alone) => Found::default(),
    };
    let served = districts::served(db, atlas, today)?;
    let likely = match (&found.position, &found.area) {
        (Some(_), area) => area.as_ref().map(|it| it.code.clone()),
        (None, _) => schools_area(db, draft)?,
    };
    let chosen = AreaCode::parse(draft.answers.get(AREA));
    let likely = chosen.or(likely).filter(|code| served.iter().any(|it| it.area.code == *code));
    Ok(Look {
        position: found.position,
        area: found.area,
        team: found.team,
        near: found.neighbours.into_iter().map(|it| it.area.code).collect(),
        served,
        likely,
    })
}

fn schools_area(db: &mut Db, draft: &Draft) -> Result<Option<AreaCode>> {
    match schools::find(db, draft.school) {
        Ok(school) => Ok(school.area_code),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The answers with what was found written down, if the district is one that can be chosen; without a district if not.
pub fn confirm(look: &Look, answers: &Answers) -> Answers {
    let bare = answers.only(|name| !FOUND.contains(&name));
    let code = AreaCode::parse(answers.get(AREA));
    let chosen = look.served.iter().find(|it| Some(&it.area.code) == code.as_ref());
    let Some(Neighbour { area, .. }) = chosen else { return bare.only(|name| name != AREA) };
    let mut found =
        vec![("area_name", area.name.clone()), ("area_edition", area.edition.to_string())];
    if let Some(position) = &look.position {
        found.push(("easting", position.easting.to_string()));
        found.push(("northing", position.northing.to_string()));
        found.push(("grid_reference", position.grid_reference(4)));
        found.push(("lat_lon", lat_lon(position)));
    }
    bare.with(&FOUND, found.into_iter().map(|(name, value)| (name.to_owned(), value)))
}

/// `51.1132, -0.1872`: to ten metres.
pub fn lat_lon(position: &Position) -> String {
    format!("{:.4}, {:.4}", position.lat, position.lon)
}
