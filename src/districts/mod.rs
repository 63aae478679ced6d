//! Areas, teams, and which team serves which area: data with dates, never a list in the code.

pub mod diary;

pub use diary::{Meeting, MeetingId};

use crate::store::random_id;

random_id! {
    /// A district team.
    pub TeamId
}

/// A team's name as an owner's: `Crawley’s`, `The Downs’`.
pub fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}’") } else { format!("{name}’s") }
}
