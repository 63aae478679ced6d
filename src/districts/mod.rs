//! Areas, teams, and which team serves which area: data with dates, never a list in the code.

use crate::store::random_id;

random_id! {
    /// A district team.
    pub TeamId
}
