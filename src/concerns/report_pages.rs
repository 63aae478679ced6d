//! The pages on which a report is written: one step a page, back and forward, each step kept as soon as it is sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query};
use serde::{Deserialize, Serialize};

use super::draft::{self, Draft, Opened, Saved};
use super::found_pages::FoundPage;
use super::keep::{is_doubtful, keep};
use super::raise::{Outcome, raise};
use super::report::{self, Report};
use super::steer::{self, What};
use super::step_pages::{
    CheckPage, DiscardPage, FlagView, SentPage, StepPage, UnsurePage, address,
};
use super::steps::ReportStep;
use super::{
    ConcernId, DraftId, KeptConcern, Status, gate_pages, keep_queries, place, policy, queries,
};
use crate::accounts::Role;
use crate::deed::Deed;
use crate::districts::{self, Atlas, diary};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar, schools};

const LEADS: Policy = Policy::Holding(&[Role::Dsl]);

/// The routes of the gate and of reports. They come before those of concerns, whose ids stand where `new` does.
pub fn routes() -> Routes {
    gate_pages::routes()
        .post("/concerns/flags", LEADS, flags)
        .get("/concerns/drafts/{id}", Policy::Reporting, resume)
        .get("/concerns/drafts/{id}/discard", LEADS, confirm)
        .post("/concerns/drafts/{id}/discard", LEADS, discard)
        .get("/concerns/drafts/{id}/{step}", Policy::Reporting, show)
        .post("/concerns/drafts/{id}/{step}", Policy::Reporting, save)
        .get("/concerns/{id}/sent", LEADS, sent)
}

type Pairs = Vec<(String, String)>;

async fn resume(visit: Visit, id: Path<DraftId>) -> Result<Reply> {
    let id = id.into_inner();
    let today = calendar::day((visit.app.clock)());
    Ok(match visit.open(move |db, keys, actor| draft::open(db, keys, actor, id)).await? {
        Opened::Draft(draft) => {
            redirect(address(&draft, report::first_unfinished(&draft.answers, today)))
        }
        Opened::Sent(concern) => to_sent(concern),
    })
}

fn to_sent(concern: ConcernId) -> Reply {
    redirect(format!("/concerns/{concern}/sent"))
}

async fn show(visit: Visit, path: Path<(DraftId, String)>) -> Result<Reply> {
    let (id, step) = path.into_inner();
    let step = ReportStep::parse(&step).ok_or(Error::NotFound)?;
    let app = visit.app.clone();
    let today = calendar::day((app.clock)());
    let opened = visit.open(move |db, keys, actor| {
        let opened = draft::open(db, keys, actor, id)?;
        let Opened::Draft(draft) = opened else { return Ok((opened, FormErrors::default())) };
        let atlas = app.atlas.on(db, today)?;
        let faults = draft::left_faults(db, &atlas, &draft, (step, today))?;
        Ok((Opened::Draft(draft), faults))
    });
    match opened.await? {
        (Opened::Sent(concern), _) => Ok(to_sent(concern)),
        (Opened::Draft(draft), faults) => {
            let unfinished = report::first_unfinished(&draft.answers, today);
            if step == ReportStep::Check && unfinished != step {
                return Ok(redirect(address(&draft, unfinished)));
            }
            Ok(Reply::Page(draw(&visit, draft, step, faults).await?))
        }
    }
}

/// Keeps a step. After a time-out it is kept as well, and nothing is shown.
async fn save(visit: Visit, path: Path<(DraftId, String)>, form: Form<Pairs>) -> Result<Reply> {
    let (id, step) = path.into_inner();
    let step = ReportStep::parse(&step).ok_or(Error::NotFound)?;
    if step == ReportStep::Check {
        return send(visit, id, form.0).await;
    }
    let app = visit.app.clone();
    let saved = visit.write(move |deed| {
        let atlas = app.atlas.on(deed.db, deed.today())?;
        draft::save(deed, &atlas, id, (step, form.0.clone()))
    });
    let saved = saved.await?;
    if visit.timed_out {
        return Ok(to_sign_in(id));
    }
    let today = calendar::day((visit.app.clock)());
    match saved {
        Saved::Sent(concern) => Ok(to_sent(concern)),
        Saved::Kept(draft, faults) if faults.is_empty() => {
            let is_whole = report::first_unfinished(&draft.answers, today) == ReportStep::Check;
            let next = if is_whole { ReportStep::Check } else { step.after() };
            // A place that was changed has its district confirmed before anything else.
            let next = if step == ReportStep::Place { ReportStep::Found } else { next };
            Ok(redirect(address(&draft, next)))
        }
        Saved::Kept(draft, faults) => Ok(Reply::Again(draw(&visit, draft, step, faults).await?)),
    }
}

fn to_sign_in(id: DraftId) -> Reply {
    redirect(format!("/sign-in?back=concerns/drafts/{id}"))
}

/// Sends a report, with the reasons for what looks like personal data and stays.
async fn send(visit: Visit, id: DraftId, reasons: Pairs) -> Result<Reply> {
    let (app, only_keep) = (visit.app.clone(), visit.timed_out);
    let outcome = visit.write(move |deed: &mut Deed| {
        let atlas: Arc<Atlas> = app.atlas.on(deed.db, deed.today())?;
        match draft::save(deed, &atlas, id, (ReportStep::Check, reasons.clone()))? {
            Saved::Kept(draft, faults) if only_keep => Ok(Outcome::Unfinished(draft, faults)),
            Saved::Sent(_) | Saved::Kept(..) => raise(deed, id),
        }
    });
    let outcome = outcome.await?;
    if visit.timed_out {
        return Ok(to_sign_in(id));
    }
    match outcome {
        Outcome::Raised(concern) if is_kept(&visit, concern).await => Ok(to_sent(concern)),
        Outcome::Raised(_) => unsure(&visit, id),
        Outcome::NoTeam(draft) => Ok(redirect(address(&draft, ReportStep::Found))),
        Outcome::Unfinished(draft, faults) => {
            let today = calendar::day((visit.app.clock)());
            let unfinished = report::first_unfinished(&draft.answers, today);
            if unfinished != ReportStep::Check {
                return Ok(redirect(address(&draft, unfinished)));
            }
            Ok(Reply::Again(draw(&visit, draft, ReportStep::Check, faults).await?))
        }
    }
}

/// True when a raised concern is in the journal as well, on the disk: from then on it is called sent.
async fn is_kept(visit: &Visit, id: ConcernId) -> bool {
    let app = visit.app.clone();
    let kept = web::block(move || keep(&app, id)).await.map_err(Error::from).flatten();
    if let Err(error) = &kept {
        let cause: &dyn std::error::Error = error;
        tracing::error!(
            error = cause,
            "a concern was not acknowledged: the journal does not have it"
        );
    }
    kept.is_ok()
}

/// Those of some concerns that are new, and that the journal neither has nor can be given now: on no page are they called
/// sent.
pub(super) async fn unconfirmed(visit: &Visit, concerns: &[&KeptConcern]) -> BTreeSet<ConcernId> {
    let mut found = BTreeSet::new();
    for it in concerns.iter().filter(|it| it.status == Status::Submitted && !it.is_answered()) {
        if is_doubtful(&visit.app, it.id) && !is_kept(visit, it.id).await {
            found.insert(it.id);
        }
    }
    found
}

/// Neither sent nor lost: its writer is asked to send it again, which is safe.
fn unsure(visit: &Visit, draft: DraftId) -> Result<Reply> {
    let page = visit.page("concerns/report/unsure.html", &UnsurePage::of(draft))?;
    Ok(Reply::NotDone(StatusCode::SERVICE_UNAVAILABLE, page))
}

async fn draw(visit: &Visit, draft: Draft, step: ReportStep, faults: FormErrors) -> Result<Page> {
    let at = (visit.app.clock)();
    let today = calendar::day(at);
    match step {
        ReportStep::Found => {
            let (app, seen) = (visit.app.clone(), draft.clone());
            let look = visit.read(move |db, _| {
                let atlas = app.atlas.on(db, today)?;
                place::look(db, &atlas, &seen, today)
            });
            visit.page("concerns/report/found.html", &FoundPage::of(&draft, &look.await?, faults))
        }
        ReportStep::Check => {
            let (school, answers) = (draft.school, draft.answers.clone());
            let known = visit.read(move |db, _| {
                let area = Report::area_of(&answers).ok_or(Error::NotFound)?;
                let team = districts::team_of_area(db, &area, today)?;
                let meeting = match &team {
                    Some(team) => diary::hearing(db, team.id, at)?,
                    None => None,
                };
                let name = team.map_or(area.to_string(), |it| it.name);
                Ok((schools::find(db, school)?.name, name, meeting))
            });
            let (school, team, meeting) = known.await?;
            let names = (school.as_str(), team.as_str());
            let page = CheckPage::of(&draft, names, meeting.as_ref(), (faults, today));
            visit.page("concerns/report/check.html", &page)
        }
        step => visit.page("concerns/report/step.html", &StepPage::of(&draft, step, faults, today)),
    }
}

async fn confirm(visit: Visit, id: Path<DraftId>) -> Result<Reply> {
    let id = id.into_inner();
    match visit.open(move |db, keys, actor| draft::open(db, keys, actor, id)).await? {
        Opened::Sent(concern) => Ok(to_sent(concern)),
        Opened::Draft(draft) => {
            let page = visit.page("concerns/report/discard.html", &DiscardPage::of(&draft))?;
            Ok(Reply::Page(page))
        }
    }
}

async fn discard(visit: Visit, id: Path<DraftId>, _: Form<Pairs>) -> Result<Reply> {
    let id = id.into_inner();
    Ok(match visit.write(move |deed| draft::discard(deed, id)).await? {
        Opened::Draft(_) => redirect("/concerns"),
        Opened::Sent(concern) => to_sent(concern),
    })
}

async fn sent(visit: Visit, id: Path<ConcernId>) -> Result<Reply> {
    let id = id.into_inner();
    let found = visit.read(move |db, actor| {
        let concern = queries::find(db, &actor.scope(), id)?;
        if !policy::is_reporter(actor, &concern) {
            return Err(Error::NotFound);
        }
        let names = districts::team_names(db, &[concern.team])?;
        let meeting = diary::hearing(db, concern.team, concern.arrived_at)?;
        Ok((names.into_values().next().unwrap_or_default(), concern, meeting))
    });
    let (team, concern, meeting) = found.await?;
    if !is_kept(&visit, id).await {
        return unsure(&visit, visit.read(move |db, _| keep_queries::draft_of(db, id)).await?);
    }
    let page = SentPage::of(&concern, &team, meeting.as_ref());
    Ok(Reply::Page(visit.page("concerns/report/sent.html", &page)?))
}

#[derive(Deserialize)]
struct FlagsForm {
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FlagsQuery {
    of: String,
}

/// What in a text looks like personal data, for the page's script. Nothing is kept.
async fn flags(visit: Visit, query: Query<FlagsQuery>, form: Form<FlagsForm>) -> Result<Page> {
    let mut flags = steer::flags(&form.0.text, calendar::day((visit.app.clock)()));
    flags.retain(|it| query.of != "place" || it.what != What::PerhapsName);
    visit.page("concerns/report/flags.html", &FlagsPage { items: FlagView::all(&flags) })
}

#[derive(Serialize)]
struct FlagsPage {
    items: Vec<FlagView>,
}

/// A draft in its writer's list.
#[derive(Serialize)]
pub(super) struct DraftRow {
    href: String,
    label: String,
    saved: String,
    discard: String,
}

impl DraftRow {
    pub(super) fn of(draft: &Draft) -> Self {
        let name = report::name(&draft.answers);
        Self {
            href: format!("/concerns/drafts/{}", draft.id),
            label: if name.is_empty() { "A report without a name yet" } else { name }.to_owned(),
            saved: calendar::moment(draft.saved_at),
            discard: format!("/concerns/drafts/{}/discard", draft.id),
        }
    }
}
