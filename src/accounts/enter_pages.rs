//! The way in: after the password (or the council's sign-on) the second step.

use std::sync::Arc;

use actix_web::http::header::USER_AGENT;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::factors::passkeys::{self, Answer, Challenge};
use super::factors::second::{self, Given};
use super::factors::{self, FactorKind, recovery_codes};
use super::sessions::{self, Reach, Token, Way};
use super::shown::Shown;
use super::{AccountId, device, queries, tries};
use crate::app::App;
use crate::deed::Deed;
use crate::web::{Form, FormErrors, Policy, Reply, Routes, Visit, back, guard, redirect};
use crate::{Error, Result, calendar};

/// The routes of the second step.
pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in/second", Policy::Entering, ask)
        .post("/sign-in/second", Policy::Entering, give)
        .get("/sign-in/recovery-code", Policy::Entering, ask_recovery_code)
        .post("/sign-in/recovery-code", Policy::Entering, give_recovery_code)
        .post("/sign-in/passkey", Policy::Entering, challenge)
}

/// Lets somebody in who has proved who they are, if what they showed holds still: begins their session, sets its cookie, and leads to the
/// second step, or to the page that they had asked for (`wanted`, a word of `web::back`).
pub async fn enter(
    app: &App,
    request: &HttpRequest,
    (account, shown): (AccountId, Shown),
    wanted: &str,
) -> Result<HttpResponse> {
    let agent = request.headers().get(USER_AGENT).and_then(|it| it.to_str().ok());
    let device = device::words(agent.unwrap_or_default());
    let before = guard::token(request, app);
    let (at, keys) = ((app.clock)(), Arc::clone(&app.keys));
    let (how, shown_at) = (shown.how(), shown.shown_at(at));
    let way = Way { how, second_factor: app.settings.second_factor, shown_at, device };
    let begin = move |db: &mut crate::store::Db| {
        let by = queries::actor(db, account, calendar::day(at))?;
        let deed = &mut Deed { db, by: &by, at, keys: &keys };
        shown.settle(deed, account)?;
        let token = sessions::enter(deed, account, before.as_ref(), &way)?;
        let standing = sessions::standing(deed.db, &token, at)?;
        Ok((token, standing.is_some_and(|it| it.reach.is_whole())))
    };
    let (token, is_whole) = app.change(begin).await?;
    let place = place(wanted);
    let to = if is_whole { place } else { back::second_step(&place) };
    guard::with_cookie(redirect(to).respond_to(request), app, &token)
}

/// Where somebody goes who is in: always a path of our own.
pub(super) fn place(wanted: &str) -> String {
    back::path(wanted).unwrap_or_else(|| "/".to_owned())
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BackQuery {
    pub back: String,
}

/// What the pages of the second step and of the proof send.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SecondForm {
    pub code: String,
    pub ceremony: String,
    pub credential: String,
    pub back: String,
}

impl SecondForm {
    /// What was given: a passkey's answer, or a code.
    pub fn given(&self) -> Given {
        let (ceremony, credential) = (self.ceremony.clone(), self.credential.clone());
        if ceremony.is_empty() {
            Given::Code(self.code.clone())
        } else {
            Given::Passkey(Answer { ceremony, credential })
        }
    }
}

async fn ask(visit: Visit, query: Query<BackQuery>) -> Result<Reply> {
    match visit.reach {
        Reach::Whole { .. } | Reach::Late => Ok(redirect(place(&query.back))),
        Reach::Half { has_factor: false } => {
            Ok(redirect(back::with("/account/factors/new", &query.back)))
        }
        Reach::Half { has_factor: true } => {
            let page = second_page(&visit, &query.back, FormErrors::default()).await?;
            Ok(Reply::Page(visit.page("accounts/second.html", &page)?))
        }
    }
}

async fn give(visit: Visit, request: HttpRequest, form: Form<SecondForm>) -> Result<HttpResponse> {
    let Form(form) = form;
    match attempt(&visit, form.given(), second::give).await? {
        Ok(token) => {
            let landed = redirect(place(&form.back)).respond_to(&request);
            guard::with_cookie(landed, &visit.app, &token)
        }
        Err(fault) => {
            let mut errors = FormErrors::default();
            errors.add("code", fault);
            let page = second_page(&visit, &form.back, errors).await?;
            Ok(visit.again("accounts/second.html", &page)?.respond_to(&request))
        }
    }
}

async fn ask_recovery_code(visit: Visit, query: Query<BackQuery>) -> Result<Reply> {
    if visit.reach.is_whole() {
        return Ok(redirect(place(&query.back)));
    }
    let page = second_page(&visit, &query.back, FormErrors::default()).await?;
    Ok(Reply::Page(visit.page("accounts/recovery-code.html", &page)?))
}

async fn give_recovery_code(
    visit: Visit,
    request: HttpRequest,
    form: Form<SecondForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    match attempt(&visit, Given::RecoveryCode(form.code), second::give).await? {
        Ok(token) => {
            let left = visit.read(|db, by| recovery_codes::left(db, by.id)).await?;
            let page = UsedPage { left, href: place(&form.back) };
            let page = visit.page_under("accounts/recovery-code-used.html", &page, &token)?;
            guard::with_cookie(page.respond_to(&request), &visit.app, &token)
        }
        Err(fault) => {
            let mut errors = FormErrors::default();
            errors.add("code", fault);
            let page = second_page(&visit, &form.back, errors).await?;
            Ok(visit.again("accounts/recovery-code.html", &page)?.respond_to(&request))
        }
    }
}

/// What `second::give` and `second::prove` are.
type Try =
    fn(&mut Deed, Option<&webauthn_rs::prelude::Webauthn>, &Token, &Given) -> Result<Option<Token>>;

/// One try: the session's new token, or what is wrong, in words.
pub(super) async fn attempt(
    visit: &Visit,
    given: Given,
    how: Try,
) -> Result<Result<Token, String>> {
    let wrong = match &given {
        Given::Code(code) | Given::RecoveryCode(code) if code.trim().is_empty() => {
            return Ok(Err("Enter the code".to_owned()));
        }
        Given::Code(_) => {
            "This code is not right, or it was used before. Wait for the next one, and type it as your app shows it"
        }
        Given::RecoveryCode(_) => "This code is not right, or it was used before",
        Given::Passkey(_) => "Your passkey’s answer did not fit, or came too late. Try again",
    };
    if let Some(wait) = tries::second(&visit.app, visit.actor.id).await? {
        return Ok(Err(wait));
    }
    let (site, token) = (visit.app.passkeys.clone(), visit.token.clone());
    let risen = visit.write(move |deed| how(deed, site.as_deref(), &token, &given)).await?;
    Ok(risen.ok_or_else(|| wrong.to_owned()))
}

#[derive(Deserialize)]
struct Nothing {}

/// A challenge for the person's passkeys, as the script asks for it.
async fn challenge(visit: Visit, _: Form<Nothing>) -> Result<HttpResponse> {
    let site = visit.app.passkeys.clone().ok_or(Error::NotFound)?;
    let token = visit.token.clone();
    let made = visit.write(move |deed| passkeys::ask(deed, &site, &token)).await?;
    Ok(HttpResponse::Ok().json(ChallengeView::of(made)))
}

/// A challenge, as scripts read it.
#[derive(Serialize)]
pub(super) struct ChallengeView {
    ceremony: String,
    options: serde_json::Value,
}

impl ChallengeView {
    pub fn of(challenge: Challenge) -> Self {
        Self { ceremony: challenge.id.to_string(), options: challenge.options }
    }
}

/// What the pages of the second step and of the proof show.
#[derive(Serialize)]
pub(super) struct SecondPage {
    pub has_app: bool,
    pub has_passkey: bool,
    pub back: String,
    pub errors: FormErrors,
}

#[derive(Serialize)]
struct UsedPage {
    left: usize,
    href: String,
}

/// The page for this person, with the ways that they have.
pub(super) async fn second_page(
    visit: &Visit,
    wanted: &str,
    errors: FormErrors,
) -> Result<SecondPage> {
    let known = visit.read(|db, by| factors::list(db, by.id)).await?;
    let has = |kind| known.iter().any(|it| it.kind == kind);
    let has_passkey = has(FactorKind::Passkey) && visit.app.passkeys.is_some();
    let back = back::within(wanted).map(|_| wanted.to_owned()).unwrap_or_default();
    Ok(SecondPage { has_app: has(FactorKind::App), has_passkey, back, errors })
}
