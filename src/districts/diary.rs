//! When teams meet, and until when a meeting takes new items.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::TeamId;
use crate::Result;
use crate::store::schema::meetings;
use crate::store::{Db, random_id};

random_id! {
    /// A meeting, in addresses.
    pub MeetingId
}

/// A meeting of a team.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Meeting {
    pub id: MeetingId,
    #[diesel(column_name = team_id)]
    pub team: TeamId,
    pub starts_at: NaiveDateTime,
    pub cut_off_at: NaiveDateTime,
    pub venue: String,
    pub chair: String,
}

/// The meetings of some teams that have not begun at `at`, the next first.
pub fn ahead(db: &mut Db, of: &[TeamId], at: NaiveDateTime) -> Result<Vec<Meeting>> {
    Ok(meetings::table
        .filter(meetings::team_id.eq_any(of.to_vec()))
        .filter(meetings::starts_at.ge(at))
        .order((meetings::starts_at, meetings::id))
        .limit(200)
        .select(Meeting::as_select())
        .load(db)?)
}
