//! Why nothing came of the council's sign-on, calmly, and what to do instead.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::provider::{Provider, Trouble};
use crate::web::{Reply, Visitor};
use crate::{Error, Result};

pub(super) fn no_answer(
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

pub(super) fn tell(visitor: &Visitor, request: &HttpRequest, told: &Told) -> Result<HttpResponse> {
    let provider = visitor.app.sign_on.as_ref().ok_or(Error::NotFound)?;
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
pub(super) struct Told {
    status: StatusCode,
    heading: &'static str,
    sentence: &'static str,
    what_next: &'static str,
}

pub(super) const NOT_LINKED: Told = Told {
    status: StatusCode::FORBIDDEN,
    heading: "Your council account is not linked yet",
    sentence: "The council knows who you are. E4S does not know yet which account here is yours.",
    what_next: "Sign in with your E4S password once, and link the council account on the page “Your account”. Or ask the person who looks after accounts.",
};
pub(super) const TOO_OLD: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "This sign-in cannot be used any more",
    sentence: "It took longer than ten minutes, was used before, or began in another browser.",
    what_next: "Begin again from the sign-in page.",
};
pub(super) const NOT_FINISHED: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "You were not signed in",
    sentence: "The council’s sign-in was stopped before it was finished.",
    what_next: "Begin again, or sign in with your E4S password.",
};
pub(super) const NO_ANSWER: Told = Told {
    status: StatusCode::SERVICE_UNAVAILABLE,
    heading: "The council’s sign-in does not answer just now",
    sentence: "The rest of E4S works, and nothing is lost.",
    what_next: "Sign in with your E4S password, or try again in a few minutes.",
};
pub(super) const NOT_BELIEVED: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "The council’s sign-in did not work",
    sentence: "What it answered could not be checked, so nobody was signed in.",
    what_next: "Try again. If it happens again, sign in with your E4S password, and tell the person who looks after accounts.",
};
pub(super) const NOT_SIGNED_IN: Told = Told {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    heading: "Nothing was changed",
    sentence: "You are no longer signed in to the account that you began from.",
    what_next: "Sign in to E4S, and begin again from there.",
};
pub(super) const NOT_THEIRS: Told = Told {
    status: StatusCode::FORBIDDEN,
    heading: "This is another council account",
    sentence: "It is not the one that is linked to the account that you are signed in to here.",
    what_next: "Confirm with your own, or in another way.",
};
/// A rule of the service said no, in its own words.
pub(super) fn refused(why: &'static str) -> Told {
    Told {
        status: StatusCode::CONFLICT,
        heading: "Nothing was linked",
        sentence: why,
        what_next: "Nothing has changed.",
    }
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
