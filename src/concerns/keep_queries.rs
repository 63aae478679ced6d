//! What the database is asked when concerns are compared with the journal, and put back from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::keep::Record;
use super::reconcile::Reconciliation;
use super::{ConcernId, DraftId, Status};
use crate::Result;
use crate::accounts::AccountId;
use crate::districts::TeamId;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{
    concern_steps, concerns, holds, journal_clearings, reconciliations, sent_again, tombstones,
};

/// What the journal keeps of these concerns: how they were raised, whatever became of them since.
pub(super) fn records(db: &mut Db, ids: &[ConcernId]) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = concerns::table
        .filter(concerns::id.eq_any(ids.to_vec()))
        .select((
            concerns::id,
            concerns::reference,
            concerns::draft_id,
            concerns::school_urn,
            concerns::team_id,
            concerns::area_code,
            concerns::area_edition,
            concerns::raised_by,
            concerns::raised_at,
            concerns::kind,
            concerns::main_harm,
            concerns::urgency,
            concerns::easting,
            concerns::northing,
            concerns::answers,
        ))
        .load(db)?;
    let first: Vec<(ConcernId, String)> = concern_steps::table
        .filter(concern_steps::concern_id.eq_any(ids.to_vec()))
        .filter(concern_steps::status.eq(Status::Submitted))
        .order(concern_steps::id.desc())
        .select((concern_steps::concern_id, concern_steps::team_id))
        .load(db)?;
    // The first step of each comes last, and stays.
    let mut teams: BTreeMap<ConcernId, String> = first.into_iter().collect();
    for record in &mut records {
        if let Some(team) = teams.remove(&record.id) {
            record.team_id = team;
        }
    }
    Ok(records)
}

/// Those of some concerns that the database has not, and should have.
///
/// What was deleted on purpose has left a tombstone, and stays deleted. A report that was sent again is there as another.
pub(super) fn lacking(db: &mut Db, ids: &[ConcernId]) -> Result<Vec<ConcernId>> {
    let mut lacking = Vec::new();
    for some in ids.chunks(500) {
        let (there, buried) = standing(db, some)?;
        let (settled, gone) = again(db, some)?;
        let known = [there, buried, settled, gone];
        lacking.extend(some.iter().filter(|id| !known.iter().any(|it| it.contains(id))));
    }
    Ok(lacking)
}

/// Those of some concerns that were deleted on purpose; and those whose report was sent again as one that was.
pub(super) fn deleted(db: &mut Db, ids: &[ConcernId]) -> Result<BTreeSet<ConcernId>> {
    let mut deleted = BTreeSet::new();
    for some in ids.chunks(500) {
        let (there, buried) = standing(db, some)?;
        deleted.extend(buried.difference(&there));
        deleted.extend(again(db, some)?.1);
    }
    Ok(deleted)
}

/// Of some concerns those whose report was sent again as one that is there; and as one that was deleted since.
fn again(db: &mut Db, ids: &[ConcernId]) -> Result<(BTreeSet<ConcernId>, BTreeSet<ConcernId>)> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let found: Vec<(String, String)> = sent_again::table
        .filter(sent_again::concern_id.eq_any(names))
        .select((sent_again::concern_id, sent_again::again_id))
        .load(db)?;
    let parsed =
        |(one, other): &(String, String)| Some((ConcernId::parse(one)?, ConcernId::parse(other)?));
    let pairs: Vec<(ConcernId, ConcernId)> = found.iter().filter_map(parsed).collect();
    let others: Vec<ConcernId> = pairs.iter().map(|it| it.1).collect();
    let (there, buried) = standing(db, &others)?;
    let of = |set: &BTreeSet<ConcernId>| {
        pairs.iter().filter(|it| set.contains(&it.1)).map(|it| it.0).collect()
    };
    Ok((of(&there), of(&(&buried - &there))))
}

/// Writes down that the report of a concern that was lost was sent again, as which one and when that was found.
pub(super) fn set_again(
    db: &mut Db,
    (id, again): (ConcernId, ConcernId),
    at: NaiveDateTime,
) -> Result<()> {
    // One whose other was lost as well, and came back, is found once more.
    let before = sent_again::table.filter(sent_again::concern_id.eq(id.as_str()));
    diesel::delete(before).execute(db)?;
    diesel::insert_into(sent_again::table)
        .values((
            sent_again::concern_id.eq(id.as_str()),
            sent_again::again_id.eq(again.as_str()),
            sent_again::at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// How many of some concerns are there as another, because their report was sent again.
pub(super) fn again_count(db: &mut Db, ids: &[ConcernId]) -> Result<usize> {
    ids.chunks(500).try_fold(0, |sum, some| Ok(sum + again(db, some)?.0.len()))
}

/// Those of some concerns that the database has, and those that have a tombstone.
fn standing(db: &mut Db, ids: &[ConcernId]) -> Result<(BTreeSet<ConcernId>, BTreeSet<ConcernId>)> {
    let there: Vec<ConcernId> =
        concerns::table.filter(concerns::id.eq_any(ids.to_vec())).select(concerns::id).load(db)?;
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let buried: Vec<Option<String>> = tombstones::table
        .filter(tombstones::record_id.eq_any(names))
        .select(tombstones::record_id)
        .load(db)?;
    let buried = buried.iter().flatten().filter_map(|it| ConcernId::parse(it)).collect();
    Ok((there.into_iter().collect(), buried))
}

/// Adds to how many records of deleted concerns were taken out of a machine's journal.
pub(super) fn add_cleared(
    db: &mut Db,
    host: &str,
    (gone, at): (usize, NaiveDateTime),
) -> Result<()> {
    let gone = i64::try_from(gone).unwrap_or(i64::MAX);
    let sum = journal_clearings::taken_out.eq(journal_clearings::taken_out + gone);
    let more = (sum, journal_clearings::at.eq(at));
    if diesel::update(journal_clearings::table.find(host)).set(more).execute(db)? == 0 {
        diesel::insert_into(journal_clearings::table)
            .values((
                journal_clearings::host.eq(host),
                journal_clearings::taken_out.eq(gone),
                journal_clearings::at.eq(at),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// How many records of deleted concerns were taken out of a machine's journal, and when it was cleared last.
pub(super) fn cleared(db: &mut Db, host: &str) -> Result<Option<(i64, NaiveDateTime)>> {
    let one = journal_clearings::table.find(host);
    Ok(one.select((journal_clearings::taken_out, journal_clearings::at)).first(db).optional()?)
}

/// The ids of all concerns behind one, in their order.
pub(super) fn ids(db: &mut Db, after: Option<ConcernId>, limit: i64) -> Result<Vec<ConcernId>> {
    let mut found = concerns::table.select(concerns::id).order(concerns::id).into_boxed();
    if let Some(after) = after {
        found = found.filter(concerns::id.gt(after));
    }
    Ok(found.limit(limit).load(db)?)
}

/// Concerns raised since a moment, or ever, behind one of them, in the order in which they were raised.
pub(super) fn raised_since(
    db: &mut Db,
    since: Option<NaiveDateTime>,
    after: Option<(NaiveDateTime, ConcernId)>,
    limit: i64,
) -> Result<Vec<(NaiveDateTime, ConcernId)>> {
    let mut found =
        concerns::table.select((concerns::raised_at, concerns::id)).into_boxed().limit(limit);
    if let Some(since) = since {
        found = found.filter(concerns::raised_at.ge(since));
    }
    if let Some((at, id)) = after {
        let later = concerns::raised_at.eq(at).and(concerns::id.gt(id));
        found = found.filter(concerns::raised_at.gt(at).or(later));
    }
    Ok(found.order((concerns::raised_at, concerns::id)).load(db)?)
}

/// The references of some concerns.
pub(super) fn references(db: &mut Db, ids: &[ConcernId]) -> Result<Vec<String>> {
    Ok(concerns::table
        .filter(concerns::id.eq_any(ids.to_vec()))
        .order(concerns::reference)
        .select(concerns::reference)
        .load(db)?)
}

/// A concern that is there, and what it says.
pub(super) struct There {
    pub id: ConcernId,
    pub reference: String,
    pub team: TeamId,
    pub answers: Sealed,
}

/// The concern that a draft became, if it is there.
pub(super) fn of_draft(db: &mut Db, draft: &str) -> Result<Option<There>> {
    let found = concerns::table.filter(concerns::draft_id.eq(draft));
    let what = (concerns::id, concerns::reference, concerns::team_id, concerns::answers);
    let found = found.select(what).first(db).optional()?;
    Ok(found.map(|(id, reference, team, answers)| There { id, reference, team, answers }))
}

/// The draft that a concern was.
pub(super) fn draft_of(db: &mut Db, id: ConcernId) -> Result<DraftId> {
    let draft: String =
        concerns::table.filter(concerns::id.eq(id)).select(concerns::draft_id).first(db)?;
    DraftId::parse(&draft).ok_or(crate::Error::Corrupt("the id of a draft"))
}

/// Whose, where and under which name a concern is put back, and when.
pub(super) struct Back {
    pub reference: String,
    pub team: TeamId,
    pub by: AccountId,
    pub at: NaiveDateTime,
    /// What was typed, sealed for the team.
    pub answers: Sealed,
    /// Since when it is on legal hold, if it is.
    pub held_at: Option<NaiveDateTime>,
}

/// Since when a concern is on legal hold: the hold outlives a concern that was lost.
pub(super) fn held_since(db: &mut Db, id: ConcernId) -> Result<Option<NaiveDateTime>> {
    let standing =
        holds::table.filter(holds::record_id.eq(id.to_string())).filter(holds::lifted_at.is_null());
    Ok(standing.select(holds::put_at).first(db).optional()?)
}

/// Puts a concern back as it was raised. It arrives with its team at this moment, and its time is counted from it: what
/// was warned of before is not due at once.
pub(super) fn put_back(db: &mut Db, record: &Record, back: &Back) -> Result<()> {
    diesel::insert_into(concerns::table)
        .values((
            (
                concerns::id.eq(record.id),
                concerns::reference.eq(&back.reference),
                concerns::draft_id.eq(&record.draft_id),
                concerns::school_urn.eq(record.school_urn),
                concerns::team_id.eq(back.team),
                concerns::area_code.eq(&record.area_code),
                concerns::area_edition.eq(&record.area_edition),
                concerns::raised_by.eq(back.by),
                concerns::raised_at.eq(record.raised_at),
                concerns::arrived_at.eq(back.at),
                concerns::changed_at.eq(back.at),
                concerns::held_at.eq(back.held_at),
            ),
            (
                concerns::status.eq(Status::Submitted),
                concerns::kind.eq(&record.kind),
                concerns::main_harm.eq(&record.main_harm),
                concerns::urgency.eq(&record.urgency),
                concerns::easting.eq(record.easting),
                concerns::northing.eq(record.northing),
                concerns::answers.eq(&back.answers),
            ),
        ))
        .execute(db)?;
    Ok(())
}

type Columns = (
    reconciliations::host,
    reconciliations::at,
    reconciliations::full_at,
    reconciliations::records,
    reconciliations::added,
    reconciliations::lacking,
    reconciliations::damaged,
);
const COLUMNS: Columns = (
    reconciliations::host,
    reconciliations::at,
    reconciliations::full_at,
    reconciliations::records,
    reconciliations::added,
    reconciliations::lacking,
    reconciliations::damaged,
);

/// The last comparison of each machine, the youngest first.
pub(super) fn reconciliations(db: &mut Db) -> Result<Vec<Reconciliation>> {
    let youngest = reconciliations::table.order(reconciliations::at.desc()).limit(20);
    Ok(youngest.select(COLUMNS).load(db)?)
}

pub(super) fn save_reconciliation(db: &mut Db, it: &Reconciliation) -> Result<()> {
    let values = (
        reconciliations::at.eq(it.at),
        reconciliations::full_at.eq(it.full_at),
        reconciliations::records.eq(it.records),
        reconciliations::added.eq(it.added),
        reconciliations::lacking.eq(it.lacking),
        reconciliations::damaged.eq(it.damaged),
    );
    if diesel::update(reconciliations::table.find(&it.host)).set(values).execute(db)? == 0 {
        diesel::insert_into(reconciliations::table)
            .values((reconciliations::host.eq(&it.host), values))
            .execute(db)?;
    }
    Ok(())
}
