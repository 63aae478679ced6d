//! Pages for somebody who has lost every second factor, and for those who decide.

use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::enter_pages::BackQuery;
use super::recoveries::{self, ALONE_AFTER, Recovery, RecoveryId};
use super::{AccountId, Actor, Role, queries, tries};
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
pub(super) fn may_vouch(actor: &Actor) -> bool {
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

async fn list(visit: Visit) -> Result<Page> {
    let at = (visit.app.clock)();
    let look = move |db: &mut Db, by: &Actor| {
        let asked = recoveries::all(db, at)?;
        rows(db, by, &asked, at)
    };
    let rows = visit.read(look).await?;
    visit.page("accounts/recoveries.html", &ListPage { rows })
}

#[derive(Deserialize)]
struct Nothing {}

async fn agree(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    visit.write(move |deed| recoveries::agree(deed, id)).await?;
    Ok(redirect("/admin/recoveries"))
}

async fn refuse(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    visit.write(move |deed| recoveries::refuse(deed, id)).await?;
    Ok(redirect("/admin/recoveries"))
}

async fn list_of_colleagues(visit: Visit) -> Result<Page> {
    let at = (visit.app.clock)();
    let look = move |db: &mut Db, by: &Actor| {
        let asked = recoveries::of_colleagues(db, by, at)?;
        rows(db, by, &asked, at)
    };
    let rows = visit.read(look).await?;
    visit.page("accounts/vouch.html", &ListPage { rows })
}

async fn vouch(visit: Visit, id: Path<RecoveryId>, _: Form<Nothing>) -> Result<Reply> {
    let id = *id;
    visit.write(move |deed| recoveries::vouch(deed, id)).await?;
    Ok(redirect("/account/vouch"))
}

#[derive(Serialize)]
struct LostPage {
    is_asked: bool,
    asked: String,
    alone_from: String,
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
            alone_from: asked
                .map(|it| calendar::moment(it.asked_at + ALONE_AFTER))
                .unwrap_or_default(),
            back: crate::web::back::path(wanted).map(|_| wanted.to_owned()).unwrap_or_default(),
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
struct Row {
    id: String,
    name: String,
    asked: String,
    /// Who has said yes so far, as a sentence.
    agreed: String,
    /// From when on an administrator may decide alone.
    alone_from: String,
    is_own: bool,
    /// True if this reader has done their part.
    is_done: bool,
}

fn rows(
    db: &mut Db,
    by: &Actor,
    asked: &[Recovery],
    at: chrono::NaiveDateTime,
) -> Result<Vec<Row>> {
    let mut ids: Vec<AccountId> = asked.iter().map(|it| it.account_id).collect();
    ids.extend(asked.iter().filter_map(|it| it.admin_id));
    ids.extend(asked.iter().filter_map(|it| it.colleague_id));
    let names = queries::names(db, &ids)?;
    let name = |id: AccountId| {
        let found = names.iter().find(|(known, _)| *known == id);
        found.map(|(_, name)| name.clone()).ok_or(Error::NotFound)
    };
    let row = |it: &Recovery| {
        let admin = it.admin_id.map(name).transpose()?;
        let colleague = it.colleague_id.map(name).transpose()?;
        let is_mine = [it.admin_id, it.colleague_id].contains(&Some(by.id));
        Ok(Row {
            id: it.id.to_string(),
            name: name(it.account_id)?,
            asked: calendar::moment(it.asked_at),
            agreed: agreed(admin.as_deref(), colleague.as_deref()),
            alone_from: calendar::moment(it.asked_at + ALONE_AFTER),
            is_own: it.account_id == by.id,
            is_done: is_mine && !it.may_be_granted_alone(at),
        })
    };
    asked.iter().map(row).collect()
}

fn agreed(admin: Option<&str>, colleague: Option<&str>) -> String {
    match (admin, colleague) {
        (Some(admin), _) => {
            format!("{admin} (administrator) has agreed. A colleague is still to confirm.")
        }
        (None, Some(colleague)) => {
            format!("{colleague} (colleague) has confirmed. An administrator is still to agree.")
        }
        (None, None) => "Nobody has agreed yet.".to_owned(),
    }
}
