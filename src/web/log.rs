//! One line a request: the method, the route's pattern, the status, the time. No address, no query, no person.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;

/// Says which route a request took. What no route takes has none in its line.
pub fn took(route: &'static str) {
    Span::current().record("route", route);
}

/// Logs the pattern of the route (`/concerns/{id}`), never the path that was asked for.
#[derive(Debug)]
pub struct Quiet;

impl RootSpanBuilder for Quiet {
    fn on_request_start(request: &ServiceRequest) -> Span {
        // Empty until one is found: asking for the pattern here would look for it twice.
        tracing::info_span!(
            "request",
            method = %request.method(),
            route = tracing::field::Empty,
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
    }
}
