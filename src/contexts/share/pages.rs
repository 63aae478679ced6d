//! The page on which a coordinator says what partners are told of a context.

use std::collections::BTreeMap;

use actix_web::web::Path;
use serde::Serialize;

use super::give::{ShareForm, WORDS_MAX, give};
use super::{Shared, of_context};
use crate::accounts::Role;
use crate::concerns::steer::{self, Flag};
use crate::contexts::form_pages::{Choice, NotDone, Top};
use crate::contexts::goals::pages::open;
use crate::contexts::{Context, ContextId, policy, queries};
use crate::deed::Deed;
use crate::schools::{self, Urn};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new().get("/contexts/{id}/partners", TEAM, blank).post(
        "/contexts/{id}/partners",
        TEAM,
        submit,
    )
}

async fn blank(visit: Visit, id: Path<ContextId>) -> Result<Page> {
    page(&visit, id.into_inner(), (None, &NotDone::default())).await
}

async fn submit(visit: Visit, id: Path<ContextId>, form: Form<ShareForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check(calendar::day((visit.app.clock)())) {
        Ok(shared) => visit.write(move |deed| give(deed, id, &shared)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(redirect(format!("/contexts/{id}"))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(page(&visit, id, (Some(form.0), &fate)).await?))
        }
    }
}

async fn page(
    visit: &Visit,
    id: ContextId,
    (typed, fate): (Option<ShareForm>, &NotDone),
) -> Result<Page> {
    let look = move |deed: &mut Deed| {
        let context = open(deed, id)?;
        if !policy::is_team(deed.by, &context) {
            return Err(Error::Forbidden);
        }
        let shared = of_context(deed.db, deed.keys, &context)?;
        let reported = queries::concerns_of(deed.db, &context)?;
        let urns: Vec<Urn> = reported.iter().map(|it| it.school).collect();
        Ok((context, shared, schools::names(deed.db, &urns)?))
    };
    let (context, shared, names) = visit.write(look).await?;
    let today = calendar::day((visit.app.clock)());
    let words = typed.as_ref().map_or(shared.words.as_str(), |it| it.words.as_str());
    let flags = steer::flags(words, today);
    let view = SharePage::of((&context, shared, names), (typed, fate), &flags);
    visit.page("contexts/share.html", &view)
}

#[derive(Serialize)]
struct SharePage {
    top: Top,
    gifts: Vec<Choice>,
    give: Vec<String>,
    schools: Vec<Choice>,
    school: Vec<String>,
    words: String,
    max: usize,
    flags: Vec<FlagView>,
    keep: String,
    version: i64,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct FlagView {
    found: String,
    what: &'static str,
    instead: &'static str,
}

impl SharePage {
    fn of(
        (context, kept, names): (&Context, Shared, BTreeMap<Urn, String>),
        (typed, fate): (Option<ShareForm>, &NotDone),
        flags: &[Flag],
    ) -> Self {
        let given = [kept.is_named.then_some("name"), kept.has_plan.then_some("plan")];
        let give = given.into_iter().flatten().map(str::to_owned).collect();
        let school = kept.schools.iter().map(ToString::to_string).collect();
        let (words, keep) = (kept.words.clone(), kept.keep.clone());
        // A fault keeps the mark that the page had; only who reads what stands there now goes on from it.
        let seen = typed.as_ref().filter(|_| fate.refused.is_empty()).map(|it| it.version);
        let form = typed.unwrap_or(ShareForm { give, school, words, keep, version: 0 });
        let name = format!("Its name: {}", context.label);
        let flag = |it: &Flag| FlagView {
            found: it.found.clone(),
            what: it.what.title(),
            instead: it.instead,
        };
        Self {
            top: Top::of(context, &context.label),
            gifts: vec![
                Choice::of("name", &name).hinted("Without it they read its kind alone"),
                Choice::of("plan", "The plan")
                    .hinted("Goals, responses and who sees to them, measures"),
            ],
            give: form.give,
            schools: names.iter().map(|(urn, it)| Choice::of(&urn.to_string(), it)).collect(),
            school: form.school,
            words: form.words,
            max: WORDS_MAX,
            flags: flags.iter().map(flag).collect(),
            keep: form.keep,
            version: seen.unwrap_or(kept.version),
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}
