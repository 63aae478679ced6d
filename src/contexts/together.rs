//! What the reports of a context say together: when, which harm, how often, who looks out for young people there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::near::{Neighbour, neighbours};
use super::{Context, ContextId, policy, queries};
use crate::audit::Event;
use crate::concerns::questions::{Question, question};
use crate::concerns::{Concern, ConcernId, Harm, open, report};
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::schools::{self, Urn};
use crate::{Result, calendar};

/// The days of a week and the times of a day that the form asks for, in its order: the sides of the grid.
pub const DAYS: usize = 7;
pub const TIMES: usize = 6;
/// How many name each time of each day.
pub type Grid = [[usize; TIMES]; DAYS];
/// How many months a trend goes back.
const MONTHS: i32 = 12;

/// How often a harm is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    pub harm: Harm,
    pub as_main: usize,
    pub as_other: usize,
}

/// Something that a school said, in its own words.
#[derive(Clone)]
pub struct Quote {
    pub school: Urn,
    pub words: String,
}

/// What the reports say together.
pub struct Together {
    pub context: Context,
    /// Of how many concerns this is, and how many there are.
    pub read: usize,
    pub all: usize,
    /// How many name each time of each day; and how many name no day or no time.
    pub grid: Grid,
    pub unplaced: usize,
    pub harms: Vec<Named>,
    /// How many were reported in each month, the first one first.
    pub months: Vec<(NaiveDate, usize)>,
    pub first_seen: Option<NaiveDate>,
    pub last_seen: Option<NaiveDate>,
    pub strengths: Vec<Quote>,
    pub guardians: Vec<Quote>,
    pub young_people: Vec<Quote>,
    /// How many each school has reported.
    pub by_school: BTreeMap<Urn, usize>,
    /// Nobody but the team reads which schools they are.
    pub schools: Option<BTreeMap<Urn, String>>,
    pub neighbours: Vec<Neighbour>,
}

/// Opens the concerns of a context within the reader's scope, at most 200 of them, which is written down of each.
pub fn together(deed: &mut Deed, id: ContextId) -> Result<Together> {
    let scope = deed.by.scope();
    let context = queries::find(deed.db, &scope, id)?.open(deed.keys)?;
    let gathered = queries::concerns_of(deed.db, &context)?;
    let ids: Vec<ConcernId> = gathered.iter().map(|it| it.id).collect();
    let concerns = open::some(deed.db, deed.keys, &scope, &ids)?;
    let all = queries::counts(deed.db, vec![id])?.remove(&id).unwrap_or_default();
    let by_school = counts(concerns.iter().map(|it| it.school));
    let urns: Vec<Urn> = by_school.keys().copied().collect();
    let is_team = policy::is_team(deed.by, &context);
    let names = if is_team { Some(schools::names(deed.db, &urns)?) } else { None };
    let places: BTreeSet<(i32, i32)> =
        concerns.iter().filter_map(|it| it.easting.zip(it.northing)).collect();
    let places: Vec<(i32, i32)> = places.into_iter().collect();
    let harms: BTreeSet<Harm> = concerns.iter().map(|it| it.main_harm).collect();
    let neighbours = neighbours(deed.db, deed.keys, &context, (&places, &harms))?;
    written_down(deed, &context, &concerns)?;
    let (grid, unplaced) = grid(&concerns);
    Ok(Together {
        read: concerns.len(),
        all: usize::try_from(all).unwrap_or_default(),
        grid,
        unplaced,
        harms: harms_named(&concerns),
        months: months(&concerns),
        first_seen: seen(&concerns, "first_seen").min(),
        last_seen: seen(&concerns, "last_seen").max(),
        strengths: quotes(&concerns, "strengths"),
        guardians: quotes(&concerns, "guardians"),
        young_people: quotes(&concerns, "young_people"),
        by_school,
        schools: names,
        neighbours,
        context,
    })
}

fn written_down(deed: &mut Deed, context: &Context, concerns: &[Concern]) -> Result<()> {
    let each = |it: &Concern| (it.id.to_string(), Some(it.team));
    let each: Vec<(String, Option<TeamId>)> = concerns.iter().map(each).collect();
    deed.record(Event::ContextRead, context.id, Some(context.team))?;
    deed.record_all(Event::ConcernGathered, &each)
}

pub(super) fn counts<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The place of a word among what a question offers.
fn place(field: &str, word: &str) -> Option<usize> {
    question(field)?.choices().iter().position(|it| it.value == word)
}

pub(super) fn grid(concerns: &[Concern]) -> (Grid, usize) {
    let (mut grid, mut unplaced) = ([[0; TIMES]; DAYS], 0);
    for concern in concerns {
        let of = |field| {
            let words = concern.answers.all(field).iter();
            words.filter_map(|it| place(field, it)).collect::<BTreeSet<usize>>()
        };
        let (days, times) = (of("days"), of("times"));
        if days.is_empty() || times.is_empty() {
            unplaced += 1;
        }
        for (day, time) in days.iter().flat_map(|day| times.iter().map(move |time| (*day, *time))) {
            if let Some(cell) = grid.get_mut(day).and_then(|it| it.get_mut(time)) {
                *cell += 1;
            }
        }
    }
    (grid, unplaced)
}

/// The fullest times in words, three at most, if at least so many reports name them; else nothing.
pub fn fullest(grid: &Grid, at_least: usize) -> String {
    let most = grid.iter().flatten().copied().max().unwrap_or_default();
    if most < at_least.max(1) {
        return String::new();
    }
    let texts = |field: &str| -> Vec<&'static str> {
        let choices = question(field).map(Question::choices).unwrap_or_default();
        choices.into_iter().map(|it| it.text).collect()
    };
    let (days, times) = (texts("days"), texts("times"));
    let fullest = grid.iter().zip(days).flat_map(|(row, day)| {
        let at = row.iter().zip(&times).filter(move |(count, _)| **count == most);
        at.map(move |(_, time)| format!("{day}, {}", time.to_lowercase()))
    });
    let fullest: Vec<String> = fullest.take(3).collect();
    let reports = if most == 1 { "1 report".to_owned() } else { format!("{most} reports") };
    format!("Most often: {} ({reports}).", fullest.join("; "))
}

/// Every harm that is named, the one that is named most as the main one first.
pub(super) fn harms_named(concerns: &[Concern]) -> Vec<Named> {
    let main = counts(concerns.iter().map(|it| it.main_harm));
    let others = |it: &Concern| {
        let named = it.answers.all("other_harms").iter().filter_map(|it| Harm::parse(it));
        let main = it.main_harm;
        named.filter(move |harm| *harm != main).collect::<BTreeSet<Harm>>()
    };
    let other = counts(concerns.iter().flat_map(others));
    let harms: BTreeSet<Harm> = main.keys().chain(other.keys()).copied().collect();
    let of = |counts: &BTreeMap<Harm, usize>, harm| counts.get(&harm).copied().unwrap_or_default();
    let named = |harm| Named { harm, as_main: of(&main, harm), as_other: of(&other, harm) };
    let mut all: Vec<Named> = harms.into_iter().map(named).collect();
    all.sort_by_key(|it| (std::cmp::Reverse((it.as_main, it.as_other)), it.harm));
    all
}

/// How many came in each month from the first to the last, none left out, a year at most.
fn months(concerns: &[Concern]) -> Vec<(NaiveDate, usize)> {
    let month = |it: &Concern| {
        let day = calendar::day(it.raised_at);
        day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default()
    };
    let counts = counts(concerns.iter().map(month));
    let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) else {
        return Vec::new();
    };
    let first = (*first).max(last - MONTHS + 1);
    let one = |month: i32| {
        let number = u32::try_from(month.rem_euclid(12) + 1).ok()?;
        let day = NaiveDate::from_ymd_opt(month.div_euclid(12), number, 1)?;
        Some((day, counts.get(&month).copied().unwrap_or_default()))
    };
    (first..=*last).filter_map(one).collect()
}

pub(super) fn seen<'a>(
    concerns: &'a [Concern],
    field: &'static str,
) -> impl Iterator<Item = NaiveDate> + use<'a> {
    concerns.iter().filter_map(move |it| report::day_of(&it.answers, field))
}

pub(super) fn quotes(concerns: &[Concern], field: &str) -> Vec<Quote> {
    let quote = |it: &Concern| {
        let words = it.answers.get(field).to_owned();
        (!words.is_empty()).then_some(Quote { school: it.school, words })
    };
    concerns.iter().filter_map(quote).collect()
}
