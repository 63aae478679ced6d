//! The people, as those who look after accounts see them: a list, and one of them.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;

use super::people_queries::{self, Filter};
use super::{AccountId, Actor, Post, PostId, Role, Tenure, policy, queries, ticket_queries};
use crate::districts::{Team, TeamId, team_names, teams};
use crate::schools::{self, Urn};
use crate::store::{Db, fold};
use crate::{Error, Result};

pub use super::people_queries::Person;

/// More people than this are not looked at: the words are too common.
const KNOWN_MAX: i64 = 200;
const PAGE_SIZE: usize = 25;
/// More words than this are not looked for.
const WORDS_MAX: usize = 6;

/// Whom the list shows, as the address says it. What means nothing is taken as left out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListForm {
    /// A part of the name or of the address.
    pub q: String,
    /// A school's number, or a part of its name.
    pub school: String,
    pub team: String,
    pub role: String,
    pub after: String,
}

/// A person with their posts.
#[derive(Debug)]
pub struct Line {
    pub person: Person,
    /// The newest first.
    pub tenures: Vec<Tenure>,
    /// Until when the last invitation holds, or held, if there is one.
    pub invited_until: Option<NaiveDateTime>,
}

/// Names of the schools and teams that posts are at.
#[derive(Debug, Default)]
pub struct Names {
    pub schools: BTreeMap<Urn, String>,
    pub teams: BTreeMap<TeamId, String>,
}

impl Names {
    fn of(db: &mut Db, lines: &[Line]) -> Result<Self> {
        Self::of_posts(db, lines.iter().flat_map(|it| &it.tenures).map(|it| it.post))
    }

    fn of_posts(db: &mut Db, posts: impl Iterator<Item = Post> + Clone) -> Result<Self> {
        let urns: Vec<Urn> = posts.clone().filter_map(|it| it.school).collect();
        let ids: Vec<TeamId> = posts.filter_map(|it| it.team).collect();
        Ok(Self { schools: schools::names(db, &urns)?, teams: team_names(db, &ids)? })
    }
}

/// A page of people.
#[derive(Debug)]
pub struct Listing {
    pub lines: Vec<Line>,
    /// Behind whom the next page begins, if there is one.
    pub next: Option<AccountId>,
    pub names: Names,
    /// Every team, for the filter.
    pub teams: Vec<Team>,
}

/// One page of the people, by name.
pub fn list(db: &mut Db, by: &Actor, (form, today): (&ListForm, NaiveDate)) -> Result<Listing> {
    if !policy::may_see_people(by) {
        return Err(Error::Forbidden);
    }
    let schools = match form.school.trim() {
        "" => None,
        text => Some(schools::look_up(db, text)?.into_iter().map(|it| it.urn).collect()),
    };
    let filter = Filter {
        words: fold(&form.q)
            .split(' ')
            .filter(|it| !it.is_empty())
            .take(WORDS_MAX)
            .map(str::to_owned)
            .collect(),
        role: Role::parse(&form.role),
        team: TeamId::parse(&form.team),
        schools,
    };
    let from = (today, AccountId::parse(&form.after));
    let limit = i64::try_from(PAGE_SIZE + 1).unwrap_or(i64::MAX);
    let mut people = people_queries::page(db, &filter, from, limit)?;
    let has_more = people.len() > PAGE_SIZE;
    people.truncate(PAGE_SIZE);
    let next = people.last().filter(|_| has_more).map(|it| it.id);
    let lines = lines(db, people)?;
    Ok(Listing { names: Names::of(db, &lines)?, lines, next, teams: teams(db)? })
}

/// One person with everything that list and page say of them.
pub fn show(db: &mut Db, by: &Actor, id: AccountId) -> Result<(Line, Names)> {
    if !policy::may_see_people(by) {
        return Err(Error::Forbidden);
    }
    let person = people_queries::person(db, id)?;
    let mut lines = lines(db, vec![person])?;
    let names = Names::of(db, &lines)?;
    Ok((lines.pop().ok_or(Error::NotFound)?, names))
}

/// One post of a person, and its person.
pub fn post(db: &mut Db, by: &Actor, (id, post): (AccountId, PostId)) -> Result<(Line, Names)> {
    let (mut line, names) = show(db, by, id)?;
    line.tenures.retain(|it| it.id == post);
    if line.tenures.is_empty() { Err(Error::NotFound) } else { Ok((line, names)) }
}

fn lines(db: &mut Db, people: Vec<Person>) -> Result<Vec<Line>> {
    let ids: Vec<AccountId> = people.iter().map(|it| it.id).collect();
    let mut tenures: BTreeMap<AccountId, Vec<Tenure>> = BTreeMap::new();
    for tenure in people_queries::tenures(db, &ids)? {
        tenures.entry(tenure.account).or_default().push(tenure);
    }
    let invited: BTreeMap<AccountId, NaiveDateTime> =
        ticket_queries::invitations(db, &ids)?.into_iter().collect();
    let line = |person: Person| Line {
        tenures: tenures.remove(&person.id).unwrap_or_default(),
        invited_until: invited.get(&person.id).copied(),
        person,
    };
    Ok(people.into_iter().map(line).collect())
}

/// The account with an address, if there is one.
pub fn known(db: &mut Db, email: &str) -> Result<Option<Person>> {
    match queries::account_with(db, email)? {
        Some(id) => people_queries::person(db, id).map(Some),
        None => Ok(None),
    }
}

/// Somebody with an account, as the answer to their own question shows them.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    pub since: NaiveDateTime,
    /// The newest first.
    pub tenures: Vec<Tenure>,
}

/// Those whose name or address may be what `terms` say, for the county's lead: somebody asks what is kept about them.
pub fn with_any(db: &mut Db, by: &Actor, terms: &[String]) -> Result<(Vec<Known>, Names)> {
    if !by.is(Role::County) {
        return Err(Error::Forbidden);
    }
    let texts: Vec<String> = terms.iter().map(|it| fold(it)).filter(|it| !it.is_empty()).collect();
    if texts.is_empty() {
        return Ok(<(Vec<Known>, Names)>::default());
    }
    let found = people_queries::with_any(db, &texts, KNOWN_MAX)?;
    let ids: Vec<AccountId> = found.iter().map(|it| it.0).collect();
    let tenures = people_queries::tenures(db, &ids)?;
    let names = Names::of_posts(db, tenures.iter().map(|it| it.post))?;
    let known = |(id, name, email, since)| {
        let tenures = tenures.iter().filter(|it| it.account == id).copied().collect();
        Known { id, name, email, since, tenures }
    };
    Ok((found.into_iter().map(known).collect(), names))
}
