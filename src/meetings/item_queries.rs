//! What the database is asked about the items of a meeting, and about who was there.

use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

use super::{Decision, ItemId, KeptAgendaItem, Sitting};
use crate::Result;
use crate::accounts::AccountId;
use crate::concerns::ConcernId;
use crate::contexts::ContextId;
use crate::districts::{Meeting, MeetingId};
use crate::seal::Sealed;
use crate::store::Db;
use crate::store::schema::{
    agenda_concerns, agenda_items, attendances, concerns, context_concerns, meetings, sittings,
};

/// More than a meeting can ever hear.
const ITEMS_MAX: i64 = 500;

pub(super) fn sitting(db: &mut Db, meeting: MeetingId) -> Result<Option<Sitting>> {
    Ok(sittings::table.find(meeting).select(Sitting::as_select()).first(db).optional()?)
}

/// The sitting of a meeting, which begins to have one.
pub(super) fn begin(db: &mut Db, meeting: MeetingId) -> Result<Sitting> {
    if let Some(sitting) = sitting(db, meeting)? {
        return Ok(sitting);
    }
    diesel::insert_into(sittings::table)
        .values((
            sittings::meeting_id.eq(meeting),
            sittings::agenda_version.eq(0),
            sittings::attendance_version.eq(0),
            sittings::is_quorate.eq(true),
        ))
        .execute(db)?;
    Ok(Sitting::none())
}

/// Counts one change of the agenda, if it stands where the caller saw it. False if it does not.
pub(super) fn turn_agenda(db: &mut Db, meeting: MeetingId, seen: i64) -> Result<bool> {
    let same = sittings::table.find(meeting).filter(sittings::agenda_version.eq(seen));
    Ok(diesel::update(same).set(sittings::agenda_version.eq(seen + 1)).execute(db)? == 1)
}

/// The items of a meeting, in their order.
pub(super) fn items(db: &mut Db, meeting: MeetingId) -> Result<Vec<KeptAgendaItem>> {
    Ok(agenda_items::table
        .filter(agenda_items::meeting_id.eq(meeting))
        .order((agenda_items::place, agenda_items::id))
        .limit(ITEMS_MAX)
        .select(KeptAgendaItem::as_select())
        .load(db)?)
}

/// The items of some contexts with the dates of their meetings, the oldest first.
pub(super) fn items_of(
    db: &mut Db,
    contexts: &[ContextId],
) -> Result<Vec<(KeptAgendaItem, Meeting, Sitting)>> {
    Ok(agenda_items::table
        .inner_join(meetings::table.inner_join(sittings::table))
        .filter(agenda_items::context_id.eq_any(contexts.to_vec()))
        .order((agenda_items::added_at, agenda_items::id))
        .select((KeptAgendaItem::as_select(), Meeting::as_select(), Sitting::as_select()))
        .load(db)?)
}

/// Puts a context at the end of an agenda, with the concerns that it has now.
pub(super) fn add(
    db: &mut Db,
    (meeting, context): (MeetingId, ContextId),
    (minutes, is_carried): (i32, bool),
    at: NaiveDateTime,
) -> Result<()> {
    let of_meeting = agenda_items::table.filter(agenda_items::meeting_id.eq(meeting));
    let last: Option<i32> = of_meeting.select(max(agenda_items::place)).first(db)?;
    let id = ItemId::random();
    diesel::insert_into(agenda_items::table)
        .values((
            agenda_items::id.eq(id),
            agenda_items::meeting_id.eq(meeting),
            agenda_items::context_id.eq(context),
            agenda_items::place.eq(last.unwrap_or_default() + 1),
            agenda_items::minutes.eq(minutes),
            agenda_items::added_at.eq(at),
            agenda_items::is_carried.eq(is_carried),
            agenda_items::version.eq(0_i64),
        ))
        .execute(db)?;
    let linked: Vec<ConcernId> = context_concerns::table
        .filter(context_concerns::context_id.eq(context))
        .select(context_concerns::concern_id)
        .load(db)?;
    for concern in linked {
        diesel::insert_into(agenda_concerns::table)
            .values((agenda_concerns::item_id.eq(id), agenda_concerns::concern_id.eq(concern)))
            .execute(db)?;
    }
    Ok(())
}

/// Takes an item off its agenda.
pub(super) fn remove(db: &mut Db, item: ItemId) -> Result<()> {
    let concerns = agenda_concerns::table.filter(agenda_concerns::item_id.eq(item));
    diesel::delete(concerns).execute(db)?;
    diesel::delete(agenda_items::table.find(item)).execute(db)?;
    Ok(())
}

pub(super) fn set_place(db: &mut Db, item: ItemId, place: i32) -> Result<()> {
    diesel::update(agenda_items::table.find(item))
        .set(agenda_items::place.eq(place))
        .execute(db)?;
    Ok(())
}

pub(super) fn set_minutes(db: &mut Db, item: ItemId, minutes: i32) -> Result<()> {
    let minutes = agenda_items::minutes.eq(minutes);
    diesel::update(agenda_items::table.find(item)).set(minutes).execute(db)?;
    Ok(())
}

/// What was said and decided of an item, if it stands where the caller saw it. False if it does not.
pub(super) fn keep_said(
    db: &mut Db,
    seen: &KeptAgendaItem,
    decision: Option<Decision>,
    (said, told): (Option<&Sealed>, Option<&Sealed>),
) -> Result<bool> {
    let same = agenda_items::table.find(seen.id).filter(agenda_items::version.eq(seen.version));
    let kept = diesel::update(same).set((
        agenda_items::decision.eq(decision),
        agenda_items::said.eq(said),
        agenda_items::told.eq(told),
        agenda_items::version.eq(seen.version + 1),
    ));
    Ok(kept.execute(db)? == 1)
}

/// Marks the items of a meeting that is not held as not reached.
pub(super) fn carry_over(db: &mut Db, meeting: MeetingId) -> Result<()> {
    let items = agenda_items::table.filter(agenda_items::meeting_id.eq(meeting));
    let carried = agenda_items::decision.eq(Some(Decision::CarriedOver));
    diesel::update(items).set(carried).execute(db)?;
    Ok(())
}

/// The people of the team who were there.
pub(super) fn present(db: &mut Db, meeting: MeetingId) -> Result<Vec<AccountId>> {
    let there = attendances::table.filter(attendances::meeting_id.eq(meeting));
    Ok(there.select(attendances::account_id).order(attendances::account_id).limit(500).load(db)?)
}

/// Who was there, if it stands where the caller saw it. False if it does not.
pub(super) fn keep_attendance(
    db: &mut Db,
    (meeting, seen): (MeetingId, i64),
    (present, others): (&[AccountId], Option<&Sealed>),
    is_quorate: bool,
) -> Result<bool> {
    let same = sittings::table.find(meeting).filter(sittings::attendance_version.eq(seen));
    let kept = diesel::update(same).set((
        sittings::attendance.eq(others),
        sittings::is_quorate.eq(is_quorate),
        sittings::attendance_version.eq(seen + 1),
    ));
    if kept.execute(db)? != 1 {
        return Ok(false);
    }
    forget_present(db, meeting)?;
    for person in present {
        diesel::insert_into(attendances::table)
            .values((attendances::meeting_id.eq(meeting), attendances::account_id.eq(*person)))
            .execute(db)?;
    }
    Ok(true)
}

fn forget_present(db: &mut Db, meeting: MeetingId) -> Result<()> {
    let there = attendances::table.filter(attendances::meeting_id.eq(meeting));
    diesel::delete(there).execute(db)?;
    Ok(())
}

/// Marks the minutes of a meeting as published. False if they are already.
pub(super) fn publish(
    db: &mut Db,
    meeting: MeetingId,
    (by, at): (AccountId, NaiveDateTime),
) -> Result<bool> {
    let open = sittings::table.find(meeting).filter(sittings::published_at.is_null());
    let published =
        diesel::update(open).set((sittings::published_at.eq(at), sittings::published_by.eq(by)));
    Ok(published.execute(db)? == 1)
}

/// The concerns that contexts had when they came onto an agenda: item, concern, and its reference as long as there is one.
pub(super) fn concerns_then(
    db: &mut Db,
    meeting: MeetingId,
) -> Result<Vec<(ItemId, ConcernId, String)>> {
    Ok(agenda_concerns::table
        .inner_join(agenda_items::table)
        .inner_join(concerns::table)
        .filter(agenda_items::meeting_id.eq(meeting))
        .order((agenda_items::place, concerns::reference))
        .limit(5_000)
        .select((agenda_items::id, concerns::id, concerns::reference))
        .load(db)?)
}

/// Deletes what meetings keep of a context; and who was there, of meetings of which nothing else is left.
pub(super) fn forget(db: &mut Db, context: ContextId) -> Result<()> {
    let items: Vec<(ItemId, MeetingId)> = agenda_items::table
        .filter(agenda_items::context_id.eq(context))
        .select((agenda_items::id, agenda_items::meeting_id))
        .load(db)?;
    for (item, _) in &items {
        remove(db, *item)?;
    }
    let meetings: Vec<MeetingId> = items.into_iter().map(|(_, meeting)| meeting).collect();
    let left = agenda_items::table.filter(agenda_items::meeting_id.eq(sittings::meeting_id));
    let empty: Vec<MeetingId> = sittings::table
        .filter(sittings::meeting_id.eq_any(meetings))
        .filter(not(exists(left)))
        .select(sittings::meeting_id)
        .load(db)?;
    let there = attendances::table.filter(attendances::meeting_id.eq_any(empty.clone()));
    diesel::delete(there).execute(db)?;
    let sittings_of = sittings::table.filter(sittings::meeting_id.eq_any(empty));
    diesel::update(sittings_of).set(sittings::attendance.eq(None::<Sealed>)).execute(db)?;
    Ok(())
}
