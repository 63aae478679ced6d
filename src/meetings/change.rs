//! A meeting is moved, or cancelled: the agenda stays with a meeting that is moved, and waits again when it is cancelled.

use super::arrange::{let_go, open_one};
use super::item_queries as queries;
use crate::deed::Deed;
use crate::districts::diary::{self, Sitting as Entry};
use crate::districts::{Meeting, MeetingId};
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

const OTHERS: &str = "This meeting was changed by somebody else since you opened it. Nothing that you sent was saved.";
const MINUTED: &str = "There are minutes of this meeting, so it cannot be cancelled. Publish them, with what was not reached carried over.";

const HELD: &str = "There are minutes of this meeting, so it has been held and cannot be moved.";

/// How a meeting's date stood on a page.
pub fn mark(meeting: &Meeting) -> String {
    format!("meeting.{}", meeting.starts_at.and_utc().timestamp())
}

/// Moves a meeting, or changes where it is and who chairs it. Its agenda stays.
pub fn change(deed: &mut Deed, id: MeetingId, (entry, seen): (&Entry, &str)) -> Result<()> {
    let (meeting, _) = open_one(deed, id)?;
    if seen != mark(&meeting) {
        return Err(Error::Refused(OTHERS));
    }
    let is_minuted = queries::items(deed.db, id)?.iter().any(super::KeptAgendaItem::is_minuted);
    if is_minuted && entry.starts_at != meeting.starts_at {
        return Err(Error::Refused(HELD));
    }
    diary::change(deed, &meeting, entry).map_err(|error| match error {
        Error::Refused(why) if entry.starts_at != meeting.starts_at => {
            let mut errors = FormErrors::default();
            errors.add("date", why);
            Error::Invalid(errors)
        }
        error => error,
    })
}

/// Cancels a meeting. What was on its agenda waits again, and stands first when the next one is built.
pub fn cancel(deed: &mut Deed, id: MeetingId, seen: &str) -> Result<()> {
    let (meeting, _) = open_one(deed, id)?;
    if seen != mark(&meeting) {
        return Err(Error::Refused(OTHERS));
    }
    let items = queries::items(deed.db, id)?;
    if items.iter().any(super::KeptAgendaItem::is_minuted) {
        return Err(Error::Refused(MINUTED));
    }
    diary::cancel(deed, &meeting)?;
    queries::carry_over(deed.db, id)?;
    let why = format!("The meeting on {} was cancelled.", calendar::date_of(meeting.starts_at));
    for item in &items {
        let_go(deed, &meeting, (item, &why))?;
    }
    Ok(())
}
