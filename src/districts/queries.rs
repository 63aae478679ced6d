//! What the database is asked about areas, teams, postcodes and meetings.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{count, max};
use diesel::prelude::*;

use super::{Area, AreaCode, Meeting, MeetingId, Postcode, Team, TeamId};
use crate::Result;
use crate::accounts::Scope;
use crate::store::Db;
use crate::store::schema::{areas, meetings, postcodes, team_areas, teams};

/// Enough for every area, and every team, of any county.
const ALL: i64 = 1_000;

/// Changes whenever an import has changed the areas: rows are added and ended, and one that was wrong is replaced by a
/// new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    newest: Option<i64>,
    ended: i64,
}

pub(super) fn stamp(db: &mut Db) -> Result<Stamp> {
    let asked = areas::table.select((max(areas::id), count(areas::until_on)));
    let (newest, ended) = asked.first(db)?;
    Ok(Stamp { newest, ended })
}

/// The areas in force on a day with their outlines, by name.
pub(super) fn outlines_on(db: &mut Db, day: NaiveDate) -> Result<Vec<(Area, String)>> {
    Ok(areas::table
        .filter(areas::from_on.le(day))
        .filter(areas::until_on.is_null().or(areas::until_on.ge(day)))
        .order((areas::name, areas::code))
        .limit(ALL)
        .select((Area::as_select(), areas::outline))
        .load(db)?)
}

/// An area as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(super) struct Kept {
    pub id: i64,
    pub area: Area,
    pub outline: String,
}

/// Every area of every edition.
pub(super) fn every_area(db: &mut Db) -> Result<Vec<Kept>> {
    let all = areas::table.order((areas::code, areas::from_on));
    Ok(all.select((areas::id, Area::as_select(), areas::outline)).load(db)?)
}

pub(super) fn insert_area(db: &mut Db, area: &Area, outline: &str) -> Result<()> {
    diesel::insert_into(areas::table)
        .values((
            areas::code.eq(&area.code),
            areas::name.eq(&area.name),
            areas::edition.eq(&area.edition),
            areas::from_on.eq(area.from_on),
            areas::until_on.eq(area.until_on),
            areas::outline.eq(outline),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn remove_area(db: &mut Db, id: i64) -> Result<()> {
    diesel::delete(areas::table.find(id)).execute(db)?;
    Ok(())
}

pub(super) fn end_area(db: &mut Db, id: i64, until_on: NaiveDate) -> Result<()> {
    diesel::update(areas::table.find(id)).set(areas::until_on.eq(until_on)).execute(db)?;
    Ok(())
}

/// Easting and northing of a postcode.
pub(super) fn position_of(db: &mut Db, postcode: &Postcode) -> Result<Option<(i32, i32)>> {
    let found = postcodes::table.find(postcode.as_str());
    Ok(found.select((postcodes::easting, postcodes::northing)).first(db).optional()?)
}

/// A postcode, its easting and its northing.
pub(super) type PostcodeRow = (String, i32, i32);

pub(super) fn positions_of(db: &mut Db, codes: Vec<String>) -> Result<Vec<PostcodeRow>> {
    Ok(postcodes::table.filter(postcodes::postcode.eq_any(codes)).load(db)?)
}

pub(super) fn insert_postcodes(db: &mut Db, rows: &[PostcodeRow]) -> Result<()> {
    let row = |(code, easting, northing): &PostcodeRow| {
        (
            postcodes::postcode.eq(code.clone()),
            postcodes::easting.eq(*easting),
            postcodes::northing.eq(*northing),
        )
    };
    let values: Vec<_> = rows.iter().map(row).collect();
    // A batch does not compile through the enum of both engines.
    match db {
        Db::Postgres(db) => diesel::insert_into(postcodes::table).values(values).execute(db),
        Db::Sqlite(db) => diesel::insert_into(postcodes::table).values(values).execute(db),
    }?;
    Ok(())
}

pub(super) fn move_postcode(db: &mut Db, (code, east, north): &PostcodeRow) -> Result<()> {
    diesel::update(postcodes::table.find(code))
        .set((postcodes::easting.eq(east), postcodes::northing.eq(north)))
        .execute(db)?;
    Ok(())
}

/// Every team, by name.
pub fn teams(db: &mut Db) -> Result<Vec<Team>> {
    Ok(teams::table.order(teams::name).limit(ALL).select(Team::as_select()).load(db)?)
}

/// The names of some teams.
pub fn team_names(db: &mut Db, ids: &[TeamId]) -> Result<BTreeMap<TeamId, String>> {
    let found = teams::table.filter(teams::id.eq_any(ids.to_vec()));
    let rows: Vec<(TeamId, String)> = found.select((teams::id, teams::name)).load(db)?;
    Ok(rows.into_iter().collect())
}

/// The team that serves an area on a day.
pub fn team_of_area(db: &mut Db, code: &AreaCode, day: NaiveDate) -> Result<Option<Team>> {
    Ok(teams_of_areas(db, std::slice::from_ref(code), day)?.remove(code))
}

/// The teams that serve some areas on a day.
pub(super) fn teams_of_areas(
    db: &mut Db,
    codes: &[AreaCode],
    day: NaiveDate,
) -> Result<BTreeMap<AreaCode, Team>> {
    let rows: Vec<(AreaCode, Team)> = team_areas::table
        .inner_join(teams::table)
        .filter(team_areas::area_code.eq_any(codes.to_vec()))
        .filter(team_areas::from_on.le(day))
        .filter(team_areas::until_on.is_null().or(team_areas::until_on.ge(day)))
        .order(team_areas::from_on)
        .select((team_areas::area_code, Team::as_select()))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Which team serves an area, and when.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Service {
    pub id: i64,
    pub team: TeamId,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
}

/// Every service of an area, the oldest first.
pub(super) fn services_of(db: &mut Db, area: &AreaCode) -> Result<Vec<Service>> {
    Ok(team_areas::table
        .filter(team_areas::area_code.eq(area))
        .order(team_areas::from_on)
        .select((team_areas::id, team_areas::team_id, team_areas::from_on, team_areas::until_on))
        .load(db)?)
}

pub(super) fn insert_service(
    db: &mut Db,
    team: TeamId,
    area: &AreaCode,
    (from_on, until_on): (NaiveDate, Option<NaiveDate>),
) -> Result<()> {
    diesel::insert_into(team_areas::table)
        .values((
            team_areas::team_id.eq(team),
            team_areas::area_code.eq(area),
            team_areas::from_on.eq(from_on),
            team_areas::until_on.eq(until_on),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn end_service(db: &mut Db, id: i64, until_on: NaiveDate) -> Result<()> {
    diesel::update(team_areas::table.find(id))
        .set(team_areas::until_on.eq(until_on))
        .execute(db)?;
    Ok(())
}

pub(super) fn hand_service(db: &mut Db, id: i64, team: TeamId) -> Result<()> {
    diesel::update(team_areas::table.find(id)).set(team_areas::team_id.eq(team)).execute(db)?;
    Ok(())
}

pub(super) fn team_named(db: &mut Db, name: &str) -> Result<Option<TeamId>> {
    Ok(teams::table.filter(teams::name.eq(name)).select(teams::id).first(db).optional()?)
}

pub(super) fn has_team(db: &mut Db, id: TeamId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(teams::table.find(id))).get_result(db)?)
}

pub(super) fn insert_team(db: &mut Db, id: TeamId, name: &str) -> Result<()> {
    let row = (teams::id.eq(id), teams::name.eq(name));
    diesel::insert_into(teams::table).values(row).execute(db)?;
    Ok(())
}

/// The first meeting of a team that still takes items at a moment.
pub(super) fn next_open(db: &mut Db, team: TeamId, at: NaiveDateTime) -> Result<Option<Meeting>> {
    let open = meetings::table
        .filter(meetings::team_id.eq(team))
        .filter(meetings::cut_off_at.ge(at))
        .filter(meetings::cancelled_at.is_null());
    let first = open.order((meetings::starts_at, meetings::id)).select(Meeting::as_select());
    Ok(first.first(db).optional()?)
}

pub(super) fn has_meeting(db: &mut Db, team: TeamId, starts_at: NaiveDateTime) -> Result<bool> {
    let same = meetings::table
        .filter(meetings::team_id.eq(team))
        .filter(meetings::starts_at.eq(starts_at))
        .filter(meetings::cancelled_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(db)?)
}

pub(super) fn insert_meeting(db: &mut Db, meeting: &Meeting) -> Result<()> {
    diesel::insert_into(meetings::table)
        .values((
            meetings::id.eq(meeting.id),
            meetings::team_id.eq(meeting.team),
            meetings::starts_at.eq(meeting.starts_at),
            meetings::cut_off_at.eq(meeting.cut_off_at),
            meetings::venue.eq(&meeting.venue),
            meetings::chair.eq(&meeting.chair),
        ))
        .execute(db)?;
    Ok(())
}

/// Gives a meeting another time and place, if it still stands where the caller saw it. False if it does not.
pub(super) fn change_meeting(db: &mut Db, seen: &Meeting, to: &Meeting) -> Result<bool> {
    let changed = diesel::update(as_seen(seen)).set((
        meetings::starts_at.eq(to.starts_at),
        meetings::cut_off_at.eq(to.cut_off_at),
        meetings::venue.eq(&to.venue),
        meetings::chair.eq(&to.chair),
    ));
    Ok(changed.execute(db)? == 1)
}

/// Cancels a meeting, if it still stands where the caller saw it. False if it does not.
pub(super) fn cancel_meeting(db: &mut Db, seen: &Meeting, at: NaiveDateTime) -> Result<bool> {
    let cancelled = meetings::cancelled_at.eq(at);
    Ok(diesel::update(as_seen(seen)).set(cancelled).execute(db)? == 1)
}

#[diesel::dsl::auto_type]
fn as_seen<'a>(seen: &'a Meeting) -> _ {
    let (id, starts_at): (MeetingId, NaiveDateTime) = (seen.id, seen.starts_at);
    let same = meetings::table.filter(meetings::id.eq(id));
    same.filter(meetings::starts_at.eq(starts_at)).filter(meetings::cancelled_at.is_null())
}

/// The teams whose meetings a reader may see. None: every team's.
fn seen(scope: &Scope) -> Option<Vec<TeamId>> {
    let some = || scope.teams().iter().chain(scope.partner_teams()).copied().collect();
    (!scope.sees_every_team()).then(some)
}

pub(super) fn meetings_ahead(
    db: &mut Db,
    of: &[TeamId],
    at: NaiveDateTime,
) -> Result<Vec<Meeting>> {
    Ok(meetings::table
        .filter(meetings::team_id.eq_any(of.to_vec()))
        .filter(meetings::starts_at.ge(at))
        .filter(meetings::cancelled_at.is_null())
        .order((meetings::starts_at, meetings::id))
        .limit(200)
        .select(Meeting::as_select())
        .load(db)?)
}

/// Meetings that start at `from` or later, the first first.
pub(super) fn meetings_from(
    db: &mut Db,
    scope: &Scope,
    from: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Meeting>> {
    let mut found = meetings::table.filter(meetings::starts_at.ge(from)).into_boxed();
    if let Some(teams) = seen(scope) {
        found = found.filter(meetings::team_id.eq_any(teams));
    }
    let found = found.order((meetings::starts_at, meetings::id)).limit(limit);
    Ok(found.select(Meeting::as_select()).load(db)?)
}

/// Meetings that started before `before`, the last first.
pub(super) fn meetings_before(
    db: &mut Db,
    scope: &Scope,
    before: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Meeting>> {
    let mut found = meetings::table.filter(meetings::starts_at.lt(before)).into_boxed();
    if let Some(teams) = seen(scope) {
        found = found.filter(meetings::team_id.eq_any(teams));
    }
    let found = found.order((meetings::starts_at.desc(), meetings::id.desc())).limit(limit);
    Ok(found.select(Meeting::as_select()).load(db)?)
}

/// A meeting within the reader's scope, or nothing.
pub(super) fn meeting(db: &mut Db, scope: &Scope, id: MeetingId) -> Result<Meeting> {
    let mut found = meetings::table.filter(meetings::id.eq(id)).into_boxed();
    if let Some(teams) = seen(scope) {
        found = found.filter(meetings::team_id.eq_any(teams));
    }
    Ok(found.select(Meeting::as_select()).first(db)?)
}
