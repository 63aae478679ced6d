//! The demonstration: an invented but lifelike county, filled through the same doors as a real one.

mod county;
mod fill;
mod large;
mod meeting;
mod people;
mod reports;
mod story;
mod work;

pub use fill::{Size, fill};
pub use large::{CONCERNS, CONTEXTS};
pub use people::{PASSWORD, Somebody};

/// An invented postcode of each district, with its name.
pub fn postcodes() -> Vec<String> {
    let one = |(index, district): (usize, &county::District)| {
        Some(format!("{} ({})", county::spots(index).first()?.postcode, district.name))
    };
    county::DISTRICTS.iter().enumerate().filter_map(one).collect()
}

/// One person of every role, as the start of the demonstration prints them.
pub fn people() -> &'static [Somebody] {
    people::PEOPLE
}
