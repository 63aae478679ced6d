//! What the service does by itself: a list of chores, each when it is due, until it is told to stop.
//!
//! Several workers may run at once, in `serve` and alone: each chore takes care that nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use tokio::sync::watch::Receiver;
use tokio::task::{JoinSet, spawn_blocking};

use crate::app::Portal;
use crate::{Error, Result, accounts, concerns, digests, mail, retention, upkeep};

/// How long a chore that failed is left alone.
const AFTER_FAILURE: Duration = Duration::from_secs(15);

/// What a chore did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub count: usize,
    /// True if it stopped at the size of a batch: it is run again at once.
    pub is_more: bool,
}

impl Done {
    /// There was nothing to do.
    pub fn nothing() -> Self {
        Self { count: 0, is_more: false }
    }
}

/// Something to do again and again. Tests call `run` themselves.
#[derive(Debug, Clone, Copy)]
pub struct Chore {
    pub name: &'static str,
    pub every: Duration,
    pub run: fn(&Portal, NaiveDateTime) -> Result<Done>,
}

const LET_GO: Chore = Chore {
    name: "let go of journal files of earlier days",
    every: Duration::from_mins(10),
    run: concerns::clear::let_go,
};

/// What a process that serves pages does for itself, with a worker beside it.
pub const OF_EACH: &[Chore] = &[LET_GO];

/// Every chore.
pub const CHORES: &[Chore] = &[
    Chore { name: "deliver letters", every: Duration::from_secs(1), run: mail::deliver::run },
    Chore {
        name: "forget old sessions",
        every: Duration::from_mins(10),
        run: accounts::sessions::forget,
    },
    Chore {
        name: "answer forgotten passwords",
        every: Duration::from_secs(1),
        run: accounts::forgotten::run,
    },
    Chore {
        name: "forget old tickets",
        every: Duration::from_mins(10),
        run: accounts::tickets::forget,
    },
    Chore { name: "say that it lives", every: Duration::from_mins(1), run: upkeep::heartbeat::run },
    Chore {
        name: "forget journeys to the sign-on",
        every: Duration::from_mins(10),
        run: accounts::sign_on::forget,
    },
    Chore { name: "compile digests", every: Duration::from_mins(1), run: digests::compile::run },
    Chore {
        name: "reconcile the journal",
        every: Duration::from_mins(5),
        run: concerns::reconcile::run,
    },
    LET_GO,
    Chore { name: "clear the journal", every: Duration::from_hours(6), run: concerns::clear::run },
    Chore { name: "look at the clock", every: Duration::from_hours(1), run: retention::clock::run },
    Chore {
        name: "forget files about somebody",
        every: Duration::from_mins(10),
        run: retention::subject_file::forget,
    },
    Chore { name: "retain", every: Duration::from_hours(24), run: retention::forget::run },
];

/// Does some chores until `stop` says so, or nobody is left to say it. What is under way is ended in good order: a letter
/// that is being handed over is, and the others are given back.
pub async fn run(which: &[Chore], portal: Arc<Portal>, stop: Receiver<bool>) {
    let mut chores = JoinSet::new();
    for chore in which {
        chores.spawn(keep_doing(*chore, Arc::clone(&portal), stop.clone()));
    }
    told(stop).await;
    portal.stopping.store(true, Ordering::Relaxed);
    while let Some(ended) = chores.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a chore did not end in good order");
        }
    }
}

async fn keep_doing(chore: Chore, portal: Arc<Portal>, stop: Receiver<bool>) {
    while !*stop.borrow() {
        let pause = once(chore, Arc::clone(&portal)).await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = told(stop.clone()) => return,
        }
    }
}

/// Does a chore once, and says how long to wait before the next time.
async fn once(chore: Chore, portal: Arc<Portal>) -> Duration {
    let begun = Instant::now();
    let work = move || (chore.run)(&portal, (portal.clock)());
    let outcome = spawn_blocking(work).await.map_err(|_panicked| Error::Stopped).flatten();
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(Done { count: 0, is_more: false }) => chore.every,
        Ok(Done { count, is_more }) => {
            tracing::info!(chore = chore.name, count, took_ms, "done");
            if is_more { Duration::ZERO } else { chore.every }
        }
        Err(error) => {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(chore = chore.name, error = cause, took_ms, "failed");
            chore.every.max(AFTER_FAILURE)
        }
    }
}

async fn told(mut stop: Receiver<bool>) {
    if let Err(_nobody_left) = stop.wait_for(|it| *it).await {
        tracing::debug!("nobody is left to stop the worker");
    }
}
