//! The pages of the council's sign-on: the way there, the way back, and what somebody goes there for: to sign in, to link
//! their account (from inside, or with an invitation), to prove that it is still them.

use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::web::{Path, Query, block};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::provider::{self, Identity, Provider, Returned};
use super::told_pages::{self as told, no_answer, tell};
use super::{Aim, Errand, JOURNEY_MAX};
use crate::accounts::sessions::{Reach, Token};
use crate::accounts::shown::Shown;
use crate::accounts::tickets::{TicketId, TicketKind};
use crate::accounts::{AccountId, Actor, enter_pages, password_pages, sign_on};
use crate::app::App;
use crate::deed::Deed;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, Visitor, back, guard, redirect};
use crate::{Error, Result, calendar};

/// Which browser left, for as long as the journey may take.
const COOKIE: &str = "__Host-e4s-sign-on";
const COOKIE_LOOPBACK: &str = "e4s-sign-on";

/// The routes of this file.
pub fn routes() -> Routes {
    Routes::new()
        .post("/sign-on", Policy::Anyone, leave)
        .get(provider::BACK, Policy::Anyone, arrive)
        .get("/sign-on/ended", Policy::Anyone, ended)
        .post("/choose-password/{token}/sign-on", Policy::Anyone, accept)
        .post("/prove/sign-on", Policy::SignedIn, prove)
        .post("/account/sign-on/link", Policy::Proved(&[]), link)
        .post("/account/sign-on/unlink", Policy::Proved(&[]), unlink)
}

/// A POST, so that no other site can send anybody there; the state is bound to the browser by a cookie.
async fn leave(
    visitor: Visitor,
    request: HttpRequest,
    form: Form<LeaveForm>,
) -> Result<HttpResponse> {
    let aim = Aim { errand: Errand::SignIn, back: back::word(&form.0.back) };
    set_out(&visitor, &request, aim).await
}

async fn link(visitor: Visitor, request: HttpRequest, _: Form<Nothing>) -> Result<HttpResponse> {
    let account = visitor.actor.as_ref().ok_or(Error::SignedOut)?.id;
    let aim = Aim { errand: Errand::Link(account), back: "account".to_owned() };
    set_out(&visitor, &request, aim).await
}

async fn prove(
    visitor: Visitor,
    request: HttpRequest,
    form: Form<LeaveForm>,
) -> Result<HttpResponse> {
    let account = visitor.actor.as_ref().ok_or(Error::SignedOut)?.id;
    set_out(&visitor, &request, Aim { errand: Errand::Prove(account), back: form.0.back }).await
}

/// Whoever has an invitation goes there instead of choosing a password. It is used up when they are back, not before.
async fn accept(
    visitor: Visitor,
    request: HttpRequest,
    (token, _): (Path<String>, Form<Nothing>),
) -> Result<HttpResponse> {
    provider(&visitor.app)?;
    let found = password_pages::chooser(&visitor, &token).await?.map(|it| it.ticket);
    match found.filter(|it| it.kind == TicketKind::Invitation) {
        Some(ticket) => {
            let errand = Errand::Accept(ticket.account, ticket.id);
            set_out(&visitor, &request, Aim { errand, back: String::new() }).await
        }
        None => Ok(password_pages::gone(&visitor)?.respond_to(&request)),
    }
}

/// A page that goes on to the sign-on by itself. It is not a redirect, which `form-action` would have to allow for every
/// host that the sign-on itself leads to.
async fn set_out(visitor: &Visitor, request: &HttpRequest, aim: Aim) -> Result<HttpResponse> {
    let provider = provider(&visitor.app)?;
    provider.admit()?;
    let (at, anew) = ((visitor.app.clock)(), aim.errand.is_anew());
    let asked = Arc::clone(&provider);
    let departure = match block(move || asked.departure(at, anew)).await? {
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
    let Some((aim, secrets)) = taken.await? else {
        return tell(&visitor, &request, &told::TOO_OLD);
    };
    let Some(returned) = query.0.returned(aim.errand.is_anew()) else {
        return tell(&visitor, &request, &told::NOT_FINISHED);
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
    match aim.errand {
        Errand::SignIn => let_in(visitor, request, (identity, &aim.back)).await,
        Errand::Link(account) => link_to(visitor, request, (account, identity)).await,
        Errand::Prove(account) => proved(visitor, request, (account, identity, &aim.back)).await,
        Errand::Accept(account, ticket) => {
            accepted(visitor, request, (account, ticket, identity)).await
        }
    }
}

async fn let_in(
    visitor: &Visitor,
    request: &HttpRequest,
    (identity, wanted): (Identity, &str),
) -> Result<HttpResponse> {
    let shown = Shown::SignOn(identity.clone());
    let found = visitor.app.read(move |db| sign_on::account_of(db, &identity)).await?;
    match found {
        Some(account) => enter_pages::enter(&visitor.app, request, (account, shown), wanted).await,
        None => tell(visitor, request, &told::NOT_LINKED),
    }
}

/// Uses the invitation up, unless somebody was quicker or it has run out meanwhile, and lets its person in.
async fn accepted(
    visitor: &Visitor,
    request: &HttpRequest,
    (account, ticket, identity): (AccountId, TicketId, Identity),
) -> Result<HttpResponse> {
    let who = (account, Shown::SignOn(identity.clone()));
    let accept = move |deed: &mut Deed| sign_on::accept(deed, ticket, &identity);
    match visitor.app.write_for(account, accept).await {
        Ok(()) => enter_pages::enter(&visitor.app, request, who, "").await,
        Err(Error::NotFound) => Ok(password_pages::gone(visitor)?.respond_to(request)),
        Err(Error::Refused(why)) => tell(visitor, request, &told::refused(why)),
        Err(error) => Err(error),
    }
}

/// A fresh proof, if whoever came back is the person who is signed in here.
async fn proved(
    visitor: &Visitor,
    request: &HttpRequest,
    (account, identity, wanted): (AccountId, Identity, &str),
) -> Result<HttpResponse> {
    let Some(token) = token_of(visitor, account) else {
        return tell(visitor, request, &told::NOT_SIGNED_IN);
    };
    let (whole, kept) = (Reach::Whole { is_proved: false }, token.clone());
    let prove = move |deed: &mut Deed| sign_on::prove(deed, &kept, &identity);
    match visitor.app.write(token, whole, prove).await? {
        Some(new) => {
            let to = back::proved(wanted).unwrap_or_else(|| "/account".to_owned());
            guard::with_cookie(redirect(to).respond_to(request), &visitor.app, &new)
        }
        None => tell(visitor, request, &told::NOT_THEIRS),
    }
}

/// The session of this browser, if it is that person's.
fn token_of(visitor: &Visitor, account: AccountId) -> Option<Token> {
    let is_theirs = visitor.actor.as_ref().is_some_and(|it| it.id == account);
    visitor.token.clone().filter(|_| is_theirs)
}

/// Links what came back, if the person who left to link it is still signed in here.
async fn link_to(
    visitor: &Visitor,
    request: &HttpRequest,
    (account, identity): (AccountId, Identity),
) -> Result<HttpResponse> {
    let Some(token) = token_of(visitor, account) else {
        return tell(visitor, request, &told::NOT_SIGNED_IN);
    };
    let whole = Reach::Whole { is_proved: false };
    let keep = token.clone();
    let linked = move |deed: &mut Deed| sign_on::link_own(deed, &identity, &keep);
    match visitor.app.write(token, whole, linked).await {
        Ok(()) => Ok(redirect("/account").respond_to(request)),
        Err(Error::Refused(why)) => tell(visitor, request, &told::refused(why)),
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
pub(in crate::accounts) async fn after_leaving(
    app: &App,
    account: AccountId,
) -> Result<&'static str> {
    let linked = link_of(app, account).await?;
    Ok(if linked.is_some_and(|it| it.since.is_some()) { "/sign-on/ended" } else { "/" })
}

/// What the account page says about the council's sign-on, if there is one.
pub(in crate::accounts) async fn link_of(app: &App, account: AccountId) -> Result<Option<Link>> {
    let Some(provider) = app.sign_on.clone() else { return Ok(None) };
    let name = provider.name().to_owned();
    let since = app.read(move |db| sign_on::linked_at(db, account, provider.issuer())).await?;
    Ok(Some(Link { name, since: since.map(calendar::date_of) }))
}

/// What somebody calls their account there, if theirs is linked.
pub(in crate::accounts) async fn linked_name(
    app: &App,
    account: AccountId,
) -> Result<Option<String>> {
    Ok(link_of(app, account).await?.filter(|it| it.since.is_some()).map(|it| it.name))
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

/// An account's link to the council's sign-on.
#[derive(Serialize)]
pub(in crate::accounts) struct Link {
    name: String,
    /// The day, in words; none when it is not linked.
    since: Option<String>,
}
