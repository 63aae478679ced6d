//! The pages of the council's sign-on: the way there, the way back, linking and unlinking.

use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::web::{Query, block};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::provider::{Identity, Provider, Returned, Trouble};
use super::sessions::{How, Reach, Token};
use super::sign_on::{self, Aim, JOURNEY_MAX};
use super::{AccountId, Actor, enter_pages};
use crate::app::App;
use crate::deed::Deed;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, Visitor, back, redirect};
use crate::{Error, Result, calendar};

/// Which browser left, for as long as the journey may take.
const COOKIE: &str = "__Host-e4s-sign-on";
const COOKIE_LOOPBACK: &str = "e4s-sign-on";

/// The routes of this file.
pub fn routes() -> Routes {
    Routes::new()
        .post("/sign-on", Policy::Anyone, leave)
        .get(super::provider::BACK, Policy::Anyone, arrive)
        .get("/sign-on/ended", Policy::Anyone, ended)
        .post("/account/sign-on/link", Policy::Proved(&[]), link)
        .post("/account/sign-on/unlink", Policy::Proved(&[]), unlink)
}

/// A POST, so that no other site can send anybody there; the state is bound to the browser by a cookie.
async fn leave(
    visitor: Visitor,
    request: HttpRequest,
    form: Form<LeaveForm>,
) -> Result<HttpResponse> {
    let aim = Aim { link_to: None, back: back_of(&form.0.back) };
    set_out(&visitor, &request, aim).await
}

async fn link(visitor: Visitor, request: HttpRequest, _: Form<Nothing>) -> Result<HttpResponse> {
    let account = visitor.actor.as_ref().ok_or(Error::SignedOut)?.id;
    let aim = Aim { link_to: Some(account), back: "account".to_owned() };
    set_out(&visitor, &request, aim).await
}

/// A page that goes on to the sign-on by itself. It is not a redirect, which `form-action` would have to allow for every
/// host that the sign-on itself leads to.
async fn set_out(visitor: &Visitor, request: &HttpRequest, aim: Aim) -> Result<HttpResponse> {
    let provider = provider(&visitor.app)?;
    provider.admit()?;
    let (at, is_linking) = ((visitor.app.clock)(), aim.link_to.is_some());
    let asked = Arc::clone(&provider);
    let departure = match block(move || asked.departure(at, is_linking)).await? {
        Ok(departure) => departure,
        Err(trouble) => return no_answer(visitor, request, &provider, &trouble),
    };
    let browser = browser(request, &visitor.app).unwrap_or_else(Token::random);
    let page = LeavePage { name: provider.name().to_owned(), href: departure.address.clone() };
    let cookie = cookie(&visitor.app, &browser);
    as_house(&visitor.app, move |deed| sign_on::set_out(deed, &departure, &browser, &aim)).await?;
    let page = visitor.page("accounts/sign-on-leave.html", &page)?;
    with_cookie(page.respond_to(request), &cookie)
}

/// The way back. What the sign-on sends counts once, in the browser that left, and only if everything fits.
async fn arrive(
    visitor: Visitor,
    request: HttpRequest,
    query: Query<ArriveQuery>,
) -> Result<HttpResponse> {
    let provider = provider(&visitor.app)?;
    let (state, browser) = (query.0.state.clone(), browser(&request, &visitor.app));
    let taken =
        as_house(&visitor.app, move |deed| sign_on::come_back(deed, &state, browser.as_ref()));
    let Some((aim, secrets)) = taken.await? else { return tell(&visitor, &request, &TOO_OLD) };
    let Some(returned) = query.0.returned(aim.link_to.is_some()) else {
        return tell(&visitor, &request, &NOT_FINISHED);
    };
    let (at, asked) = ((visitor.app.clock)(), Arc::clone(&provider));
    match block(move || asked.who(at, returned, secrets)).await? {
        Ok(identity) => greet(&visitor, &request, (aim, identity)).await,
        Err(trouble) => no_answer(&visitor, &request, &provider, &trouble),
    }
}

async fn greet(
    visitor: &Visitor,
    request: &HttpRequest,
    (aim, identity): (Aim, Identity),
) -> Result<HttpResponse> {
    if let Some(account) = aim.link_to {
        return link_to(visitor, request, (account, identity)).await;
    }
    let asked = identity.clone();
    let found = visitor.app.read(move |db| sign_on::account_of(db, &asked)).await?;
    match found {
        Some(account) => {
            let how = if identity.has_factor { How::SignOnWithFactor } else { How::SignOn };
            enter_pages::enter(&visitor.app, request, (account, how), &aim.back).await
        }
        None => tell(visitor, request, &NOT_LINKED),
    }
}

/// Links what came back, if the person who left to link it is still signed in here.
async fn link_to(
    visitor: &Visitor,
    request: &HttpRequest,
    (account, identity): (AccountId, Identity),
) -> Result<HttpResponse> {
    let is_theirs = visitor.actor.as_ref().is_some_and(|it| it.id == account);
    let token = visitor.token.clone().filter(|_| is_theirs);
    let Some(token) = token else { return tell(visitor, request, &NOT_SIGNED_IN) };
    let whole = Reach::Whole { is_proved: false };
    let linked = move |deed: &mut Deed| sign_on::link(deed, account, &identity);
    match visitor.app.write(token, whole, linked).await {
        Ok(()) => Ok(redirect("/account").respond_to(request)),
        Err(Error::Refused(why)) => {
            tell(visitor, request, &Told { sentence: why, ..LINKED_ALREADY })
        }
        Err(error) => Err(error),
    }
}

async fn unlink(visit: Visit, _: Form<Nothing>) -> Result<Reply> {
    let provider = provider(&visit.app)?;
    let keep = visit.token.clone();
    visit.write(move |deed| sign_on::unlink(deed, provider.issuer(), &keep)).await?;
    Ok(redirect("/account"))
}

/// After signing out here, somebody may still be signed in there.
async fn ended(visitor: Visitor) -> Result<Page> {
    let (provider, at) = (provider(&visitor.app)?, (visitor.app.clock)());
    let name = provider.name().to_owned();
    let href = block(move || provider.ending(at)).await?;
    visitor.page("accounts/sign-on-ended.html", &EndedPage { name, href })
}

/// Where somebody who signed out goes: to be told of the other session, if their account is linked.
pub(super) async fn after_leaving(app: &App, account: AccountId) -> Result<&'static str> {
    let linked = link_of(app, account).await?;
    Ok(if linked.is_some_and(|it| it.since.is_some()) { "/sign-on/ended" } else { "/" })
}

/// What the account page says about the council's sign-on, if there is one.
pub(super) async fn link_of(app: &App, account: AccountId) -> Result<Option<Link>> {
    let Some(provider) = app.sign_on.clone() else { return Ok(None) };
    let name = provider.name().to_owned();
    let since = app.read(move |db| sign_on::linked_at(db, account, provider.issuer())).await?;
    Ok(Some(Link { name, since: since.map(calendar::date_of) }))
}

fn provider(app: &App) -> Result<Arc<Provider>> {
    app.sign_on.clone().ok_or(Error::NotFound)
}

/// A deed before anybody is known: the house's own.
async fn as_house<T: Send + 'static>(
    app: &App,
    mut act: impl FnMut(&mut Deed) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (at, keys, by) = ((app.clock)(), Arc::clone(&app.keys), Actor::house());
    app.change(move |db| act(&mut Deed { db, by: &by, at, keys: &keys })).await
}

fn back_of(wanted: &str) -> String {
    back::path(wanted).map(|_| wanted.to_owned()).unwrap_or_default()
}

fn browser(request: &HttpRequest, app: &App) -> Option<Token> {
    Token::parse(request.cookie(cookie_name(app))?.value())
}

fn cookie_name(app: &App) -> &'static str {
    if app.settings.is_secure() { COOKIE } else { COOKIE_LOOPBACK }
}

fn cookie(app: &App, browser: &Token) -> Cookie<'static> {
    Cookie::build(cookie_name(app), browser.as_str().to_owned())
        .path("/")
        .secure(app.settings.is_secure())
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(JOURNEY_MAX.num_seconds()))
        .finish()
}

fn with_cookie(mut response: HttpResponse, cookie: &Cookie) -> Result<HttpResponse> {
    response.add_cookie(cookie).map_err(|_bad| Error::Corrupt("cookie"))?;
    Ok(response)
}

fn no_answer(
    visitor: &Visitor,
    request: &HttpRequest,
    provider: &Provider,
    trouble: &Trouble,
) -> Result<HttpResponse> {
    tracing::warn!(%trouble, "nobody came in by the sign-on");
    let told = match trouble {
        Trouble::Silent(_) => &NO_ANSWER,
        Trouble::Unbelieved(_) => &NOT_BELIEVED,
    };
    tell_of(visitor, request, (told, provider.name()))
}

fn tell(visitor: &Visitor, request: &HttpRequest, told: &Told) -> Result<HttpResponse> {
    let provider = provider(&visitor.app)?;
    tell_of(visitor, request, (told, provider.name()))
}

fn tell_of(
    visitor: &Visitor,
    request: &HttpRequest,
    (told, name): (&Told, &str),
) -> Result<HttpResponse> {
    let is_signed_in = visitor.actor.is_some();
    let view = ToldPage {
        heading: told.heading,
        name,
        sentence: told.sentence,
        what_next: told.what_next,
        href: if is_signed_in { "/account" } else { "/sign-in" },
        text: if is_signed_in { "Go to your account" } else { "Go to the sign-in page" },
    };
    let page = visitor.page("accounts/sign-on-told.html", &view)?;
    Ok(Reply::NotDone(told.status, page).respond_to(request))
}

/// Why somebody did not come in, calmly.
struct Told {
    status: StatusCode,
    heading: &'static str,
    sentence: &'static str,
    what_next: &'static str,
}

const NOT_LINKED: Told = Told {
    status: StatusCode::FORBIDDEN,
    heading: "Your council account is not linked yet",
    sentence: "The council knows who you are. E4S does not know yet which account here is yours.",
    what_next: "Sign in with your E4S password once, and link the council account on the page “Your account”. Or ask the person who looks after accounts.",
};
const TOO_OLD: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "This sign-in cannot be used any more",
    sentence: "It took longer than ten minutes, was used before, or began in another browser.",
    what_next: "Begin again from the sign-in page.",
};
const NOT_FINISHED: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "You were not signed in",
    sentence: "The council’s sign-in was stopped before it was finished.",
    what_next: "Begin again, or sign in with your E4S password.",
};
const NO_ANSWER: Told = Told {
    status: StatusCode::SERVICE_UNAVAILABLE,
    heading: "The council’s sign-in does not answer just now",
    sentence: "The rest of E4S works, and nothing is lost.",
    what_next: "Sign in with your E4S password, or try again in a few minutes.",
};
const NOT_BELIEVED: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "The council’s sign-in did not work",
    sentence: "What it answered could not be checked, so nobody was signed in.",
    what_next: "Try again. If it happens again, sign in with your E4S password, and tell the person who looks after accounts.",
};
const NOT_SIGNED_IN: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "Nothing was linked",
    sentence: "You are no longer signed in to the account that you began from.",
    what_next: "Sign in to E4S, and link the council account from there.",
};
const LINKED_ALREADY: Told = Told {
    status: StatusCode::CONFLICT,
    heading: "Nothing was linked",
    sentence: "",
    what_next: "Nothing has changed.",
};

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LeaveForm {
    back: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ArriveQuery {
    state: String,
    code: Option<String>,
    iss: Option<String>,
}

impl ArriveQuery {
    /// Nothing when the sign-on says, in whatever words, that nobody signed in.
    fn returned(self, anew: bool) -> Option<Returned> {
        Some(Returned { code: self.code?, issuer: self.iss, anew })
    }
}

#[derive(Serialize)]
struct LeavePage {
    name: String,
    href: String,
}

#[derive(Serialize)]
struct EndedPage {
    name: String,
    href: Option<String>,
}

#[derive(Serialize)]
struct ToldPage<'a> {
    heading: &'a str,
    name: &'a str,
    sentence: &'a str,
    what_next: &'a str,
    href: &'a str,
    text: &'a str,
}

/// An account's link to the council's sign-on.
#[derive(Serialize)]
pub(super) struct Link {
    name: String,
    /// The day, in words; none when it is not linked.
    since: Option<String>,
}
