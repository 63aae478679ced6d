//! The log, filtered, with the names that its lines need.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::accounts::{self, AccountId, Actor, PostOf, Role};
use crate::audit::find::Affairs;
use crate::audit::{self, Entry, Event, Mark, Wanted, said};
use crate::concerns::{self, ConcernId};
use crate::contexts::{self, ContextId};
use crate::deed::Deed;
use crate::districts::{TeamId, teams};
use crate::retention::tombstones;
use crate::schools::{self, Urn};
use crate::store::{Db, letters_of};
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

const PAGE_SIZE: usize = 50;
/// What the filter calls the affairs of no team.
pub const NO_TEAM: &str = "none";
/// How the house is called in the log.
const HOUSE: &str = "E4S";

/// Which lines, as the address says it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LogForm {
    /// An e-mail address, or a whole name.
    pub person: String,
    pub event: String,
    pub team: String,
    /// A reference, for those who may see what it stands for; or an id.
    pub record: String,
    pub from_day: String,
    pub from_month: String,
    pub from_year: String,
    pub until_day: String,
    pub until_month: String,
    pub until_year: String,
    pub after: String,
}

/// Lines of the log with the names that they need.
#[derive(Debug)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Where the next page begins, if there is one.
    pub next: Option<Mark>,
    pub people: BTreeMap<AccountId, String>,
    /// Every team's.
    pub teams: BTreeMap<TeamId, String>,
    /// Of the schools that posts are at.
    pub schools: BTreeMap<Urn, String>,
    /// Of concerns and contexts that the reader may see.
    pub references: BTreeMap<String, String>,
    /// Of those that they might have seen, had they not been deleted since.
    pub gone: BTreeMap<String, String>,
}

impl Listing {
    /// Who did a line's deed.
    pub fn person(&self, entry: &Entry) -> String {
        let name = entry.by().and_then(|it| self.people.get(&it));
        name.cloned().unwrap_or_else(|| HOUSE.to_owned())
    }

    /// The team in whose affairs it was done; empty for none.
    pub fn team(&self, entry: &Entry) -> String {
        entry.team().and_then(|it| self.teams.get(&it)).cloned().unwrap_or_default()
    }

    /// What it was done to: a person's name, with their post if it was done to that; a reference if the reader may see it,
    /// or the kind of record and the beginning of its id.
    pub fn record(&self, entry: &Entry) -> String {
        let subject = entry.subject.as_str();
        if let Some(reference) = self.references.get(subject) {
            return reference.clone();
        }
        if let Some(reference) = self.gone.get(subject) {
            return format!("{reference} (deleted)");
        }
        if let Some(name) = AccountId::parse(subject).and_then(|it| self.people.get(&it)) {
            return name.clone();
        }
        if let Some(named) = PostOf::parse(subject) {
            return self.post(named);
        }
        let noun = entry.event().map_or("", Event::noun);
        let begin: String = subject.chars().take(8).collect();
        match (noun, is_id(subject)) {
            ("", true) => begin,
            ("", false) => subject_said(entry.event(), subject),
            (_, true) => format!("{noun} {begin}"),
            (_, false) => noun.to_owned(),
        }
    }

    /// `Kim Example: Designated safeguarding lead, Elm Bank School`
    fn post(&self, PostOf { account, post }: PostOf) -> String {
        let unknown = || account.as_str().chars().take(8).collect();
        let person = self.people.get(&account).cloned().unwrap_or_else(unknown);
        let school = post.school.map(|it| match self.schools.get(&it) {
            Some(name) => name.clone(),
            None => format!("URN {it}"),
        });
        let team = post.team.and_then(|it| self.teams.get(&it).cloned());
        let place = school.or(team).map(|it| format!(", {it}")).unwrap_or_default();
        format!("{person}: {}{place}", post.role.title())
    }
}

/// A subject that is no id, as pages say it: files by their names, the service's own words as words.
fn subject_said(event: Option<Event>, subject: &str) -> String {
    match event {
        Some(Event::BackupMade | Event::BackupRestored) => subject.to_owned(),
        Some(Event::KeysRotated) => format!("root-{subject}.key"),
        // A request for a copy, and how many records it took in.
        _ if subject.contains('/') => "A request".to_owned(),
        _ => said(subject),
    }
}

/// True for the id of a record; other subjects are words of the service's own.
pub fn is_id(subject: &str) -> bool {
    letters_of(subject).is_some()
}

/// What the form asks for, or what is wrong with it. A person or record that nobody knows is a fault; a word that no form of
/// ours sends is taken as left out.
pub fn wanted(db: &mut Db, actor: &Actor, form: &LogForm) -> Result<Wanted> {
    let mut errors = FormErrors::default();
    let by = match person(db, &form.person)? {
        Ok(by) => by,
        Err(fault) => {
            errors.add("person", fault);
            None
        }
    };
    let subject = match record(db, actor, &form.record)? {
        Ok(subject) => subject,
        Err(fault) => {
            errors.add("record", fault);
            None
        }
    };
    let from = day(&mut errors, "from", [&form.from_day, &form.from_month, &form.from_year]);
    let until = day(&mut errors, "until", [&form.until_day, &form.until_month, &form.until_year]);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        errors.add("until", "The last day must be the first day or later");
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut subjects = Vec::from_iter(subject);
    // What was done to somebody's post was done to them as well.
    if let Some(person) = subjects.first().and_then(|it| AccountId::parse(it)) {
        subjects.extend(audit::find::posts_of(db, person)?);
    }
    Ok(Wanted {
        by,
        event: Event::parse(&form.event),
        events: &[],
        affairs: match form.team.as_str() {
            NO_TEAM => Some(Affairs::House),
            team => TeamId::parse(team).map(Affairs::Team),
        },
        subjects,
        from: from.map(|it| calendar::at(it, 0, 0)),
        before: until.map(|it| calendar::at(it + Days::new(1), 0, 0)),
        after: Mark::parse(&form.after),
    })
}

fn person(db: &mut Db, text: &str) -> Result<Result<Option<AccountId>, &'static str>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Ok(None));
    }
    if text.eq_ignore_ascii_case(HOUSE) {
        return Ok(Ok(Some(Actor::house().id)));
    }
    Ok(match accounts::queries::called(db, text)?.as_slice() {
        [one] => Ok(Some(*one)),
        [] => Err("Nobody with an account has this e-mail address or name"),
        _ => Err("More than one person has this name. Enter the e-mail address"),
    })
}

/// The id of the record that is meant. References are looked up within the reader's scope: to an administrator, who sees
/// no concerns, each is unknown.
fn record(db: &mut Db, actor: &Actor, text: &str) -> Result<Result<Option<String>, &'static str>> {
    let text = text.trim();
    if text.is_empty() || is_id(text) {
        return Ok(Ok(Some(text.to_owned()).filter(|it| !it.is_empty())));
    }
    let (scope, reference) = (actor.scope(), text.to_uppercase());
    if let Some(concern) = concerns::open::with_reference(db, &scope, &reference)? {
        return Ok(Ok(Some(concern.to_string())));
    }
    let context = contexts::read::with_reference(db, &scope, &reference)?;
    let found = match context {
        Some(context) => Some(context.to_string()),
        None => tombstones::of_reference(db, &scope, &reference)?.and_then(|it| it.record_id),
    };
    Ok(found.map(Some).ok_or(if actor.is(Role::County) {
        "There is no record with this reference. References look like C-7KQ4-M2"
    } else {
        "This is not the id of a record. Follow a line’s record to see every line about it"
    }))
}

fn day(errors: &mut FormErrors, field: &'static str, parts: [&String; 3]) -> Option<NaiveDate> {
    let [day, month, year] = parts.map(|it| it.trim());
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return None;
    }
    let numbers = (day.parse().ok(), month.parse().ok(), year.parse().ok());
    let found = match numbers {
        (Some(day), Some(month), Some(year)) if (2000..=2200).contains(&year) => {
            NaiveDate::from_ymd_opt(year, month, day)
        }
        _ => None,
    };
    if found.is_none() {
        errors.add(field, "Enter a real date, such as 3 12 2026");
    }
    found
}

/// One page of what is wanted.
pub fn list(db: &mut Db, actor: &Actor, wanted: &Wanted) -> Result<Listing> {
    some(db, actor, wanted, PAGE_SIZE)
}

/// The next `limit` lines of what is wanted.
pub fn some(db: &mut Db, actor: &Actor, wanted: &Wanted, limit: usize) -> Result<Listing> {
    let mut entries = audit::find::page(db, wanted, limit + 1)?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| has_more).map(Entry::mark);
    let of = |noun: &str| -> Vec<&str> {
        let is_it = |it: &&Entry| it.event().is_some_and(|event| event.noun() == noun);
        entries.iter().filter(is_it).map(|it| it.subject.as_str()).collect()
    };
    let mut people: Vec<AccountId> = entries.iter().filter_map(Entry::by).collect();
    people.extend(of("").into_iter().filter_map(AccountId::parse));
    let posts: Vec<PostOf> = of("").into_iter().filter_map(PostOf::parse).collect();
    people.extend(posts.iter().map(|it| it.account));
    let at: Vec<Urn> = posts.iter().filter_map(|it| it.post.school).collect();
    people.sort();
    people.dedup();
    let mut references = BTreeMap::new();
    // Administrators see no concerns: their scope finds none.
    let scope = actor.scope();
    let either = of("Record");
    let of = |noun| of(noun).into_iter().chain(either.iter().copied());
    let ids: Vec<ConcernId> = of("Concern").filter_map(ConcernId::parse).collect();
    for (id, reference) in concerns::open::references(db, &scope, &ids)? {
        references.insert(id.to_string(), reference);
    }
    let ids: Vec<ContextId> = of("Context").filter_map(ContextId::parse).collect();
    for (id, reference) in contexts::read::references(db, &scope, &ids)? {
        references.insert(id.to_string(), reference);
    }
    let is_named = |it: &&str| !references.contains_key(*it);
    let unnamed = of("Concern").chain(of("Context")).filter(is_named);
    let unnamed: Vec<String> = unnamed.map(str::to_owned).collect();
    let gone = tombstones::references(db, &scope, &unnamed)?;
    Ok(Listing {
        gone,
        people: accounts::queries::names(db, &people)?.into_iter().collect(),
        teams: teams(db)?.into_iter().map(|it| (it.id, it.name)).collect(),
        schools: schools::names(db, &at)?,
        entries,
        next,
        references,
    })
}

/// Writes down that somebody has read a page of the log, or taken it away.
pub fn note(deed: &mut Deed, event: Event) -> Result<()> {
    deed.record(event, "log", None)
}
