//! What the database is asked about concerns and drafts.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::list::{Mark, Side, Sort, Standing, Wanted};
use super::{ConcernId, KeptConcern, KeptStep, Status, Step, Urgency};
use crate::Result;
use crate::accounts::{AccountId, Scope};
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{concern_steps, concerns, context_concerns};

/// A concern within the reader's scope, or nothing: "not yours" and "not there" are the same.
pub fn find(db: &mut Db, scope: &Scope, id: ConcernId) -> Result<KeptConcern> {
    let mut found =
        concerns::table.filter(concerns::id.eq(id)).select(KeptConcern::as_select()).into_boxed();
    if !scope.sees_every_team() {
        let schools = concerns::school_urn.eq_any(scope.schools().to_vec());
        found = found.filter(schools.or(concerns::team_id.eq_any(scope.teams().to_vec())));
    }
    Ok(found.first(db)?)
}

/// Those of some concerns that the reader sees as their team, or as the county.
pub(super) fn some(db: &mut Db, scope: &Scope, ids: &[ConcernId]) -> Result<Vec<KeptConcern>> {
    let mut found = concerns::table
        .filter(concerns::id.eq_any(ids.to_vec()))
        .select(KeptConcern::as_select())
        .into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(concerns::team_id.eq_any(scope.teams().to_vec()));
    }
    Ok(found.order((concerns::raised_at.desc(), concerns::id.desc())).load(db)?)
}

/// Those of some concerns that are with a team and in a context.
pub(super) fn with_team(db: &mut Db, team: TeamId, ids: &[ConcernId]) -> Result<Vec<KeptConcern>> {
    Ok(concerns::table
        .filter(concerns::id.eq_any(ids.to_vec()))
        .filter(concerns::team_id.eq(team))
        .filter(concerns::status.eq(Status::Linked))
        .select(KeptConcern::as_select())
        .load(db)?)
}

/// The lives of concerns that the caller has found within a scope, the oldest step first.
pub(super) fn steps_of(db: &mut Db, ids: Vec<ConcernId>) -> Result<Vec<(ConcernId, KeptStep)>> {
    Ok(concern_steps::table
        .filter(concern_steps::concern_id.eq_any(ids))
        .order(concern_steps::id)
        .select((concern_steps::concern_id, KeptStep::as_select()))
        .load(db)?)
}

/// The references of some concerns within the reader's scope.
pub(super) fn references(
    db: &mut Db,
    scope: &Scope,
    ids: &[ConcernId],
) -> Result<Vec<(ConcernId, String)>> {
    let mut found = concerns::table.filter(concerns::id.eq_any(ids.to_vec())).into_boxed();
    if !scope.sees_every_team() {
        let schools = concerns::school_urn.eq_any(scope.schools().to_vec());
        found = found.filter(schools.or(concerns::team_id.eq_any(scope.teams().to_vec())));
    }
    Ok(found.select((concerns::id, concerns::reference)).load(db)?)
}

/// The concern of a reference within the reader's scope.
pub(super) fn with_reference(
    db: &mut Db,
    scope: &Scope,
    reference: &str,
) -> Result<Option<ConcernId>> {
    let mut found =
        concerns::table.filter(concerns::reference.eq(reference.to_owned())).into_boxed();
    if !scope.sees_every_team() {
        let schools = concerns::school_urn.eq_any(scope.schools().to_vec());
        found = found.filter(schools.or(concerns::team_id.eq_any(scope.teams().to_vec())));
    }
    Ok(found.select(concerns::id).first(db).optional()?)
}

/// How many schools, at most `enough`, have reported what a concern that the caller has found within a scope is about: those
/// of the concerns beside it in its context. None if it is in none.
pub(super) fn schools_beside(db: &mut Db, id: ConcernId, enough: i64) -> Result<usize> {
    let own: Option<String> = context_concerns::table
        .find(id)
        .select(context_concerns::context_id)
        .first(db)
        .optional()?;
    let Some(context) = own else { return Ok(0) };
    let schools: Vec<Urn> = context_concerns::table
        .inner_join(concerns::table)
        .filter(context_concerns::context_id.eq(context))
        .select(concerns::school_urn)
        .distinct()
        .limit(enough)
        .load(db)?;
    Ok(schools.len())
}

/// Moves a concern on, if it is still where the caller saw it. False if it is not.
pub fn advance(
    db: &mut Db,
    seen: &KeptConcern,
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
        concerns::arrived_at.eq(if team == seen.team { seen.arrived_at } else { at }),
        concerns::changed_at.eq(at),
    ));
    Ok(moved.execute(db)? == 1)
}

/// Marks a concern as changed now, if it is still where the caller saw it. False if it is not.
pub(super) fn touch(db: &mut Db, seen: &KeptConcern, at: NaiveDateTime) -> Result<bool> {
    let same = concerns::table
        .filter(concerns::id.eq(seen.id))
        .filter(concerns::status.eq(seen.status))
        .filter(concerns::team_id.eq(seen.team));
    Ok(diesel::update(same).set(concerns::changed_at.eq(at)).execute(db)? == 1)
}

/// Adds a line to a concern's life, without its words, and says which row it is.
pub(super) fn add_step(db: &mut Db, concern: ConcernId, step: &Step) -> Result<i64> {
    Ok(diesel::insert_into(concern_steps::table)
        .values((
            concern_steps::concern_id.eq(concern),
            concern_steps::at.eq(step.at),
            concern_steps::account_id.eq(step.by),
            concern_steps::team_id.eq(step.team),
            concern_steps::status.eq(step.status),
            concern_steps::meeting_id.eq(step.meeting),
        ))
        .returning(concern_steps::id)
        .get_result(db)?)
}

/// The words of a step.
pub(super) fn keep_words(db: &mut Db, step: i64, words: &Sealed) -> Result<()> {
    let words = concern_steps::words.eq(words);
    diesel::update(concern_steps::table.find(step)).set(words).execute(db)?;
    Ok(())
}

/// What was typed, sealed for another team.
pub(super) fn keep_answers(db: &mut Db, concern: ConcernId, answers: &Sealed) -> Result<()> {
    let answers = concerns::answers.eq(answers);
    diesel::update(concerns::table.find(concern)).set(answers).execute(db)?;
    Ok(())
}

/// The life of a concern that the caller has found within a scope, the oldest step first.
pub(super) fn steps(db: &mut Db, concern: ConcernId) -> Result<Vec<KeptStep>> {
    Ok(concern_steps::table
        .filter(concern_steps::concern_id.eq(concern))
        .order(concern_steps::id)
        .select(KeptStep::as_select())
        .load(db)?)
}

/// The concerns that some people reported, the newest first, of the reader's teams.
pub(super) fn raised_by(
    db: &mut Db,
    scope: &Scope,
    (people, limit): (&[AccountId], i64),
) -> Result<Vec<(AccountId, ConcernId, String, NaiveDateTime)>> {
    let mut found =
        concerns::table.filter(concerns::raised_by.eq_any(people.to_vec())).into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(concerns::team_id.eq_any(scope.teams().to_vec()));
    }
    let columns = (concerns::raised_by, concerns::id, concerns::reference, concerns::raised_at);
    Ok(found
        .order((concerns::raised_at.desc(), concerns::id))
        .limit(limit)
        .select(columns)
        .load(db)?)
}

/// Who took a step, with which concern and its reference, when, and what it became.
pub(super) type StepBy = (AccountId, ConcernId, String, NaiveDateTime, Status);

/// The steps that some people took with concerns, the newest first, of the reader's teams.
pub(super) fn steps_by(
    db: &mut Db,
    scope: &Scope,
    (people, limit): (&[AccountId], i64),
) -> Result<Vec<StepBy>> {
    let mut found = concern_steps::table
        .inner_join(concerns::table.on(concerns::id.eq(concern_steps::concern_id)))
        .filter(concern_steps::account_id.eq_any(people.to_vec()))
        .into_boxed();
    if !scope.sees_every_team() {
        found = found.filter(concerns::team_id.eq_any(scope.teams().to_vec()));
    }
    let columns = (
        concern_steps::account_id,
        concerns::id,
        concerns::reference,
        concern_steps::at,
        concern_steps::status,
    );
    Ok(found.order(concern_steps::id.desc()).limit(limit).select(columns).load(db)?)
}

/// What was said of some concerns, with the rows of their steps, the oldest first.
pub(super) fn said_of(
    db: &mut Db,
    concerns: Vec<ConcernId>,
) -> Result<Vec<(ConcernId, i64, Sealed)>> {
    Ok(concern_steps::table
        .filter(concern_steps::concern_id.eq_any(concerns))
        .filter(concern_steps::words.is_not_null())
        .order(concern_steps::id)
        .limit(5_000)
        .select((
            concern_steps::concern_id,
            concern_steps::id,
            concern_steps::words.assume_not_null(),
        ))
        .load(db)?)
}

/// The concerns of a list, of one urgency or of any, behind `after`, in the order that is wanted: of one team, of every
/// team, or of the reader's schools.
///
/// Each order has an index, so that a page costs the same however many concerns there are.
pub(super) fn page(
    db: &mut Db,
    scope: &Scope,
    wanted: &Wanted,
    (urgency, after, limit): (Option<Urgency>, Option<Mark>, usize),
) -> Result<Vec<KeptConcern>> {
    let mut found = concerns::table.select(KeptConcern::as_select()).into_boxed();
    let sees = |team: &TeamId| scope.sees_every_team() || scope.teams().contains(team);
    found = match (wanted.side, wanted.team) {
        (Side::School, _) => found.filter(concerns::school_urn.eq_any(scope.schools().to_vec())),
        (Side::Team, Some(team)) if sees(&team) => found.filter(concerns::team_id.eq(team)),
        (Side::Team, None) if scope.sees_every_team() => found,
        (Side::Team, _) => return Ok(Vec::new()),
    };
    if wanted.standing != Standing::Any && wanted.standing != Standing::Only(Status::Linked) {
        // Word for word what the indexes of open concerns say, or they are not used.
        found = found.filter(sql::<Bool>("status <> 'linked'"));
    }
    if let Standing::Only(status) = wanted.standing {
        found = found.filter(concerns::status.eq(status));
    }
    if let Some(kind) = wanted.kind {
        found = found.filter(concerns::kind.eq(kind));
    }
    if let Some(harm) = wanted.harm {
        found = found.filter(concerns::main_harm.eq(harm));
    }
    if let Some(urgency) = urgency {
        found = found.filter(concerns::urgency.eq(urgency));
    }
    let (at, id) = (concerns::raised_at, concerns::id);
    found = match (wanted.sort, after) {
        (_, None) => found,
        (Sort::Newest, Some(it)) => {
            found.filter(at.le(it.raised_at)).filter(at.lt(it.raised_at).or(id.lt(it.id)))
        }
        (_, Some(it)) => {
            found.filter(at.ge(it.raised_at)).filter(at.gt(it.raised_at).or(id.gt(it.id)))
        }
    };
    found = match wanted.sort {
        Sort::Newest => found.order((at.desc(), id.desc())),
        Sort::UrgentFirst | Sort::Oldest => found.order((at.asc(), id.asc())),
    };
    Ok(found.limit(i64::try_from(limit).unwrap_or(i64::MAX)).load(db)?)
}

/// The newest concern of all, whoever may see it: shown to nobody.
pub(super) fn newest(db: &mut Db) -> Result<Option<KeptConcern>> {
    let newest = (concerns::raised_at.desc(), concerns::id.desc());
    Ok(concerns::table.order(newest).select(KeptConcern::as_select()).first(db).optional()?)
}
