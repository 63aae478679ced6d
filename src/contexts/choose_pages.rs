//! The choice of a context for a concern: the likeliest first, each with why.

use actix_web::web::Path;
use serde::Serialize;

use super::form_pages::{Choice, NotDone};
use super::gather::{GatherForm, NEW, gather};
use super::likely::{Candidate, likely};
use super::queries;
use super::two_words::two_words;
use crate::accounts::{Actor, Role};
use crate::concerns::move_on::Seen;
use crate::concerns::{self, Concern, ConcernId, Kind, Status};
use crate::web::{Form, FormErrors, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result};

const READERS: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new().get("/concerns/{id}/context", READERS, choose).post(
        "/concerns/{id}/context",
        TEAM,
        submit,
    )
}

async fn choose(visit: Visit, id: Path<ConcernId>) -> Result<Reply> {
    let id = id.into_inner();
    let of_concern = move |db: &mut _, actor: &Actor| queries::of_concern(db, &actor.scope(), id);
    if let Some(context) = visit.read(of_concern).await? {
        return Ok(redirect(format!("/contexts/{context}")));
    }
    let (concern, found) = offer(&visit, id).await?;
    if !concern.status.may_become(Status::Linked) {
        return Ok(redirect(format!("/concerns/{id}")));
    }
    let form = GatherForm {
        label: label_for(&concern),
        kind: concern.kind.as_str().to_owned(),
        ..GatherForm::default()
    };
    let page = ChoosePage::of(&concern, &found, (form, FormErrors::default()));
    Ok(Reply::Page(visit.page("contexts/choose.html", &page)?))
}

async fn submit(visit: Visit, id: Path<ConcernId>, form: Form<GatherForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| gather(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let fate = match done {
        Ok(context) => return Ok(redirect(format!("/contexts/{context}"))),
        Err(error) => NotDone::of(error)?,
    };
    let (concern, found) = offer(&visit, id).await?;
    let page = ChoosePage::of(&concern, &found, (form.0, fate.errors.clone()));
    let view = ChoosePage { refused: fate.refused, ..page };
    Ok(fate.reply(visit.page("contexts/choose.html", &view)?))
}

/// A concern, opened by a coordinator of its team, and the contexts that it may belong to.
async fn offer(visit: &Visit, id: ConcernId) -> Result<(Concern, Vec<Candidate>)> {
    let concern = visit.write(move |deed| Ok(concerns::open::open(deed, id)?.concern)).await?;
    if !concerns::policy::is_team(&visit.actor, &concern) {
        return Err(Error::Forbidden);
    }
    let it = concern.clone();
    let found = visit.open(move |db, keys, actor| likely(db, keys, &actor.scope(), &it)).await?;
    Ok((concern, found))
}

/// What a new context is called if nobody thinks of something better: a place as its school called it, a group by two
/// words that name nobody.
fn label_for(concern: &Concern) -> String {
    if concern.kind == Kind::PeerGroup { two_words() } else { concern.label().to_owned() }
}

#[derive(Serialize)]
struct ChoosePage {
    id: String,
    reference: String,
    concern_label: String,
    contexts: Vec<Choice>,
    new: &'static str,
    kinds: Vec<Choice>,
    seen: String,
    context: String,
    label: String,
    kind: String,
    is_group: bool,
    /// Why nothing was done, if somebody else was quicker.
    refused: &'static str,
    errors: FormErrors,
}

impl ChoosePage {
    fn of(
        concern: &Concern,
        found: &[Candidate],
        (form, errors): (GatherForm, FormErrors),
    ) -> Self {
        let choice = |it: &Candidate| {
            let context = &it.context;
            let why = match it.reasons.as_slice() {
                [] => "Nothing in common but the team.".to_owned(),
                reasons => format!("Why: {}.", reasons.join("; ")),
            };
            let (kind, state) = (context.kind.title(), context.state.title());
            let facts = format!("{}. {kind}. {state}. {why}", context.reference);
            Choice::of(context.id.as_str(), &context.label).hinted(facts)
        };
        Self {
            id: concern.id.to_string(),
            reference: concern.reference.clone(),
            concern_label: concern.label().to_owned(),
            contexts: found.iter().map(choice).collect(),
            new: NEW,
            kinds: Kind::ALL.iter().map(|it| Choice::of(it.as_str(), it.title())).collect(),
            seen: if form.seen.is_empty() { Seen::of(concern).to_string() } else { form.seen },
            context: if found.is_empty() { NEW.to_owned() } else { form.context },
            label: form.label,
            kind: form.kind,
            is_group: concern.kind == Kind::PeerGroup,
            refused: "",
            errors,
        }
    }
}
