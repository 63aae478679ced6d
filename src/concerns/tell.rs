//! A school is told what a meeting decided about what it reported. `meetings::publish` says which, in the same deed.

use super::move_on::find_for_team;
use super::{ConcernId, KeptConcern, Step, queries, said};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::MeetingId;
use crate::{Error, Result};

const CHANGED: &str = "A concern of this meeting has changed just now. Nothing was published. Look at the page again.";

/// Adds what a meeting decided to a concern's life, in the words that its reporter reads, and gives the concern back. The
/// concern stays where it is.
pub fn tell(
    deed: &mut Deed,
    id: ConcernId,
    (meeting, words): (MeetingId, &str),
) -> Result<KeptConcern> {
    let concern = find_for_team(deed, id)?;
    if !queries::touch(deed.db, &concern, deed.at)? {
        return Err(Error::Refused(CHANGED));
    }
    let step = Step {
        at: deed.at,
        by: deed.by.id,
        team: concern.team,
        status: concern.status,
        words: words.to_owned(),
        meeting: Some(meeting),
    };
    said::add(deed, concern.id, &step)?;
    deed.record(Event::ConcernReported, concern.id, Some(concern.team))?;
    Ok(concern)
}
