//! Digests are compiled: for everybody whose period has begun, in batches, each queued where it was counted.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use chrono::{NaiveDateTime, TimeDelta};

use super::due::{self, Period};
use super::queries::{self, Known, Meeting};
use super::{READERS, Rhythm, words};
use crate::accounts::{self, AccountId, Actor, Scope};
use crate::app::Portal;
use crate::concerns::Status;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::mail::facts::{DigestFacts, json};
use crate::mail::{Letter, LetterKind};
use crate::schools::Urn;
use crate::store::Db;
use crate::worker::Done;
use crate::{Result, calendar};

/// How many people are served in one transaction.
const BATCH: usize = 200;
/// The longest period: a week, and a day for the change of clocks. Meetings' eves lie within it too.
const PERIOD_MAX: TimeDelta = TimeDelta::days(8);

/// Compiles and queues what is due.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let hour = portal.settings.digest_hour;
    let due = portal.store.read(|db| everybody_due(db, hour, now))?;
    let mut count = 0;
    for batch in due.chunks(BATCH) {
        if portal.stopping.load(Ordering::Relaxed) {
            break;
        }
        count += portal.write_as(&Actor::house(), now, |deed| post(deed, batch))?;
    }
    Ok(Done { count, is_more: false })
}

/// Who gets a digest, on which rhythm, for which period.
type Due = (AccountId, Rhythm, Period);

/// Everybody whose period has begun without a digest. People of one team stand together.
fn everybody_due(db: &mut Db, hour: u32, at: NaiveDateTime) -> Result<Vec<Due>> {
    let today = calendar::day(at);
    let mut people = accounts::queries::actors(db, READERS, today)?;
    let rhythms = queries::rhythms(db)?;
    let latest = queries::latest(db, (at - PERIOD_MAX, at))?;
    let meetings = queries::meetings_ahead(db, at)?;
    let urns = people.iter().flat_map(Actor::schools).collect();
    let by_school = queries::teams_of_schools(db, urns, today)?;
    people.sort_by_cached_key(|it| {
        (it.scope().sees_every_team(), it.posts().iter().map(|it| it.team).max())
    });
    let mut found = Vec::new();
    for person in people {
        let rhythm = rhythms.get(&person.id).copied().unwrap_or_else(|| Rhythm::usual(&person));
        let theirs = theirs(&person.scope(), &meetings, &by_school);
        let Some(period) = due::period(rhythm, at, hour, &theirs) else { continue };
        if latest.get(&person.id).is_none_or(|it| *it < period.begins_at) {
            found.push((person.id, rhythm, period));
        }
    }
    Ok(found)
}

/// The meetings of a person's teams; a lead's team is the one that serves the school's area.
pub(super) fn theirs<'a>(
    scope: &Scope,
    meetings: &'a [Meeting],
    by_school: &HashMap<Urn, TeamId>,
) -> Vec<&'a Meeting> {
    let mut teams: Vec<TeamId> = [scope.teams(), scope.partner_teams()].concat();
    teams.extend(scope.schools().iter().filter_map(|it| by_school.get(it)));
    let is_theirs = |it: &&Meeting| scope.sees_every_team() || teams.contains(&it.team);
    meetings.iter().filter(is_theirs).collect()
}

/// Compiles and queues one batch. Says how many letters that made.
fn post(deed: &mut Deed, batch: &[Due]) -> Result<usize> {
    let today = deed.today();
    let people = accounts::queries::actors(deed.db, READERS, today)?;
    let mut people: HashMap<AccountId, Actor> = people.into_iter().map(|it| (it.id, it)).collect();
    // Whoever has left in the meantime is not there any more.
    let batch: Vec<(Actor, Rhythm, &Period)> = batch
        .iter()
        .filter_map(|(id, rhythm, period)| Some((people.remove(id)?, *rhythm, period)))
        .collect();
    let sheet = Sheet::read(deed.db, batch.iter().map(|(person, ..)| person), deed.at)?;
    let mut count = 0;
    for (person, rhythm, period) in batch {
        let facts = json(&words::digest(&person, rhythm, &sheet))?;
        let (kind, period) = (LetterKind::Digest, period.key.clone());
        let letter = Letter { kind, to: person.id, period, facts, due_at: deed.at };
        count += usize::from(deed.post(&letter)?);
    }
    Ok(count)
}

/// What a person's digest would say now.
pub fn preview(db: &mut Db, person: &Actor, at: NaiveDateTime) -> Result<DigestFacts> {
    let rhythm = rhythm_of(db, person)?;
    Ok(words::digest(person, rhythm, &Sheet::read(db, [person], at)?))
}

/// How often a person's digest comes.
pub fn rhythm_of(db: &mut Db, person: &Actor) -> Result<Rhythm> {
    let chosen = queries::rhythm_of(db, person.id)?;
    Ok(chosen.unwrap_or_else(|| Rhythm::usual(person)))
}

/// When a person's next digest comes, if that is known.
pub fn next(
    db: &mut Db,
    person: &Actor,
    (at, hour): (NaiveDateTime, u32),
) -> Result<Option<NaiveDateTime>> {
    let rhythm = rhythm_of(db, person)?;
    let meetings = queries::meetings_ahead(db, at)?;
    let by_school = queries::teams_of_schools(db, person.schools(), calendar::day(at))?;
    Ok(due::next(rhythm, at, hour, &theirs(&person.scope(), &meetings, &by_school)))
}

/// What a batch of digests is made from, read once for all of its people.
pub(super) struct Sheet {
    pub at: NaiveDateTime,
    /// When each person's digest before this one was queued.
    pub latest: HashMap<AccountId, NaiveDateTime>,
    pub by_team: HashMap<TeamId, OfTeam>,
    pub by_school: HashMap<Urn, OfSchool>,
    pub drafts: HashMap<AccountId, usize>,
    pub meetings: Vec<Meeting>,
    pub team_of_school: HashMap<Urn, TeamId>,
}

impl Sheet {
    fn read<'a>(
        db: &mut Db,
        people: impl IntoIterator<Item = &'a Actor>,
        at: NaiveDateTime,
    ) -> Result<Self> {
        let (ids, scopes): (Vec<AccountId>, Vec<Scope>) =
            people.into_iter().map(|it| (it.id, it.scope())).unzip();
        let latest = queries::latest_of(db, ids.clone(), at)?;
        let oldest = ids.iter().map(|it| words::since(&latest, *it, at).0).min().unwrap_or(at);
        let urns = scopes.iter().flat_map(Scope::schools).copied().collect();
        let mut sheet = Self {
            at,
            latest,
            by_team: HashMap::new(),
            by_school: HashMap::new(),
            drafts: queries::drafts_of(db, ids)?,
            meetings: queries::meetings_ahead(db, at)?,
            team_of_school: queries::teams_of_schools(db, urns, calendar::day(at))?,
        };
        for known in queries::open_in_teams(db, &scopes)? {
            sheet.by_team.entry(known.team).or_default().add(known);
        }
        for known in queries::of_schools(db, &scopes, oldest)? {
            sheet.by_school.entry(known.school).or_default().add(known);
        }
        Ok(sheet)
    }
}

/// What is open in a team, the newest first.
#[derive(Default)]
pub(super) struct OfTeam {
    pub first_look: Vec<Known>,
    pub answered: Vec<Known>,
    pub redirected: Vec<Known>,
    pub accepted: Vec<Known>,
    pub asked: Vec<Known>,
}

impl OfTeam {
    fn add(&mut self, known: Known) {
        let pile = match known.status {
            // Only an answer brings a concern back to where it began, later than it came.
            Status::Submitted if known.changed_at > known.arrived_at => &mut self.answered,
            Status::Submitted => &mut self.first_look,
            Status::Redirected => &mut self.redirected,
            Status::Accepted => &mut self.accepted,
            Status::MoreInformation => &mut self.asked,
            Status::Linked => return,
        };
        pile.push(known);
    }
}

/// What a school waits for, the latest change first.
#[derive(Default)]
pub(super) struct OfSchool {
    pub questions: Vec<Known>,
    pub moved: Vec<Known>,
}

impl OfSchool {
    fn add(&mut self, known: Known) {
        match known.status {
            Status::Submitted => {}
            Status::MoreInformation => self.questions.push(known),
            Status::Accepted | Status::Redirected | Status::Linked => self.moved.push(known),
        }
    }
}
