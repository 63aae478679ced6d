//! A person gets a post.

use chrono::NaiveDate;
use serde::Deserialize;

use super::appoint::{self, Giving};
use super::{AccountId, Post, Role, policy, queries};
use crate::deed::Deed;
use crate::districts::{Team, TeamId, teams};
use crate::mail::beside;
use crate::schools::{FOUND_MAX, School, Urn, look_up};
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result};

/// A post, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct PostForm {
    pub role: String,
    /// A school's number, or a part of its name.
    pub school: String,
    /// The school that was chosen when several were found.
    pub urn: String,
    pub team: String,
    pub from_day: String,
    pub from_month: String,
    pub from_year: String,
    pub until_day: String,
    pub until_month: String,
    pub until_year: String,
}

/// Where a post can be: the schools that what was typed may mean, and every team.
#[derive(Debug)]
pub struct Places {
    pub schools: Vec<School>,
    pub teams: Vec<Team>,
}

/// The places for a form.
pub fn places(db: &mut Db, form: &PostForm) -> Result<Places> {
    Ok(Places { schools: look_up(db, &form.school)?, teams: teams(db)? })
}

impl PostForm {
    /// The post, if neither it nor what was checked before has a fault.
    pub fn check(
        &self,
        places: &Places,
        today: NaiveDate,
        mut errors: FormErrors,
    ) -> Result<Giving, FormErrors> {
        let role = Role::parse(&self.role);
        if role.is_none() {
            errors.add("role", "Choose what they are to be");
        }
        let school = self.school(role, places, &mut errors);
        let team = self.team(role, places, &mut errors);
        let from = [&self.from_day, &self.from_month, &self.from_year];
        let until = [&self.until_day, &self.until_month, &self.until_year];
        let from_on = day(from, ("from", "first"), &mut errors).unwrap_or(today);
        let until_on = day(until, ("until", "last"), &mut errors);
        if until_on.is_some_and(|it| it < from_on) {
            errors.add("until", "The last day must not be before the first");
        } else if until_on.is_some_and(|it| it < today) {
            errors.add("until", "The last day must not be in the past");
        }
        match role {
            Some(role) if errors.is_empty() => {
                Ok(Giving { post: Post { role, school, team }, from_on, until_on })
            }
            _ => Err(errors),
        }
    }

    fn school(&self, role: Option<Role>, places: &Places, errors: &mut FormErrors) -> Option<Urn> {
        let is_empty = self.school.trim().is_empty();
        if role.is_some_and(|it| it != Role::Dsl) {
            if !is_empty {
                let told = "Only a designated safeguarding lead has a school. Leave this empty";
                errors.add("school", told);
            }
            return None;
        }
        let found = match places.schools.as_slice() {
            _ if is_empty => {
                if role.is_some() {
                    errors.add("school", "Enter the name or the number of their school");
                }
                return None;
            }
            [] => {
                let told = "No school is found. Check the spelling, or enter its number (URN)";
                errors.add("school", told);
                return None;
            }
            [only] => only,
            several => {
                let chosen = several.iter().find(|it| Some(it.urn) == Urn::parse(&self.urn));
                match chosen {
                    Some(chosen) => chosen,
                    None if several.len() > FOUND_MAX => {
                        let told = "More than 10 schools are found. Enter more of the name";
                        errors.add("school", told);
                        return None;
                    }
                    None => {
                        errors.add("urn", "Choose which of these schools you mean");
                        return None;
                    }
                }
            }
        };
        if !found.is_open {
            errors.add("school", format!("{} ({}) is closed", found.name, found.urn));
            return None;
        }
        Some(found.urn)
    }

    fn team(&self, role: Option<Role>, places: &Places, errors: &mut FormErrors) -> Option<TeamId> {
        let found = places.teams.iter().find(|it| it.id.as_str() == self.team).map(|it| it.id);
        let needs_team = matches!(role, Some(Role::Coordinator | Role::Partner));
        if needs_team && found.is_none() {
            errors.add("team", "Choose their team");
        } else if role.is_some() && !needs_team && found.is_some() {
            let told = "Only a coordinator or a partner has a team. Choose “No team”";
            errors.add("team", told);
        }
        found.filter(|_| needs_team)
    }
}

/// A day that may be left out.
pub(super) fn day(
    parts: [&String; 3],
    (field, which): (&'static str, &str),
    errors: &mut FormErrors,
) -> Option<NaiveDate> {
    let [day, month, year] = parts.map(|it| it.trim());
    if [day, month, year].iter().all(|it| it.is_empty()) {
        return None;
    }
    let year = year.parse().ok().filter(|it| (2000..=2200).contains(it));
    let found = year
        .zip(month.parse().ok())
        .zip(day.parse().ok())
        .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day));
    if found.is_none() {
        errors.add(field, format!("Enter a real date for the {which} day, such as 3 12 2026"));
    }
    found
}

/// Gives a person a further post, and tells those who hold one beside it. What stands against it is a fault of the form.
pub fn give(deed: &mut Deed, person: AccountId, giving: &Giving) -> Result<()> {
    if !policy::may_appoint(deed.by, person) {
        return Err(fault("role", "You cannot give yourself a post. Ask another administrator"));
    }
    appoint::give(deed, person, giving).map_err(|error| match error {
        Error::Refused(why) => fault("role", why),
        error => error,
    })?;
    beside::tell(deed, person, (&giving.post, giving.from_on))
}

/// The same from today on, for the command line: somebody who holds the post already keeps it, and nobody is told.
pub fn give_now(deed: &mut Deed, person: AccountId, post: Post) -> Result<()> {
    if queries::actor(deed.db, person, deed.today())?.posts().contains(&post) {
        return Ok(());
    }
    give(deed, person, &Giving { post, from_on: deed.today(), until_on: None })
}

pub(super) fn fault(field: &'static str, why: &'static str) -> Error {
    let mut errors = FormErrors::default();
    errors.add(field, why);
    Error::Invalid(errors)
}
