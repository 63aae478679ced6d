//! What the database is asked about the service's own running, and about who would receive what.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::Result;
use crate::accounts::{AccountId, Role};
use crate::audit::Event;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{accounts, audit, backups, posts, schools, team_areas, teams};

/// More than any county has; a list is never without a limit.
const ROWS_MAX: i64 = 50_000;

/// A backup, as it was written down when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = backups)]
pub struct Made {
    pub file: String,
    pub made_at: NaiveDateTime,
    pub folder: String,
    pub bytes: i64,
}

/// A post that has begun or will begin, and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub(super) struct Held {
    pub account: AccountId,
    pub role: Role,
    pub school: Option<Urn>,
    pub team: Option<TeamId>,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    /// False for somebody who was invited and has not chosen a password yet: nobody is there.
    pub has_come: bool,
}

pub(super) fn add_backup(db: &mut Db, made: &Made) -> Result<()> {
    diesel::delete(backups::table.find(&made.file)).execute(db)?;
    diesel::insert_into(backups::table).values(made).execute(db)?;
    Ok(())
}

/// The newest backup.
pub fn last_backup(db: &mut Db) -> Result<Option<Made>> {
    let all = (backups::file, backups::made_at, backups::folder, backups::bytes);
    Ok(backups::table.order(backups::made_at.desc()).select(all).first(db).optional()?)
}

/// The newest backup that was made by a moment.
pub(super) fn last_backup_by(db: &mut Db, at: NaiveDateTime) -> Result<Option<Made>> {
    let all = (backups::file, backups::made_at, backups::folder, backups::bytes);
    let by = backups::table.filter(backups::made_at.le(at));
    Ok(by.order(backups::made_at.desc()).select(all).first(db).optional()?)
}

/// When a backup was last brought back to here, and the name of its file.
pub(super) fn last_restored(db: &mut Db) -> Result<Option<(NaiveDateTime, String)>> {
    let restored = audit::table.filter(audit::event.eq(Event::BackupRestored));
    let last = restored.order(audit::id.desc()).select((audit::at, audit::subject));
    Ok(last.first(db).optional()?)
}

/// When something was last written down.
pub(super) fn last_event(db: &mut Db) -> Result<Option<NaiveDateTime>> {
    Ok(audit::table.order(audit::id.desc()).select(audit::at).first(db).optional()?)
}

pub(super) fn open_schools(db: &mut Db) -> Result<Vec<(Urn, String)>> {
    Ok(schools::table
        .filter(schools::is_open.eq(true))
        .order((schools::name, schools::urn))
        .limit(ROWS_MAX)
        .select((schools::urn, schools::name))
        .load(db)?)
}

/// The teams that serve an area today, by name.
pub(super) fn serving_teams(db: &mut Db, today: NaiveDate) -> Result<Vec<(TeamId, String)>> {
    Ok(team_areas::table
        .inner_join(teams::table)
        .filter(team_areas::from_on.le(today))
        .filter(team_areas::until_on.is_null().or(team_areas::until_on.ge(today)))
        .order(teams::name)
        .select((teams::id, teams::name))
        .distinct()
        .limit(ROWS_MAX)
        .load(db)?)
}

/// Every post that has not ended by `today`.
pub(super) fn posts_from(db: &mut Db, today: NaiveDate) -> Result<Vec<Held>> {
    Ok(posts::table
        .inner_join(accounts::table)
        .filter(posts::until_on.is_null().or(posts::until_on.ge(today)))
        .order(posts::id)
        .limit(ROWS_MAX)
        .select((
            posts::account_id,
            posts::role,
            posts::school_urn,
            posts::team_id,
            posts::from_on,
            posts::until_on,
            accounts::password_hash.ne(""),
        ))
        .load(db)?)
}
