//! The front page, signing in and signing out.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, Responder};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::passwords::Tried;
use super::sessions::{self, SignInForm, fold_email};
use super::shown::Shown;
use super::{AccountId, Actor, Role, enter_pages, sign_on, tries};
use crate::app::App;
use crate::deed::Deed;
use crate::store::Db;
use crate::web::{
    Form, FormErrors, Page, Policy, Reply, Routes, Visit, Visitor, back, familiar, guard, redirect,
};
use crate::{Error, Result};

/// The longest address that mail can go to, in characters (RFC 5321).
const EMAIL_MAX: usize = 254;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Policy::Anyone, home)
        .get("/sign-in", Policy::Anyone, blank)
        .post("/sign-in", Policy::Anyone, submit)
        .post("/sign-out", Policy::Leaving, leave)
}

async fn home(visitor: Visitor) -> Result<Page> {
    let mut cards = vec![CURRICULUM];
    let is = |role| visitor.actor.as_ref().is_some_and(|it| it.is(role));
    if is(Role::Dsl) {
        cards.push(REPORT);
        cards.push(FOLLOW);
    }
    if is(Role::Coordinator) || is(Role::County) {
        cards.extend([TEAM, CONTEXTS, MEETINGS]);
    }
    if is(Role::Partner) {
        cards.push(MEETINGS);
    }
    if is(Role::Admin) {
        cards.push(ADMIN);
    }
    if visitor.actor.is_none() {
        cards.push(SIGNED_OUT);
    }
    visitor.page("home.html", &HomePage { cards })
}

async fn blank(visitor: Visitor, query: Query<SignInQuery>) -> Result<Reply> {
    if visitor.actor.is_some() {
        return Ok(redirect(after_sign_in(&query.back)));
    }
    let page = SignInPage::blank(&visitor, &query.back);
    Ok(Reply::Page(visitor.page("accounts/sign-in.html", &page)?))
}

async fn submit(
    visitor: Visitor,
    request: HttpRequest,
    form: Form<SignInForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let found = match try_sign_in(&visitor, &request, &form).await {
        Ok(Some(found)) => found,
        Ok(None) => return again(&visitor, &request, &form, None),
        Err(error @ (Error::TooMany | Error::Queue)) => {
            return again(&visitor, &request, &form, Some(&error));
        }
        Err(error) => return Err(error),
    };
    let entered = enter_pages::enter(&visitor.app, &request, found, &form.back).await?;
    let mark = tries::mark(&visitor.app.keys, &fold_email(&form.email))?;
    familiar::with_mark(entered, &visitor.app, mark)
}

/// The account and what it was tried against, if address and password belong together. Unknown addresses take as long and
/// count as much.
async fn try_sign_in(
    visitor: &Visitor,
    request: &HttpRequest,
    form: &SignInForm,
) -> Result<Option<(AccountId, Shown)>> {
    let (email, app) = (fold_email(&form.email), &visitor.app);
    // Nobody's address: no try of anybody.
    if email.is_empty() || email.chars().count() > EMAIL_MAX {
        return Ok(None);
    }
    let place = app.passwords.queue()?;
    let who = tries::who(&app.keys, &email, familiar::mark(request, app).as_deref());
    if tries::count(app, tries::SIGN_IN, who).await?.is_some() {
        return Err(Error::TooMany);
    }
    let found = app.read(move |db| sessions::credentials(db, &email)).await?;
    let (account, kept) = found.unzip();
    let password = form.password.expose_secret().to_owned().into();
    match app.passwords.tried(place, password, kept.clone()).await? {
        Tried::Right { renewed } => {
            Ok(account.zip(kept.map(|tried| Shown::Password { tried, renewed })))
        }
        Tried::Wrong => {
            refuse(app, account).await?;
            Ok(None)
        }
    }
}

async fn refuse(app: &App, account: Option<AccountId>) -> Result<()> {
    let (at, keys) = ((app.clock)(), std::sync::Arc::clone(&app.keys));
    let refuse = move |db: &mut Db| {
        let deed = &mut Deed { db, by: &Actor::house(), at, keys: &keys };
        sessions::refuse(deed, account)
    };
    app.change(refuse).await
}

/// The page again: because address and password do not match, or nobody may try just now.
fn again(
    visitor: &Visitor,
    request: &HttpRequest,
    form: &SignInForm,
    wait: Option<&Error>,
) -> Result<HttpResponse> {
    let mut page = SignInPage::blank(visitor, &form.back);
    page.email.clone_from(&form.email);
    page.errors.add("email", match wait {
        None => "The e-mail address and the password do not match",
        Some(Error::Queue) => {
            "Many people are signing in at this moment. Nothing is wrong with what you typed. Wait a minute, then try again"
        }
        Some(_) => "Too many tries. Wait a minute, then try again",
    });
    let page = visitor.page("accounts/sign-in.html", &page)?;
    let reply = if wait.is_some() { Reply::Later(page) } else { Reply::Again(page) };
    Ok(reply.respond_to(request))
}

/// Always a path of our own.
fn after_sign_in(wanted: &str) -> String {
    back::path(wanted).unwrap_or_else(|| "/".to_owned())
}

async fn leave(visit: Visit, request: HttpRequest, _: Form<Nothing>) -> Result<HttpResponse> {
    let token = guard::token(&request, &visit.app).ok_or(Error::SignedOut)?;
    visit.write(move |deed| sessions::end(deed, &token)).await?;
    let to = sign_on::pages::after_leaving(&visit.app, visit.actor.id).await?;
    let mut response = redirect(to).respond_to(&request);
    let cookie = guard::no_cookie(&visit.app);
    response.add_cookie(&cookie).map_err(|_bad| Error::Corrupt("cookie"))?;
    Ok(response)
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignInQuery {
    back: String,
}

#[derive(Serialize)]
struct HomePage {
    cards: Vec<Card>,
}

/// A way on from the front page.
#[derive(Serialize)]
struct Card {
    href: &'static str,
    title: &'static str,
    text: &'static str,
}

const CURRICULUM: Card = Card {
    href: "/curriculum",
    title: "Find a lesson",
    text: "The E4S curriculum, from Reception to Year 11. Read, print, download. No account needed.",
};
const REPORT: Card = Card {
    href: "/concerns/new",
    title: "Report a concern",
    text: "About a place, a route, a group or an online space. It takes about five minutes.",
};
const FOLLOW: Card = Card {
    href: "/concerns",
    title: "Your school’s concerns",
    text: "Where each one stands, when it will be heard, and what came of it.",
};
const TEAM: Card = Card {
    href: "/concerns",
    title: "Concerns",
    text: "What schools have reported: new ones first.",
};
const CONTEXTS: Card = Card {
    href: "/contexts",
    title: "Contexts",
    text: "The places and groups that the partnership works on.",
};
const MEETINGS: Card = Card {
    href: "/meetings",
    title: "Meetings",
    text: "When the team sits, and what waits for it.",
};
const ADMIN: Card = Card {
    href: "/admin",
    title: "Administration",
    text: "People and their posts, telephone numbers at the gate, and how often people were sent elsewhere.",
};
const SIGNED_OUT: Card = Card {
    href: "/concerns",
    title: "Report or follow a concern",
    text: "For designated safeguarding leads and district teams. You will be asked to sign in.",
};

#[derive(Serialize)]
struct SignInPage {
    email: String,
    back: String,
    /// True after a time-out in the middle of a report.
    is_back: bool,
    /// What people call their account at the council's sign-on, if there is one.
    sign_on: Option<String>,
    errors: FormErrors,
}

impl SignInPage {
    fn blank(visitor: &Visitor, wanted: &str) -> Self {
        let back = back::word(wanted);
        let is_back = back.starts_with("concerns/drafts/");
        let sign_on = visitor.app.sign_on.as_ref().map(|it| it.name().to_owned());
        Self { email: String::new(), back, is_back, sign_on, errors: FormErrors::default() }
    }
}
