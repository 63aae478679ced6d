//! A draft is sent: it becomes a concern, once, and belongs to the team of its district.

use super::draft::{self, Draft, Opened};
use super::draft_queries::{self, Raised};
use super::report::Report;
use super::{ConcernId, DraftId, KeptConcern, Status, Step, Urgency, policy, said};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts;
use crate::mail::urgent;
use crate::store::reference;
use crate::web::FormErrors;
use crate::{Error, Result};

/// What came of sending.
#[derive(Debug)]
pub enum Outcome {
    /// It is a concern now, or it was one already.
    Raised(ConcernId),
    /// Something is still missing or wrong.
    Unfinished(Draft, FormErrors),
    /// No team serves the district any more: another has to be chosen.
    NoTeam(Draft),
}

/// Raises the concern that a draft holds. Sent twice, however close together, it is one concern.
pub fn raise(deed: &mut Deed, id: DraftId) -> Result<Outcome> {
    let draft = match draft::open(deed.db, deed.keys, deed.by, id)? {
        Opened::Draft(draft) => draft,
        Opened::Sent(concern) => return Ok(Outcome::Raised(concern)),
    };
    if !policy::may_raise(deed.by, draft.school) {
        return Err(Error::NotFound);
    }
    let report = match Report::check(&draft.answers, deed.today()) {
        Ok(report) => report,
        Err(faults) => return Ok(Outcome::Unfinished(draft, faults)),
    };
    let Some(team) = districts::team_of_area(deed.db, &report.area, deed.today())? else {
        return Ok(Outcome::NoTeam(draft::reopen_district(deed, draft)?));
    };
    draft_queries::remove_draft(deed.db, draft.id)?;
    let new = ConcernId::random();
    let concern = Raised {
        id: new,
        reference: free_reference(deed)?,
        draft: draft.id,
        school: draft.school,
        team: team.id,
        by: deed.by.id,
        at: deed.at,
        report: &report,
        answers: &KeptConcern::seal(deed.keys, (&new, team.id), report.answers())?,
    };
    draft_queries::insert_concern(deed.db, &concern)?;
    let words = String::new();
    let step = Step {
        at: deed.at,
        by: deed.by.id,
        team: team.id,
        status: Status::Submitted,
        words,
        meeting: None,
    };
    said::add(deed, concern.id, &step)?;
    deed.record(Event::ConcernRaised, concern.id, Some(team.id))?;
    if report.urgency == Urgency::Urgent {
        urgent::tell(deed, team.id, concern.id, &concern.reference)?;
    }
    Ok(Outcome::Raised(concern.id))
}

/// A reference that no concern has.
fn free_reference(deed: &mut Deed) -> Result<String> {
    loop {
        let reference = reference('C');
        if !draft_queries::has_reference(deed.db, &reference)? {
            return Ok(reference);
        }
    }
}
