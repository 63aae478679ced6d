//! The worker says that it lives, so that a doctor can tell when none does.

use chrono::NaiveDateTime;

use super::queries;
use crate::Result;
use crate::app::Portal;
use crate::worker::Done;

/// The chore.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    portal.store.write(|db| queries::beat(db, queries::ALIVE, now))?;
    Ok(Done::nothing())
}
