//! What earlier years say of these days: places have their seasons, and a team can be there before it begins again.

use chrono::{Datelike, IsoWeek, NaiveDate, TimeDelta};

use crate::calendar;

/// A week of an earlier year in which something was reported, at the same time of the year as now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recalled {
    /// The Monday of that week.
    pub from: NaiveDate,
    pub reports: usize,
    /// True if it is this week of the year; false if it is the next one.
    pub is_now: bool,
}

impl Recalled {
    /// In a sentence.
    pub fn said(&self) -> String {
        let reports = match self.reports {
            1 => "one report".to_owned(),
            2 => "two reports".to_owned(),
            3 => "three reports".to_owned(),
            count => format!("{count} reports"),
        };
        let week = if self.is_now { "The same week" } else { "The week after it" };
        let (from, until) = (self.from, self.from + TimeDelta::days(6));
        let from = if from.year() == until.year() {
            from.format("%-d %B").to_string()
        } else {
            calendar::long_date(from)
        };
        format!("{week}, {from} to {}: {reports}", calendar::long_date(until))
    }
}

/// What was reported in this week and the next of earlier years, the youngest year first. Weeks are ISO 8601's.
pub fn recall(reported: &[NaiveDate], today: NaiveDate) -> Vec<Recalled> {
    let (this, next) = (today.iso_week(), (today + TimeDelta::days(7)).iso_week());
    let mut found: Vec<Recalled> = Vec::new();
    let is_before =
        |week: IsoWeek, of: IsoWeek| week.week() == of.week() && week.year() < of.year();
    for day in reported {
        let is_now = is_before(day.iso_week(), this);
        if !is_now && !is_before(day.iso_week(), next) {
            continue;
        }
        let from = *day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday()));
        match found.iter_mut().find(|it| it.from == from) {
            Some(week) => week.reports += 1,
            None => found.push(Recalled { from, reports: 1, is_now }),
        }
    }
    found.sort_by_key(|it| (std::cmp::Reverse(it.from.iso_week().year()), !it.is_now));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_same_week_of_earlier_years_is_recalled_and_the_next_one() {
        let reported = [
            "2025-11-17",
            "2025-11-20",
            "2025-11-23",
            "2025-11-25",
            "2024-11-20",
            "2026-11-16",
            "2025-06-01",
        ];
        let found = recall(&reported.map(day), day("2026-11-18"));
        let said: Vec<String> = found.iter().map(Recalled::said).collect();
        assert_eq!(
            said,
            [
                "The same week, 17 November to 23 November 2025: three reports",
                "The week after it, 24 November to 30 November 2025: one report",
                "The same week, 18 November to 24 November 2024: one report",
            ]
        );
    }

    #[test]
    fn the_turn_of_the_year_is_no_edge() {
        let found = recall(&["2025-12-31", "2025-01-02"].map(day), day("2026-12-30"));
        let said: Vec<String> = found.iter().map(Recalled::said).collect();
        assert_eq!(
            said,
            [
                "The week after it, 29 December 2025 to 4 January 2026: one report",
                "The week after it, 30 December 2024 to 5 January 2025: one report",
            ]
        );
        assert_eq!(recall(&[day("2026-01-02")], day("2027-01-15")), []);
    }
}
