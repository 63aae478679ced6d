//! Turns what went wrong into a page, in one place.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, ContentType, LOCATION, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;

use super::form::{self, Sent};
use super::visit::Known;
use super::{Pages, WAIT_S, back};
use crate::Error;
use crate::app::{self, App, Back};

#[derive(Serialize)]
struct ErrorPage {
    heading: &'static str,
    sentence: String,
    what_next: Vec<&'static str>,
    /// What was sent and may not be saved, as it is read.
    typed: Vec<(String, String)>,
    /// The form once more, if it can be sent as it is.
    again: Option<Again>,
}

#[derive(Serialize)]
struct Again {
    action: String,
    fields: Vec<(String, String)>,
}

/// Draws errors. A page that needs a session leads to signing in.
pub async fn draw(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_safe = request.method().is_safe();
    let is_get = request.method() == Method::GET;
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let error = response.response().error();
    let ours = error.and_then(|it| it.as_error::<Error>());
    if let Some(to) = ours.filter(|_| is_safe).and_then(|it| first(it, response.request())) {
        let elsewhere = HttpResponse::SeeOther().insert_header((LOCATION, to)).finish();
        return Ok(response.into_response(elsewhere));
    }
    if let Some(Error::OldForm(words) | Error::NotProved(words)) = ours
        && let Some(app) = response.request().app_data::<App>().cloned()
    {
        let path = response.request().path();
        let known = response.request().extensions().get::<Known>().cloned();
        let back = match (&ours, &known) {
            (Some(Error::NotProved(_)), _) => {
                Back::ToProof(back::prove(page(response.request()), ""))
            }
            (_, Some(_)) => Back::ToPage(page(response.request()).to_owned()),
            (_, None) => Back::ToSignIn(back::sign_in_towards(path)),
        };
        let body = app.handed_back(words, path, back)?.0;
        let drawn = HttpResponse::build(status).content_type(ContentType::html()).body(body);
        return Ok(response.into_response(drawn));
    }
    if is_get && ours.is_none() && status == StatusCode::METHOD_NOT_ALLOWED {
        // Only forms are sent there: what they are about is further up.
        let above = page(response.request()).to_owned();
        let to_page = HttpResponse::SeeOther().insert_header((LOCATION, above)).finish();
        return Ok(response.into_response(to_page));
    }
    if ours.is_none() && error.is_none() && !is_bare(&response) {
        return Ok(response);
    }
    if let Some(error) = ours.filter(|_| status.is_server_error()) {
        let cause: &dyn std::error::Error = error;
        tracing::error!(error = cause, "a request failed");
    }
    let page = ErrorPage::of(status, ours).with(status, response.request());
    let Some(app) = response.request().app_data::<App>().cloned() else { return Ok(response) };
    let known = response.request().extensions().get::<Known>().cloned();
    // Whoever has timed out, or is half way in, is shown nothing of their own.
    let known =
        known.as_ref().filter(|it| it.reach.is_whole()).map(|it| (&it.actor, it.token.csrf()));
    let body = app.page("error.html", &page, &app.chrome(known, response.request().path(), ""))?.0;
    let allow = response.headers().get(ALLOW).cloned();
    let mut drawn = HttpResponse::build(status).content_type(ContentType::html()).body(body);
    if status == StatusCode::TOO_MANY_REQUESTS {
        drawn.headers_mut().insert(RETRY_AFTER, WAIT_S.into());
    }
    if let Some(allow) = allow {
        drawn.headers_mut().insert(ALLOW, allow);
    }
    Ok(response.into_response(drawn))
}

/// The nearest page at or above what was asked for: an address that takes forms only shows nothing.
fn page(request: &HttpRequest) -> &str {
    request.app_data::<Data<Pages>>().map_or("/", |it| it.nearest(request.path()))
}

/// The page that has to come first, before one can be looked at.
fn first(error: &Error, request: &HttpRequest) -> Option<String> {
    match error {
        Error::SignedOut => Some(back::sign_in(request.path())),
        Error::HalfWay => Some(back::second_step(request.path())),
        Error::NotProved(_) => Some(back::prove(request.path(), request.query_string())),
        _ => None,
    }
}

/// What the server answers by itself, without a page.
fn is_bare(response: &ServiceResponse<BoxBody>) -> bool {
    let is_theirs =
        matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
    is_theirs && matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0))
}

impl ErrorPage {
    fn of(status: StatusCode, error: Option<&Error>) -> Self {
        let heading = match status {
            _ if matches!(error, Some(Error::Queue)) => "Please wait a moment",
            StatusCode::NOT_FOUND => "Page not found",
            StatusCode::FORBIDDEN => "You cannot do this here",
            StatusCode::CONFLICT => "This has changed in the meantime",
            StatusCode::PAYLOAD_TOO_LARGE => "That is too much text",
            StatusCode::TOO_MANY_REQUESTS => "Too many tries",
            StatusCode::UNAUTHORIZED => "You need to sign in",
            _ if status.is_client_error() => "This did not work",
            StatusCode::SERVICE_UNAVAILABLE => "Sorry, the service cannot do this at the moment",
            _ => "Sorry, there is a problem with the service",
        };
        let sentence = match error {
            Some(error) if status.is_client_error() => sentence(&error.to_string()),
            None if status == StatusCode::NOT_FOUND => sentence(&Error::NotFound.to_string()),
            None if status == StatusCode::METHOD_NOT_ALLOWED => {
                "This address does not take what was sent to it.".to_owned()
            }
            Some(Error::Crowded) => {
                "Somebody else was saving something for so long that your turn did not come. What you sent just now was \
                 not saved. Nothing that was saved before is lost."
                    .to_owned()
            }
            Some(Error::Full) => {
                "The service’s disk is full, so it can save nothing at the moment. What you sent just now was not saved. \
                 Nothing that was saved before is lost."
                    .to_owned()
            }
            Some(Error::Unwritten(_)) => {
                "The service could not write to its disk. What you sent just now may not have been saved: check before \
                 you send it again. Nothing that was saved before is lost."
                    .to_owned()
            }
            _ => "Nothing that was already sent is lost. What you sent just now may not have been saved: check before \
                  you send it again."
                .to_owned(),
        };
        let mut what_next = Vec::new();
        match error {
            Some(Error::Forged) => {
                what_next.push("Go back, load the page again, and send the form from there.");
            }
            Some(Error::TooLarge) => {
                what_next.push("Go back: your browser still has what you typed. Make it shorter, then send it again.");
            }
            Some(Error::TooSlow) => what_next.push("Go back and send it again."),
            Some(Error::Busy(_) | Error::Crowded) => {
                what_next.push("Wait a minute, then send it again.");
            }
            Some(Error::Full | Error::Unwritten(_)) => what_next.push(
                "Tell the people who look after this service. They can make room on its disk while it runs; then send \
                 it again.",
            ),
            Some(Error::Forbidden) => {
                what_next
                    .push("If you should have access, ask the person who looks after accounts.");
            }
            Some(Error::Refused(_)) => {
                what_next.push("Go back and load the page again to see how it stands now.");
            }
            _ if status == StatusCode::NOT_FOUND => {
                what_next
                    .push("Check the address, or go on from the links at the top of this page.");
            }
            _ => {}
        }
        what_next.push("If a child is in danger now, call 999.");
        Self { heading, sentence, what_next, typed: Vec::new(), again: None }
    }

    /// With what a form sent, if the service is why it was not taken.
    fn with(mut self, status: StatusCode, request: &HttpRequest) -> Self {
        let is_ours = status.is_server_error() || status == StatusCode::CONFLICT;
        let extensions = request.extensions();
        let Some(sent) = extensions.get::<Sent>().filter(|_| is_ours) else { return self };
        if status == StatusCode::SERVICE_UNAVAILABLE
            && let Some(fields) = sent.again()
        {
            let (action, fields) = (request.path().to_owned(), fields.to_vec());
            self.again = Some(Again { action, fields });
        }
        self.typed = app::named(form::words(sent.0.clone()), request.path());
        self
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
