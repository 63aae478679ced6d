//! The register of schools, as GIAS publishes it.

/// A school's unique reference number in GIAS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel_derive_newtype::DieselNewType)]
pub struct Urn(pub i32);
