//! Who comes in: the session is looked up once, the route's policy is applied, and a visit is made of it.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use chrono::NaiveDateTime;

use super::form::{self, Sent};
use super::log;
use super::routes::Policy;
use super::visit::Known;
use crate::accounts::sessions::{self, Reach, Standing, Token};
use crate::accounts::{Actor, Role};
use crate::app::App;
use crate::{Error, Result};

/// The cookie's name on a site behind TLS; `__Host-` makes the browser hold it to this host and to `Secure`.
const COOKIE: &str = "__Host-e4s";
/// On loopback, without TLS.
const COOKIE_LOOPBACK: &str = "e4s";
/// How long a request waits for its session to be marked as seen.
const TOUCH_MAX: Duration = Duration::from_millis(500);

/// Applies a route's policy, then goes on to the handler, or answers instead of it.
pub async fn admit(
    (path, policy): (&'static str, Policy),
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    log::took(path);
    if let Some(app) = request.app_data::<App>().cloned() {
        if !request.method().is_safe() && !is_from_here(request.headers(), app.settings.origin()) {
            return Ok(refuse(request, Error::Forged));
        }
        if policy != Policy::Public
            && let Err(error) = recognise(policy, &request, &app).await
        {
            let is_safe = request.method().is_safe();
            return Ok(match error {
                Error::SignedOut | Error::HalfWay if !is_safe => {
                    give_back(request, Error::OldForm).await
                }
                Error::NotProved(_) if !is_safe => give_back(request, Error::NotProved).await,
                error if !is_safe && error.status_code().is_server_error() => {
                    keep_typed(request, error).await
                }
                error => refuse(request, error),
            });
        }
    }
    next.call(request).await
}

fn refuse(request: ServiceRequest, error: Error) -> ServiceResponse<BoxBody> {
    // `into_response` would drop the error, and nobody would draw it.
    ServiceResponse::new(request.into_parts().0, HttpResponse::from_error(error))
}

/// The browser says where a request came from; a form of ours is sent from a page of ours.
fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    let value = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    match value("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => value(ORIGIN.as_str()) == Some(origin),
    }
}

async fn recognise(policy: Policy, request: &ServiceRequest, app: &App) -> Result<()> {
    let known = known(request.request(), app).await?;
    let is_safe = request.method().is_safe();
    let Some(known) = known.filter(|it| policy != Policy::Anyone || it.reach.is_whole()) else {
        return if policy == Policy::Anyone { Ok(()) } else { Err(Error::SignedOut) };
    };
    let outcome = admits(policy, &known, is_safe);
    if outcome.is_ok() || known.reach.is_whole() {
        // A page that says no is still theirs: with their name, and their ways on.
        request.extensions_mut().insert(known);
    }
    outcome
}

/// Whether a policy lets somebody in whose session reaches so far.
fn admits(policy: Policy, known: &Known, is_safe: bool) -> Result<()> {
    match known.reach {
        Reach::Half { has_factor } => match policy {
            Policy::Entering | Policy::Leaving => Ok(()),
            Policy::SettingUp if !has_factor => Ok(()),
            _ => Err(Error::HalfWay),
        },
        Reach::Late if policy == Policy::Reporting && !is_safe && may(policy, &known.actor) => {
            Ok(())
        }
        Reach::Late if policy == Policy::Leaving => Ok(()),
        Reach::Late => Err(Error::SignedOut),
        Reach::Whole { .. } if !may(policy, &known.actor) => Err(Error::Forbidden),
        Reach::Whole { is_proved: false }
            if matches!(policy, Policy::Proved(_) | Policy::SettingUp) =>
        {
            Err(Error::NotProved(Vec::new()))
        }
        Reach::Whole { .. } => Ok(()),
    }
}

fn may(policy: Policy, actor: &Actor) -> bool {
    match policy {
        Policy::Public
        | Policy::Anyone
        | Policy::SignedIn
        | Policy::Entering
        | Policy::Leaving
        | Policy::SettingUp
        | Policy::Proved([]) => true,
        Policy::Holding(roles) | Policy::Proved(roles) => roles.iter().any(|it| actor.is(*it)),
        Policy::Reporting => actor.is(Role::Dsl),
    }
}

async fn known(request: &HttpRequest, app: &App) -> Result<Option<Known>> {
    let Some(token) = token(request, app) else { return Ok(None) };
    let (at, asked) = ((app.clock)(), token.clone());
    let standing = app.read(move |db| sessions::standing(db, &asked, at)).await?;
    let Some(Standing { actor, reach, is_due }) = standing else { return Ok(None) };
    if is_due {
        touch(app, token.clone(), at).await;
    }
    Ok(Some(Known { token, actor, reach }))
}

/// Marks a session as seen. It is worth no wait, and a database that can only be read stops nobody who reads: the next
/// request tries again.
async fn touch(app: &App, token: Token, at: NaiveDateTime) {
    let store = app.store.clone();
    let touch = move || store.write_within(TOUCH_MAX, |db| sessions::touch(db, &token, at));
    if let Err(error) = web::block(touch).await.map_err(Error::from).flatten() {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "a session was not marked as seen");
    }
}

/// The token in the browser's cookie, if there is one that could be ours.
pub fn token(request: &HttpRequest, app: &App) -> Option<Token> {
    Token::parse(request.cookie(cookie_name(app))?.value())
}

fn cookie_name(app: &App) -> &'static str {
    if app.settings.is_secure() { COOKIE } else { COOKIE_LOOPBACK }
}

/// The cookie of a session; it goes when the browser closes.
pub fn cookie(app: &App, token: &Token) -> Cookie<'static> {
    Cookie::build(cookie_name(app), token.as_str().to_owned())
        .path("/")
        .secure(app.settings.is_secure())
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

/// The cookie that removes it.
pub fn no_cookie(app: &App) -> Cookie<'static> {
    let mut cookie = Cookie::build(cookie_name(app), "").path("/").finish();
    cookie.set_secure(app.settings.is_secure());
    cookie.make_removal();
    cookie
}

/// The answer, with the cookie of a session.
pub fn with_cookie(mut response: HttpResponse, app: &App, token: &Token) -> Result<HttpResponse> {
    response.add_cookie(&cookie(app, token)).map_err(|_bad| Error::Corrupt("cookie"))?;
    Ok(response)
}

/// Nobody could find out who sent a form. What they typed is on the page that says so.
async fn keep_typed(mut request: ServiceRequest, error: Error) -> ServiceResponse<BoxBody> {
    let mut payload = request.take_payload();
    if let Ok(sent) = form::pairs(&mut payload).await {
        request.extensions_mut().insert(Sent(sent));
    }
    refuse(request, error)
}

/// Somebody sent a form that cannot be taken now: nothing is done, and what they typed is handed back to them.
async fn give_back(
    mut request: ServiceRequest,
    why: fn(Vec<(String, String)>) -> Error,
) -> ServiceResponse<BoxBody> {
    let mut payload = request.take_payload();
    let error = match form::pairs(&mut payload).await {
        Ok(typed) => why(form::words(typed)),
        Err(error) => error,
    };
    refuse(request, error)
}
