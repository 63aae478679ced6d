//! A fresh proof: before something that matters, the person gives their password or second factor once more.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, Responder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{queries, sessions};
use crate::Result;
use crate::audit::Event;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, back, guard, redirect};

/// The routes of the proof.
pub fn routes() -> Routes {
    Routes::new().get("/prove", Policy::SignedIn, blank).post("/prove", Policy::SignedIn, submit)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProveQuery {
    back: String,
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

async fn blank(visit: Visit, query: Query<ProveQuery>) -> Result<Page> {
    visit.page("accounts/prove.html", &ProvePage::of(&query.back, None))
}

async fn submit(visit: Visit, request: HttpRequest, form: Form<ProveForm>) -> Result<HttpResponse> {
    let Form(form) = form;
    if let Some(fault) = fault(&visit, &form.password).await? {
        let page = ProvePage::of(&form.back, Some(fault));
        let again = Reply::Again(visit.page("accounts/prove.html", &page)?);
        return Ok(again.respond_to(&request));
    }
    let token = visit.token.clone();
    let proved = visit.write(move |deed| sessions::prove(deed, &token)).await?;
    let to = back::within(&form.back).unwrap_or_else(|| "/account".to_owned());
    guard::with_cookie(redirect(to).respond_to(&request), &visit.app, &proved)
}

/// What is wrong with the password, if anything.
async fn fault(visit: &Visit, password: &SecretString) -> Result<Option<String>> {
    if let Err(wait) = sessions::second_try(&visit.app, visit.actor.id) {
        return Ok(Some(wait));
    }
    let kept = visit.read(|db, by| queries::password_hash(db, by.id)).await?;
    let kept = kept.filter(|it| it.starts_with("$argon2"));
    let password = password.expose_secret().to_owned().into();
    if visit.app.passwords.is_right(password, kept).await? {
        return Ok(None);
    }
    visit.write(|deed| deed.record(Event::ProofWrong, deed.by.id, None)).await?;
    Ok(Some("This is not your password".to_owned()))
}

#[derive(Serialize)]
struct ProvePage {
    back: String,
    errors: FormErrors,
}

impl ProvePage {
    fn of(wanted: &str, fault: Option<String>) -> Self {
        let back = back::within(wanted).map(|_| wanted.to_owned()).unwrap_or_default();
        let mut errors = FormErrors::default();
        if let Some(fault) = fault {
            errors.add("password", fault);
        }
        Self { back, errors }
    }
}
