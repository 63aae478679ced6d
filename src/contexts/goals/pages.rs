//! The pages about goals: a new one, one with what belongs to it, and the forms for responses and measures.

use actix_web::web::Path;

use super::form_pages::{GoalPage, MeasurePage, ResponsePage};
use super::measure::{MeasureForm, RepeatForm, measure, repeat};
use super::respond::{ResponseForm, done, plan};
use super::set::{GoalForm, StandingForm, set, settle};
use super::show_pages::{RepeatPage, ShowPage};
use super::{GoalId, MeasureId, ResponseId, one};
use crate::accounts::Role;
use crate::audit::Event;
use crate::contexts::form_pages::NotDone;
use crate::contexts::{Context, ContextId, policy, queries};
use crate::deed::Deed;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const READERS: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/contexts/{id}/goals/new", TEAM, blank)
        .post("/contexts/{id}/goals/new", TEAM, submit)
        .get("/contexts/{id}/goals/{goal}", READERS, show)
        .post("/contexts/{id}/goals/{goal}/standing", TEAM, stand)
        .get("/contexts/{id}/goals/{goal}/response", TEAM, blank_response)
        .post("/contexts/{id}/goals/{goal}/response", TEAM, submit_response)
        .post("/contexts/{id}/goals/{goal}/responses/{response}/done", TEAM, finish)
        .get("/contexts/{id}/goals/{goal}/measure", TEAM, blank_measure)
        .post("/contexts/{id}/goals/{goal}/measure", TEAM, submit_measure)
        .get("/contexts/{id}/goals/{goal}/measures/{measure}", READERS, show_measure)
        .post("/contexts/{id}/goals/{goal}/measures/{measure}", TEAM, take)
}

type Of = Path<(ContextId, GoalId)>;

/// Opens a context that the reader may see, which is written down.
pub(in crate::contexts) fn open(deed: &mut Deed, id: ContextId) -> Result<Context> {
    let context = queries::find(deed.db, &deed.by.scope(), id)?.open(deed.keys)?;
    deed.record(Event::ContextRead, id, Some(context.team))?;
    Ok(context)
}

/// The same, for the team alone.
fn open_for_team(deed: &mut Deed, id: ContextId) -> Result<Context> {
    let context = open(deed, id)?;
    if policy::is_team(deed.by, &context) { Ok(context) } else { Err(Error::Forbidden) }
}

async fn blank(visit: Visit, id: Path<ContextId>) -> Result<Page> {
    let id = id.into_inner();
    goal_page(&visit, id, (GoalForm::default(), &NotDone::default())).await
}

async fn goal_page(
    visit: &Visit,
    id: ContextId,
    (form, fate): (GoalForm, &NotDone),
) -> Result<Page> {
    let look = move |deed: &mut Deed| {
        let context = open_for_team(deed, id)?;
        let harms = queries::harms(deed.db, context.id)?;
        Ok((context, harms))
    };
    let (context, harms) = visit.write(look).await?;
    visit.page("contexts/goals/new.html", &GoalPage::of(&context, &harms, (form, fate)))
}

async fn submit(visit: Visit, id: Path<ContextId>, form: Form<GoalForm>) -> Result<Reply> {
    let id = id.into_inner();
    let made = match form.0.check() {
        Ok(words) => visit.write(move |deed| set(deed, id, &words)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match made {
        Ok(goal) => Ok(redirect(format!("/contexts/{id}/goals/{goal}"))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(goal_page(&visit, id, (form.0, &fate)).await?))
        }
    }
}

async fn show(visit: Visit, of: Of) -> Result<Page> {
    goal_shown(&visit, of.into_inner(), &NotDone::default()).await
}

async fn goal_shown(visit: &Visit, of: (ContextId, GoalId), fate: &NotDone) -> Result<Page> {
    let (context, goal) = looked(visit, of).await?;
    let today = calendar::day((visit.app.clock)());
    let page = ShowPage::of((&context, &goal), (&visit.actor, today), fate);
    visit.page("contexts/goals/show.html", &page)
}

/// A context and one of its goals, opened by somebody who may see them.
async fn looked(visit: &Visit, of: (ContextId, GoalId)) -> Result<(Context, super::Goal)> {
    let look = move |deed: &mut Deed| {
        let context = open(deed, of.0)?;
        let goal = one(deed.db, deed.keys, (&context, of.1))?;
        Ok((context, goal))
    };
    visit.write(look).await
}

/// The same, for the forms of the team alone.
async fn worked_on(visit: &Visit, of: (ContextId, GoalId)) -> Result<(Context, super::Goal)> {
    let found = looked(visit, of).await?;
    if policy::is_team(&visit.actor, &found.0) { Ok(found) } else { Err(Error::Forbidden) }
}

async fn stand(visit: Visit, of: Of, form: Form<StandingForm>) -> Result<Reply> {
    let of = of.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| settle(deed, of, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    back_to_goal(&visit, of, done).await
}

async fn finish(
    visit: Visit,
    of: Path<(ContextId, GoalId, ResponseId)>,
    _form: Form<StandingForm>,
) -> Result<Reply> {
    let (context, goal, response) = of.into_inner();
    let of = (context, goal);
    let finished = visit.write(move |deed| done(deed, of, response)).await;
    back_to_goal(&visit, of, finished).await
}

/// The goal's page: by a redirect when something was done, else with what was not.
async fn back_to_goal(visit: &Visit, of: (ContextId, GoalId), done: Result<()>) -> Result<Reply> {
    match done {
        Ok(()) => Ok(redirect(format!("/contexts/{}/goals/{}", of.0, of.1))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(goal_shown(visit, of, &fate).await?))
        }
    }
}

async fn blank_response(visit: Visit, of: Of) -> Result<Page> {
    response_page(&visit, of.into_inner(), (ResponseForm::default(), &NotDone::default())).await
}

async fn response_page(
    visit: &Visit,
    of: (ContextId, GoalId),
    typed: (ResponseForm, &NotDone),
) -> Result<Page> {
    let (context, goal) = worked_on(visit, of).await?;
    visit.page("contexts/goals/response.html", &ResponsePage::of((&context, &goal), typed))
}

async fn submit_response(visit: Visit, of: Of, form: Form<ResponseForm>) -> Result<Reply> {
    let of = of.into_inner();
    let made = match form.0.check() {
        Ok(planned) => visit.write(move |deed| plan(deed, of, &planned)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match made {
        Ok(_) => Ok(redirect(format!("/contexts/{}/goals/{}", of.0, of.1))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(response_page(&visit, of, (form.0, &fate)).await?))
        }
    }
}

async fn blank_measure(visit: Visit, of: Of) -> Result<Page> {
    measure_page(&visit, of.into_inner(), (MeasureForm::default(), &NotDone::default())).await
}

async fn measure_page(
    visit: &Visit,
    of: (ContextId, GoalId),
    typed: (MeasureForm, &NotDone),
) -> Result<Page> {
    let (context, goal) = worked_on(visit, of).await?;
    visit.page("contexts/goals/measure.html", &MeasurePage::of((&context, &goal), typed))
}

async fn submit_measure(visit: Visit, of: Of, form: Form<MeasureForm>) -> Result<Reply> {
    let of = of.into_inner();
    let today = calendar::day((visit.app.clock)());
    let made = match form.0.check(today) {
        Ok(counted) => visit.write(move |deed| measure(deed, of, &counted)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match made {
        Ok(id) => Ok(redirect(format!("/contexts/{}/goals/{}/measures/{id}", of.0, of.1))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(measure_page(&visit, of, (form.0, &fate)).await?))
        }
    }
}

type OfMeasure = Path<(ContextId, GoalId, MeasureId)>;

async fn show_measure(visit: Visit, of: OfMeasure) -> Result<Page> {
    let typed = (RepeatForm::default(), &NotDone::default());
    measure_shown(&visit, of.into_inner(), typed).await
}

async fn measure_shown(
    visit: &Visit,
    (context, goal, id): (ContextId, GoalId, MeasureId),
    typed: (RepeatForm, &NotDone),
) -> Result<Page> {
    let (context, goal) = looked(visit, (context, goal)).await?;
    let measure = goal.measures.iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    let page = RepeatPage::of((&context, &goal, measure), &visit.actor, typed);
    visit.page("contexts/goals/repeat.html", &page)
}

async fn take(visit: Visit, of: OfMeasure, form: Form<RepeatForm>) -> Result<Reply> {
    let of = of.into_inner();
    let today = calendar::day((visit.app.clock)());
    let done = match form.0.check(today) {
        Ok(checked) => visit.write(move |deed| repeat(deed, of, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(redirect(format!("/contexts/{}/goals/{}/measures/{}", of.0, of.1, of.2))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(measure_shown(&visit, of, (form.0, &fate)).await?))
        }
    }
}
