//! The register of schools, as GIAS publishes it.
//!
//! A school is known by its number and stays known: one that closes is marked with the day, because people and concerns
//! refer to it.

pub mod import_gias;
pub mod look_up;

pub mod queries;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::districts::AreaCode;
use crate::store::schema::schools;

pub use look_up::{FOUND_MAX, look_up};
pub use queries::{find, names, open_of};

/// A school's unique reference number in GIAS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType)]
pub struct Urn(pub i32);

impl Urn {
    /// Six digits, as GIAS gives them.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = text.len() == 6 && text.bytes().all(|it| it.is_ascii_digit());
        is_number.then(|| text.parse().map(Self).ok()).flatten()
    }
}

impl std::fmt::Display for Urn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// A school as the register has it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = schools, treat_none_as_null = true)]
pub struct School {
    pub urn: Urn,
    pub name: String,
    pub phase: String,
    /// With its space: `RH10 6JJ`.
    pub postcode: Option<String>,
    /// Metres of the British National Grid, as `northing`.
    pub easting: Option<i32>,
    pub northing: Option<i32>,
    pub area_code: Option<AreaCode>,
    /// The local authority's three digits.
    pub authority: String,
    pub closed_on: Option<NaiveDate>,
    pub is_open: bool,
}
