//! The account page: posts, second factors, recovery codes, sessions.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, Responder};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::factors::{self, Factor, NAME_MAX, recovery_codes};
use super::queries::{self, Held};
use super::recoveries;
use super::sessions::{self, Live, SessionId};
use super::sign_on;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

/// The routes of the account page.
pub fn routes() -> Routes {
    Routes::new()
        .get("/account", Policy::SignedIn, show)
        .post("/account/sessions/others", Policy::SignedIn, end_others)
        .get("/account/sessions/{id}", Policy::SignedIn, show_session)
        .post("/account/sessions/{id}", Policy::SignedIn, name_session)
        .post("/account/sessions/{id}/end", Policy::SignedIn, end_session)
        .post("/account/recovery/stop", Policy::SignedIn, stop_recovery)
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NameForm {
    name: String,
}

async fn show(visit: Visit) -> Result<Page> {
    let (at, token) = ((visit.app.clock)(), visit.token.clone());
    let keys = std::sync::Arc::clone(&visit.app.keys);
    let found = visit
        .read(move |db, by| {
            Ok(Found {
                email: queries::email(db, by.id)?,
                posts: queries::held(db, by.id, calendar::day(at))?,
                factors: factors::list(db, by.id)?,
                codes_left: recovery_codes::left(db, by.id)?,
                sessions: sessions::live(db, &keys, (by.id, &token), at)?,
                is_recovery_open: recoveries::own(db, by.id, at)?.is_some(),
            })
        })
        .await?;
    let sign_on = sign_on::pages::link_of(&visit.app, visit.actor.id).await?;
    visit.page("accounts/account.html", &AccountPage { sign_on, ..AccountPage::of(&visit, found) })
}

async fn end_others(visit: Visit, _: Form<Nothing>) -> Result<Reply> {
    let token = visit.token.clone();
    visit.write(move |deed| sessions::end_others(deed, &token)).await?;
    Ok(redirect("/account"))
}

async fn show_session(visit: Visit, id: Path<SessionId>) -> Result<Page> {
    let page = SessionPage::of(&visit, *id, FormErrors::default()).await?;
    visit.page("accounts/session.html", &page)
}

async fn name_session(visit: Visit, id: Path<SessionId>, form: Form<NameForm>) -> Result<Reply> {
    let (id, Form(form)) = (*id, form);
    let name = form.name.trim().to_owned();
    if name.chars().count() > NAME_MAX || name.contains(char::is_control) {
        let mut errors = FormErrors::default();
        errors.add("name", format!("Use one line of {NAME_MAX} characters at most"));
        let mut page = SessionPage::of(&visit, id, errors).await?;
        page.name = form.name;
        return visit.again("accounts/session.html", &page);
    }
    visit.write(move |deed| sessions::name(deed, id, &name)).await?;
    Ok(redirect("/account"))
}

async fn end_session(
    visit: Visit,
    request: HttpRequest,
    (id, _): (Path<SessionId>, Form<Nothing>),
) -> Result<HttpResponse> {
    let id = *id;
    visit.write(move |deed| sessions::end_one(deed, id)).await?;
    Ok(redirect("/account").respond_to(&request))
}

async fn stop_recovery(visit: Visit, _: Form<Nothing>) -> Result<Reply> {
    visit.write(recoveries::stop).await?;
    Ok(redirect("/account"))
}

struct Found {
    email: String,
    posts: Vec<Held>,
    factors: Vec<Factor>,
    codes_left: usize,
    sessions: Vec<Live>,
    is_recovery_open: bool,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out")]
struct AccountPage {
    facts: Vec<Fact>,
    posts: Vec<Fact>,
    /// False in the demonstration.
    second_factor: bool,
    factors: Vec<FactorRow>,
    codes_left: usize,
    sessions: Vec<SessionRow>,
    has_others: bool,
    is_recovery_open: bool,
    may_vouch: bool,
    sign_on: Option<sign_on::pages::Link>,
}

#[derive(Serialize)]
struct Fact {
    key: &'static str,
    value: String,
}

#[derive(Serialize)]
struct FactorRow {
    name: String,
    kind: &'static str,
    used: String,
    href: String,
}

#[derive(Serialize)]
struct SessionRow {
    device: String,
    name: String,
    seen: String,
    is_this: bool,
    href: String,
}

impl AccountPage {
    fn of(visit: &Visit, found: Found) -> Self {
        let now = (visit.app.clock)();
        let row = |key, value| Fact { key, value };
        let has_others = found.sessions.iter().any(|it| !it.is_this);
        Self {
            facts: vec![row("Name", visit.actor.name.clone()), row("E-mail address", found.email)],
            posts: found.posts.iter().map(post).collect(),
            second_factor: visit.app.settings.second_factor,
            factors: found.factors.iter().map(FactorRow::of).collect(),
            codes_left: found.codes_left,
            sessions: found.sessions.iter().map(|it| SessionRow::of(it, now)).collect(),
            has_others,
            sign_on: None,
            is_recovery_open: found.is_recovery_open,
            may_vouch: recoveries::pages::may_vouch(&visit.actor),
        }
    }
}

fn post(held: &Held) -> Fact {
    let place = held.school.as_ref().or(held.team.as_ref());
    let place = place.map_or_else(|| "The whole county".to_owned(), Clone::clone);
    let until =
        held.until_on.map_or_else(String::new, |it| format!(", until {}", calendar::long_date(it)));
    Fact { key: held.role.title(), value: format!("{place}{until}") }
}

impl FactorRow {
    fn of(factor: &Factor) -> Self {
        Self {
            name: factor.name.clone(),
            kind: factor.kind.title(),
            used: factor.used_at.map_or_else(|| "Never".to_owned(), calendar::date_of),
            href: format!("/account/factors/{}", factor.id),
        }
    }
}

impl SessionRow {
    fn of(session: &Live, now: NaiveDateTime) -> Self {
        Self {
            device: session.device.clone(),
            name: session.name.clone().unwrap_or_default(),
            seen: calendar::lately(session.seen_at, now),
            is_this: session.is_this,
            href: format!("/account/sessions/{}", session.id),
        }
    }
}

#[derive(Serialize)]
struct SessionPage {
    id: String,
    device: String,
    name: String,
    seen: String,
    is_this: bool,
    errors: FormErrors,
}

impl SessionPage {
    async fn of(visit: &Visit, id: SessionId, errors: FormErrors) -> Result<Self> {
        let (at, token) = ((visit.app.clock)(), visit.token.clone());
        let keys = std::sync::Arc::clone(&visit.app.keys);
        let known =
            visit.read(move |db, by| sessions::live(db, &keys, (by.id, &token), at)).await?;
        let found = known.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
        let Live { id, device, name, seen_at, is_this } = found;
        let (id, seen) = (id.to_string(), calendar::lately(seen_at, (visit.app.clock)()));
        Ok(Self { id, device, name: name.unwrap_or_default(), seen, is_this, errors })
    }
}
