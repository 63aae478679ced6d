//! Who was at a meeting: people of the team, others by their agency, who sent apologies, and whether they were enough.

use serde::Deserialize;
use validator::Validate;

use super::minute::sitting_now;
use super::{Sitting, item_queries as queries, version_of};
use crate::accounts::queries as people;
use crate::accounts::{AccountId, Role};
use crate::audit::Event;
use crate::concerns::Answers;
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId};
use crate::seal::Keyring;
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

const OTHERS: &str = "Somebody else has saved who was there since you opened it. What they saved stands below, and yours is \
                      still in the form: put together what is right, and save again.";

/// Who was there, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct AttendForm {
    /// Accounts.
    pub present: Vec<String>,
    #[validate(length(max = 2000, message = "The others must be 2,000 characters or fewer"))]
    pub others: String,
    #[validate(length(max = 2000, message = "The apologies must be 2,000 characters or fewer"))]
    pub apologies: String,
    /// `no` if too few were there to decide.
    pub quorum: String,
    pub seen: String,
}

/// Who was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    pub present: Vec<AccountId>,
    /// Those without an account in the team, by agency: one a line.
    pub others: String,
    pub apologies: String,
}

/// An attendance that may be kept.
#[derive(Debug, Clone)]
pub struct Attend {
    attendance: Attendance,
    is_quorate: bool,
    seen: Option<i64>,
}

impl AttendForm {
    /// Who was there, or what is wrong with it.
    pub fn check(&self) -> Result<Attend, FormErrors> {
        let errors = FormErrors::of(self);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut present: Vec<AccountId> =
            self.present.iter().filter_map(|it| AccountId::parse(it)).collect();
        present.sort();
        present.dedup();
        let text = |it: &str| it.trim().to_owned();
        Ok(Attend {
            attendance: Attendance {
                present,
                others: text(&self.others),
                apologies: text(&self.apologies),
            },
            is_quorate: self.quorum != "no",
            seen: version_of(&self.seen),
        })
    }
}

impl Attendance {
    /// Who was at a meeting that the caller has found.
    pub(super) fn of(
        db: &mut Db,
        keys: &Keyring,
        (meeting, sitting): (&Meeting, &Sitting),
    ) -> Result<Self> {
        let present = queries::present(db, meeting.id)?;
        let Some(kept) = &sitting.attendance else {
            return Ok(Self { present, ..Self::default() });
        };
        let (others, apologies) = words(keys, meeting.id, kept)?;
        Ok(Self { present, others, apologies })
    }
}

/// The others, and the apologies.
pub(super) fn words(
    keys: &Keyring,
    meeting: MeetingId,
    kept: &crate::seal::Sealed,
) -> Result<(String, String)> {
    let answers = Answers::of_text(&keys.unseal(Sitting::place(&meeting), kept)?)?;
    Ok((answers.get("others").to_owned(), answers.get("apologies").to_owned()))
}

/// Those who may be ticked: who holds a post in the team on the day of the meeting, by name; and who is ticked already.
pub(super) fn members(
    db: &mut Db,
    meeting: &Meeting,
    present: &[AccountId],
) -> Result<Vec<(AccountId, String)>> {
    let day = calendar::day(meeting.starts_at);
    let mut ids = people::holders(db, day, Role::Coordinator, Some(meeting.team), None)?;
    ids.extend(people::holders(db, day, Role::Partner, Some(meeting.team), None)?);
    ids.extend(present);
    ids.sort();
    ids.dedup();
    let mut names = people::names(db, &ids)?;
    names.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
    Ok(names)
}

/// Keeps who was there.
pub fn attend(deed: &mut Deed, id: MeetingId, attend: &Attend) -> Result<()> {
    let (meeting, sitting) = sitting_now(deed, id)?;
    if attend.seen != Some(sitting.attendance_version) {
        return Err(Error::Refused(OTHERS));
    }
    let Attendance { present, others, apologies } = &attend.attendance;
    let before = queries::present(deed.db, id)?;
    let known = members(deed.db, &meeting, &before)?;
    let is_known = |it: &AccountId| known.iter().any(|(id, _)| id == it);
    if !present.iter().all(is_known) {
        let mut errors = FormErrors::default();
        errors.add("present", "Choose people of this team");
        return Err(Error::Invalid(errors));
    }
    let pairs = [("others", others), ("apologies", apologies)];
    let text = Answers::of(pairs.map(|(name, value)| (name.to_owned(), value.clone())));
    let sealed = match text.as_text() {
        "" => None,
        text => Some(deed.keys.seal(meeting.team.as_str(), Sitting::place(&id), text)?),
    };
    queries::begin(deed.db, id)?;
    let kept = (present.as_slice(), sealed.as_ref());
    let seen = (id, sitting.attendance_version);
    if !queries::keep_attendance(deed.db, seen, kept, attend.is_quorate)? {
        return Err(Error::Refused(OTHERS));
    }
    deed.record(Event::MeetingAttended, id, Some(meeting.team))
}
