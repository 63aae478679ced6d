//! The page on which two contexts are made one: which other one, and which of the two stays.

use actix_web::web::{Path, Query};
use serde::Serialize;

use super::form_pages::{Choice, NotDone, Top};
use super::merge::{MergeForm, OTHER, Offer, WithForm, merge, offer};
use super::{Context, ContextId, State};
use crate::accounts::Role;
use crate::web::{Form, FormErrors, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result};

const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new().get("/contexts/{id}/merge", TEAM, choose).post(
        "/contexts/{id}/merge",
        TEAM,
        submit,
    )
}

async fn choose(visit: Visit, id: Path<ContextId>, query: Query<WithForm>) -> Result<Reply> {
    let (id, form) = (id.into_inner(), query.into_inner());
    let asked = form.clone();
    let found = visit.write(move |deed| offer(deed, id, &asked)).await?;
    let has_faults = !found.errors.is_empty();
    let view = MergePage::of(&found, form, (String::new(), &NotDone::default()));
    let page = visit.page("contexts/merge.html", &view)?;
    Ok(if has_faults { Reply::Again(page) } else { Reply::Page(page) })
}

async fn submit(visit: Visit, id: Path<ContextId>, form: Form<MergeForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check(id) {
        Ok(checked) => visit.write(move |deed| merge(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let fate = match done {
        Ok(stays) => return Ok(redirect(format!("/contexts/{stays}"))),
        Err(error) => NotDone::of(error)?,
    };
    let with = WithForm { with: form.0.with, reference: String::new() };
    let asked = with.clone();
    let found = visit.write(move |deed| offer(deed, id, &asked)).await?;
    let view = MergePage::of(&found, with, (form.0.stays, &fate));
    Ok(fate.reply(visit.page("contexts/merge.html", &view)?))
}

#[derive(Serialize)]
struct MergePage {
    top: Top,
    /// The other one; empty while none is chosen.
    with: String,
    with_reference: String,
    seen: String,
    with_seen: String,
    choices: Vec<Choice>,
    stays: String,
    others: Vec<Choice>,
    other: &'static str,
    chosen: String,
    reference: String,
    refused: &'static str,
    errors: FormErrors,
}

impl MergePage {
    fn of(found: &Offer, form: WithForm, (stays, fate): (String, &NotDone)) -> Self {
        let choice = |it: &Context| {
            let facts = format!("{}. {}. {}", it.reference, it.kind.title(), it.state.title());
            Choice::of(it.id.as_str(), &it.label).hinted(facts)
        };
        let [own, other] = found.counts;
        let counted = |it: &Context, count: i64| {
            let concerns = if count == 1 { "concern" } else { "concerns" };
            let state = it.state.title();
            let text = format!("{} stays: {}", it.reference, it.label);
            Choice::of(it.id.as_str(), &text).hinted(format!("{state}, with {count} {concerns}"))
        };
        let both =
            found.with.iter().flat_map(|it| [counted(&found.context, own), counted(it, other)]);
        let errors = if fate.errors.is_empty() { &found.errors } else { &fate.errors };
        Self {
            top: Top::of(&found.context, &found.context.label),
            with: found.with.as_ref().map(|it| it.id.to_string()).unwrap_or_default(),
            with_reference: found.with.as_ref().map(|it| it.reference.clone()).unwrap_or_default(),
            seen: found.context.mark(),
            with_seen: found.with.as_ref().map(|it| it.mark()).unwrap_or_default(),
            choices: both.collect(),
            stays: if stays.is_empty() { likely_to_stay(found) } else { stays },
            others: found.alike.iter().map(choice).collect(),
            other: OTHER,
            chosen: form.with,
            reference: form.reference,
            refused: fate.refused,
            errors: errors.clone(),
        }
    }
}

/// The one that has more concerns, unless it is closed.
fn likely_to_stay(found: &Offer) -> String {
    let Some(with) = &found.with else { return String::new() };
    let [own, other] = found.counts;
    let is_other =
        found.context.state == State::Closed || (other > own && with.state != State::Closed);
    if is_other { with.id.to_string() } else { found.context.id.to_string() }
}
