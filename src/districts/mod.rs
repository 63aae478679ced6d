//! Areas, teams, and which team serves which area: data with dates, never a list in the code.
//!
//! An area comes with an edition of the boundaries and is in force from a day. A later edition ends it the day before;
//! nothing is overwritten, because a concern keeps the edition that it was routed by. A team serves areas, each from a
//! day. The team's meetings are here as well, because whoever raises a concern is told when it will be heard.

pub mod atlas;
pub mod diary;
pub mod grid;
pub mod import_boundaries;
pub mod import_postcodes;
pub mod import_teams;
pub mod outlines;
pub mod place;
pub mod route;

pub mod policy;
pub mod queries;

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::store::random_id;
use crate::store::schema::{areas, meetings, teams};

pub use atlas::{Atlas, AtlasCache};
pub use grid::Position;
pub use place::{NotAPlace, Place, Postcode};
pub use queries::{team_names, team_of_area, teams};
pub use route::{Found, Neighbour, route, served};

random_id! {
    /// A district team.
    pub TeamId
}
random_id! {
    /// A meeting, in addresses.
    pub MeetingId
}

/// An area's code, as the Office for National Statistics gives it: `E07000226`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType)]
pub struct AreaCode(String);

impl AreaCode {
    /// A letter for the nation and eight digits, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.trim().to_ascii_uppercase();
        let digits = code.strip_prefix(['E', 'W', 'S', 'N'])?;
        let is_code = digits.len() == 8 && digits.bytes().all(|it| it.is_ascii_digit());
        is_code.then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// An edition of the boundaries, as its property names say it: `LAD13`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType)]
pub struct Edition(String);

impl Edition {
    /// `LAD13`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_uppercase();
        let year = name.strip_prefix("LAD")?;
        let is_edition = year.len() == 2 && year.bytes().all(|it| it.is_ascii_digit());
        is_edition.then_some(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A district, borough or county, in one edition of its outline.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
pub struct Area {
    pub code: AreaCode,
    pub name: String,
    pub edition: Edition,
    pub from_on: NaiveDate,
    /// The last day in force. None: still in force.
    pub until_on: Option<NaiveDate>,
}

/// A district team.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
}

/// When a team sits.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
pub struct Meeting {
    pub id: MeetingId,
    #[diesel(column_name = team_id)]
    pub team: TeamId,
    pub starts_at: NaiveDateTime,
    /// Until when it takes new items.
    pub cut_off_at: NaiveDateTime,
    pub venue: String,
    pub chair: String,
    /// Since when it is cancelled, if it is: nothing is heard at it.
    pub cancelled_at: Option<NaiveDateTime>,
}

/// A team's name as an owner's: `Crawley’s`, `The Downs’`.
pub fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}’") } else { format!("{name}’s") }
}
