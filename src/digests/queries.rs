//! What the database is asked for digests: a few questions for many people, never one for each.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

use super::Rhythm;
use crate::Result;
use crate::accounts::{AccountId, Scope};
use crate::concerns::Status;
use crate::districts::{MeetingId, TeamId};
use crate::mail::LetterKind;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{concerns, drafts, letters, meetings, rhythms, schools, team_areas};

/// A bound on what one batch reads, far above what is open in a county at a time.
const OPEN_MAX: i64 = 200_000;
const MEETINGS_MAX: i64 = 500;

/// When a team sits, as far as a digest says it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Meeting {
    pub id: MeetingId,
    pub team: TeamId,
    pub starts_at: NaiveDateTime,
    pub cut_off_at: NaiveDateTime,
}

/// A concern as a digest knows it: where it stands, and nothing of what it is about.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Known {
    pub reference: String,
    pub school: Urn,
    pub team: TeamId,
    pub status: Status,
    pub raised_at: NaiveDateTime,
    /// When it came to the team that has it.
    pub arrived_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
}

const KNOWN: (
    concerns::reference,
    concerns::school_urn,
    concerns::team_id,
    concerns::status,
    concerns::raised_at,
    concerns::arrived_at,
    concerns::changed_at,
) = (
    concerns::reference,
    concerns::school_urn,
    concerns::team_id,
    concerns::status,
    concerns::raised_at,
    concerns::arrived_at,
    concerns::changed_at,
);

/// The rhythm of everybody who has chosen one.
pub(super) fn rhythms(db: &mut Db) -> Result<HashMap<AccountId, Rhythm>> {
    let rows: Vec<(AccountId, Rhythm)> = rhythms::table.load(db)?;
    Ok(rows.into_iter().collect())
}

/// The rhythm that a person has chosen, if they have.
pub(super) fn rhythm_of(db: &mut Db, person: AccountId) -> Result<Option<Rhythm>> {
    Ok(rhythms::table.find(person).select(rhythms::rhythm).first(db).optional()?)
}

pub(super) fn set_rhythm(db: &mut Db, person: AccountId, rhythm: Rhythm) -> Result<()> {
    let kept = diesel::update(rhythms::table.find(person)).set(rhythms::rhythm.eq(rhythm));
    if kept.execute(db)? == 0 {
        diesel::insert_into(rhythms::table)
            .values((rhythms::account_id.eq(person), rhythms::rhythm.eq(rhythm)))
            .execute(db)?;
    }
    Ok(())
}

pub(super) fn remove_rhythm(db: &mut Db, person: AccountId) -> Result<()> {
    diesel::delete(rhythms::table.find(person)).execute(db)?;
    Ok(())
}

/// When each person's latest digest was queued, between `from` and `at`. A clock that was wrong once leaves letters
/// behind that lie ahead; they are not looked at.
pub(super) fn latest(
    db: &mut Db,
    (from, at): (NaiveDateTime, NaiveDateTime),
) -> Result<HashMap<AccountId, NaiveDateTime>> {
    let rows: Vec<(AccountId, Option<NaiveDateTime>)> = letters::table
        .filter(letters::kind.eq(LetterKind::Digest))
        .filter(letters::queued_at.between(from, at))
        .group_by(letters::account_id)
        .select((letters::account_id, max(letters::queued_at)))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}

/// When the latest digest of each of these people was queued, up to `at`.
pub(super) fn latest_of(
    db: &mut Db,
    people: Vec<AccountId>,
    at: NaiveDateTime,
) -> Result<HashMap<AccountId, NaiveDateTime>> {
    let rows: Vec<(AccountId, Option<NaiveDateTime>)> = letters::table
        .filter(letters::account_id.eq_any(people))
        .filter(letters::kind.eq(LetterKind::Digest))
        .filter(letters::queued_at.le(at))
        .group_by(letters::account_id)
        .select((letters::account_id, max(letters::queued_at)))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}

/// The meetings ahead, of every team: when they are is not a secret within the partnership.
pub(super) fn meetings_ahead(db: &mut Db, at: NaiveDateTime) -> Result<Vec<Meeting>> {
    Ok(meetings::table
        .filter(meetings::starts_at.gt(at))
        .filter(meetings::cancelled_at.is_null())
        .order((meetings::starts_at, meetings::id))
        .limit(MEETINGS_MAX)
        .select((meetings::id, meetings::team_id, meetings::starts_at, meetings::cut_off_at))
        .load(db)?)
}

/// The teams that serve the areas of these schools on `today`.
pub(super) fn teams_of_schools(
    db: &mut Db,
    urns: Vec<Urn>,
    today: NaiveDate,
) -> Result<HashMap<Urn, TeamId>> {
    let serves = team_areas::table
        .inner_join(schools::table.on(schools::area_code.eq(team_areas::area_code.nullable())))
        .filter(schools::urn.eq_any(urns))
        .filter(team_areas::from_on.le(today))
        .filter(team_areas::until_on.is_null().or(team_areas::until_on.ge(today)));
    let rows: Vec<(Urn, TeamId)> = serves.select((schools::urn, team_areas::team_id)).load(db)?;
    Ok(rows.into_iter().collect())
}

/// What is open in the teams of these people: everything that is not part of a context yet.
pub(super) fn open_in_teams(db: &mut Db, scopes: &[Scope]) -> Result<Vec<Known>> {
    let open = [Status::Submitted, Status::MoreInformation, Status::Accepted, Status::Redirected];
    let mut found =
        concerns::table.filter(concerns::status.eq_any(open)).select(KNOWN).into_boxed();
    if !scopes.iter().any(Scope::sees_every_team) {
        let teams: Vec<TeamId> = scopes.iter().flat_map(Scope::teams).copied().collect();
        if teams.is_empty() {
            return Ok(Vec::new());
        }
        found = found.filter(concerns::team_id.eq_any(teams));
    }
    Ok(found.order(concerns::raised_at.desc()).limit(OPEN_MAX).load(db)?)
}

/// What these people's schools have raised and that has changed since, or waits for an answer of theirs.
pub(super) fn of_schools(
    db: &mut Db,
    scopes: &[Scope],
    since: NaiveDateTime,
) -> Result<Vec<Known>> {
    let schools: Vec<Urn> = scopes.iter().flat_map(Scope::schools).copied().collect();
    if schools.is_empty() {
        return Ok(Vec::new());
    }
    let moved = concerns::changed_at.gt(since).or(concerns::status.eq(Status::MoreInformation));
    Ok(concerns::table
        .filter(concerns::school_urn.eq_any(schools))
        .filter(moved)
        .order(concerns::changed_at.desc())
        .limit(OPEN_MAX)
        .select(KNOWN)
        .load(db)?)
}

/// How many reports each of these people has begun and not sent.
pub(super) fn drafts_of(db: &mut Db, people: Vec<AccountId>) -> Result<HashMap<AccountId, usize>> {
    let sent = concerns::table.filter(concerns::draft_id.eq(drafts::id));
    let begun: Vec<AccountId> = drafts::table
        .filter(drafts::account_id.eq_any(people))
        .filter(not(exists(sent)))
        .limit(OPEN_MAX)
        .select(drafts::account_id)
        .load(db)?;
    let mut counts = HashMap::new();
    for person in begun {
        *counts.entry(person).or_default() += 1;
    }
    Ok(counts)
}
