//! The page on which a meeting is moved or cancelled.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{Datelike, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::agenda::find;
use super::change::{cancel, change, mark};
use super::schedule::ScheduleForm;
use crate::districts::{Meeting, MeetingId};
use crate::web::{Form, FormErrors, Page, Reply, Visit, redirect};
use crate::{Error, Result, calendar};

/// Another time and place for a meeting, as the browser sends it. The fields are those of a new one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChangeForm {
    date_day: String,
    date_month: String,
    date_year: String,
    time: String,
    papers_day: String,
    papers_month: String,
    papers_year: String,
    papers_time: String,
    venue: String,
    chair: String,
    seen: String,
}

/// A form that says which meeting its page showed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CancelForm {
    seen: String,
}

impl ChangeForm {
    fn of(meeting: &Meeting) -> Self {
        let parts = |at: NaiveDateTime| {
            let day = calendar::day(at);
            [day.day().to_string(), day.month().to_string(), day.year().to_string()]
        };
        let [date_day, date_month, date_year] = parts(meeting.starts_at);
        let [papers_day, papers_month, papers_year] = parts(meeting.cut_off_at);
        Self {
            date_day,
            date_month,
            date_year,
            time: calendar::time_of(meeting.starts_at),
            papers_day,
            papers_month,
            papers_year,
            papers_time: calendar::time_of(meeting.cut_off_at),
            venue: meeting.venue.clone(),
            chair: meeting.chair.clone(),
            seen: mark(meeting),
        }
    }

    fn as_new(&self) -> ScheduleForm {
        ScheduleForm {
            team: String::new(),
            date_day: self.date_day.clone(),
            date_month: self.date_month.clone(),
            date_year: self.date_year.clone(),
            time: self.time.clone(),
            papers_day: self.papers_day.clone(),
            papers_month: self.papers_month.clone(),
            papers_year: self.papers_year.clone(),
            papers_time: self.papers_time.clone(),
            venue: self.venue.clone(),
            chair: self.chair.clone(),
        }
    }
}

async fn own(visit: &Visit, id: MeetingId) -> Result<Meeting> {
    let meeting = visit.read(move |db, actor| find(db, actor, id)).await?;
    if visit.actor.coordinates(meeting.team) { Ok(meeting) } else { Err(Error::Forbidden) }
}

pub(super) async fn blank(visit: Visit, id: Path<MeetingId>) -> Result<Page> {
    let meeting = own(&visit, id.into_inner()).await?;
    let form = ChangeForm::of(&meeting);
    visit.page("meetings/change.html", &ChangePage::of(&meeting, form, Left::default()))
}

pub(super) async fn submit(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<ChangeForm>,
) -> Result<Reply> {
    let id = id.into_inner();
    let meeting = own(&visit, id).await?;
    let seen = form.0.seen.clone();
    let done = match form.0.as_new().check(Some(meeting.team), (visit.app.clock)()) {
        Ok(entry) => visit.write(move |deed| change(deed, id, (&entry, &seen))).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    left(&visit, (meeting, form.0), done)
}

pub(super) async fn call_off(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<CancelForm>,
) -> Result<Reply> {
    let id = id.into_inner();
    let meeting = own(&visit, id).await?;
    let done = visit.write(move |deed| cancel(deed, id, &form.0.seen)).await;
    let fields = ChangeForm::of(&meeting);
    left(&visit, (meeting, fields), done)
}

fn left(visit: &Visit, of: (Meeting, ChangeForm), done: Result<()>) -> Result<Reply> {
    let (meeting, form) = of;
    let (status, left) = match done {
        Ok(()) => return Ok(redirect(format!("/meetings/{}", meeting.id))),
        Err(Error::Invalid(errors)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Left { errors, refused: "" })
        }
        Err(Error::Refused(refused)) => (StatusCode::CONFLICT, Left { refused, ..Left::default() }),
        Err(error) => return Err(error),
    };
    let page = ChangePage::of(&meeting, form, left);
    Ok(Reply::NotDone(status, visit.page("meetings/change.html", &page)?))
}

/// What became of what was sent.
#[derive(Default)]
struct Left {
    errors: FormErrors,
    refused: &'static str,
}

#[derive(Serialize)]
struct ChangePage {
    id: String,
    day: String,
    date: [String; 3],
    time: String,
    papers: [String; 3],
    papers_time: String,
    venue: String,
    chair: String,
    seen: String,
    refused: &'static str,
    errors: FormErrors,
}

impl ChangePage {
    fn of(meeting: &Meeting, form: ChangeForm, left: Left) -> Self {
        Self {
            id: meeting.id.to_string(),
            day: calendar::date_of(meeting.starts_at),
            date: [form.date_day, form.date_month, form.date_year],
            time: form.time,
            papers: [form.papers_day, form.papers_month, form.papers_year],
            papers_time: form.papers_time,
            venue: form.venue,
            chair: form.chair,
            seen: mark(meeting),
            refused: left.refused,
            errors: left.errors,
        }
    }
}
