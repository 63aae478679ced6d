//! What the database is asked about drafts, the gate, and a concern that is being raised.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::draft::{Draft, KeptDraft};
use super::gate::{Gate, HelpLine};
use super::report::Report;
use super::{ConcernId, DraftId, Status};
use crate::Result;
use crate::accounts::{AccountId, Actor};
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{concerns, drafts, gate_counts, help_lines};

/// A concern that is being raised.
pub(super) struct Raised<'a> {
    pub id: ConcernId,
    pub reference: String,
    pub draft: DraftId,
    pub school: Urn,
    pub team: TeamId,
    pub by: AccountId,
    pub at: NaiveDateTime,
    pub report: &'a Report,
    pub answers: &'a Sealed,
}

pub(super) fn insert_concern(db: &mut Db, new: &Raised) -> Result<()> {
    let (easting, northing) = new.report.metres.unzip();
    diesel::insert_into(concerns::table)
        .values((
            (
                concerns::id.eq(new.id),
                concerns::reference.eq(&new.reference),
                concerns::draft_id.eq(new.draft),
                concerns::school_urn.eq(new.school),
                concerns::team_id.eq(new.team),
                concerns::area_code.eq(&new.report.area),
                concerns::area_edition.eq(&new.report.area_edition),
                concerns::raised_by.eq(new.by),
                concerns::raised_at.eq(new.at),
                concerns::arrived_at.eq(new.at),
                concerns::changed_at.eq(new.at),
            ),
            (
                concerns::status.eq(Status::Submitted),
                concerns::kind.eq(new.report.kind),
                concerns::main_harm.eq(new.report.main_harm),
                concerns::urgency.eq(new.report.urgency),
                concerns::easting.eq(easting),
                concerns::northing.eq(northing),
                concerns::answers.eq(new.answers),
            ),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn has_reference(db: &mut Db, reference: &str) -> Result<bool> {
    let same = concerns::table.filter(concerns::reference.eq(reference));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(db)?)
}

/// The concern that the actor's own draft became, if it was sent.
pub(super) fn sent_as(db: &mut Db, actor: &Actor, id: DraftId) -> Result<Option<ConcernId>> {
    Ok(concerns::table
        .filter(concerns::draft_id.eq(id))
        .filter(concerns::raised_by.eq(actor.id))
        .filter(concerns::school_urn.eq_any(actor.schools()))
        .select(concerns::id)
        .first(db)
        .optional()?)
}

/// The actor's own draft for a school that they lead.
pub(super) fn draft(db: &mut Db, actor: &Actor, id: DraftId) -> Result<Option<KeptDraft>> {
    Ok(drafts::table
        .filter(drafts::id.eq(id))
        .filter(drafts::account_id.eq(actor.id))
        .filter(drafts::school_urn.eq_any(actor.schools()))
        .select(DRAFT)
        .first(db)
        .optional()?)
}

type DraftColumns =
    (drafts::id, drafts::school_urn, drafts::answers, drafts::begun_at, drafts::saved_at);
const DRAFT: DraftColumns =
    (drafts::id, drafts::school_urn, drafts::answers, drafts::begun_at, drafts::saved_at);

/// The actor's drafts for schools that they lead, the last saved first.
pub(super) fn drafts(db: &mut Db, actor: &Actor, limit: i64) -> Result<Vec<KeptDraft>> {
    Ok(drafts::table
        .filter(drafts::account_id.eq(actor.id))
        .filter(drafts::school_urn.eq_any(actor.schools()))
        .order((drafts::saved_at.desc(), drafts::id))
        .limit(limit)
        .select(DRAFT)
        .load(db)?)
}

/// True if somebody has a draft under this key.
pub(super) fn has_draft(db: &mut Db, id: DraftId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(drafts::table.find(id))).get_result(db)?)
}

pub(super) fn insert_draft(db: &mut Db, account: AccountId, draft: &Draft) -> Result<()> {
    diesel::insert_into(drafts::table)
        .values((
            drafts::id.eq(draft.id),
            drafts::account_id.eq(account),
            drafts::school_urn.eq(draft.school),
            drafts::answers.eq(draft.sealed()),
            drafts::begun_at.eq(draft.begun_at),
            drafts::saved_at.eq(draft.saved_at),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn save_draft(db: &mut Db, draft: &Draft) -> Result<()> {
    diesel::update(drafts::table.find(draft.id))
        .set((drafts::answers.eq(draft.sealed()), drafts::saved_at.eq(draft.saved_at)))
        .execute(db)?;
    Ok(())
}

pub(super) fn remove_draft(db: &mut Db, id: DraftId) -> Result<()> {
    diesel::delete(drafts::table.find(id)).execute(db)?;
    Ok(())
}

/// Counts one more answer at the gate on a day.
pub(super) fn count_gate(db: &mut Db, gate: Gate, day: NaiveDate) -> Result<()> {
    let counted = gate_counts::table.find((gate.as_str(), day));
    let one_more = gate_counts::count.eq(gate_counts::count + 1);
    if diesel::update(counted).set(one_more).execute(db)? == 0 {
        diesel::insert_into(gate_counts::table)
            .values((
                gate_counts::gate.eq(gate),
                gate_counts::counted_on.eq(day),
                gate_counts::count.eq(1),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// The counts of the gate in some days.
pub(super) fn gate_counts(
    db: &mut Db,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(Gate, i32)>> {
    Ok(gate_counts::table
        .filter(gate_counts::counted_on.between(first, last))
        .select((gate_counts::gate, gate_counts::count))
        .load(db)?)
}

pub(super) fn help_lines(db: &mut Db) -> Result<Vec<HelpLine>> {
    let rows: Vec<(Gate, String, String, NaiveDate)> = help_lines::table.load(db)?;
    let line = |(gate, sentence, telephone, checked_on)| HelpLine {
        gate,
        sentence,
        telephone,
        checked_on,
    };
    Ok(rows.into_iter().map(line).collect())
}

pub(super) fn change_help_line(db: &mut Db, line: &HelpLine) -> Result<()> {
    diesel::update(help_lines::table.find(line.gate.as_str()))
        .set((
            help_lines::sentence.eq(&line.sentence),
            help_lines::telephone.eq(&line.telephone),
            help_lines::checked_on.eq(line.checked_on),
        ))
        .execute(db)?;
    Ok(())
}
