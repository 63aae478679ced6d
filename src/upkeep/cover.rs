//! What the doctor says of cover: who would hear of a concern, and where it would lead if nobody did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::doctor::Verdict;
use super::queries::{self, Held};
use crate::accounts::{AccountId, Role};
use crate::app::Portal;
use crate::concerns::gate;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::{Result, calendar};

/// A number at the gate is to be tried once a year.
const CHECKED_WITHIN: TimeDelta = TimeDelta::days(366);
/// So many names are said; the rest are counted.
const NAMED: usize = 5;

/// Where a post is held.
type Seat = (Role, Option<Urn>, Option<TeamId>);

pub(super) fn help_lines(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let lines = portal.store.read(gate::help_lines)?;
    let missing: Vec<&str> =
        lines.iter().filter(|it| !it.is_set()).map(|it| it.gate.title()).collect();
    let oldest = calendar::day(now) - CHECKED_WITHIN;
    let old: Vec<&str> =
        lines.iter().filter(|it| it.checked_on < oldest).map(|it| it.gate.title()).collect();
    let what_to_do = "Enter them at /admin/help-lines, each with the day on which it was tried.";
    Ok(match (missing.as_slice(), old.as_slice()) {
        ([], []) => Verdict::fine("Every answer at the gate has one, tried within a year."),
        ([], old) => {
            Verdict::attend(format!("Not tried for over a year: {}.", listed(old)), what_to_do)
        }
        (missing, _) => {
            Verdict::broken(format!("Missing at the gate: {}.", listed(missing)), what_to_do)
        }
    })
}

pub(super) fn schools(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let today = calendar::day(now);
    let (schools, posts) = portal
        .store
        .read(|db| Ok((queries::open_schools(db)?, queries::posts_from(db, today)?)))?;
    if schools.is_empty() {
        return Ok(Verdict::attend(
            "No open school is in the register.".to_owned(),
            "Load it: `e4s import schools FILE --authority N`.",
        ));
    }
    let cover = holders(&posts, today);
    let count = |urn| cover.get(&(Role::Dsl, Some(urn), None)).map_or(0, BTreeSet::len);
    let named = |wanted: usize| -> Vec<&str> {
        schools.iter().filter(|it| count(it.0) == wanted).map(|it| it.1.as_str()).collect()
    };
    let (none, one) = (named(0), named(1));
    if none.is_empty() && one.is_empty() {
        return Ok(Verdict::fine(format!(
            "Each of {} open schools has two or more.",
            schools.len()
        )));
    }
    let mut says = Vec::new();
    if !none.is_empty() {
        says.push(format!("Nobody at {}.", listed(&none)));
    }
    if !one.is_empty() {
        says.push(format!("One alone at {}.", listed(&one)));
    }
    let verdict = Verdict::attend(
        says.join(" "),
        format!(
            "Ask each school for a second lead. A school without one cannot report or be asked.{}",
            to_come(&posts, Role::Dsl, today)
        ),
    );
    Ok(whole(
        whole(verdict, "Every school with nobody", &none),
        "Every school with one alone",
        &one,
    ))
}

pub(super) fn teams(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let today = calendar::day(now);
    let (teams, posts) = portal
        .store
        .read(|db| Ok((queries::serving_teams(db, today)?, queries::posts_from(db, today)?)))?;
    let cover = holders(&posts, today);
    let count = |team| cover.get(&(Role::Coordinator, None, Some(team))).map_or(0, BTreeSet::len);
    let named = |wanted: usize| -> Vec<&str> {
        teams.iter().filter(|it| count(it.0) == wanted).map(|it| it.1.as_str()).collect()
    };
    let (none, one) = (named(0), named(1));
    let verdict = match (none.as_slice(), one.as_slice()) {
        ([], []) if teams.is_empty() => Verdict::broken(
            "No team serves an area, so that no concern can reach one.",
            "Load boundaries and teams: `e4s import boundaries`, `e4s import teams`.",
        ),
        ([], []) => {
            Verdict::fine(format!("Each of {} teams has two coordinators or more.", teams.len()))
        }
        ([], one) => Verdict::attend(
            format!("One coordinator alone: {}.", listed(one)),
            format!(
                "Give a second person the post, for holidays and illness.{}",
                to_come(&posts, Role::Coordinator, today)
            ),
        ),
        (none, _) => Verdict::broken(
            format!("No coordinator, so that concerns wait unseen: {}.", listed(none)),
            format!(
                "Give somebody the post now. Until then urgent concerns are written to the county’s leads alone.{}",
                to_come(&posts, Role::Coordinator, today)
            ),
        ),
    };
    Ok(whole(
        whole(verdict, "Every team with no coordinator", &none),
        "Every team with one alone",
        &one,
    ))
}

pub(super) fn house(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let today = calendar::day(now);
    let posts = portal.store.read(|db| queries::posts_from(db, today))?;
    let cover = holders(&posts, today);
    let count = |role| cover.get(&(role, None, None)).map_or(0, BTreeSet::len);
    let (county, admins) = (count(Role::County), count(Role::Admin));
    let leads = if county == 1 { "lead" } else { "leads" };
    let others = if admins == 1 { "administrator" } else { "administrators" };
    let says = format!("{county} county {leads}, {admins} {others}.");
    Ok(if county < 1 || admins < 2 {
        let told =
            "Have at least one county lead, and two administrators: some things take two people.";
        Verdict::attend(says, told)
    } else {
        Verdict::fine(says)
    })
}

pub(super) fn ending(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let today = calendar::day(now);
    let last = last_of_month(today);
    let (schools, teams, posts) = portal.store.read(|db| {
        let posts = queries::posts_from(db, today)?;
        Ok((queries::open_schools(db)?, queries::serving_teams(db, today)?, posts))
    })?;
    let schools: BTreeMap<Urn, String> = schools.into_iter().collect();
    let teams: BTreeMap<TeamId, String> = teams.into_iter().collect();
    let mut ends: BTreeSet<(NaiveDate, String)> = BTreeSet::new();
    for post in &posts {
        let Some(until) = post.until_on.filter(|it| *it <= last) else { continue };
        let after = holders(&posts, until + TimeDelta::days(1));
        if after.get(&seat(post)).map_or(0, BTreeSet::len) >= needed(post.role) {
            continue;
        }
        let school = post.school.and_then(|it| schools.get(&it));
        let place = school.or_else(|| post.team.and_then(|it| teams.get(&it)));
        let place = place.map_or(post.role.title(), String::as_str);
        ends.insert((until, format!("{place} ({})", calendar::long_date(until))));
    }
    if ends.is_empty() {
        return Ok(Verdict::fine("None ends this month without a successor."));
    }
    let names: Vec<&str> = ends.iter().map(|it| it.1.as_str()).collect();
    let verdict = Verdict::attend(
        format!("Ending this month, with too few to follow: {}.", listed(&names)),
        "Give the successor the post now, from the day on which it is theirs.",
    );
    Ok(whole(verdict, "Every post that ends", &names))
}

/// How many people a seat needs, so that one may be away.
fn needed(role: Role) -> usize {
    match role {
        Role::Dsl | Role::Coordinator | Role::Admin => 2,
        Role::County | Role::Partner => 1,
    }
}

fn seat(post: &Held) -> Seat {
    (post.role, post.school, post.team)
}

/// Who sits where on a day. Who was invited and has not come in yet hears of nothing, and covers nobody.
fn holders(posts: &[Held], day: NaiveDate) -> BTreeMap<Seat, BTreeSet<AccountId>> {
    let mut found: BTreeMap<Seat, BTreeSet<AccountId>> = BTreeMap::new();
    for post in posts {
        let is_held = post.from_on <= day && post.until_on.is_none_or(|it| it >= day);
        if is_held && post.has_come {
            found.entry(seat(post)).or_default().insert(post.account);
        }
    }
    found
}

/// How many were invited to such a post and have not come in yet, in a sentence.
fn to_come(posts: &[Held], role: Role, day: NaiveDate) -> String {
    let is_awaited = |it: &&Held| {
        it.role == role && !it.has_come && it.until_on.is_none_or(|until| until >= day)
    };
    let awaited: BTreeSet<AccountId> =
        posts.iter().filter(is_awaited).map(|it| it.account).collect();
    match awaited.len() {
        0 => String::new(),
        1 => " 1 person was invited and has not chosen a password yet.".to_owned(),
        count => format!(" {count} people were invited and have not chosen a password yet."),
    }
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|it| it.checked_add_months(chrono::Months::new(1)));
    next.and_then(|it| it.pred_opt()).unwrap_or(day)
}

/// With every name, where `listed` leaves some out.
fn whole(verdict: Verdict, what: &'static str, names: &[&str]) -> Verdict {
    if names.len() > NAMED { verdict.naming(what, names) } else { verdict }
}

/// The first names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let (said, rest) = names.split_at(names.len().min(NAMED));
    match rest.len() {
        0 => said.join(", "),
        more => format!("{} and {more} more", said.join(", ")),
    }
}
