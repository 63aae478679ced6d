//! Times are UTC inside, in whole seconds, and Europe/London outside.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Europe::London;

/// Now, in whole seconds.
pub fn now() -> NaiveDateTime {
    let now = Utc::now().naive_utc();
    now.with_nanosecond(0).unwrap_or(now)
}

/// The same moment on a clock in London.
pub fn local(at: NaiveDateTime) -> NaiveDateTime {
    London.from_utc_datetime(&at).naive_local()
}

/// The day that it is in London.
pub fn day(at: NaiveDateTime) -> NaiveDate {
    local(at).date()
}

/// The moment of a time on a clock in London. In the hour that does not exist, the next one that does.
pub fn utc(local: NaiveDateTime) -> NaiveDateTime {
    let found = London.from_local_datetime(&local);
    found.earliest().map_or_else(|| local - chrono::TimeDelta::hours(1), |it| it.naive_utc())
}

/// A day at a time of day in London, as UTC.
pub fn at(day: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    utc(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()))
}

/// `3 December 2026`
pub fn long_date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `3 December 2026`, of a moment.
pub fn date_of(at: NaiveDateTime) -> String {
    long_date(day(at))
}

/// `2:30pm`, or `2pm` on the hour.
pub fn time_of(at: NaiveDateTime) -> String {
    let local = local(at);
    let (is_pm, hour) = local.hour12();
    let half = if is_pm { "pm" } else { "am" };
    match local.minute() {
        0 => format!("{hour}{half}"),
        minute => format!("{hour}:{minute:02}{half}"),
    }
}

/// `3 December 2026 at 2:30pm`
pub fn moment(at: NaiveDateTime) -> String {
    format!("{} at {}", date_of(at), time_of(at))
}

/// `2:30pm` of today, `3 December 2026 at 2:30pm` of another day.
pub fn lately(at: NaiveDateTime, now: NaiveDateTime) -> String {
    if day(at) == day(now) { time_of(at) } else { moment(at) }
}

/// `Thursday 3 December 2026`
pub fn weekday_date(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// The moment of some seconds since 1970, as an address may carry them; within two centuries, so that every database
/// knows it.
pub fn of_seconds(text: &str) -> Option<NaiveDateTime> {
    let at = chrono::DateTime::from_timestamp(text.parse().ok()?, 0)?.naive_utc();
    (1970..2170).contains(&at.year()).then_some(at)
}

/// The calendar week of a day, such as `2026-W48` (ISO 8601).
pub fn week_key(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(month: u32, date: u32, hour: u32, minute: u32) -> NaiveDateTime {
        let day = NaiveDate::from_ymd_opt(2026, month, date).expect("a date");
        day.and_hms_opt(hour, minute, 0).expect("a time")
    }

    #[test]
    fn times_are_shown_as_a_clock_in_london_shows_them() {
        assert_eq!(moment(on(12, 3, 14, 30)), "3 December 2026 at 2:30pm");
        assert_eq!(moment(on(7, 3, 23, 0)), "4 July 2026 at 12am");
        assert_eq!(utc(on(7, 4, 0, 0)), on(7, 3, 23, 0));
        assert_eq!(utc(on(3, 29, 1, 30)), on(3, 29, 0, 30));
        assert_eq!(week_key(day(on(11, 23, 12, 0))), "2026-W48");
    }
}
