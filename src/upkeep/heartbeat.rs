//! The worker says that it lives, so that a doctor can tell when none does.

use chrono::NaiveDateTime;

use crate::Result;
use crate::app::Portal;
use crate::store::hearts::{self, Heart};
use crate::worker::Done;

/// The chore.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    portal.store.write(|db| hearts::beat(db, Heart::Worker, now))?;
    Ok(Done::nothing())
}
