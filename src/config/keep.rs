//! How long something is kept: `30 days`, `6 years`.

use std::fmt;

use chrono::{Days, Months, NaiveDate, NaiveDateTime};

use crate::calendar;

const YEARS_MAX: u32 = 100;
const DAYS_MAX: u32 = 36_500;
/// A letter that is gone could be queued a second time: within this many days the same may become due again.
const LETTERS_MIN: u32 = 31;

/// How long something is kept, in whole days of the calendar in London.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Days(u32),
    Years(u32),
}

impl Keep {
    /// `30 days`, `1 year`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("write 1 to {DAYS_MAX} days, or 1 to {YEARS_MAX} years");
        let (number, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let number: u32 = number.parse().map_err(|_bad| wrong())?;
        match unit.trim() {
            "day" | "days" if (1..=DAYS_MAX).contains(&number) => Ok(Self::Days(number)),
            "year" | "years" if (1..=YEARS_MAX).contains(&number) => Ok(Self::Years(number)),
            _ => Err(wrong()),
        }
    }

    /// The same for letters, by which the service knows what it has told whom.
    pub(super) fn parse_letters(text: &str) -> Result<Self, String> {
        let short = || {
            format!(
                "write {LETTERS_MIN} to {DAYS_MAX} days, or 1 to {YEARS_MAX} years: a letter that is gone sooner could \
                 be sent twice"
            )
        };
        match Self::parse(text) {
            Ok(Self::Days(days)) if days < LETTERS_MIN => Err(short()),
            other => other.map_err(|_other| short()),
        }
    }

    /// The day on which something of `day` is due to go. From 29 February it is 28 February of a year that has no 29th.
    pub fn until(self, day: NaiveDate) -> NaiveDate {
        let due = match self {
            Self::Days(days) => day.checked_add_days(Days::new(days.into())),
            Self::Years(years) => day.checked_add_months(Months::new(years * 12)),
        };
        due.unwrap_or(day)
    }

    /// True if something is kept for less long than by the other.
    pub(super) fn is_shorter(self, than: Self) -> bool {
        let day = NaiveDate::default();
        self.until(day) < than.until(day)
    }

    /// The last day of which things are due on `today`.
    pub fn last_day(self, today: NaiveDate) -> NaiveDate {
        let day = match self {
            Self::Days(days) => today.checked_sub_days(Days::new(days.into())),
            Self::Years(years) => today.checked_sub_months(Months::new(years * 12)),
        };
        day.unwrap_or(NaiveDate::MIN)
    }

    /// What happened before this moment is due on `today`, and nothing else.
    pub fn over(self, today: NaiveDate) -> NaiveDateTime {
        calendar::at(self.last_day(today) + Days::new(1), 0, 0)
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self {
            Self::Days(number) => (number, "day"),
            Self::Years(number) => (number, "year"),
        };
        write!(out, "{number} {unit}{}", if *number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_keep_is_read_and_said_as_people_write_it_and_nothing_else_is() {
        for text in ["30 days", "1 year", "6 years"] {
            assert_eq!(Keep::parse(text).expect(text).to_string(), text);
        }
        for wrong in ["", "6", "years", "0 days", "-1 years", "6 months", "101 years", "6years"] {
            assert!(Keep::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn letters_are_kept_for_a_month_at_least() {
        for short in ["1 day", "30 days"] {
            let told = Keep::parse_letters(short).expect_err(short);
            assert!(told.contains("31 to") && told.contains("sent twice"), "{told}");
        }
        assert_eq!(Keep::parse_letters("31 days"), Ok(Keep::Days(31)));
        assert_eq!(Keep::parse_letters("1 year"), Ok(Keep::Years(1)));
        assert!(Keep::parse_letters("six").is_err());
    }

    #[test]
    fn what_is_due_on_a_day_is_of_a_day_that_is_due_by_then() {
        let day = |year, month, date| NaiveDate::from_ymd_opt(year, month, date).expect("a date");
        for keep in [Keep::Days(30), Keep::Years(1), Keep::Years(6)] {
            let mut today = day(2027, 12, 1);
            for _ in 0..900 {
                let last = keep.last_day(today);
                assert!(keep.until(last) <= today, "{keep} {today}");
                assert!(keep.until(last + Days::new(2)) > today, "{keep} {today}");
                today = today + Days::new(1);
            }
        }
        assert_eq!(Keep::Years(6).until(day(2024, 2, 29)), day(2030, 2, 28));
    }
}
