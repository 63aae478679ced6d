//! The page about the legal hold of a concern or a context: put it on, ask to lift it, lift it.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::hold::{self, Hold, HoldForm, Record, Who};
use crate::accounts::{AccountId, Role};
use crate::concerns::ConcernId;
use crate::concerns::hold::Holdable;
use crate::contexts::ContextId;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const TEAM: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);

/// The routes of legal holds.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/concerns/{id}/hold", TEAM, of_concern)
        .post("/concerns/{id}/hold", TEAM, put_concern)
        .post("/concerns/{id}/hold/lift", TEAM, lift_concern)
        .get("/contexts/{id}/hold", TEAM, of_context)
        .post("/contexts/{id}/hold", TEAM, put_context)
        .post("/contexts/{id}/hold/lift", TEAM, lift_context)
}

/// What was done just now, as the address says it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct DoneQuery {
    done: String,
}

async fn of_concern(visit: Visit, id: Path<ConcernId>, done: Query<DoneQuery>) -> Result<Page> {
    show(visit, Record::Concern(id.into_inner()), &done.done).await
}

async fn of_context(visit: Visit, id: Path<ContextId>, done: Query<DoneQuery>) -> Result<Page> {
    show(visit, Record::Context(id.into_inner()), &done.done).await
}

async fn show(visit: Visit, record: Record, done: &str) -> Result<Page> {
    let found = look(&visit, record).await?;
    let notice = match (done, &found.1) {
        ("put", Some(_)) => "It is on legal hold now",
        ("keep", Some(_)) => "It stays on legal hold",
        ("lift", Some(_)) => "You asked to lift the hold",
        ("lift", None) => "The hold was lifted",
        _ => "",
    };
    let mut page = HoldPage::of(record, &found, (visit.actor.id, Typed::default()));
    page.is_lifted = done == "lift" && found.1.is_none();
    visit.noticing(notice).page("retention/hold.html", &page)
}

async fn put_concern(visit: Visit, id: Path<ConcernId>, form: Form<HoldForm>) -> Result<Reply> {
    put(visit, Record::Concern(id.into_inner()), form.0).await
}

async fn put_context(visit: Visit, id: Path<ContextId>, form: Form<HoldForm>) -> Result<Reply> {
    put(visit, Record::Context(id.into_inner()), form.0).await
}

async fn lift_concern(visit: Visit, id: Path<ConcernId>, form: Form<LiftForm>) -> Result<Reply> {
    lift(visit, Record::Concern(id.into_inner()), form.0).await
}

async fn lift_context(visit: Visit, id: Path<ContextId>, form: Form<LiftForm>) -> Result<Reply> {
    lift(visit, Record::Context(id.into_inner()), form.0).await
}

/// What is to become of a hold, as the browser sends it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct LiftForm {
    /// `keep`, or to lift it.
    decision: String,
    /// Who had asked, by what the page showed. Empty: nobody.
    seen: String,
}

async fn put(visit: Visit, record: Record, form: HoldForm) -> Result<Reply> {
    let done = match form.check() {
        Ok(reason) => visit.write(move |deed| hold::put(deed, record, &reason)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    after(visit, record, (done, "put"), form.reason).await
}

async fn lift(visit: Visit, record: Record, form: LiftForm) -> Result<Reply> {
    let seen = AccountId::parse(&form.seen);
    let done = match form.decision.as_str() {
        "keep" => visit.write(move |deed| hold::keep(deed, record)).await,
        _ => visit.write(move |deed| hold::lift(deed, record, seen)).await,
    };
    let what = if form.decision == "keep" { "keep" } else { "lift" };
    after(visit, record, (done, what), String::new()).await
}

/// Where a verb leads: to the hold as it stands now, or to the same page with what was typed.
async fn after(
    visit: Visit,
    record: Record,
    (done, what): (Result<()>, &str),
    reason: String,
) -> Result<Reply> {
    let (status, errors, refused) = match done {
        Ok(()) => return Ok(redirect(format!("{record}/hold?done={what}"))),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Err(Error::Refused(why)) => (StatusCode::CONFLICT, FormErrors::default(), why),
        Err(error) => return Err(error),
    };
    let page = draw(&visit, record, Typed { reason, errors, refused }).await?;
    Ok(Reply::NotDone(status, page))
}

async fn draw(visit: &Visit, record: Record, typed: Typed) -> Result<Page> {
    let found = look(visit, record).await?;
    visit.page("retention/hold.html", &HoldPage::of(record, &found, (visit.actor.id, typed)))
}

async fn look(visit: &Visit, record: Record) -> Result<(Holdable, Option<Hold>)> {
    visit.open(move |db, keys, actor| hold::look(db, (actor, keys), record)).await
}

#[derive(Default)]
struct Typed {
    reason: String,
    errors: FormErrors,
    refused: &'static str,
}

#[derive(Serialize)]
struct HoldPage {
    /// Where the record is.
    record: String,
    noun: &'static str,
    reference: String,
    /// Nothing if it is not on hold.
    hold: Option<HoldView>,
    /// True if that was done just now.
    is_lifted: bool,
    reason: String,
    /// What was typed and not saved.
    typed: Vec<String>,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct HoldView {
    reason: String,
    put: String,
    /// Who asked to lift it and when; empty if nobody has.
    lift_asked: String,
    /// True if that is the reader.
    is_mine: bool,
    seen: String,
}

fn line(who: &Who) -> String {
    format!("{}, {}", who.name, calendar::moment(who.at))
}

impl HoldPage {
    fn of(
        record: Record,
        (found, hold): &(Holdable, Option<Hold>),
        (reader, typed): (AccountId, Typed),
    ) -> Self {
        let view = |it: &Hold| HoldView {
            reason: it.reason.clone(),
            put: line(&it.put),
            lift_asked: it.lift_asked.as_ref().map(line).unwrap_or_default(),
            is_mine: it.lift_asked.as_ref().is_some_and(|it| it.id == reader),
            seen: it.lift_asked.as_ref().map(|it| it.id.to_string()).unwrap_or_default(),
        };
        let is_lost = !typed.refused.is_empty() && !typed.reason.trim().is_empty();
        Self {
            record: record.to_string(),
            noun: if matches!(record, Record::Concern(_)) { "concern" } else { "context" },
            reference: found.reference.clone(),
            hold: hold.as_ref().map(view),
            is_lifted: false,
            typed: if is_lost { vec![typed.reason.clone()] } else { Vec::new() },
            reason: typed.reason,
            refused: typed.refused,
            errors: typed.errors,
        }
    }
}
