//! Concerns that the database lost are put back from the journal, as they were raised. What became of them since is the
//! database's to know: their team gets them as new, with a step that says so.

use std::collections::BTreeSet;

use super::keep::{self, Record};
use super::keep_queries::{self, Back, There};
use super::{ConcernId, DraftId, KeptConcern, Status, Step, Urgency, draft_queries, said};
use crate::accounts::{self, AccountId, Role};
use crate::app::Portal;
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::{self, AreaCode, TeamId};
use crate::mail::urgent;
use crate::schools::{self, Urn};
use crate::seal::Sealed;
use crate::store::reference;
use crate::{Error, Result, calendar};

/// What came of it.
#[derive(Debug, Default)]
pub struct Restored {
    /// What was put back: its reference, and what is different from before, if anything is.
    pub back: Vec<String>,
    /// What is there as another concern, because its report was sent again: nothing is missing.
    pub settled: Vec<String>,
    /// What could not be, and what to do about it.
    pub left: Vec<String>,
}

/// What became of a record.
enum Put {
    Back(String),
    SentAgain(String),
    Left(&'static str),
}

/// Puts back every concern that the journal has and the database lacks. Doing it twice does nothing more.
pub fn restore(portal: &Portal) -> Result<Restored> {
    let mut ids = BTreeSet::new();
    portal.journal.each(|it| {
        ids.extend(keep::concern(it.row));
        Ok(())
    })?;
    let ids: Vec<ConcernId> = ids.into_iter().collect();
    let lacking = portal.store.read(|db| keep_queries::lacking(db, &ids))?;
    let mut lacking: BTreeSet<ConcernId> = lacking.into_iter().collect();
    let mut restored = Restored::default();
    let mut faults: Vec<(ConcernId, String)> = Vec::new();
    portal.journal.each(|it| {
        let Some(id) = keep::concern(it.row).filter(|id| lacking.contains(id)) else {
            return Ok(());
        };
        // Of several records of a concern, the first that opens.
        match Record::opened(portal, id, &it.sealed) {
            Err(error) => faults.push((id, format!("{} does not open: {error}", it.at))),
            Ok(record) => {
                lacking.remove(&id);
                // One that fails keeps no other from coming back.
                let put = portal.write_as_house(|deed| put_back(deed, &record));
                let name = &record.reference;
                match put {
                    Ok(Put::Back(said)) => restored.back.push(said),
                    Ok(Put::SentAgain(again)) => {
                        restored.settled.push(format!("{name} was sent again as {again}"));
                    }
                    Ok(Put::Left(why)) => restored.left.push(format!("{name}: {why}")),
                    Err(error) => restored.left.push(format!("{name}: {}", told(&error))),
                }
            }
        }
        Ok(())
    })?;
    let unopened = faults.into_iter().filter(|(id, _)| lacking.contains(id));
    restored.left.extend(unopened.map(|(_, fault)| fault));
    Ok(restored)
}

fn told(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|it| format!(": {it}")).unwrap_or_default();
    format!("{error}{cause}")
}

fn put_back(deed: &mut Deed, record: &Record) -> Result<Put> {
    if keep_queries::lacking(deed.db, &[record.id])?.is_empty() {
        return Ok(Put::Back(format!("{} (it was there by now)", record.reference)));
    }
    match keep_queries::of_draft(deed.db, &record.draft_id)? {
        None => add(deed, record),
        Some(other) if says_the_same(deed, record, &other)? => {
            // From now on it counts as there, and goes from the journal when that one is deleted.
            keep_queries::set_again(deed.db, (record.id, other.id), deed.at)?;
            deed.record(Event::ConcernSentAgain, record.id, Some(other.team))?;
            Ok(Put::SentAgain(other.reference))
        }
        Some(other) => {
            // Whatever only the first one said would be lost: it is a concern of its own.
            let own = Record { draft_id: record.id.to_string(), ..record.clone() };
            let other = other.reference;
            Ok(match add(deed, &own)? {
                Put::Back(said) => {
                    Put::Back(format!("{said} (sent again as {other}, with other words)"))
                }
                not => not,
            })
        }
    }
}

fn says_the_same(deed: &Deed, record: &Record, other: &There) -> Result<bool> {
    let kept = Sealed::kept(record.answers.clone());
    let was = deed.keys.unseal(KeptConcern::place(&record.id), &kept)?;
    Ok(was == deed.keys.unseal(KeptConcern::place(&other.id), &other.answers)?)
}

/// Makes a concern of a record.
fn add(deed: &mut Deed, record: &Record) -> Result<Put> {
    let school = Urn(record.school_urn);
    if !schools::names(deed.db, &[school])?.contains_key(&school) {
        return Ok(Put::Left(
            "its school is not in the register: `e4s import schools`, then again",
        ));
    }
    let Some(team) = team(deed, record)? else {
        return Ok(Put::Left("no team serves its district: `e4s import teams`, then again"));
    };
    let Some(by) = reporter(deed, record, school)? else {
        return Ok(Put::Left("its school has no lead: appoint one, then again"));
    };
    let mut name = record.reference.clone();
    while draft_queries::has_reference(deed.db, &name)? {
        name = reference('C');
    }
    if let Some(draft) = DraftId::parse(&record.draft_id) {
        // An older database may have it as it was before it was sent.
        draft_queries::remove_draft(deed.db, draft)?;
    }
    let place = KeptConcern::place(&record.id);
    // It may have been with another team when it was kept, and is sealed with that one's key.
    let answers = deed.keys.rewrap(team.as_str(), place, &Sealed::kept(record.answers.clone()))?;
    let held_at = keep_queries::held_since(deed.db, record.id)?;
    let back = Back { reference: name.clone(), team, by, at: deed.at, answers, held_at };
    keep_queries::put_back(deed.db, record, &back)?;
    steps(deed, record, &back)?;
    deed.record(Event::ConcernRestored, record.id, Some(team))?;
    if Urgency::parse(&record.urgency) == Some(Urgency::Urgent) {
        urgent::tell(deed, team, record.id, &name)?;
    }
    let is_same = name == record.reference;
    Ok(Put::Back(if is_same { name } else { format!("{name} (it was {})", record.reference) }))
}

/// The team that it came to; if that is no more, the one that serves its district.
fn team(deed: &mut Deed, record: &Record) -> Result<Option<TeamId>> {
    if let Some(team) = TeamId::parse(&record.team_id)
        && !districts::team_names(deed.db, &[team])?.is_empty()
    {
        return Ok(Some(team));
    }
    let area = AreaCode::parse(&record.area_code).ok_or(Error::Corrupt("the code of an area"))?;
    Ok(districts::team_of_area(deed.db, &area, deed.today())?.map(|it| it.id))
}

/// Whoever raised it; if their account is no more, a lead of its school.
fn reporter(deed: &mut Deed, record: &Record, school: Urn) -> Result<Option<AccountId>> {
    if let Some(by) = AccountId::parse(&record.raised_by)
        && !accounts::queries::names(deed.db, &[by])?.is_empty()
    {
        return Ok(Some(by));
    }
    let leads = accounts::queries::holders(deed.db, deed.today(), Role::Dsl, None, Some(school))?;
    Ok(leads.first().copied())
}

fn steps(deed: &mut Deed, record: &Record, back: &Back) -> Result<()> {
    let first = Step {
        at: record.raised_at,
        by: back.by,
        team: back.team,
        status: Status::Submitted,
        words: String::new(),
        meeting: None,
    };
    let words = format!(
        "The service lost this report and has put it back as it was sent on {}. What was done about it since is not \
         known here, so the team looks at it as new.",
        calendar::date_of(record.raised_at)
    );
    let again = Step { at: deed.at, by: deed.by.id, words, ..first.clone() };
    said::add(deed, record.id, &first)?;
    said::add(deed, record.id, &again)
}
