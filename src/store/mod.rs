//! One database, two engines: SQLite in one file, or PostgreSQL.
//!
//! `read` looks, `write` changes. There is no other way in, and `write` is the only transaction: ordinary ones
//! fail or lose updates when several people write at once.
//!
//! Writers take turns, on both engines. Nearly every change adds a line to a chain of the audit log, and a chain has one
//! end: two changes side by side would meet there, and all but one would have to begin again, a long one again and again.
//! So the writers of one process wait in the order in which they came, holding no connection meanwhile. Between
//! processes, SQLite has one writer anyway; on PostgreSQL each change begins by locking the chains' heads, *before* its
//! snapshot is taken, so that what it sees includes what the last one did and nothing collides. Readers wait for nobody.

mod copy;
mod engine;
mod fold;
mod frames;
pub mod hearts;
mod ids;
pub mod journal;
mod journal_files;
mod journal_rewrite;
pub mod schema;
mod text_enum;

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::result::{DatabaseErrorKind, Error as Failure};
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use parking_lot::FairMutex;

use crate::{Error, Result};
use engine::{Access, Engine};

pub use copy::{Census, PARTS, census, copy, file, is_empty, missing, place, sound};
pub use fold::fold;
pub use frames::{Row, are_records, holds};
pub use ids::{hex, random_bytes, reference};
pub(crate) use ids::{letters_of, random_id, random_letters};
pub(crate) use text_enum::text_enum;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// Taken before the first question of a change: a snapshot that is older than the lock would collide all the same.
const TURN_POSTGRES: &str = "LOCK TABLE audit_heads IN SHARE ROW EXCLUSIVE MODE";
const TRIES_MAX: u32 = 30;
/// Nobody waits longer than this for their turn to write: for those of this process, and for other processes' locks,
/// taken together. It is less than what proxies wait for a page.
const WAIT_MAX: Duration = Duration::from_secs(15);
const READERS_SQLITE: u32 = 4;
const CONNECTIONS_POSTGRES: u32 = 8;

/// A connection to whichever engine the address names.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// A PostgreSQL server.
    Postgres(PgConnection),
    /// A SQLite file.
    Sqlite(SqliteConnection),
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: Pool<Engine>,
    writers: Pool<Engine>,
    /// There is one writer at a time; here they wait in the order in which they came.
    turn: Arc<FairMutex<()>>,
}

impl Store {
    /// Opens `sqlite:path` or `postgres://…`.
    pub fn open(address: &str) -> Result<Self> {
        // Once by hand: a pool would try for seconds, and say nothing of why.
        let first = Engine::new(address, Access::Write).connect();
        first.map_err(|error| Error::Unreachable(error.to_string()))?;
        let pool = |access, size| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(5))
                .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
                .build(Engine::new(address, access))
        };
        if Engine::is_postgres(address) {
            let both = pool(Access::Write, CONNECTIONS_POSTGRES)?;
            let turn = Arc::default();
            return Ok(Self { readers: both.clone(), writers: both, turn });
        }
        let writers = pool(Access::Write, 1)?;
        let readers = pool(Access::Read, READERS_SQLITE)?;
        Ok(Self { readers, writers, turn: Arc::default() })
    }

    /// Brings the schema up to date and says how many steps that took.
    pub fn migrate(&self) -> Result<usize> {
        let done = match &mut *self.writers.get()? {
            Db::Postgres(db) => db.run_pending_migrations(POSTGRES).map(|done| done.len()),
            Db::Sqlite(db) => db.run_pending_migrations(SQLITE).map(|done| done.len()),
        };
        done.map_err(|error| Error::Database(Failure::QueryBuilderError(error)))
    }

    /// True when the schema is older than this program.
    pub fn is_behind(&self) -> Result<bool> {
        let behind = match &mut *self.writers.get()? {
            Db::Postgres(db) => db.has_pending_migration(POSTGRES),
            Db::Sqlite(db) => db.has_pending_migration(SQLITE),
        };
        behind.map_err(|error| Error::Database(Failure::QueryBuilderError(error)))
    }

    /// The engine, its version and its settings, in words.
    pub fn about(&self) -> Result<String> {
        engine::about(&mut *self.readers.get()?)
            .map_err(|error| Error::Unreachable(error.to_string()))
    }

    /// Looks, without changing anything.
    pub fn read<T>(&self, look: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        look(&mut *self.readers.get()?).map_err(named)
    }

    /// Changes things, all or nothing, as if no one else were writing.
    ///
    /// PostgreSQL runs the change serializably and may ask for it again (when somebody wrote without taking a turn), so
    /// `change` does nothing but use `db`.
    pub fn write<T>(&self, change: impl FnMut(&mut Db) -> Result<T>) -> Result<T> {
        self.write_within(WAIT_MAX, change)
    }

    /// The same for what is worth a shorter wait: [`Error::Crowded`] when its turn has not come by then.
    pub fn write_within<T>(
        &self,
        longest: Duration,
        mut change: impl FnMut(&mut Db) -> Result<T>,
    ) -> Result<T> {
        let until = Instant::now() + longest;
        let _turn = self.turn.try_lock_until(until).ok_or(Error::Crowded)?;
        let db = &mut *self.writers.get()?;
        for tries in 1..=TRIES_MAX {
            let left = until.saturating_duration_since(Instant::now());
            let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX);
            if left == 0 {
                break;
            }
            match attempt(db, left, &mut change).map_err(named) {
                Err(error) if is_collision(&error) => {
                    let [jitter] = random_bytes::<1>();
                    let pause = u64::from(tries) + u64::from(jitter) / 32;
                    std::thread::sleep(Duration::from_millis(pause));
                }
                outcome => return outcome,
            }
        }
        Err(Error::Crowded)
    }
}

/// Tries a change once. Other processes' locks are waited for so many milliseconds.
fn attempt<T>(
    db: &mut Db,
    wait_ms: u32,
    change: &mut impl FnMut(&mut Db) -> Result<T>,
) -> Result<T> {
    type Transaction = <Db as Connection>::TransactionManager;

    match db {
        Db::Sqlite(db) => {
            db.batch_execute(&format!("PRAGMA busy_timeout = {wait_ms}"))?;
            AnsiTransactionManager::begin_transaction_sql(db, "BEGIN IMMEDIATE")?;
        }
        Db::Postgres(db) => {
            AnsiTransactionManager::begin_transaction_sql(
                db,
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
            )?;
        }
    }
    match take_turn(db, wait_ms).and_then(|()| change(db)) {
        Ok(value) => Transaction::commit_transaction(db).map(|()| value).map_err(Error::from),
        Err(error) => Transaction::rollback_transaction(db).map_err(Error::from).and(Err(error)),
    }
}

/// Waits until no other process writes; on PostgreSQL, for every other lock as long at most.
fn take_turn(db: &mut Db, wait_ms: u32) -> Result<()> {
    let Db::Postgres(db) = db else { return Ok(()) };
    let began = Instant::now();
    let taken = db.batch_execute(&format!("SET LOCAL lock_timeout = {wait_ms}; {TURN_POSTGRES}"));
    taken.map_err(|error| {
        // The server says it in its own language; the time says it in any.
        let is_late = began.elapsed() >= Duration::from_millis(u64::from(wait_ms));
        if is_late { Error::Crowded } else { Error::from(error) }
    })
}

/// True for what another try can mend: serialization failures, and the ways in which the engines say "somebody else is
/// writing" that diesel has no name for.
fn is_collision(error: &Error) -> bool {
    let Error::Database(Failure::DatabaseError(kind, about)) = error else { return false };
    let message = about.message();
    matches!(kind, DatabaseErrorKind::SerializationFailure)
        || message.contains("deadlock detected")
        || message.contains("database is locked")
}

/// Gives failures a name of their own that a visitor is told the reason of.
fn named(error: Error) -> Error {
    let Error::Database(Failure::DatabaseError(kind, about)) = error else { return error };
    let says = |it: &str| about.message().contains(it);
    if says("due to lock timeout") {
        Error::Crowded
    } else if says("database or disk is full") || says("No space left on device") {
        Error::Full
    } else if says("disk I/O error") {
        Error::Unwritten(Failure::DatabaseError(kind, about))
    } else {
        Error::Database(Failure::DatabaseError(kind, about))
    }
}

/// Asks the database for nothing, to see that it answers.
pub fn answers(db: &mut Db) -> Result<()> {
    use diesel::RunQueryDsl;
    diesel::sql_query("SELECT 1").execute(db)?;
    Ok(())
}
