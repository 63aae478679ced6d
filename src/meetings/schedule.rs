//! A coordinator puts a meeting into the team's diary.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::Deserialize;
use validator::Validate;

use crate::accounts::{Actor, Role};
use crate::calendar;
use crate::deed::Deed;
use crate::districts::diary::{self, Sitting};
use crate::districts::{Meeting, TeamId};
use crate::web::FormErrors;
use crate::{Error, Result};

/// A meeting, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct ScheduleForm {
    pub team: String,
    pub date_day: String,
    pub date_month: String,
    pub date_year: String,
    pub time: String,
    pub papers_day: String,
    pub papers_month: String,
    pub papers_year: String,
    pub papers_time: String,
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter where the meeting is"),
        length(max = 200, message = "Where it is must be 200 characters or fewer")
    )]
    pub venue: String,
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter who chairs it"),
        length(max = 100, message = "Who chairs it must be 100 characters or fewer")
    )]
    pub chair: String,
}

impl ScheduleForm {
    /// The meeting, or what is wrong with it. `own`: the team to take if the form has no choice of one.
    pub fn check(&self, own: Option<TeamId>, at: NaiveDateTime) -> Result<Sitting, FormErrors> {
        let mut errors = FormErrors::of(self);
        let team = TeamId::parse(&self.team).or(own);
        if team.is_none() {
            errors.add("team", "Choose the team that meets");
        }
        let date = [&self.date_day, &self.date_month, &self.date_year];
        let papers = [&self.papers_day, &self.papers_month, &self.papers_year];
        let (at_time, papers_time) =
            (("time", self.time.as_str()), ("papers_time", self.papers_time.as_str()));
        let starts_at = moment(&mut errors, ("date", date), at_time, "of the meeting");
        let cut_off_at = moment(&mut errors, ("papers", papers), papers_time, "when papers close");
        if starts_at.is_some_and(|it| it <= at) {
            errors.add("date", "The meeting must be in the future");
        }
        if starts_at.zip(cut_off_at).is_some_and(|(starts, cut_off)| cut_off > starts) {
            errors.add("papers", "Papers must close before the meeting begins");
        }
        match (team, starts_at, cut_off_at) {
            (Some(team), Some(starts_at), Some(cut_off_at)) if errors.is_empty() => {
                let (venue, chair) = (self.venue.trim().to_owned(), self.chair.trim().to_owned());
                Ok(Sitting { team, starts_at, cut_off_at, venue, chair })
            }
            _ => Err(errors),
        }
    }
}

/// A day and a time of day in London, as UTC; faults go to their own fields. `what`: of which thing they are.
fn moment(
    errors: &mut FormErrors,
    (date_field, date): (&'static str, [&String; 3]),
    (time_field, time): (&'static str, &str),
    what: &str,
) -> Option<NaiveDateTime> {
    let day = day(date);
    if day.is_none() && date.iter().all(|it| it.trim().is_empty()) {
        errors.add(date_field, format!("Enter the date {what}"));
    } else if day.is_none() {
        errors.add(date_field, format!("Enter a real date {what}, such as 3 12 2026"));
    }
    let clock = time_of_day(time);
    if clock.is_none() {
        errors.add(time_field, format!("Enter the time {what}, such as 2:30pm or 14:30"));
    }
    day.zip(clock).map(|(day, clock)| calendar::utc(day.and_time(clock)))
}

fn day([day, month, year]: [&String; 3]) -> Option<NaiveDate> {
    let year = year.trim().parse().ok().filter(|it| (2000..=2200).contains(it))?;
    NaiveDate::from_ymd_opt(year, month.trim().parse().ok()?, day.trim().parse().ok()?)
}

/// `14:30`, `2.30pm`, `2 pm`, `midday`.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let text: String = text.to_lowercase().chars().filter(|it| !it.is_whitespace()).collect();
    if text == "midday" || text == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let (digits, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = digits.split_once([':', '.']).unwrap_or((digits, "00"));
    let has_minutes = digits.len() > hour.len();
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    match half {
        Some(half) if (1..=12).contains(&hour) => {
            NaiveTime::from_hms_opt(hour % 12 + half, minute, 0)
        }
        None if has_minutes => NaiveTime::from_hms_opt(hour, minute, 0),
        _ => None,
    }
}

/// The teams that somebody may schedule for; `None` for all of them.
pub fn teams_of(actor: &Actor) -> Option<Vec<TeamId>> {
    (!actor.is(Role::County)).then(|| actor.teams_as(Role::Coordinator))
}

/// Schedules a meeting. That the team meets at that time already is a fault of the date.
pub fn schedule(deed: &mut Deed, sitting: &Sitting) -> Result<Meeting> {
    diary::schedule(deed, sitting).map_err(|error| match error {
        Error::Refused(why) => {
            let mut errors = FormErrors::default();
            errors.add("date", why);
            Error::Invalid(errors)
        }
        error => error,
    })
}

#[cfg(test)]
mod tests {
    use super::time_of_day;

    #[test]
    fn times_are_understood_as_people_write_them() {
        for (text, hour, minute) in [
            ("14:30", 14, 30),
            ("2.30pm", 14, 30),
            ("2 PM", 14, 0),
            ("12am", 0, 0),
            ("12:05 pm", 12, 5),
            ("9:00", 9, 0),
            ("midday", 12, 0),
        ] {
            let expected = chrono::NaiveTime::from_hms_opt(hour, minute, 0);
            assert_eq!(time_of_day(text), expected, "{text}");
        }
        for wrong in ["", "2", "25:00", "13pm", "0am", "2:60pm", "soon", ":", "1:2:3"] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
