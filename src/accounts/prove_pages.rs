//! A fresh proof: before something that matters, the person gives their password or second factor once more.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, Responder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::enter_pages::{BackQuery, SecondForm, SecondPage, attempt, second_page};
use super::factors::second;
use super::sessions::Token;
use super::{queries, sessions, sign_on, tries};
use crate::Result;
use crate::audit::Event;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, back, guard, redirect};

/// The routes of the proof.
pub fn routes() -> Routes {
    Routes::new()
        .get("/prove", Policy::SignedIn, blank)
        .post("/prove", Policy::SignedIn, submit)
        .post("/prove/second", Policy::SignedIn, submit_second)
}

#[derive(Deserialize)]
#[serde(default)]
struct ProveForm {
    password: SecretString,
    back: String,
}

impl Default for ProveForm {
    fn default() -> Self {
        Self { password: SecretString::from(""), back: String::new() }
    }
}

async fn blank(visit: Visit, query: Query<BackQuery>) -> Result<Page> {
    let page = ProvePage::of(&visit, &query.back, FormErrors::default()).await?;
    visit.page("accounts/prove.html", &page)
}

async fn submit(visit: Visit, request: HttpRequest, form: Form<ProveForm>) -> Result<HttpResponse> {
    let Form(form) = form;
    if let Some(fault) = fault(&visit, &form.password).await? {
        return again(&visit, &request, &form.back, ("password", fault)).await;
    }
    let token = visit.token.clone();
    let proved = visit.write(move |deed| sessions::prove(deed, &token)).await?;
    land(&visit, &request, &form.back, &proved)
}

async fn submit_second(
    visit: Visit,
    request: HttpRequest,
    form: Form<SecondForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    match attempt(&visit, form.given(), second::prove).await? {
        Ok(proved) => land(&visit, &request, &form.back, &proved),
        Err(fault) => again(&visit, &request, &form.back, ("code", fault)).await,
    }
}

fn land(
    visit: &Visit,
    request: &HttpRequest,
    wanted: &str,
    proved: &Token,
) -> Result<HttpResponse> {
    let to = back::proved(wanted).unwrap_or_else(|| "/account".to_owned());
    guard::with_cookie(redirect(to).respond_to(request), &visit.app, proved)
}

async fn again(
    visit: &Visit,
    request: &HttpRequest,
    wanted: &str,
    (field, fault): (&'static str, String),
) -> Result<HttpResponse> {
    let mut errors = FormErrors::default();
    errors.add(field, fault);
    let page = ProvePage::of(visit, wanted, errors).await?;
    Ok(Reply::Again(visit.page("accounts/prove.html", &page)?).respond_to(request))
}

/// What is wrong with the password, if anything.
async fn fault(visit: &Visit, password: &SecretString) -> Result<Option<String>> {
    if password.expose_secret().is_empty() {
        return Ok(Some("Enter your password".to_owned()));
    }
    let place = visit.app.passwords.queue()?;
    if let Some(wait) = tries::second(&visit.app, visit.actor.id).await? {
        return Ok(Some(wait));
    }
    let kept = visit.read(|db, by| queries::password_hash(db, by.id)).await?;
    let password = password.expose_secret().to_owned().into();
    if visit.app.passwords.is_right(place, password, kept).await? {
        return Ok(None);
    }
    visit.write(|deed| deed.record(Event::ProofWrong, deed.by.id, None)).await?;
    Ok(Some("This is not your password".to_owned()))
}

#[derive(Serialize)]
struct ProvePage {
    /// False for somebody who comes in by the council's sign-on alone.
    has_password: bool,
    /// What they call their account at the council's sign-on, if theirs is linked.
    sign_on: Option<String>,
    #[serde(flatten)]
    second: SecondPage,
}

impl ProvePage {
    async fn of(visit: &Visit, wanted: &str, errors: FormErrors) -> Result<Self> {
        let kept = visit.read(|db, by| queries::password_hash(db, by.id)).await?;
        let second = second_page(visit, wanted, errors).await?;
        let sign_on = sign_on::pages::linked_name(&visit.app, visit.actor.id).await?;
        Ok(Self { has_password: kept.is_some(), sign_on, second })
    }
}
