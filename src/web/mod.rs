//! HTTP, and nothing about the service: routes with their policies, sessions, forms, errors, headers, kept pages.

pub mod assets;
pub mod back;
pub mod errors;
pub mod familiar;
pub mod form;
pub mod guard;
pub mod headers;
pub mod kept;
pub mod log;
pub mod routes;
pub mod visit;

pub use form::{Form, FormErrors};
pub use routes::{Pages, Policy, Routes};
pub use visit::{Visit, Visitor};

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};

use crate::Error;

/// How long somebody waits who has tried too often, in seconds.
pub(crate) const WAIT_S: usize = 60;

/// A page, drawn.
#[derive(Debug)]
pub struct Page(pub String);

/// What a handler that changes something answers.
#[derive(Debug)]
pub enum Reply {
    /// A page.
    Page(Page),
    /// Done: go and look. Always a path of our own.
    SeeOther(String),
    /// The same page again, with everything typed and every fault named.
    Again(Page),
    /// Not now: come back in a minute. The page gives everything typed back.
    Later(Page),
    /// Not done, for another reason than what was typed; the page gives everything typed back.
    NotDone(StatusCode, Page),
}

/// Done: go and look at `to`, a path of our own.
pub fn redirect(to: impl Into<String>) -> Reply {
    Reply::SeeOther(to.into())
}

impl Responder for Page {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type(ContentType::html()).body(self.0)
    }
}

impl Responder for Reply {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Page(page) => page.respond_to(request),
            Self::SeeOther(to) => HttpResponse::SeeOther().insert_header((LOCATION, to)).finish(),
            Self::Later(page) => HttpResponse::TooManyRequests()
                .insert_header((RETRY_AFTER, WAIT_S))
                .content_type(ContentType::html())
                .body(page.0),
            Self::NotDone(status, page) => {
                HttpResponse::build(status).content_type(ContentType::html()).body(page.0)
            }
            Self::Again(page) => {
                HttpResponse::UnprocessableEntity().content_type(ContentType::html()).body(page.0)
            }
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::HalfWay => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Forged | Self::OldForm(_) | Self::NotProved(_) => {
                StatusCode::FORBIDDEN
            }
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany | Self::Queue => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) | Self::Crowded | Self::Full | Self::Unwritten(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(_)
            | Self::Unreachable(_)
            | Self::Page(_)
            | Self::Stopped
            | Self::Letter(_)
            | Self::Document(_)
            | Self::Unreadable(_)
            | Self::Unusable(_)
            | Self::Corrupt(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<actix_web::error::BlockingError> for Error {
    fn from(_: actix_web::error::BlockingError) -> Self {
        Self::Stopped
    }
}
