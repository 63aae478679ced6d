//! What the database is asked about concerns and drafts.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Concern, ConcernId, Status, Step};
use crate::Result;
use crate::accounts::{AccountId, Scope};
use crate::districts::TeamId;
use crate::store::Db;
use crate::store::schema::{concern_steps, concerns};

/// A concern within the reader's scope, or nothing: "not yours" and "not there" are the same.
pub fn find(db: &mut Db, scope: &Scope, id: ConcernId) -> Result<Concern> {
    let mut found =
        concerns::table.filter(concerns::id.eq(id)).select(Concern::as_select()).into_boxed();
    if !scope.sees_every_team() {
        let schools = concerns::school_urn.eq_any(scope.schools().to_vec());
        found = found.filter(schools.or(concerns::team_id.eq_any(scope.teams().to_vec())));
    }
    Ok(found.first(db)?)
}

/// Moves a concern on, if it is still where the caller saw it. False if it is not.
pub fn advance(
    db: &mut Db,
    seen: &Concern,
    (next, team): (Status, TeamId),
    at: NaiveDateTime,
) -> Result<bool> {
    let same = concerns::table
        .filter(concerns::id.eq(seen.id))
        .filter(concerns::status.eq(seen.status))
        .filter(concerns::team_id.eq(seen.team));
    let moved = diesel::update(same).set((
        concerns::status.eq(next),
        concerns::team_id.eq(team),
        concerns::changed_at.eq(at),
    ));
    Ok(moved.execute(db)? == 1)
}

/// Adds a line to a concern's life.
pub fn add_step(db: &mut Db, concern: ConcernId, step: &Step) -> Result<()> {
    diesel::insert_into(concern_steps::table)
        .values((
            concern_steps::concern_id.eq(concern),
            concern_steps::at.eq(step.at),
            concern_steps::account_id.eq(step.by),
            concern_steps::team_id.eq(step.team),
            concern_steps::status.eq(step.status),
            concern_steps::words.eq(&step.words),
        ))
        .execute(db)?;
    Ok(())
}

/// The life of a concern that the caller has found within a scope, the oldest step first.
pub fn steps(db: &mut Db, concern: &Concern) -> Result<Vec<Step>> {
    type Row = (NaiveDateTime, AccountId, TeamId, Status, String);
    let rows: Vec<Row> = concern_steps::table
        .filter(concern_steps::concern_id.eq(concern.id))
        .order(concern_steps::id)
        .limit(200)
        .select((
            concern_steps::at,
            concern_steps::account_id,
            concern_steps::team_id,
            concern_steps::status,
            concern_steps::words,
        ))
        .load(db)?;
    let step = |(at, by, team, status, words)| Step { at, by, team, status, words };
    Ok(rows.into_iter().map(step).collect())
}
