//! The server: pages on one listener, health on another, and a stop that lets requests finish.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{NaiveDateTime, TimeDelta};

use crate::app::{self, Portal};
use crate::concerns::reconcile::{self, Reconciliation};
use crate::curriculum::pages::at_once;
use crate::store::{Db, answers};
use crate::web::{errors, headers};
use crate::{Result, calendar};

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
            .wrap(from_fn(at_once))
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
    match app.read(|db| answers(db).and_then(|()| reconcile::standing(db))).await {
        Ok(compared) => {
            let trouble = stopped(&app).await.map(|it| format!("{it}\n")).unwrap_or_default();
            HttpResponse::Ok().body(format!("ready\n{}{trouble}", told(&compared)))
        }
        Err(error) => HttpResponse::ServiceUnavailable().body(format!("not ready: {error}\n")),
    }
}

/// How the journal and the database last compared, a line for each machine that has a journal.
fn told(compared: &[Reconciliation]) -> String {
    let line = |it: &Reconciliation| {
        format!(
            "journal on {}: compared {}, {} concerns, {} added, {} missing from the database, {} damaged pieces\n",
            it.host,
            calendar::moment(it.at),
            it.records,
            it.added,
            it.lacking,
            it.damaged
        )
    };
    if compared.is_empty() {
        return "journal: not compared with the database yet\n".to_owned();
    }
    compared.iter().map(line).collect()
}

/// What the metrics say of the journal: of comparisons within a day of the last one, and minus one for what is not known.
fn of_journal(db: &mut Db, now: NaiveDateTime) -> Result<(i64, i64)> {
    let compared = reconcile::standing(db)?;
    let Some(last) = compared.first().map(|it| it.at) else { return Ok((-1, -1)) };
    let recent = compared.iter().filter(|it| last - it.at < TimeDelta::days(1));
    Ok((recent.map(|it| it.lacking).sum(), (now - last).num_seconds()))
}

/// In Prometheus's text format. Counts only; nothing about anybody.
async fn metrics(app: app::App) -> HttpResponse {
    let waiting = app.read(crate::mail::waiting).await.unwrap_or(-1);
    let now = (app.clock)();
    let (missing, age_s) = app.read(move |db| of_journal(db, now)).await.unwrap_or((-1, -1));
    let stopped = i32::from(stopped(&app).await.is_some());
    let text = format!(
        "# HELP e4s_letters_waiting Letters that are queued and not sent.\n\
         # TYPE e4s_letters_waiting gauge\ne4s_letters_waiting {waiting}\n\
         # HELP e4s_journal_missing Concerns that the journal has and the database lost.\n\
         # TYPE e4s_journal_missing gauge\ne4s_journal_missing {missing}\n\
         # HELP e4s_journal_last_reconciled_seconds Seconds since journal and database were compared.\n\
         # TYPE e4s_journal_last_reconciled_seconds gauge\ne4s_journal_last_reconciled_seconds {age_s}\n\
         # HELP e4s_retention_stopped 1 while nothing is deleted because the clock has jumped.\n\
         # TYPE e4s_retention_stopped gauge\ne4s_retention_stopped {stopped}\n"
    );
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
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
