//! A concern that was raised is kept in the journal as well. Only then may anybody be told that it was sent.

use age::x25519::Identity;
use chrono::NaiveDateTime;
use diesel::Queryable;
use serde::{Deserialize, Deserializer};

use super::{ConcernId, KeptConcern, keep_queries};
use crate::app::Portal;
use crate::seal::{Place, Sealed};
use crate::store::{Row, letters_of};
use crate::{Error, Result, calendar};

/// The form of a record: the number of the next one if its fields ever change their meaning.
const FORM: i64 = 1;
/// Records that are appended, and synced, together.
pub(super) const BATCH: usize = 200;

/// A concern as it was raised: the columns of its row as they are kept, and the team that it came to.
#[derive(Debug, Clone, Queryable, Deserialize)]
pub(super) struct Record {
    pub id: ConcernId,
    pub reference: String,
    pub draft_id: String,
    pub school_urn: i32,
    pub team_id: String,
    pub area_code: String,
    pub area_edition: String,
    pub raised_by: String,
    #[serde(deserialize_with = "moment")]
    pub raised_at: NaiveDateTime,
    pub kind: String,
    pub main_harm: String,
    pub urgency: String,
    pub easting: Option<i32>,
    pub northing: Option<i32>,
    pub answers: String,
}

fn moment<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<NaiveDateTime, D::Error> {
    let seconds = i64::deserialize(from)?.to_string();
    calendar::of_seconds(&seconds).ok_or_else(|| serde::de::Error::custom("this is no moment"))
}

impl Record {
    /// Sealed for its team, as the journal has it: under one root key, the answers in it included.
    fn sealed(&self, portal: &Portal) -> Result<Sealed> {
        loop {
            let Some(answers) = self.renewed_answers(portal) else {
                return self.sealed_with(portal, &self.answers);
            };
            let sealed = self.sealed_with(portal, answers.as_str())?;
            // A key that came in between would leave two that are needed.
            if sealed.generation() == answers.generation() {
                return Ok(sealed);
            }
        }
    }

    /// The answers under the youngest root key. Nothing if they do not open.
    fn renewed_answers(&self, portal: &Portal) -> Option<Sealed> {
        let kept = Sealed::kept(self.answers.clone());
        if kept.generation() == Some(portal.keys.generation()) {
            return Some(kept);
        }
        portal.keys.renew(KeptConcern::place(&self.id), &kept).ok()
    }

    fn sealed_with(&self, portal: &Portal, answers: &str) -> Result<Sealed> {
        let text = serde_json::json!({
            "form": FORM,
            "id": self.id.as_str(),
            "reference": self.reference,
            "draft_id": self.draft_id,
            "school_urn": self.school_urn,
            "team_id": self.team_id,
            "area_code": self.area_code,
            "area_edition": self.area_edition,
            "raised_by": self.raised_by,
            "raised_at": self.raised_at.and_utc().timestamp(),
            "kind": self.kind,
            "main_harm": self.main_harm,
            "urgency": self.urgency,
            "easting": self.easting,
            "northing": self.northing,
            "answers": answers,
        });
        portal.keys.seal(&self.team_id, place(&self.id), &text.to_string())
    }

    /// What a record of the journal says. What was typed is a sealed text of its own in it, which is opened as well: one
    /// that nobody could read is no second copy.
    pub(super) fn opened(portal: &Portal, id: ConcernId, sealed: &Sealed) -> Result<Self> {
        Self::read(id, sealed, |at, sealed| portal.keys.unseal(at, sealed)).map(|it| it.0)
    }

    /// True if a record says the same by the root keys and by the offline identity.
    pub(super) fn opens_both_ways(
        portal: &Portal,
        (id, sealed): (ConcernId, &Sealed),
        identity: &Identity,
    ) -> Result<bool> {
        let by_keys = Self::read(id, sealed, |at, sealed| portal.keys.unseal(at, sealed))?;
        let offline = Self::read(id, sealed, |at, sealed| sealed.unseal_offline(at, identity))?;
        Ok(by_keys.1 == offline.1)
    }

    /// The same record under the youngest root key, by the offline identity alone.
    pub(super) fn recovered(
        portal: &Portal,
        (id, sealed): (ConcernId, &Sealed),
        identity: &Identity,
    ) -> Result<Sealed> {
        let offline = Self::read(id, sealed, |at, sealed| sealed.unseal_offline(at, identity));
        let mut record = offline?.0;
        let answers = Sealed::kept(record.answers.clone());
        let answers = portal.keys.recover(KeptConcern::place(&id), &answers, identity)?;
        answers.as_str().clone_into(&mut record.answers);
        record.sealed(portal)
    }

    /// The root keys that a record needs: its own, and that of the answers in it.
    pub(super) fn generations(portal: &Portal, id: ConcernId, sealed: &Sealed) -> Result<Vec<u32>> {
        // The answers need not open for it.
        let open = |at: Place, it: &Sealed| match at.table {
            "journal" => portal.keys.unseal(at, it),
            _ => Ok(String::new()),
        };
        let (record, _) = Self::read(id, sealed, open)?;
        let answers = Sealed::kept(record.answers).generation();
        Ok(sealed.generation().into_iter().chain(answers).collect())
    }

    /// A record, and the texts that were opened for it.
    fn read(
        id: ConcernId,
        sealed: &Sealed,
        open: impl Fn(Place, &Sealed) -> Result<String>,
    ) -> Result<(Self, [String; 2])> {
        let text = open(place(&id), sealed)?;
        let read: Self = serde_json::from_str(&text)
            .map_err(|_bad| Error::Corrupt("a record of the journal is of another form"))?;
        if read.id != id {
            return Err(Error::Corrupt(
                "a record of the journal stands under the id of another concern",
            ));
        }
        let answers = open(KeptConcern::place(&id), &Sealed::kept(read.answers.clone()))?;
        Ok((read, [text, answers]))
    }
}

fn place(id: &ConcernId) -> Place<'_> {
    Place { table: "journal", column: "concern", row: id.as_str() }
}

/// The same record under the youngest root key, the answers in it as well, for today's offline recipient.
pub(super) fn renewed(portal: &Portal, id: ConcernId, sealed: &Sealed) -> Result<Sealed> {
    Record::opened(portal, id, sealed)?.sealed(portal)
}

/// The row of the journal that a concern has.
pub(super) fn row(id: ConcernId) -> Row {
    letters_of(id.as_str()).unwrap_or_default()
}

/// The concern whose row that is.
pub(super) fn concern(row: Row) -> Option<ConcernId> {
    ConcernId::parse(std::str::from_utf8(&row).ok()?)
}

/// Keeps a concern in the journal, unless it is known to be there, and comes back when the disk has it. Doing it twice
/// does no harm.
pub fn keep(portal: &Portal, id: ConcernId) -> Result<()> {
    if portal.journal.knows(row(id)) {
        return Ok(());
    }
    let records = portal.store.read(|db| keep_queries::records(db, &[id]))?;
    if records.is_empty() {
        return Err(Error::NotFound);
    }
    append(portal, &records, (portal.clock)())
}

/// True if the journal is not known to have a concern, in a process that should know it if it had.
pub(super) fn is_doubtful(portal: &Portal, id: ConcernId) -> bool {
    portal.journal.doubts(row(id))
}

pub(super) fn append(portal: &Portal, records: &[Record], at: NaiveDateTime) -> Result<()> {
    let sealed = records.iter().map(|it| Ok((row(it.id), it.sealed(portal)?)));
    portal.journal.append(&sealed.collect::<Result<Vec<_>>>()?, calendar::day(at))
}
