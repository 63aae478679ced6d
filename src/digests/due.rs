//! When a digest is due. A period has a name in London's calendar; clocks that jump and restarts cannot double it.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};

use super::Rhythm;
use super::queries::Meeting;
use crate::calendar;

/// A stretch of time with one digest in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2026-11-23`, `2026-W48` or `meeting:ID`.
    pub key: String,
    /// The digest is due from then on.
    pub begins_at: NaiveDateTime,
}

/// The period that `at` lies in, if it lies in one. Days begin at `hour` in London. `meetings` are those of the person's
/// teams.
pub fn period(
    rhythm: Rhythm,
    at: NaiveDateTime,
    hour: u32,
    meetings: &[&Meeting],
) -> Option<Period> {
    let today = calendar::day(at);
    let (key, first) = match rhythm {
        Rhythm::Daily if is_working(today) => (today.to_string(), today),
        Rhythm::Daily => return None,
        Rhythm::Weekly => (calendar::week_key(today), monday(today)),
        Rhythm::BeforeMeeting => match next_cut_off(at, meetings) {
            Some(meeting) => (format!("meeting:{}", meeting.id), eve(meeting)),
            None => (calendar::week_key(today), monday(today)),
        },
    };
    let begins_at = calendar::at(first, hour, 0);
    (begins_at <= at).then_some(Period { key, begins_at })
}

/// When the next period begins, after `at`.
pub fn next(
    rhythm: Rhythm,
    at: NaiveDateTime,
    hour: u32,
    meetings: &[&Meeting],
) -> Option<NaiveDateTime> {
    let mut days: Vec<NaiveDate> = meetings.iter().map(|it| eve(it)).collect();
    days.sort_unstable();
    let by_meeting = rhythm == Rhythm::BeforeMeeting && next_cut_off(at, meetings).is_some();
    if !by_meeting {
        let fits = |it: &NaiveDate| match rhythm {
            Rhythm::Daily => is_working(*it),
            Rhythm::Weekly | Rhythm::BeforeMeeting => it.weekday() == Weekday::Mon,
        };
        days = calendar::day(at).iter_days().take(8).filter(fits).collect();
    }
    days.into_iter().map(|day| calendar::at(day, hour, 0)).find(|it| *it > at)
}

fn next_cut_off<'a>(at: NaiveDateTime, meetings: &[&'a Meeting]) -> Option<&'a Meeting> {
    let ahead = meetings.iter().copied().filter(|it| it.cut_off_at > at);
    ahead.min_by_key(|it| (it.cut_off_at, it.id))
}

/// The working day before a meeting's papers close.
fn eve(meeting: &Meeting) -> NaiveDate {
    let cut_off = calendar::day(meeting.cut_off_at);
    let before = (1..=3).filter_map(|days| cut_off.checked_sub_days(Days::new(days)));
    before.into_iter().find(|it| is_working(*it)).unwrap_or(cut_off)
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.week(Weekday::Mon).first_day()
}

fn is_working(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::{MeetingId, TeamId};

    fn on(date: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, date)
            .and_then(|it| it.and_hms_opt(hour, 0, 0))
            .expect("a date")
    }

    fn key(rhythm: Rhythm, at: NaiveDateTime, meetings: &[&Meeting]) -> String {
        period(rhythm, at, 7, meetings).map_or_else(|| "-".to_owned(), |it| it.key)
    }

    #[test]
    fn a_period_begins_in_the_morning_of_its_first_day_in_london() {
        let days = [on(22, 12), on(23, 6), on(23, 7), on(27, 23), on(28, 12)];
        let daily = days.map(|at| key(Rhythm::Daily, at, &[]));
        assert_eq!(daily, ["-", "-", "2026-11-23", "2026-11-27", "-"]);
        let weekly = days.map(|at| key(Rhythm::Weekly, at, &[]));
        assert_eq!(weekly, ["2026-W47", "-", "2026-W48", "2026-W48", "2026-W48"]);
        let summer = NaiveDate::from_ymd_opt(2026, 7, 6).and_then(|it| it.and_hms_opt(6, 0, 0));
        assert_eq!(key(Rhythm::Daily, summer.expect("a date"), &[]), "2026-07-06");
    }

    #[test]
    fn before_a_meeting_is_the_working_day_before_its_papers_close() {
        let meeting = |cut_off_at| Meeting {
            id: MeetingId::random(),
            team: TeamId::random(),
            starts_at: cut_off_at + chrono::TimeDelta::days(7),
            cut_off_at,
        };
        let (first, second) = (meeting(on(23, 17)), meeting(on(30, 17)));
        let both = [&second, &first];
        let days = [on(19, 12), on(20, 7), on(23, 16), on(23, 17), on(27, 7)];
        let found = days.map(|at| key(Rhythm::BeforeMeeting, at, &both));
        let [a, b] = [&first, &second].map(|it| format!("meeting:{}", it.id));
        assert_eq!(found, ["-", &a, &a, "-", &b]);
        assert_eq!(key(Rhythm::BeforeMeeting, on(23, 8), &[]), "2026-W48");
    }

    #[test]
    fn the_next_digest_is_foretold() {
        let next = |rhythm, at| next(rhythm, at, 7, &[]).map(calendar::moment).unwrap_or_default();
        assert_eq!(next(Rhythm::Daily, on(27, 12)), "30 November 2026 at 7am");
        assert_eq!(next(Rhythm::Weekly, on(23, 6)), "23 November 2026 at 7am");
        assert_eq!(next(Rhythm::Weekly, on(23, 7)), "30 November 2026 at 7am");
    }
}
