//! The demonstration: an invented but lifelike county, filled through the same doors as a real one.

mod county;
mod fill;
mod people;
mod reports;
mod story;

pub use fill::fill;
pub use people::{PASSWORD, Somebody};

/// One person of every role, as the start of the demonstration prints them.
pub fn people() -> &'static [Somebody] {
    people::PEOPLE
}
