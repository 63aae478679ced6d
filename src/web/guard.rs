//! Who comes in: the session is looked up once, the route's policy is applied, and a visit is made of it.

use actix_web::body::BoxBody;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::form;
use super::routes::Policy;
use super::visit::Known;
use crate::accounts::sessions::{self, Standing, Token};
use crate::accounts::{Actor, Role};
use crate::app::App;
use crate::{Error, Result};

/// The cookie's name on a site behind TLS; `__Host-` makes the browser hold it to this host and to `Secure`.
const COOKIE: &str = "__Host-e4s";
/// On loopback, without TLS.
const COOKIE_LOOPBACK: &str = "e4s";

/// Applies a route's policy, then goes on to the handler, or answers instead of it.
pub async fn admit(
    policy: Policy,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(app) = request.app_data::<App>().cloned() {
        if !request.method().is_safe() && !is_from_here(request.headers(), app.settings.origin()) {
            return Ok(refuse(request, Error::Forged));
        }
        if policy != Policy::Public
            && let Err(error) = recognise(policy, &request, &app).await
        {
            if matches!(error, Error::SignedOut) && !request.method().is_safe() {
                return Ok(give_back(request).await);
            }
            return Ok(refuse(request, error));
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
    let is_saving = policy == Policy::Reporting && !request.method().is_safe();
    if let Some(known) = &known
        && (!known.timed_out || is_saving)
    {
        if !may(policy, &known.actor) {
            // The page that says so is still theirs: with their name, and their ways on.
            request.extensions_mut().insert(known.clone());
            return Err(Error::Forbidden);
        }
    } else if policy != Policy::Anyone {
        return Err(Error::SignedOut);
    }
    if let Some(known) = known.filter(|it| !it.timed_out || is_saving) {
        request.extensions_mut().insert(known);
    }
    Ok(())
}

fn may(policy: Policy, actor: &Actor) -> bool {
    match policy {
        Policy::Public | Policy::Anyone | Policy::SignedIn => true,
        Policy::Holding(roles) => roles.iter().any(|it| actor.is(*it)),
        Policy::Reporting => actor.is(Role::Dsl),
    }
}

async fn known(request: &HttpRequest, app: &App) -> Result<Option<Known>> {
    let Some(token) = token(request, app) else { return Ok(None) };
    let (at, asked) = ((app.clock)(), token.clone());
    let standing = app.read(move |db| sessions::standing(db, &asked, at)).await?;
    Ok(match standing {
        Standing::Out => None,
        Standing::TimedOut(actor) => Some(Known { token, actor, timed_out: true }),
        Standing::Live(actor, is_due) => {
            if is_due {
                let seen = token.clone();
                app.change(move |db| sessions::touch(db, &seen, at)).await?;
            }
            Some(Known { token, actor, timed_out: false })
        }
    })
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

/// Somebody sent a form after their session had ended: nothing is done, and what they typed is handed back to them.
async fn give_back(mut request: ServiceRequest) -> ServiceResponse<BoxBody> {
    let mut payload = request.take_payload();
    let error = match form::pairs(&mut payload).await {
        Ok(typed) => Error::OldForm(form::words(typed)),
        Err(error) => error,
    };
    refuse(request, error)
}
