//! Pages on which second factors are set up, named and removed, and recovery codes are made.

use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::passkeys::{self, Answer};
use super::{Confirmed, Factor, FactorId, FactorKind, recovery_codes, totp};
use crate::accounts::enter_pages::{BackQuery, ChallengeView, place};
use crate::accounts::{Actor, factors, queries, tries};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, back, guard, redirect};
use crate::{Error, Result, calendar};

const PROVED: Policy = Policy::Proved(&[]);

/// The routes of second factors.
pub fn routes() -> Routes {
    Routes::new()
        .get("/account/factors/new", Policy::SettingUp, choose)
        .post("/account/factors/new", Policy::SettingUp, chosen)
        .get("/account/factors/passkey", Policy::SettingUp, blank_passkey)
        .post("/account/factors/passkey", Policy::SettingUp, add_passkey)
        .post("/account/factors/passkey/challenge", Policy::SettingUp, challenge)
        .get("/account/factors/{id}/app", Policy::SettingUp, show_app)
        .post("/account/factors/{id}/app", Policy::SettingUp, confirm_app)
        .get("/account/factors/{id}", Policy::SignedIn, show)
        .post("/account/factors/{id}", PROVED, rename)
        .get("/account/factors/{id}/remove", PROVED, ask_removal)
        .post("/account/factors/{id}/remove", PROVED, remove)
        .get("/account/codes", PROVED, ask_codes)
        .post("/account/codes", PROVED, make_codes)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SetUpForm {
    kind: String,
    name: String,
    code: String,
    ceremony: String,
    credential: String,
    back: String,
}

async fn choose(visit: Visit, query: Query<BackQuery>) -> Result<Page> {
    visit.page("accounts/factors/choose.html", &ChoosePage::of(&visit, &query.back, None))
}

async fn chosen(visit: Visit, form: Form<SetUpForm>) -> Result<Reply> {
    let Form(form) = form;
    match FactorKind::parse(&form.kind) {
        Some(FactorKind::App) => {
            let token = visit.token.clone();
            let id = visit.write(move |deed| totp::begin(deed, &token)).await?;
            Ok(redirect(back::with(&format!("/account/factors/{id}/app"), &form.back)))
        }
        Some(FactorKind::Passkey) if visit.app.passkeys.is_some() => {
            Ok(redirect(back::with("/account/factors/passkey", &form.back)))
        }
        _ => {
            let fault = Some("Choose what you want to use");
            let page = ChoosePage::of(&visit, &form.back, fault);
            visit.again("accounts/factors/choose.html", &page)
        }
    }
}

async fn show_app(visit: Visit, id: Path<FactorId>, query: Query<BackQuery>) -> Result<Page> {
    let page = AppPage::of(&visit, *id, &query.back, None).await?;
    visit.page("accounts/factors/app.html", &page)
}

async fn confirm_app(
    visit: Visit,
    request: HttpRequest,
    (id, form): (Path<FactorId>, Form<SetUpForm>),
) -> Result<HttpResponse> {
    let (id, Form(form)) = (*id, form);
    let fault = match tried(&visit, &form.code).await? {
        Err(fault) => fault,
        Ok(code) => {
            let token = visit.token.clone();
            let done = visit.write(move |deed| totp::confirm(deed, &token, (id, &code))).await?;
            match done {
                Some(done) => return settled(&visit, &request, done, &form.back),
                None => "This is not the code that your app shows now. Check the time on your telephone, wait for the \
                    next code, and type it as it is"
                    .to_owned(),
            }
        }
    };
    let page = AppPage::of(&visit, id, &form.back, Some(fault)).await?;
    Ok(visit.again("accounts/factors/app.html", &page)?.respond_to(&request))
}

/// A code that may be tried, or why not.
async fn tried(visit: &Visit, code: &str) -> Result<Result<String, String>> {
    if code.trim().is_empty() {
        return Ok(Err("Enter the six digits that your app shows".to_owned()));
    }
    let wait = tries::second(&visit.app, visit.actor.id).await?;
    Ok(wait.map_or_else(|| Ok(code.to_owned()), Err))
}

async fn blank_passkey(visit: Visit, query: Query<BackQuery>) -> Result<Page> {
    visit.app.passkeys.as_ref().ok_or(Error::NotFound)?;
    let page = PasskeyPage::of(&query.back, "", FormErrors::default());
    visit.page("accounts/factors/passkey.html", &page)
}

#[derive(Deserialize)]
struct Nothing {}

async fn challenge(visit: Visit, _: Form<Nothing>) -> Result<HttpResponse> {
    let site = visit.app.passkeys.clone().ok_or(Error::NotFound)?;
    let token = visit.token.clone();
    let begin = move |deed: &mut crate::deed::Deed| {
        let email = queries::email(deed.db, deed.by.id)?;
        passkeys::begin(deed, &site, &token, &email)
    };
    Ok(HttpResponse::Ok().json(ChallengeView::of(visit.write(begin).await?)))
}

async fn add_passkey(
    visit: Visit,
    request: HttpRequest,
    form: Form<SetUpForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let site = visit.app.passkeys.clone().ok_or(Error::NotFound)?;
    let errors = match factors::check_name(&form.name) {
        Err(errors) => errors,
        Ok(name) => {
            let answer =
                Answer { ceremony: form.ceremony.clone(), credential: form.credential.clone() };
            let token = visit.token.clone();
            let add = move |deed: &mut crate::deed::Deed| {
                passkeys::add(deed, &site, &token, (&name, &answer))
            };
            match visit.write(add).await? {
                Some(done) => return settled(&visit, &request, done, &form.back),
                None => no_answer(&form),
            }
        }
    };
    let page = PasskeyPage::of(&form.back, &form.name, errors);
    Ok(visit.again("accounts/factors/passkey.html", &page)?.respond_to(&request))
}

fn no_answer(form: &SetUpForm) -> FormErrors {
    let mut errors = FormErrors::default();
    let fault = if form.ceremony.is_empty() {
        "A passkey needs JavaScript, and your browser did not run it. Use an authenticator app instead"
    } else {
        "Your browser’s answer did not fit, or came too late. Try again"
    };
    errors.add("", fault);
    errors
}

/// The factor counts: its owner goes on, over the recovery codes if they are new.
fn settled(
    visit: &Visit,
    request: &HttpRequest,
    done: Confirmed,
    wanted: &str,
) -> Result<HttpResponse> {
    let was_half = !visit.reach.is_whole();
    let href = if was_half { place(wanted) } else { "/account".to_owned() };
    let answer = match done.codes {
        None => redirect(href).respond_to(request),
        Some(codes) => {
            let page = CodesPage::of(visit, codes, href);
            let drawn = visit.page_under("accounts/factors/codes.html", &page, &done.token)?;
            drawn.respond_to(request)
        }
    };
    guard::with_cookie(answer, &visit.app, &done.token)
}

async fn show(visit: Visit, id: Path<FactorId>) -> Result<Page> {
    let page = FactorPage::of(&visit, *id, FormErrors::default()).await?;
    visit.page("accounts/factors/show.html", &page)
}

async fn rename(visit: Visit, id: Path<FactorId>, form: Form<SetUpForm>) -> Result<Reply> {
    let (id, Form(form)) = (*id, form);
    match factors::check_name(&form.name) {
        Ok(name) => {
            visit.write(move |deed| factors::rename(deed, id, &name)).await?;
            Ok(redirect("/account"))
        }
        Err(errors) => {
            let mut page = FactorPage::of(&visit, id, errors).await?;
            page.name = form.name;
            visit.again("accounts/factors/show.html", &page)
        }
    }
}

async fn ask_removal(visit: Visit, id: Path<FactorId>) -> Result<Page> {
    let page = FactorPage::of(&visit, *id, FormErrors::default()).await?;
    visit.page("accounts/factors/remove.html", &page)
}

async fn remove(visit: Visit, id: Path<FactorId>, _: Form<Nothing>) -> Result<Reply> {
    let (id, token) = (*id, visit.token.clone());
    visit.write(move |deed| factors::remove(deed, &token, id)).await?;
    Ok(redirect("/account"))
}

async fn ask_codes(visit: Visit) -> Result<Reply> {
    let (known, left) = visit
        .read(|db, by| Ok((factors::list(db, by.id)?, recovery_codes::left(db, by.id)?)))
        .await?;
    if known.is_empty() {
        return Ok(redirect("/account"));
    }
    Ok(Reply::Page(visit.page("accounts/factors/ask-codes.html", &LeftPage { left })?))
}

async fn make_codes(visit: Visit, _: Form<Nothing>) -> Result<Page> {
    let codes = visit.write(recovery_codes::make_new).await?;
    visit.page("accounts/factors/codes.html", &CodesPage::of(&visit, codes, "/account".to_owned()))
}

#[derive(Serialize)]
struct ChoosePage {
    items: Vec<Choice>,
    is_first: bool,
    back: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    text: &'static str,
    hint: &'static str,
}

impl ChoosePage {
    fn of(visit: &Visit, wanted: &str, fault: Option<&'static str>) -> Self {
        let mut items = vec![Choice {
            value: FactorKind::App.as_str(),
            text: "An authenticator app on my telephone",
            hint: "Such as Microsoft Authenticator, Google Authenticator or the passwords app of an iPhone. It shows a new \
                code every 30 seconds.",
        }];
        if visit.app.passkeys.is_some() {
            items.push(Choice {
                value: FactorKind::Passkey.as_str(),
                text: "A passkey",
                hint: "The fingerprint, face or PIN of this device, your telephone, or a security key. Quicker; needs \
                    JavaScript.",
            });
        }
        let mut errors = FormErrors::default();
        if let Some(fault) = fault {
            errors.add("kind", fault);
        }
        Self { items, is_first: !visit.reach.is_whole(), back: back::word(wanted), errors }
    }
}

#[derive(Serialize)]
struct AppPage {
    id: String,
    size: usize,
    path: String,
    /// For an app on the telephone that shows this page.
    address: String,
    secret: String,
    back: String,
    errors: FormErrors,
}

impl AppPage {
    async fn of(visit: &Visit, id: FactorId, wanted: &str, fault: Option<String>) -> Result<Self> {
        let keys = std::sync::Arc::clone(&visit.app.keys);
        let look = move |db: &mut crate::store::Db, by: &Actor| {
            Ok((totp::secret(db, &keys, (by.id, id))?, queries::email(db, by.id)?))
        };
        let (secret, email) = visit.read(look).await?;
        let issuer = format!("E4S {}", visit.app.settings.council_name);
        let square = totp::square(&secret, &issuer, &email)?;
        let mut errors = FormErrors::default();
        if let Some(fault) = fault {
            errors.add("code", fault);
        }
        let (id, secret, back) = (id.to_string(), totp::in_fours(&secret), back::word(wanted));
        let totp::Square { size, path, address } = square;
        Ok(Self { id, size, path, address, secret, back, errors })
    }
}

#[derive(Serialize)]
struct PasskeyPage {
    name: String,
    back: String,
    errors: FormErrors,
}

impl PasskeyPage {
    fn of(wanted: &str, name: &str, errors: FormErrors) -> Self {
        Self { name: name.to_owned(), back: back::word(wanted), errors }
    }
}

#[derive(Serialize)]
struct FactorPage {
    id: String,
    kind: &'static str,
    name: String,
    added: String,
    is_last: bool,
    errors: FormErrors,
}

impl FactorPage {
    async fn of(visit: &Visit, id: FactorId, errors: FormErrors) -> Result<Self> {
        let known = visit.read(|db, by| factors::list(db, by.id)).await?;
        let is_last = known.len() == 1 && visit.actor.needs_factor();
        let found = known.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
        let Factor { id, kind, name, added_at, .. } = found;
        let (id, added) = (id.to_string(), calendar::date_of(added_at));
        Ok(Self { id, kind: kind.title(), name, added, is_last, errors })
    }
}

#[derive(Serialize)]
struct CodesPage {
    codes: Vec<String>,
    href: String,
    /// Whose they are and of which day: the sheet lies among others.
    name: String,
    day: String,
}

impl CodesPage {
    fn of(visit: &Visit, codes: Vec<String>, href: String) -> Self {
        let (name, day) = (visit.actor.name.clone(), calendar::date_of((visit.app.clock)()));
        Self { codes, href, name, day }
    }
}

#[derive(Serialize)]
struct LeftPage {
    left: usize,
}
