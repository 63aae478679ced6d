//! Pages for somebody who has lost every second factor, and for those who decide.

use actix_web::web::{Path, Query};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{Part, Recovery, RecoveryId, Said, WAIT};
use crate::accounts::enter_pages::BackQuery;
use crate::accounts::{AccountId, Actor, Role, queries, recoveries, tries};
use crate::store::Db;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const ADMINS: Policy = Policy::Proved(&[Role::Admin]);
const COLLEAGUES: &[Role] = &[Role::Dsl, Role::Coordinator, Role::County];

/// The routes for lost factors.
pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in/lost", Policy::Entering, explain)
        .post("/sign-in/lost", Policy::Entering, ask)
        .get("/admin/recoveries", Policy::Holding(&[Role::Admin]), list)
        .post("/admin/recoveries/{id}/agree", ADMINS, agree)
        .post("/admin/recoveries/{id}/refuse", ADMINS, refuse)
        .get("/account/vouch", Policy::Holding(COLLEAGUES), list_of_colleagues)
        .post("/account/vouch/{id}", Policy::Proved(COLLEAGUES), vouch)
}

/// True if somebody may be asked to vouch for others.
pub(in crate::accounts) fn may_vouch(actor: &Actor) -> bool {
    COLLEAGUES.iter().any(|it| actor.is(*it))
}

async fn explain(visit: Visit, query: Query<BackQuery>) -> Result<Reply> {
    if visit.reach.is_whole() {
        return Ok(redirect("/account"));
    }
    let at = (visit.app.clock)();
    let asked = visit.read(move |db, by| recoveries::own(db, by.id, at)).await?;
    let page = LostPage::of(asked.as_ref(), &query.back, None);
    Ok(Reply::Page(visit.page("accounts/lost.html", &page)?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LostForm {
    back: String,
}

async fn ask(visit: Visit, form: Form<LostForm>) -> Result<Reply> {
    if visit.reach.is_whole() {
        return Ok(redirect("/account"));
    }
    if let Some(wait) = tries::second(&visit.app, visit.actor.id).await? {
        return visit.again("accounts/lost.html", &LostPage::of(None, &form.0.back, Some(wait)));
    }
    visit.write(recoveries::ask).await?;
    Ok(redirect("/sign-in/lost"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DoneQuery {
    done: String,
}

/// What came of a yes: the page that it was said on, and a sentence on top of it.
fn said(page: &str, said: Said) -> Reply {
    let done = match said {
        Said::Granted => "granted",
        Said::Noted => "noted",
        Said::Before => "before",
    };
    redirect(format!("{page}?done={done}"))
}

fn notice(done: &str) -> &'static str {
    match done {
        "granted" => "Done. Their second factors are removed, and they can set up a new one.",
        "noted" => {
            "Your yes is written down. It does not need you again; more is needed, as you see below."
        }
        "before" => "Nothing has changed: your yes was written down before, or others had said it.",
        "refused" => "The request is refused. Their second factors stay as they are.",
        _ => "",
    }
}

async fn list(visit: Visit, query: Query<DoneQuery>) -> Result<Page> {
    let at = (visit.app.clock)();
    let look = move |db: &mut Db, by: &Actor| {
        let asked = recoveries::all(db, at)?;
        rows(db, (by, Part::Administrator), &asked, at)
    };
    let rows = visit.read(look).await?;
    visit.noticing(notice(&query.done)).page("accounts/recoveries.html", &ListPage { rows })
}

#[derive(Deserialize)]
struct Nothing {}

async fn agree(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    let done = visit.write(move |deed| recoveries::agree(deed, id)).await?;
    Ok(said("/admin/recoveries", done))
}

async fn refuse(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    visit.write(move |deed| recoveries::refuse(deed, id)).await?;
    Ok(redirect("/admin/recoveries?done=refused"))
}

async fn list_of_colleagues(visit: Visit, query: Query<DoneQuery>) -> Result<Page> {
    let at = (visit.app.clock)();
    let look = move |db: &mut Db, by: &Actor| {
        let asked = recoveries::of_colleagues(db, by, at)?;
        rows(db, (by, Part::Colleague), &asked, at)
    };
    let rows = visit.read(look).await?;
    visit.noticing(notice(&query.done)).page("accounts/vouch.html", &ListPage { rows })
}

async fn vouch(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    let done = visit.write(move |deed| recoveries::vouch(deed, id)).await?;
    Ok(said("/account/vouch", done))
}

#[derive(Serialize)]
struct LostPage {
    is_asked: bool,
    asked: String,
    /// From when on two people are enough.
    two_from: String,
    back: String,
    errors: FormErrors,
}

impl LostPage {
    fn of(asked: Option<&Recovery>, wanted: &str, fault: Option<String>) -> Self {
        let mut errors = FormErrors::default();
        if let Some(fault) = fault {
            errors.add("", fault);
        }
        Self {
            is_asked: asked.is_some(),
            asked: asked.map(|it| calendar::moment(it.asked_at)).unwrap_or_default(),
            two_from: asked.map(|it| calendar::moment(it.asked_at + WAIT)).unwrap_or_default(),
            back: crate::web::back::word(wanted),
            errors,
        }
    }
}

#[derive(Serialize)]
struct ListPage {
    rows: Vec<Row>,
}

/// A request, as those who decide read it.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out")]
struct Row {
    id: String,
    name: String,
    asked: String,
    /// Who has said yes so far and what is still needed, in sentences.
    agreed: String,
    is_own: bool,
    /// True if this reader has said yes.
    has_said: bool,
    /// True if this reader's yes would count.
    may_say: bool,
    /// True if nothing is needed any more but that somebody finishes it.
    may_finish: bool,
}

fn rows(
    db: &mut Db,
    (by, part): (&Actor, Part),
    asked: &[Recovery],
    at: NaiveDateTime,
) -> Result<Vec<Row>> {
    let mut ids: Vec<AccountId> = asked.iter().map(|it| it.account_id).collect();
    ids.extend(asked.iter().flat_map(Recovery::people));
    let names = queries::names(db, &ids)?;
    let name = |id: AccountId| {
        let found = names.iter().find(|(known, _)| *known == id);
        found.map(|(_, name)| name.clone()).ok_or(Error::NotFound)
    };
    let row = |it: &Recovery| {
        let people = it.people().into_iter().map(name).collect::<Result<Vec<_>>>()?;
        let (is_own, has_said) = (it.account_id == by.id, it.people().contains(&by.id));
        let may_finish = it.may_be_granted(at);
        Ok(Row {
            id: it.id.to_string(),
            name: name(it.account_id)?,
            asked: calendar::moment(it.asked_at),
            agreed: format!("{} {}", agreed(&people), needed(it, at)),
            is_own,
            has_said,
            may_say: !is_own && !has_said && !may_finish && it.has_room(part),
            may_finish: !is_own && may_finish,
        })
    };
    asked.iter().map(row).collect()
}

fn agreed(people: &[String]) -> String {
    match people {
        [] => "Nobody has said yes yet.".to_owned(),
        [one] => format!("{one} has said yes."),
        several => format!("{} have said yes.", several.join(" and ")),
    }
}

/// What is still needed, as a sentence.
fn needed(asked: &Recovery, at: NaiveDateTime) -> String {
    if asked.may_be_granted(at) {
        return "That is enough: finish it now.".to_owned();
    }
    match (asked.admin_id, asked.people().len()) {
        (None, 0) => "It takes an administrator and a colleague who knows them.".to_owned(),
        (None, _) => "An administrator is still to say yes.".to_owned(),
        (Some(_), 1) => {
            "A colleague who knows them, or another administrator, is still to say yes.".to_owned()
        }
        (Some(_), _) => {
            let from = calendar::moment(asked.asked_at + WAIT);
            format!("It can be finished from {from}, or as soon as a third person says yes.")
        }
    }
}
