//! What the database is asked about goals, responses and measures. Callers have found the context within a scope.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{
    Amount, COUNTED, GoalId, Measure, MeasureId, OWNER, Response, ResponseId, Sort, Standing, UNIT,
    WHAT, Wanted,
};
use crate::Result;
use crate::contexts::ContextId;
use crate::seal::{Keyring, Place, Sealed};
use crate::store::Db;
use crate::store::schema::{goals, measure_values, measures, responses};

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = goals)]
pub(super) struct KeptGoal {
    pub id: GoalId,
    pub words: Sealed,
    pub standing: Standing,
    pub set_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = responses)]
pub(super) struct KeptResponse {
    pub id: ResponseId,
    pub what: Sealed,
    pub owner: Sealed,
    #[diesel(column_name = kind)]
    pub sort: Sort,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = measures)]
pub(super) struct KeptMeasure {
    pub id: MeasureId,
    pub what: Sealed,
    pub unit: Sealed,
    pub wanted: Wanted,
}

impl KeptResponse {
    pub fn open(&self, keys: &Keyring) -> Result<Response> {
        let row = self.id.as_str();
        Ok(Response {
            id: self.id,
            what: keys.unseal(Place { row, ..WHAT }, &self.what)?,
            owner: keys.unseal(Place { row, ..OWNER }, &self.owner)?,
            sort: self.sort,
            from_on: self.from_on,
            until_on: self.until_on,
            done_on: self.done_on,
        })
    }
}

impl KeptMeasure {
    pub fn open(&self, keys: &Keyring, values: Vec<(NaiveDate, Amount)>) -> Result<Measure> {
        let row = self.id.as_str();
        Ok(Measure {
            id: self.id,
            what: keys.unseal(Place { row, ..COUNTED }, &self.what)?,
            unit: keys.unseal(Place { row, ..UNIT }, &self.unit)?,
            wanted: self.wanted,
            values,
        })
    }
}

/// Everything of some contexts, as it is kept.
pub(super) struct All {
    pub goals: Vec<(ContextId, KeptGoal)>,
    pub responses: Vec<(GoalId, KeptResponse)>,
    pub measures: Vec<(GoalId, KeptMeasure)>,
    pub values: Vec<(MeasureId, NaiveDate, i64)>,
}

/// The goals of some contexts with what belongs to them, the oldest first: all of it, because whoever looks through what is
/// kept about somebody must not miss any.
pub(super) fn all(db: &mut Db, contexts: Vec<ContextId>) -> Result<All> {
    let goals: Vec<(ContextId, KeptGoal)> = goals::table
        .filter(goals::context_id.eq_any(contexts))
        .order((goals::set_at, goals::id))
        .select((goals::context_id, KeptGoal::as_select()))
        .load(db)?;
    let ids: Vec<GoalId> = goals.iter().map(|(_, it)| it.id).collect();
    let responses = responses::table
        .filter(responses::goal_id.eq_any(ids.clone()))
        .order((responses::from_on, responses::id))
        .select((responses::goal_id, KeptResponse::as_select()))
        .load(db)?;
    let measures: Vec<(GoalId, KeptMeasure)> = measures::table
        .filter(measures::goal_id.eq_any(ids))
        .order((measures::set_at, measures::id))
        .select((measures::goal_id, KeptMeasure::as_select()))
        .load(db)?;
    let of: Vec<MeasureId> = measures.iter().map(|(_, it)| it.id).collect();
    let values = measure_values::table
        .filter(measure_values::measure_id.eq_any(of))
        .order(measure_values::taken_on)
        .load(db)?;
    Ok(All { goals, responses, measures, values })
}

pub(super) fn add_goal(
    db: &mut Db,
    context: ContextId,
    (id, words): (GoalId, &Sealed),
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(goals::table)
        .values((
            goals::id.eq(id),
            goals::context_id.eq(context),
            goals::words.eq(words),
            goals::standing.eq(Standing::Open),
            goals::set_at.eq(at),
            goals::changed_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// How a goal of a context stands.
pub(super) fn standing(
    db: &mut Db,
    context: ContextId,
    id: GoalId,
) -> Result<(Standing, NaiveDateTime)> {
    let found = goals::table.filter(goals::id.eq(id)).filter(goals::context_id.eq(context));
    Ok(found.select((goals::standing, goals::changed_at)).first(db)?)
}

pub(super) fn set_standing(
    db: &mut Db,
    id: GoalId,
    standing: Standing,
    at: NaiveDateTime,
) -> Result<()> {
    let set = (goals::standing.eq(standing), goals::changed_at.eq(at));
    diesel::update(goals::table.find(id)).set(set).execute(db)?;
    Ok(())
}

pub(super) fn add_response(
    db: &mut Db,
    goal: GoalId,
    (id, what, owner): (ResponseId, &Sealed, &Sealed),
    (sort, from_on, until_on): (Sort, NaiveDate, Option<NaiveDate>),
) -> Result<()> {
    diesel::insert_into(responses::table)
        .values((
            responses::id.eq(id),
            responses::goal_id.eq(goal),
            responses::what.eq(what),
            responses::owner.eq(owner),
            responses::kind.eq(sort),
            responses::from_on.eq(from_on),
            responses::until_on.eq(until_on),
        ))
        .execute(db)?;
    Ok(())
}

/// Marks a response of a goal as done. False if it is not there, or done already.
pub(super) fn set_done(db: &mut Db, goal: GoalId, id: ResponseId, on: NaiveDate) -> Result<bool> {
    let same = responses::table
        .filter(responses::id.eq(id))
        .filter(responses::goal_id.eq(goal))
        .filter(responses::done_on.is_null());
    Ok(diesel::update(same).set(responses::done_on.eq(on)).execute(db)? == 1)
}

pub(super) fn add_measure(
    db: &mut Db,
    goal: GoalId,
    (id, what, unit): (MeasureId, &Sealed, &Sealed),
    (wanted, at): (Wanted, NaiveDateTime),
) -> Result<()> {
    diesel::insert_into(measures::table)
        .values((
            measures::id.eq(id),
            measures::goal_id.eq(goal),
            measures::what.eq(what),
            measures::unit.eq(unit),
            measures::wanted.eq(wanted),
            measures::set_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// The amount that a measure has for a day, if there is one.
pub(super) fn value_on(db: &mut Db, measure: MeasureId, on: NaiveDate) -> Result<Option<Amount>> {
    let found = measure_values::table.find((measure, on)).select(measure_values::amount);
    Ok(found.first(db).optional()?.map(Amount))
}

/// Puts a value down for a day, in the place of the one that was there.
pub(super) fn put_value(
    db: &mut Db,
    measure: MeasureId,
    (on, amount): (NaiveDate, Amount),
) -> Result<()> {
    let amount = measure_values::amount.eq(amount.0);
    let changed =
        diesel::update(measure_values::table.find((measure, on))).set(amount).execute(db)?;
    if changed == 0 {
        let row = (measure_values::measure_id.eq(measure), measure_values::taken_on.eq(on), amount);
        diesel::insert_into(measure_values::table).values(row).execute(db)?;
    }
    Ok(())
}

/// Makes the goals of one context another's.
pub(in crate::contexts) fn move_all(db: &mut Db, from: ContextId, to: ContextId) -> Result<()> {
    let theirs = goals::table.filter(goals::context_id.eq(from));
    diesel::update(theirs).set(goals::context_id.eq(to)).execute(db)?;
    Ok(())
}

/// Removes the goals of a context with all that belongs to them.
pub(in crate::contexts) fn remove(db: &mut Db, context: ContextId) -> Result<()> {
    let of_context = || goals::table.filter(goals::context_id.eq(context)).select(goals::id);
    let counted = measures::table.filter(measures::goal_id.eq_any(of_context()));
    let values = measure_values::table
        .filter(measure_values::measure_id.eq_any(counted.select(measures::id)));
    diesel::delete(values).execute(db)?;
    let counted = measures::table.filter(measures::goal_id.eq_any(of_context()));
    diesel::delete(counted).execute(db)?;
    let answers = responses::table.filter(responses::goal_id.eq_any(of_context()));
    diesel::delete(answers).execute(db)?;
    diesel::delete(goals::table.filter(goals::context_id.eq(context))).execute(db)?;
    Ok(())
}
