//! The pages on which somebody chooses a password: with a letter, or signed in; and the one for whoever has forgotten theirs.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, Responder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::choose::{self, Chooser};
use super::forgotten::{self, ForgottenForm};
use super::sessions::{Reach, Token};
use super::shown::Shown;
use super::tickets::TicketKind;
use super::{AccountId, enter_pages, queries, tries};
use crate::app::App;
use crate::deed::Deed;
use crate::store::Db;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, Visitor, guard, redirect};
use crate::{Error, Result};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/forgotten", Policy::Anyone, forgot)
        .post("/forgotten", Policy::Anyone, ask)
        .get("/forgotten/sent", Policy::Anyone, asked)
        .get("/choose-password/{token}", Policy::Anyone, blank)
        .post("/choose-password/{token}", Policy::Anyone, submit)
        .get("/password-changed", Policy::Anyone, changed)
        .get("/account/password", Policy::SignedIn, own)
        .post("/account/password", Policy::SignedIn, change)
}

async fn forgot(visitor: Visitor) -> Result<Page> {
    visitor.page("accounts/forgotten.html", &ForgottenPage::default())
}

/// The same for every address: who has an account is found out by the worker.
async fn ask(visitor: Visitor, form: Form<ForgottenForm>) -> Result<Reply> {
    let email = match form.0.check() {
        Ok(email) => email,
        Err(errors) => {
            let page = ForgottenPage { email: form.0.email, errors };
            return Ok(Reply::Again(visitor.page("accounts/forgotten.html", &page)?));
        }
    };
    let (app, at) = (visitor.app.clone(), (visitor.app.clock)());
    let keys = std::sync::Arc::clone(&app.keys);
    let is_full = move |db: &mut Db| forgotten::is_full(db, at);
    if !app.read(is_full).await? {
        app.change(move |db| forgotten::ask(db, &keys, (&email, at))).await?;
    }
    Ok(redirect("/forgotten/sent"))
}

async fn asked(visitor: Visitor) -> Result<Page> {
    visitor.page("accounts/forgotten-sent.html", &NoPage {})
}

async fn blank(visitor: Visitor, token: Path<String>) -> Result<Reply> {
    match chooser(&visitor, &token).await? {
        Some(chooser) => Ok(Reply::Page(choose_page(&visitor, (&chooser, &token), None)?)),
        None => gone(&visitor),
    }
}

async fn submit(
    visitor: Visitor,
    request: HttpRequest,
    token: Path<String>,
    form: Form<ChooseForm>,
) -> Result<HttpResponse> {
    let Some(chooser) = chooser(&visitor, &token).await? else {
        return Ok(gone(&visitor)?.respond_to(&request));
    };
    let who = (chooser.ticket.account, chooser.about.clone());
    match checked(&visitor.app, who, form.0.password).await? {
        Ok(hash) => finish(&visitor, &request, (&chooser, token.into_inner(), hash)).await,
        Err(fault) => {
            let page = choose_page(&visitor, (&chooser, &token), Some(fault))?;
            Ok(Reply::Again(page).respond_to(&request))
        }
    }
}

/// Uses the token, unless somebody was quicker.
async fn finish(
    visitor: &Visitor,
    request: &HttpRequest,
    (chooser, token, hash): (&Chooser, String, String),
) -> Result<HttpResponse> {
    let (account, shown) = (chooser.ticket.account, Shown::chosen(hash.clone()));
    let choose = move |deed: &mut Deed| choose::choose(deed, &token, &hash);
    match visitor.app.write_for(account, choose).await {
        Ok(TicketKind::Invitation) => {
            enter_pages::enter(&visitor.app, request, (account, shown), "").await
        }
        Ok(TicketKind::Reset) => Ok(redirect("/password-changed").respond_to(request)),
        Err(Error::NotFound) => Ok(gone(visitor)?.respond_to(request)),
        Err(error) => Err(error),
    }
}

pub(super) async fn chooser(visitor: &Visitor, token: &str) -> Result<Option<Chooser>> {
    let (token, at) = (token.to_owned(), (visitor.app.clock)());
    visitor.app.read(move |db| choose::chooser(db, &token, at)).await
}

/// What is kept of a new password, or what is wrong with it.
async fn checked(
    app: &App,
    (account, mut about): (AccountId, Vec<String>),
    password: SecretString,
) -> Result<Result<String, String>> {
    let place = app.passwords.queue()?;
    if tries::count(app, tries::CHOICE, account).await?.is_some() {
        return Ok(Err("Too many tries. Wait a minute, then try again".to_owned()));
    }
    about.extend(choose::words(std::slice::from_ref(&app.settings.council_name)));
    app.passwords.chosen(place, password, about).await
}

fn choose_page(
    visitor: &Visitor,
    (chooser, token): (&Chooser, &str),
    fault: Option<String>,
) -> Result<Page> {
    let mut errors = FormErrors::default();
    if let Some(fault) = fault {
        errors.add("password", fault);
    }
    let is_new = chooser.ticket.kind == TicketKind::Invitation;
    let sign_on = visitor.app.sign_on.as_ref().filter(|_| is_new);
    let page = ChoosePage {
        is_new,
        sign_on: sign_on.map(|it| it.name().to_owned()),
        sign_on_href: format!("/choose-password/{token}/sign-on"),
        name: chooser.name.clone(),
        email: chooser.email.clone(),
        errors,
    };
    visitor.page("accounts/choose-password.html", &page)
}

/// Used, run out, replaced, of a post that has ended, or no token at all: the same page.
pub(super) fn gone(visitor: &Visitor) -> Result<Reply> {
    let page = visitor.page("accounts/link-gone.html", &NoPage {})?;
    Ok(Reply::NotDone(StatusCode::NOT_FOUND, page))
}

async fn changed(visitor: Visitor) -> Result<Page> {
    visitor.page("accounts/password-changed.html", &NoPage {})
}

async fn own(visit: Visit) -> Result<Page> {
    let has_password = may_change(&visit).await?.is_some();
    visit.page("accounts/password.html", &OwnPage { has_password, errors: FormErrors::default() })
}

/// What is kept of the password of whoever is signed in. The old password is a proof; who has none gives another one.
async fn may_change(visit: &Visit) -> Result<Option<String>> {
    let kept = visit.read(|db, by| queries::password_hash(db, by.id)).await?;
    if kept.is_none() && !matches!(visit.reach, Reach::Whole { is_proved: true }) {
        return Err(Error::NotProved(Vec::new()));
    }
    Ok(kept)
}

async fn change(visit: Visit, request: HttpRequest, form: Form<OwnForm>) -> Result<HttpResponse> {
    let kept = may_change(&visit).await?;
    let has_password = kept.is_some();
    match try_change(&visit, form.0, kept).await? {
        Ok(token) => {
            guard::with_cookie(redirect("/account").respond_to(&request), &visit.app, &token)
        }
        Err(errors) => {
            let page = OwnPage { has_password, errors };
            Ok(visit.again("accounts/password.html", &page)?.respond_to(&request))
        }
    }
}

/// Changes the password of whoever is signed in, and ends their other sessions: this one's new token.
async fn try_change(
    visit: &Visit,
    form: OwnForm,
    kept: Option<String>,
) -> Result<Result<Token, FormErrors>> {
    let mut errors = FormErrors::default();
    if kept.is_some() {
        errors = old_faults(visit, &form, kept.clone()).await?;
        if errors.get("old_password").is_some() {
            return Ok(Err(errors));
        }
    }
    let about = visit.read(|db, by| choose::about(db, by.id)).await?;
    match checked(&visit.app, (visit.actor.id, about), form.password).await? {
        Ok(hash) if errors.is_empty() => {
            let token = visit.token.clone();
            let change =
                move |deed: &mut Deed| choose::change_own(deed, &token, (kept.as_deref(), &hash));
            Ok(Ok(visit.write(change).await?))
        }
        Ok(_) => Ok(Err(errors)),
        Err(fault) => {
            errors.add("password", fault);
            Ok(Err(errors))
        }
    }
}

/// What is wrong with the old password, and with a new one that is the same. Guesses are counted apart from those at the
/// sign-in page, which anybody can make.
async fn old_faults(visit: &Visit, form: &OwnForm, kept: Option<String>) -> Result<FormErrors> {
    let (old, new) = (form.old_password.expose_secret(), form.password.expose_secret());
    let mut errors = FormErrors::default();
    if old.is_empty() {
        errors.add("old_password", "Enter the password that you have now");
        return Ok(errors);
    }
    let place = visit.app.passwords.queue()?;
    let own = format!("own:{}", visit.actor.id);
    if tries::count(&visit.app, tries::SIGN_IN, own).await?.is_some() {
        errors.add("old_password", "Too many tries. Wait a minute, then try again");
        return Ok(errors);
    }
    if old == new {
        errors.add("password", "The new password must differ from the old one");
    }
    if !visit.app.passwords.is_right(place, form.old_password.clone(), kept).await? {
        errors.add("old_password", "This is not your password");
    }
    Ok(errors)
}

#[derive(Deserialize)]
#[serde(default)]
struct ChooseForm {
    password: SecretString,
}

impl Default for ChooseForm {
    fn default() -> Self {
        Self { password: SecretString::from("") }
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct OwnForm {
    old_password: SecretString,
    password: SecretString,
}

impl Default for OwnForm {
    fn default() -> Self {
        Self { old_password: SecretString::from(""), password: SecretString::from("") }
    }
}

#[derive(Serialize, Default)]
struct ForgottenPage {
    email: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct NoPage {}

#[derive(Serialize)]
struct ChoosePage {
    /// True for an invitation.
    is_new: bool,
    name: String,
    email: String,
    /// What people call their account at the council's sign-on, if it may be used instead.
    sign_on: Option<String>,
    /// Where that is chosen.
    sign_on_href: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct OwnPage {
    /// False for somebody who comes in by the council's sign-on alone.
    has_password: bool,
    errors: FormErrors,
}
