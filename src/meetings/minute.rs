//! An item is minuted while the meeting goes on: what was said, what was decided, whose interests conflict. Each is saved as
//! it goes; two at the same item do not overwrite each other.

use serde::Deserialize;
use validator::Validate;

use super::arrange::open_one;
use super::{Decision, ItemId, KeptAgendaItem, item_queries as queries, version_of};
use crate::audit::Event;
use crate::concerns::Answers;
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId};
use crate::seal::{Keyring, Sealed};
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

const OTHERS: &str = "Somebody else has saved this item since you opened it. Their words stand below, and yours are still in the \
                      form: put together what is right, and save again.";
const NOT_YET: &str =
    "Minutes can be taken from the day of the meeting on. Nothing that you sent was saved.";
const NO_ITEM: &str = "That item is not on this agenda any more. Nothing that you sent was saved.";

/// The minutes of an item, as the browser sends them.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct MinuteForm {
    pub item: String,
    #[validate(length(max = 5000, message = "The discussion must be 5,000 characters or fewer"))]
    pub discussion: String,
    pub decision: String,
    #[validate(length(max = 1000, message = "The reason must be 1,000 characters or fewer"))]
    pub reason: String,
    #[validate(length(max = 1000, message = "The interests must be 1,000 characters or fewer"))]
    pub conflicts: String,
    pub seen: String,
}

/// What was said of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub discussion: String,
    /// Why, where a decision needs a reason; may be given with any.
    pub reason: String,
    /// Who has an interest of their own in it, and which.
    pub conflicts: String,
}

/// Minutes that may be kept.
#[derive(Debug, Clone)]
pub struct Minute {
    pub item: ItemId,
    decision: Option<Decision>,
    said: Said,
    seen: Option<i64>,
}

impl MinuteForm {
    /// The minutes, or what is wrong with them. The decision may come later.
    pub fn check(&self) -> Result<Minute, FormErrors> {
        let mut errors = FormErrors::of(self);
        let item = ItemId::parse(&self.item);
        if item.is_none() {
            errors.add("", "Choose which item this is about");
        }
        let decision = Decision::parse(&self.decision);
        if decision.is_none() && !self.decision.is_empty() {
            errors.add("decision", "Choose what was decided");
        }
        if decision.is_some_and(Decision::needs_reason) && self.reason.trim().is_empty() {
            errors.add("reason", "Enter the reason: the schools that reported read it");
        }
        match item {
            Some(item) if errors.is_empty() => {
                let text = |it: &str| it.trim().to_owned();
                let said = Said {
                    discussion: text(&self.discussion),
                    reason: text(&self.reason),
                    conflicts: text(&self.conflicts),
                };
                Ok(Minute { item, decision, said, seen: version_of(&self.seen) })
            }
            _ => Err(errors),
        }
    }
}

impl Said {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn seal(&self, deed: &Deed, (meeting, item): (&Meeting, &ItemId)) -> Result<Option<Sealed>> {
        if self.is_empty() {
            return Ok(None);
        }
        let pairs = [
            ("discussion", &self.discussion),
            ("reason", &self.reason),
            ("conflicts", &self.conflicts),
        ];
        let text = Answers::of(pairs.map(|(name, value)| (name.to_owned(), value.clone())));
        let place = KeptAgendaItem::said_place(item);
        Ok(Some(deed.keys.seal(meeting.team.as_str(), place, text.as_text())?))
    }

    /// What was said of an item, opened.
    pub(super) fn of(keys: &Keyring, item: &KeptAgendaItem) -> Result<Self> {
        let Some(said) = &item.said else { return Ok(Self::default()) };
        let text = keys.unseal(KeptAgendaItem::said_place(&item.id), said)?;
        let answers = Answers::of_text(&text)?;
        let text = |field| answers.get(field).to_owned();
        Ok(Self {
            discussion: text("discussion"),
            reason: text("reason"),
            conflicts: text("conflicts"),
        })
    }
}

/// True from the day of a meeting on.
pub(super) fn has_come(deed: &Deed, meeting: &Meeting) -> bool {
    calendar::day(meeting.starts_at) <= deed.today()
}

/// A meeting of which the doer may take minutes now.
pub(super) fn sitting_now(deed: &mut Deed, id: MeetingId) -> Result<(Meeting, super::Sitting)> {
    let (meeting, sitting) = open_one(deed, id)?;
    if !has_come(deed, &meeting) {
        return Err(Error::Refused(NOT_YET));
    }
    Ok((meeting, sitting))
}

/// Keeps the minutes of an item.
pub fn minute(deed: &mut Deed, id: MeetingId, minute: &Minute) -> Result<()> {
    let (meeting, _) = sitting_now(deed, id)?;
    let items = queries::items(deed.db, id)?;
    let item = items.iter().find(|it| it.id == minute.item).ok_or(Error::Refused(NO_ITEM))?;
    if minute.seen != Some(item.version) {
        return Err(Error::Refused(OTHERS));
    }
    let before = Said::of(deed.keys, item)?;
    let is_told_the_same = item.decision == minute.decision && before.reason == minute.said.reason;
    let said = minute.said.seal(deed, (&meeting, &item.id))?;
    // What schools are told follows from the decision: after another one it is written anew.
    let told = item.told.as_ref().filter(|_| is_told_the_same);
    if !queries::keep_said(deed.db, item, minute.decision, (said.as_ref(), told))? {
        return Err(Error::Refused(OTHERS));
    }
    deed.record(Event::MeetingMinuted, id, Some(meeting.team))
}
