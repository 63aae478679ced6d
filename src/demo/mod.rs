//! The demonstration: an invented but lifelike county, filled through the same doors as a real one.

mod county;
mod people;
mod reports;
