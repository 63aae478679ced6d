//! Somebody opens a concern, which is written down, and reads it.

use std::collections::BTreeMap;

use super::{Concern, ConcernId, KeptConcern, Step, queries, said};
use crate::Result;
use crate::accounts::{self, AccountId, Scope};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::districts::{self, Meeting, diary};
use crate::schools;
use crate::seal::Keyring;
use crate::store::Db;

/// A concern with what stands around it.
#[derive(Debug)]
pub struct Opened {
    pub concern: Concern,
    pub school: String,
    pub teams: BTreeMap<TeamId, String>,
    pub steps: Vec<Step>,
    pub people: BTreeMap<AccountId, String>,
    /// The meeting at which it will be heard, if one is planned.
    pub hearing: Option<Meeting>,
    /// True if several schools have reported what it is about.
    pub is_of_many: bool,
}

/// From so many schools on, each reads that it is not the only one: with fewer, it could work out who the others are.
const MANY: u8 = 3;

impl Opened {
    /// The name of a person of its history.
    pub fn person(&self, id: AccountId) -> String {
        self.people.get(&id).cloned().unwrap_or_else(|| "E4S".to_owned())
    }

    /// The name of a team.
    pub fn team(&self, id: TeamId) -> &str {
        self.teams.get(&id).map_or("The district", String::as_str)
    }
}

/// Opens a concern within the reader's scope.
pub fn open(deed: &mut Deed, id: ConcernId) -> Result<Opened> {
    let concern = queries::find(deed.db, &deed.by.scope(), id)?;
    let concern = concern.open(deed.keys)?;
    let steps = said::steps(deed.db, deed.keys, &concern)?;
    let mut ids: Vec<AccountId> = steps.iter().map(|it| it.by).collect();
    ids.push(concern.raised_by);
    let people = accounts::queries::names(deed.db, &ids)?.into_iter().collect();
    let mut schools = schools::names(deed.db, &[concern.school])?;
    let teams = districts::teams(deed.db)?.into_iter().map(|it| (it.id, it.name)).collect();
    let ahead = diary::ahead(deed.db, &[concern.team], deed.at)?;
    let schools_beside = queries::schools_beside(deed.db, id, i64::from(MANY))?;
    deed.record(Event::ConcernOpened, id, Some(concern.team))?;
    Ok(Opened {
        school: schools.remove(&concern.school).unwrap_or_default(),
        teams,
        hearing: hearing(&ahead, &concern).cloned(),
        is_of_many: schools_beside >= usize::from(MANY),
        concern,
        steps,
        people,
    })
}

/// Those of some concerns that the reader sees as their team, or as the county, opened, the newest first. Who shows what
/// they say writes down that they were read. One that does not open is left out, and logged.
pub fn some(db: &mut Db, keys: &Keyring, scope: &Scope, ids: &[ConcernId]) -> Result<Vec<Concern>> {
    let found = queries::some(db, scope, ids)?;
    Ok(found.into_iter().filter_map(|it| it.open_or_log(keys)).collect())
}

/// Those of some concerns that are with a team and in a context, by id; none for one that does not open, which is logged. The
/// caller has found what they belong to within a scope, and shows nobody more of them than is theirs to read.
pub fn with_team(
    db: &mut Db,
    keys: &Keyring,
    team: TeamId,
    ids: &[ConcernId],
) -> Result<Vec<(ConcernId, Option<Concern>)>> {
    let found = queries::with_team(db, team, ids)?;
    Ok(found.into_iter().map(|it| (it.id, it.open_or_log(keys))).collect())
}

/// The references of some concerns within the reader's scope, by id.
pub fn references(
    db: &mut Db,
    scope: &Scope,
    ids: &[ConcernId],
) -> Result<BTreeMap<ConcernId, String>> {
    Ok(queries::references(db, scope, ids)?.into_iter().collect())
}

/// The concern of a reference within the reader's scope, if there is one.
pub fn with_reference(db: &mut Db, scope: &Scope, reference: &str) -> Result<Option<ConcernId>> {
    queries::with_reference(db, scope, reference)
}

/// Of the meetings ahead, the first of the concern's team that still took items when it came.
pub(super) fn hearing<'a>(ahead: &'a [Meeting], concern: &KeptConcern) -> Option<&'a Meeting> {
    ahead.iter().find(|it| it.team == concern.team && it.cut_off_at >= concern.arrived_at)
}
