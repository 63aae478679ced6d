//! A browser in which somebody has signed in before: it keeps a mark of that, which opens nothing.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::{Error, Result};

const COOKIE: &str = "__Host-e4s-known";
const COOKIE_LOOPBACK: &str = "e4s-known";
/// A term, and the holidays around it.
const KEPT_FOR: Duration = Duration::days(180);

/// The mark that this browser keeps, if it has one. Anybody can make one up.
pub fn mark(request: &HttpRequest, app: &App) -> Option<String> {
    Some(request.cookie(name(app))?.value().to_owned())
}

/// The answer, with a mark for the browser to keep.
pub fn with_mark(mut response: HttpResponse, app: &App, mark: String) -> Result<HttpResponse> {
    let cookie = Cookie::build(name(app), mark)
        .path("/")
        .secure(app.settings.is_secure())
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(KEPT_FOR)
        .finish();
    response.add_cookie(&cookie).map_err(|_bad| Error::Corrupt("cookie"))?;
    Ok(response)
}

fn name(app: &App) -> &'static str {
    if app.settings.is_secure() { COOKIE } else { COOKIE_LOOPBACK }
}
