//! A draft: a report that is being written. It is its writer's alone, survives time-outs and restarts, and ends when it is
//! sent or discarded.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::Queryable;

use super::report::{self, AREA, PASSED};
use super::steps::ReportStep;
use super::{Answers, ConcernId, DraftId, draft_queries, place, policy};
use crate::accounts::Actor;
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::Atlas;
use crate::schools::Urn;
use crate::seal::{HOUSE, Keyring, Place, Sealed};
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result};

/// A report that is being written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: DraftId,
    pub school: Urn,
    pub answers: Answers,
    pub begun_at: NaiveDateTime,
    pub saved_at: NaiveDateTime,
    /// The answers as they are kept. `seal` brings them up to date.
    sealed: Sealed,
}

/// A draft as the database keeps it. What was typed is sealed: nothing of it can be shown before it is opened.
#[derive(Debug, Clone, Queryable)]
pub(super) struct KeptDraft {
    id: DraftId,
    school: Urn,
    answers: Sealed,
    begun_at: NaiveDateTime,
    saved_at: NaiveDateTime,
}

/// Where the answers of a draft stand.
fn place_of(id: &DraftId) -> Place<'_> {
    Place { table: "drafts", column: "answers", row: id.as_str() }
}

impl KeptDraft {
    fn open(self, keys: &Keyring) -> Result<Draft> {
        let Self { id, school, answers: sealed, begun_at, saved_at } = self;
        let answers = Answers::of_text(&keys.unseal(place_of(&id), &sealed)?)?;
        Ok(Draft { id, school, answers, begun_at, saved_at, sealed })
    }
}

impl Draft {
    /// The answers as they are kept.
    pub(super) fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// Keeps the answers as they are now, under the key that the draft has had from its beginning.
    fn keep(&mut self, deed: &mut Deed) -> Result<()> {
        self.sealed = deed.keys.reseal(place_of(&self.id), &self.sealed, self.answers.as_text())?;
        draft_queries::save_draft(deed.db, self)
    }
}

/// What became of a draft: whoever asks for one that was sent is led to the concern.
#[derive(Debug)]
pub enum Opened {
    Draft(Draft),
    Sent(ConcernId),
}

/// What came of saving a step.
#[derive(Debug)]
pub enum Saved {
    /// Kept, with the faults that its answers have: none, and the writer can go on.
    Kept(Draft, FormErrors),
    Sent(ConcernId),
}

/// Begins a draft under a key that the page brought: sent twice, it is one.
pub fn begin(deed: &mut Deed, key: DraftId, school: Urn) -> Result<Opened> {
    if !policy::may_raise(deed.by, school) {
        return Err(Error::NotFound);
    }
    match open(deed.db, deed.keys, deed.by, key) {
        Err(Error::NotFound) => {}
        known => return known,
    }
    if draft_queries::has_draft(deed.db, key)? {
        return Err(Error::NotFound);
    }
    let answers = Answers::default();
    let draft = Draft {
        id: key,
        school,
        sealed: deed.keys.seal(HOUSE, place_of(&key), answers.as_text())?,
        answers,
        begun_at: deed.at,
        saved_at: deed.at,
    };
    draft_queries::insert_draft(deed.db, deed.by.id, &draft)?;
    deed.record(Event::DraftBegun, key, None)?;
    Ok(Opened::Draft(draft))
}

/// The actor's own draft for a school that they lead, or the concern that it became.
pub fn open(db: &mut Db, keys: &Keyring, actor: &Actor, id: DraftId) -> Result<Opened> {
    if let Some(draft) = draft_queries::draft(db, actor, id)? {
        return Ok(Opened::Draft(draft.open(keys)?));
    }
    draft_queries::sent_as(db, actor, id)?.map(Opened::Sent).ok_or(Error::NotFound)
}

/// The actor's drafts, the last saved first.
pub fn drafts(db: &mut Db, keys: &Keyring, actor: &Actor) -> Result<Vec<Draft>> {
    draft_queries::drafts(db, actor, 20)?.into_iter().map(|it| it.open(keys)).collect()
}

/// Keeps what was typed at a step, whatever it is worth, and says what is wrong with it.
pub fn save(
    deed: &mut Deed,
    atlas: &Atlas,
    id: DraftId,
    (step, pairs): (ReportStep, Vec<(String, String)>),
) -> Result<Saved> {
    let mut draft = match open(deed.db, deed.keys, deed.by, id)? {
        Opened::Draft(draft) => draft,
        Opened::Sent(concern) => return Ok(Saved::Sent(concern)),
    };
    let today = deed.today();
    draft.answers = report::sent(&draft.answers, step, pairs);
    if step == ReportStep::Found {
        let found = place::look(deed.db, atlas, &draft, today)?;
        draft.answers = place::confirm(&found, &draft.answers);
    }
    let faults = faults(deed.db, atlas, &draft.answers, (step, today))?;
    if faults.is_empty() {
        draft.answers = draft.answers.with_value(PASSED, step.as_str());
    }
    draft.saved_at = deed.at;
    draft.keep(deed)?;
    Ok(Saved::Kept(draft, faults))
}

/// The faults of one step's answers, those that only the registers know included.
fn faults(
    db: &mut Db,
    atlas: &Atlas,
    answers: &Answers,
    (step, today): (ReportStep, NaiveDate),
) -> Result<FormErrors> {
    let mut faults = report::faults(answers, step, today);
    if step == ReportStep::Place
        && let Some(fault) = place::fault(db, atlas, answers, today)?
    {
        faults.add("place", fault);
    }
    Ok(faults)
}

/// What is still wrong with a step that was sent before. Nothing if it was not sent yet, or is in order.
pub fn left_faults(
    db: &mut Db,
    atlas: &Atlas,
    draft: &Draft,
    (step, today): (ReportStep, NaiveDate),
) -> Result<FormErrors> {
    let is_sent = report::fields(step).iter().any(|it| !draft.answers.all(it).is_empty());
    let is_in_order = draft.answers.has(PASSED, step.as_str());
    if !is_sent || is_in_order {
        return Ok(FormErrors::default());
    }
    faults(db, atlas, &draft.answers, (step, today))
}

/// Takes back that a district was confirmed: no team serves it any more.
pub fn reopen_district(deed: &mut Deed, mut draft: Draft) -> Result<Draft> {
    draft.answers =
        draft.answers.only(|name| name != AREA).without_value(PASSED, ReportStep::Found.as_str());
    draft.keep(deed)?;
    Ok(draft)
}

/// Throws a draft away. One that was sent stays sent.
pub fn discard(deed: &mut Deed, id: DraftId) -> Result<Opened> {
    let opened = open(deed.db, deed.keys, deed.by, id)?;
    if let Opened::Draft(draft) = &opened {
        draft_queries::remove_draft(deed.db, draft.id)?;
        deed.record(Event::DraftDiscarded, draft.id, None)?;
    }
    Ok(opened)
}
