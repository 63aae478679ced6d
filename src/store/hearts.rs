//! Moments that the service writes down of its own running. Each has one writer, and is for one question.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::heartbeats;
use super::{Db, text_enum};
use crate::Result;

text_enum! {
    /// What beats.
    pub enum Heart {
        /// A worker, every minute, whatever its clock says: is there one?
        Worker = "worker",
        /// The clock that deletion goes by, each hour and only while it does not jump: may anything be deleted?
        DeletionClock = "deletion-clock",
        /// The end of each run of deletion: does it run?
        Deletion = "deletion",
    }
}

/// Writes down that it beats.
pub fn beat(db: &mut Db, heart: Heart, at: NaiveDateTime) -> Result<()> {
    let beaten = diesel::update(heartbeats::table.find(heart.as_str()));
    if beaten.set(heartbeats::beat_at.eq(at)).execute(db)? == 0 {
        diesel::insert_into(heartbeats::table)
            .values((heartbeats::name.eq(heart), heartbeats::beat_at.eq(at)))
            .execute(db)?;
    }
    Ok(())
}

/// When it last beat.
pub fn last_beat(db: &mut Db, heart: Heart) -> Result<Option<NaiveDateTime>> {
    let last = heartbeats::table.find(heart.as_str()).select(heartbeats::beat_at);
    Ok(last.first(db).optional()?)
}
