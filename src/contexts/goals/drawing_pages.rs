//! A measure as a small drawing of its line, and as a sentence that says the same.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Amount, Measure, Wanted};
use crate::calendar;

/// The frame of the drawing, in its own units: the line stays within these edges.
const LEFT: i64 = 12;
const RIGHT: i64 = 588;
const TOP: i64 = 16;
const BOTTOM: i64 = 124;

/// A line through some values over time.
#[derive(Serialize)]
pub(in crate::contexts) struct Drawing {
    /// `x,y` of each value, as a polyline takes them.
    line: String,
    points: Vec<Point>,
    /// What the highest and the lowest stand for.
    highest: String,
    lowest: String,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct Point {
    x: i64,
    y: i64,
}

impl Drawing {
    /// The line through at least two values, the oldest first.
    pub fn of(values: &[(NaiveDate, Amount)]) -> Option<Self> {
        let ((first, _), (last, _)) = (values.first()?, values.last()?);
        let days = (*last - *first).num_days();
        if days == 0 {
            return None;
        }
        let highest = values.iter().map(|(_, it)| it.0).max()?;
        // A line that seems to fall to the ground says that nothing is left: the ground is nought.
        let span = highest.max(1);
        let place = |(on, amount): &(NaiveDate, Amount)| Point {
            x: LEFT + (RIGHT - LEFT) * (*on - *first).num_days() / days,
            y: BOTTOM - (BOTTOM - TOP) * amount.0 / span,
        };
        let points: Vec<Point> = values.iter().map(place).collect();
        let line: Vec<String> = points.iter().map(|it| format!("{},{}", it.x, it.y)).collect();
        Some(Self {
            line: line.join(" "),
            points,
            highest: Amount(highest).to_string(),
            lowest: "0".to_owned(),
            first: calendar::long_date(*first),
            last: calendar::long_date(*last),
        })
    }
}

/// What has become of a measure, as a sentence.
pub(super) fn said(measure: &Measure) -> String {
    let (Some((from, before)), Some((to, now))) = (measure.values.first(), measure.values.last())
    else {
        return "Nothing was counted yet.".to_owned();
    };
    let (from, to, unit) = (calendar::long_date(*from), calendar::long_date(*to), &measure.unit);
    if measure.values.len() == 1 {
        return format!(
            "{before} {unit} on {from}, before anything was done. Not counted again yet."
        );
    }
    let change = Amount((now.0 - before.0).abs());
    let is_wanted = match measure.wanted {
        Wanted::Fewer => now < before,
        Wanted::More => now > before,
    };
    let (way, verdict) = match now.cmp(before) {
        std::cmp::Ordering::Equal => {
            return format!("{before} {unit} on {from} and {now} on {to}: no change.");
        }
        std::cmp::Ordering::Less => (format!("{change} fewer"), is_wanted),
        std::cmp::Ordering::Greater => (format!("{change} more"), is_wanted),
    };
    let verdict = if verdict { "as was hoped" } else { "not as was hoped" };
    format!("From {before} {unit} on {from} to {now} on {to}: {way}, {verdict}.")
}
