//! What a digest says to one person: counts, references, dates. Which concerns it may count is decided by their scope.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};

use super::Rhythm;
use super::compile::{OfSchool, OfTeam, Sheet, theirs};
use super::queries::{Known, Meeting};
use crate::accounts::{AccountId, Actor, Role};
use crate::calendar;
use crate::mail::facts::{DigestFacts, Section};

/// More references than this are not listed in one place.
const REFERENCES_MAX: usize = 20;
/// How many lists the subject names.
const FEW: usize = 3;
/// How far the first digest looks back.
const FIRST: TimeDelta = TimeDelta::days(7);

/// From when a person's digest counts what is new, and whether it is their first.
pub(super) fn since(
    latest: &HashMap<AccountId, NaiveDateTime>,
    person: AccountId,
    at: NaiveDateTime,
) -> (NaiveDateTime, bool) {
    latest.get(&person).map_or((at - FIRST, true), |it| (*it, false))
}

/// One person's digest.
pub(super) fn digest(person: &Actor, rhythm: Rhythm, sheet: &Sheet) -> DigestFacts {
    let (since, is_first) = since(&sheet.latest, person.id, sheet.at);
    let mut lists = of_teams(person, sheet, since);
    lists.extend(of_schools(person, sheet, since));
    lists.retain(|it| it.count > 0);
    let opening = match (lists.is_empty(), is_first) {
        (true, _) => "Nothing needs you at the moment. This letter comes all the same, so that you know that the \
                      service is working."
            .to_owned(),
        (false, true) => "This is your first digest. What is new in it came in the last seven days.".to_owned(),
        (false, false) => format!("Your last digest was on {}.", calendar::moment(since)),
    };
    DigestFacts {
        day: calendar::weekday_date(calendar::day(sheet.at)),
        summary: summary(&lists),
        opening,
        sections: lists.iter().map(List::section).collect(),
        path: if sees_concerns(person) { "/concerns" } else { "/meetings" },
        meetings: meetings(person, sheet),
        why: why(person, rhythm),
    }
}

/// A partner sees meetings, without the concerns behind them.
fn sees_concerns(person: &Actor) -> bool {
    [Role::Dsl, Role::Coordinator, Role::County].iter().any(|it| person.is(*it))
}

/// The first lists in a few words: subjects are short.
fn summary(lists: &[List]) -> String {
    if lists.is_empty() {
        return "nothing needs you".to_owned();
    }
    let few: Vec<String> =
        lists.iter().take(FEW).map(|it| format!("{} {}", it.count, it.few)).collect();
    let more = if lists.len() > FEW { " and more" } else { "" };
    format!("{}{more}", few.join(", "))
}

/// One list of a digest: what it is, in a few words and in a heading, and what is on it.
struct List<'a> {
    few: &'static str,
    heading: &'static str,
    noun: [&'static str; 2],
    count: usize,
    references: Vec<&'a str>,
}

impl<'a> List<'a> {
    /// A list of some piles, each with the newest first.
    fn of(
        few: &'static str,
        heading: &'static str,
        piles: impl Iterator<Item = &'a [Known]>,
    ) -> Self {
        let mut first = Vec::new();
        let mut count = 0;
        for pile in piles {
            count += pile.len();
            first.extend(pile.iter().take(REFERENCES_MAX));
        }
        first.sort_by_key(|it| std::cmp::Reverse(it.raised_at));
        let references = first.iter().take(REFERENCES_MAX).map(|it| it.reference.as_str());
        let noun = ["concern", "concerns"];
        Self { few, heading, noun, count, references: references.collect() }
    }

    fn section(&self) -> Section {
        let [one, many] = self.noun;
        let noun = if self.count == 1 { one } else { many };
        let mut references = self.references.join(", ");
        let more = self.count - self.references.len();
        if more > 0 && !references.is_empty() {
            references = format!("{references} and {more} more");
        }
        Section { heading: format!("{}: {} {noun}", self.heading, self.count), references }
    }
}

/// What waits in the teams that this person coordinates, or in all of them for a county lead. What a colleague has
/// dealt with is not in it any more.
fn of_teams<'a>(person: &Actor, sheet: &'a Sheet, since: NaiveDateTime) -> Vec<List<'a>> {
    let scope = person.scope();
    let mine: Vec<&OfTeam> = sheet
        .by_team
        .iter()
        .filter(|(team, _)| scope.sees_every_team() || scope.teams().contains(team))
        .map(|(_, open)| open)
        .collect();
    let piles = |of: fn(&OfTeam) -> &[Known]| mine.iter().map(move |it| of(it));
    // The newest stand first, so that what came since the last digest is the beginning of the pile.
    let looks = || {
        piles(|it| &it.first_look)
            .map(|pile| pile.split_at(pile.partition_point(|it| it.raised_at > since)))
    };
    vec![
        List::of("new", "New since your last digest", looks().map(|(new, _)| new)),
        List::of("answered", "Answered by the school", piles(|it| &it.answered)),
        List::of("redirected", "Redirected, and not looked at yet", piles(|it| &it.redirected)),
        List::of("waiting", "Still waiting for a first look", looks().map(|(_, old)| old)),
        List::of("to link", "Accepted, and not part of a context yet", piles(|it| &it.accepted)),
        List::of("asked", "Waiting for a school’s answer", piles(|it| &it.asked)),
    ]
}

/// What moved for this lead's schools, and what waits for the lead.
fn of_schools<'a>(person: &Actor, sheet: &'a Sheet, since: NaiveDateTime) -> Vec<List<'a>> {
    let schools = person.schools();
    if schools.is_empty() {
        return Vec::new();
    }
    let mine: Vec<&OfSchool> = schools.iter().filter_map(|it| sheet.by_school.get(it)).collect();
    let questions = mine.iter().map(|it| it.questions.as_slice());
    let moved = mine.iter().map(|it| {
        let count = it.moved.partition_point(|it| it.changed_at > since);
        it.moved.split_at(count).0
    });
    let drafts = sheet.drafts.get(&person.id).copied().unwrap_or_default();
    vec![
        List::of("to answer", "The team has a question for you", questions),
        List::of("moved on", "Moved on since your last digest", moved),
        List {
            few: "unfinished",
            heading: "Begun and not sent",
            noun: ["report", "reports"],
            count: drafts,
            references: Vec::new(),
        },
    ]
}

/// A sentence for the next meeting of each of this person's teams. Teams are named after places, so they are not named.
fn meetings(person: &Actor, sheet: &Sheet) -> Vec<String> {
    let mut seen = Vec::new();
    let mut sentences: Vec<String> = Vec::new();
    for meeting in theirs(&person.scope(), &sheet.meetings, &sheet.team_of_school) {
        if !seen.contains(&meeting.team) {
            seen.push(meeting.team);
            sentences.push(sentence(meeting, sheet.at));
        }
    }
    if sentences.is_empty() {
        sentences.push("No meeting is planned yet.".to_owned());
    }
    sentences
}

fn sentence(meeting: &Meeting, at: NaiveDateTime) -> String {
    let moment =
        |at| format!("{} at {}", calendar::weekday_date(calendar::day(at)), calendar::time_of(at));
    let close = if meeting.cut_off_at > at { "Papers close on" } else { "Papers closed on" };
    format!("{}. {close} {}.", moment(meeting.starts_at), moment(meeting.cut_off_at))
}

fn why(person: &Actor, rhythm: Rhythm) -> String {
    let reasons = [
        (Role::Coordinator, "coordinate a district team"),
        (Role::Dsl, "lead safeguarding at a school"),
        (Role::Partner, "are a partner of a district team"),
        (Role::County, "lead for the county"),
    ];
    let held: Vec<&str> =
        reasons.iter().filter(|(role, _)| person.is(*role)).map(|(_, words)| *words).collect();
    format!("You get this {} because you {}.", rhythm.in_words(), held.join(" and "))
}
