//! The page of a meeting's agenda.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::Serialize;

use super::agenda::{Agenda, Offered, Point, Standing, agenda};
use super::arrange::{AgendaForm, arrange};
use super::look::Unlinked;
use super::pack::{self, pages::AsQuery};
use super::pages::{Tag, Waits, concern_row};
use super::queries::WAITING_MAX;
use crate::contexts::State;
use crate::districts::{MeetingId, possessive};
use crate::web::{Form, FormErrors, Page, Reply, Visit, redirect};
use crate::{Error, Result, calendar};

pub(super) async fn show(visit: Visit, id: Path<MeetingId>, query: Query<AsQuery>) -> Result<Page> {
    let id = id.into_inner();
    let found = if query.is_partner() { Err(Error::NotFound) } else { find(&visit, id).await };
    let found = match found {
        Err(Error::NotFound) => return pack::pages::show(&visit, id).await,
        found => found?,
    };
    let may_change = visit.actor.coordinates(found.meeting.team);
    visit.page("meetings/agenda.html", &AgendaPage::of(&found, may_change, Typed::default()))
}

async fn find(visit: &Visit, id: MeetingId) -> Result<Agenda> {
    let at = (visit.app.clock)();
    visit.open(move |db, keys, actor| agenda(db, keys, actor, (id, at))).await
}

pub(super) async fn change(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<AgendaForm>,
) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| arrange(deed, id, checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let (status, errors, refused) = match done {
        Ok(Some(item)) => return Ok(redirect(format!("/meetings/{id}/agenda#item-{item}"))),
        Ok(None) => return Ok(redirect(format!("/meetings/{id}/agenda"))),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Err(Error::Refused(why)) => (StatusCode::CONFLICT, FormErrors::default(), why),
        Err(error) => return Err(error),
    };
    let found = find(&visit, id).await?;
    let may_change = visit.actor.coordinates(found.meeting.team);
    let typed = Typed { form: form.0, errors, refused };
    let page = AgendaPage::of(&found, may_change, typed);
    Ok(Reply::NotDone(status, visit.page("meetings/agenda.html", &page)?))
}

/// What somebody sent, and what became of it.
#[derive(Default)]
struct Typed {
    form: AgendaForm,
    errors: FormErrors,
    refused: &'static str,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out")]
struct AgendaPage {
    id: String,
    heading: String,
    meeting: String,
    /// When it begins, and when it ends if all keeps to its time.
    times: String,
    is_open: bool,
    is_cancelled: bool,
    is_published: bool,
    may_change: bool,
    /// True for a team that can put what waits onto an agenda that is empty.
    may_build: bool,
    items: Vec<Item>,
    offered: Vec<OfferedRow>,
    /// How many more wait; empty for none.
    more: String,
    concerns: Vec<Waits>,
    is_cut: bool,
    unpublished: String,
    unpublished_href: String,
    seen: String,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Item {
    id: String,
    number: usize,
    time: String,
    href: String,
    reference: String,
    label: String,
    about: String,
    tags: Vec<Tag>,
    /// What partners are told of it, and where that is said.
    told: String,
    told_href: String,
    minutes: String,
    field: String,
    error: String,
    is_first: bool,
    is_last: bool,
}

#[derive(Serialize)]
struct OfferedRow {
    context: String,
    href: String,
    reference: String,
    label: String,
    about: String,
    tags: Vec<Tag>,
}

impl AgendaPage {
    fn of(found: &Agenda, may_change: bool, typed: Typed) -> Self {
        let meeting = &found.meeting;
        let is_open = found.is_open();
        let count = found.points.len();
        let items = found.points.iter().enumerate();
        Self {
            id: meeting.id.to_string(),
            heading: "Agenda".to_owned(),
            meeting: format!(
                "{} meeting on {}",
                possessive(&found.team),
                calendar::date_of(meeting.starts_at)
            ),
            times: times(found),
            is_open,
            is_cancelled: meeting.cancelled_at.is_some(),
            is_published: found.sitting.published_at.is_some(),
            may_change: may_change && is_open,
            may_build: may_change && is_open && count == 0 && !found.offered.is_empty(),
            items: items.map(|(at, it)| Item::of(it, (at, count), &typed)).collect(),
            offered: found.offered.iter().map(OfferedRow::of).collect(),
            more: more(found),
            concerns: found.concerns.iter().map(|it: &Unlinked| concern_row(it)).collect(),
            is_cut: found.concerns.len() >= WAITING_MAX,
            unpublished: found
                .unpublished
                .as_ref()
                .map_or_else(String::new, |it| calendar::date_of(it.starts_at)),
            unpublished_href: found
                .unpublished
                .as_ref()
                .map_or_else(String::new, |it| format!("/meetings/{}/minutes", it.id)),
            seen: found.mark(),
            refused: typed.refused,
            errors: typed.errors,
        }
    }
}

fn times(found: &Agenda) -> String {
    let begins = calendar::time_of(found.meeting.starts_at);
    match found.points.last() {
        Some(last) => {
            let ends = calendar::time_of(last.ends_at);
            let count = found.points.len();
            let noun = if count == 1 { "item" } else { "items" };
            format!("{count} {noun}, from {begins} to {ends} if each keeps to its time.")
        }
        None => format!("It begins at {begins}. Nothing is on the agenda yet."),
    }
}

fn more(found: &Agenda) -> String {
    match (found.more, found.is_more_than_counted) {
        (0, _) => String::new(),
        (more, false) => {
            format!("{more} more wait. They are offered here when these are dealt with.")
        }
        (more, true) => {
            format!(
                "More than {more} others wait. They are offered here when these are dealt with."
            )
        }
    }
}

fn tags(standing: &Standing, is_carried: bool) -> Vec<Tag> {
    let carried = Tag { text: "Carried over", colour: "purple" };
    let urgent = Tag { text: "Urgent", colour: "red" };
    [is_carried.then_some(carried), standing.is_urgent.then_some(urgent)]
        .into_iter()
        .flatten()
        .collect()
}

/// How many have reported, and since when one of them waits to hear.
fn about(standing: &Standing) -> String {
    let count = |count: usize, noun: &str| {
        if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
    };
    let reports = count(standing.reports, "report");
    let schools = count(standing.schools, "school");
    match standing.unheard_since {
        Some(since) => {
            format!("{reports} from {schools}, waiting since {}", calendar::date_of(since))
        }
        None => format!("{reports} from {schools}, each told what came of it"),
    }
}

impl Item {
    fn of(point: &Point, (at, count): (usize, usize), typed: &Typed) -> Self {
        let id = point.item.id.to_string();
        let field = format!("minutes_{id}");
        let error = typed.errors.get(&field).unwrap_or_default().to_owned();
        let typed_minutes =
            (typed.form.item == id && !error.is_empty()).then(|| typed.form.minutes.clone());
        let gone = || "A context that is with another team by now".to_owned();
        let context = point.context.as_ref();
        Self {
            number: at + 1,
            time: calendar::time_of(point.starts_at),
            href: context.map_or_else(String::new, |it| format!("/contexts/{}", it.id)),
            reference: context.map_or_else(String::new, |it| it.reference.clone()),
            label: context.map_or_else(gone, |it| it.label.clone()),
            about: context.map_or_else(String::new, |it| {
                format!("{}. {}", it.kind.title(), about(&point.standing))
            }),
            tags: tags(&point.standing, point.item.is_carried),
            minutes: typed_minutes.unwrap_or_else(|| point.item.minutes.to_string()),
            told: format!("Partners see {}", point.told),
            told_href: context
                .filter(|it| it.state != State::Closed)
                .map_or_else(String::new, |it| format!("/contexts/{}/partners", it.id)),
            is_first: at == 0,
            is_last: at + 1 == count,
            field,
            error,
            id,
        }
    }
}

impl OfferedRow {
    fn of(it: &Offered) -> Self {
        Self {
            context: it.context.id.to_string(),
            href: format!("/contexts/{}", it.context.id),
            reference: it.context.reference.clone(),
            label: it.context.label.clone(),
            about: format!("{}. {}", it.context.kind.title(), about(&it.standing)),
            tags: tags(&it.standing, it.is_carried),
        }
    }
}
