//! The server: pages on one listener, health on another, and a stop that lets requests finish.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::app::{self, Portal};
use crate::web::{errors, headers};

/// How long a stop waits for requests, in seconds.
const STOP_WITHIN_S: u64 = 20;
/// The head of a request has to be here by then; bodies have their own deadline (`web::form`).
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop (SIGINT, SIGTERM), then lets requests finish.
pub async fn serve(portal: Data<Portal>) -> std::io::Result<()> {
    let listen = portal.settings.listen;
    let health =
        portal.settings.health.map(|address| health(portal.clone(), address)).transpose()?;
    let site = HttpServer::new(move || {
        App::new()
            .app_data(portal.clone())
            .wrap(from_fn(errors::draw))
            .wrap(from_fn(headers::add))
            .wrap(tracing_actix_web::TracingLogger::<crate::web::log::Quiet>::new())
            .configure(app::site)
    })
    .client_request_timeout(HEAD_WITHIN)
    .shutdown_timeout(STOP_WITHIN_S)
    .bind(listen)
    .map_err(|error| taken("listen", listen, &error))?
    .run();
    tracing::info!(%listen, "serving");
    match health {
        None => site.await,
        Some(health) => {
            let stop = health.handle();
            let (served, _) = futures_util::join!(finishing(site, stop), health);
            served
        }
    }
}

async fn finishing(
    site: impl Future<Output = std::io::Result<()>>,
    other: actix_web::dev::ServerHandle,
) -> std::io::Result<()> {
    let served = site.await;
    other.stop(true).await;
    served
}

fn health(portal: Data<Portal>, address: SocketAddr) -> std::io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(portal.clone())
            .route("/health/live", web::get().to(|| async { HttpResponse::Ok().body("live\n") }))
            .route("/health/ready", web::get().to(ready))
            .route("/metrics", web::get().to(metrics))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .map_err(|error| taken("health", address, &error))?;
    Ok(server.run())
}

fn taken(setting: &str, address: SocketAddr, error: &std::io::Error) -> std::io::Error {
    let told = format!(
        "setting `{setting}`: {address} cannot be listened on: {error}. For example: {setting} = \"127.0.0.1:8410\""
    );
    std::io::Error::new(error.kind(), told)
}

async fn ready(app: app::App) -> HttpResponse {
    match app.read(crate::store::answers).await {
        Ok(()) => {
            let trouble = stopped(&app).await.map(|it| format!("{it}\n")).unwrap_or_default();
            HttpResponse::Ok().body(format!("ready\n{trouble}"))
        }
        Err(error) => HttpResponse::ServiceUnavailable().body(format!("not ready: {error}\n")),
    }
}

/// In Prometheus's text format. Counts only; nothing about anybody.
async fn metrics(app: app::App) -> HttpResponse {
    let waiting = app.read(crate::mail::waiting).await.unwrap_or(-1);
    let stopped = i32::from(stopped(&app).await.is_some());
    let text = format!(
        "# HELP e4s_letters_waiting Letters that are queued and not sent.\n\
         # TYPE e4s_letters_waiting gauge\ne4s_letters_waiting {waiting}\n\
         # HELP e4s_retention_stopped 1 while nothing is deleted because the clock has jumped.\n\
         # TYPE e4s_retention_stopped gauge\ne4s_retention_stopped {stopped}\n"
    );
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

/// Why nothing is deleted at the moment, if that is so.
async fn stopped(app: &app::App) -> Option<String> {
    let now = (app.clock)();
    let standing = app.read(move |db| crate::retention::clock::standing(db, now)).await;
    standing.ok().and_then(crate::retention::clock::Standing::trouble)
}

/// Becomes true when the process is told to stop (SIGINT, SIGTERM). For commands that serve nothing.
pub fn stop_signal() -> std::io::Result<tokio::sync::watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (tell, told) = tokio::sync::watch::channel(false);
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tell.send_replace(true);
    });
    Ok(told)
}
