//! The contexts that a concern most likely belongs to, each with why it is a candidate.

use std::collections::{BTreeMap, BTreeSet};

use super::near::{LOOKED_AT, Spots, away, distance_m, spots};
use super::{Context, ContextId, queries};
use crate::Result;
use crate::accounts::Scope;
use crate::concerns::open::some;
use crate::concerns::questions::{Question, question};
use crate::concerns::{Answers, Concern, ConcernId, Harm};
use crate::seal::Keyring;
use crate::store::Db;

const OFFERED: usize = 12;
/// Of how many the concerns are opened, to see when it happens there; and of how many concerns at most.
const COMPARED: usize = 24;
const OPENED: usize = 200;
/// Further away than this says nothing.
const FAR_M: i64 = 2_000;
/// Words that say nothing of a place.
const SMALL: &[&str] = &[
    "group", "year", "young", "people", "near", "behind", "road", "street", "school", "with",
    "from",
];

/// A context that may be the one.
#[derive(Debug)]
pub struct Candidate {
    pub context: Context,
    /// Each a few words. May be empty: then it is one of the team's that changed lately.
    pub reasons: Vec<String>,
}

struct Weighed {
    context: Context,
    score: i64,
    reasons: Vec<String>,
}

/// The contexts of a concern's team that it most likely belongs to, the likeliest first. The reader coordinates the team.
pub fn likely(
    db: &mut Db,
    keys: &Keyring,
    scope: &Scope,
    concern: &Concern,
) -> Result<Vec<Candidate>> {
    let newest = queries::newest_of(db, concern.team, LOOKED_AT)?;
    let spots = spots(db, newest.iter().map(|it| it.id).collect())?;
    let weigh = |it: super::KeptContext| weighed(concern, it.open_or_say(keys), &spots);
    let mut found: Vec<Weighed> = newest.into_iter().map(weigh).collect();
    found.sort_by(order);
    found.truncate(COMPARED);
    let whens = whens(db, (keys, scope), &found, &spots)?;
    let ours = When::of(&concern.answers);
    for it in &mut found {
        if let Some(shared) = whens.get(&it.context.id).and_then(|theirs| ours.shared(theirs)) {
            it.score += 15;
            it.reasons.push(shared);
        }
    }
    found.sort_by(order);
    let candidate = |it: Weighed| Candidate { context: it.context, reasons: it.reasons };
    Ok(found.into_iter().take(OFFERED).map(candidate).collect())
}

/// The likeliest first; of two alike the one that changed last.
fn order(a: &Weighed, b: &Weighed) -> std::cmp::Ordering {
    let (one, other) = (&a.context, &b.context);
    let by_age = other.changed_at.cmp(&one.changed_at).then(one.id.cmp(&other.id));
    b.score.cmp(&a.score).then(by_age)
}

/// What speaks for a context, without looking into its concerns.
fn weighed(concern: &Concern, context: Context, spots: &Spots) -> Weighed {
    let theirs = spots.get(&context.id).map_or(&[][..], Vec::as_slice);
    let mut reasons = Vec::new();
    let mut score = likeness(concern.label(), &context.label);
    let words = words_in_common(concern.label(), &context.label);
    if !words.is_empty() {
        reasons.push(format!("also called {}", words.join(", ")));
    }
    if context.kind == concern.kind {
        score += 20;
    }
    let ours: Vec<(i32, i32)> = concern.easting.zip(concern.northing).into_iter().collect();
    if let Some(metres) = distance_m(&ours, theirs).filter(|it| *it <= FAR_M) {
        score += match metres {
            0..=100 => 80,
            101..=250 => 60,
            251..=500 => 40,
            501..=1_000 => 15,
            _ => 5,
        };
        reasons.push(away(metres));
    }
    let harms = harms_of(concern);
    let same: BTreeSet<Harm> =
        theirs.iter().map(|it| it.harm).filter(|it| harms.contains(it)).collect();
    if !same.is_empty() {
        score += if same.contains(&concern.main_harm) { 30 } else { 15 };
        let names: Vec<String> = same.iter().map(|it| it.title().to_lowercase()).collect();
        reasons.push(format!("same harm: {}", names.join(", ")));
    }
    Weighed { context, score, reasons }
}

/// The main harm and the others.
pub(super) fn harms_of(concern: &Concern) -> BTreeSet<Harm> {
    let others = concern.answers.all("other_harms").iter().filter_map(|it| Harm::parse(it));
    others.chain([concern.main_harm]).collect()
}

/// When something happens, by the words of the form.
#[derive(Debug, Default)]
struct When {
    days: BTreeSet<String>,
    times: BTreeSet<String>,
}

impl When {
    fn of(answers: &Answers) -> Self {
        let all = |field| answers.all(field).iter().cloned().collect();
        Self { days: all("days"), times: all("times") }
    }

    fn add(&mut self, answers: &Answers) {
        self.days.extend(answers.all("days").iter().cloned());
        self.times.extend(answers.all("times").iter().cloned());
    }

    /// What both have, in the form's own words; nothing if they share no time of day.
    fn shared(&self, other: &Self) -> Option<String> {
        let both = |field, a: &BTreeSet<String>, b: &BTreeSet<String>| {
            let choices = question(field).map(Question::choices).unwrap_or_default();
            let shared =
                choices.into_iter().filter(|it| a.contains(it.value) && b.contains(it.value));
            shared.map(|it| it.text).collect::<Vec<&str>>()
        };
        let times = both("times", &self.times, &other.times);
        let days = both("days", &self.days, &other.days);
        let times: Vec<String> = times.iter().map(|it| it.to_lowercase()).collect();
        match (days.is_empty(), times.is_empty()) {
            (_, true) => None,
            (true, false) => Some(format!("same times: {}", times.join(", "))),
            (false, false) => {
                Some(format!("same times: {}, {}", days.join(", "), times.join(", ")))
            }
        }
    }
}

/// When it happens in some contexts, by the first of their concerns.
fn whens(
    db: &mut Db,
    (keys, scope): (&Keyring, &Scope),
    found: &[Weighed],
    spots: &Spots,
) -> Result<BTreeMap<ContextId, When>> {
    let of = |it: &Weighed| spots.get(&it.context.id).cloned().unwrap_or_default();
    let some_of: Vec<_> = found.iter().flat_map(of).take(OPENED).collect();
    let ids: Vec<ConcernId> = some_of.iter().map(|it| it.concern).collect();
    let mut whens: BTreeMap<ContextId, When> = BTreeMap::new();
    for concern in some(db, keys, scope, &ids)? {
        let Some(spot) = some_of.iter().find(|it| it.concern == concern.id) else { continue };
        whens.entry(spot.context).or_default().add(&concern.answers);
    }
    Ok(whens)
}

/// From 0 to 100 for the share of three-letter pieces in common.
pub(super) fn likeness(one: &str, other: &str) -> i64 {
    let (one, other) = (trigrams(one), trigrams(other));
    let (common, all) = (one.intersection(&other).count(), one.union(&other).count().max(1));
    i64::try_from(common * 100 / all).unwrap_or_default()
}

/// The three-letter pieces of a name, without case, spaces and signs.
fn trigrams(name: &str) -> BTreeSet<String> {
    let letters: Vec<char> =
        name.chars().flat_map(char::to_lowercase).filter(|it| it.is_alphanumeric()).collect();
    letters.windows(3).map(|it| it.iter().collect()).collect()
}

/// The longer words that two names share, as the second writes them.
pub(super) fn words_in_common(one: &str, other: &str) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|it: char| !it.is_alphanumeric());
        words.filter(|it| it.chars().count() >= 4).map(str::to_lowercase).collect()
    };
    let ours = words(one);
    let shared = words(other).into_iter().filter(|it| ours.contains(it));
    let mut shared: Vec<String> = shared.filter(|it| !SMALL.contains(&it.as_str())).collect();
    shared.dedup();
    shared.into_iter().map(|it| format!("“{it}”")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_the_words_that_say_something() {
        let shared = words_in_common("The Bus Station (north)", "Bus station, south side");
        assert_eq!(shared, ["“station”"]);
        assert!(words_in_common("Year 9 group", "Year 10 group").is_empty());
        assert!(likeness("Bus station", "The bus station") > likeness("Bus station", "Skate park"));
    }
}
