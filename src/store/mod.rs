//! One database, two engines: SQLite in one file, or PostgreSQL.
//!
//! `read` looks, `write` changes. There is no other way in, and `write` is the only transaction: ordinary ones
//! fail or lose updates when several people write at once.

mod copy;
mod engine;
mod ids;
pub mod schema;
mod text_enum;

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::result::{DatabaseErrorKind, Error as Failure};
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use parking_lot::FairMutex;

use crate::{Error, Result};
use engine::{Access, Engine};

pub use copy::{Census, PARTS, census, copy, file, is_empty, place, sound};
pub use ids::{hex, random_bytes, reference};
pub(crate) use ids::{letters_of, random_id, random_letters};
pub(crate) use text_enum::text_enum;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const TRIES_MAX: u32 = 30;
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
    /// SQLite has one writer at a time; here they wait in the order in which they came.
    turn: Option<Arc<FairMutex<()>>>,
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
            return Ok(Self { readers: both.clone(), writers: both, turn: None });
        }
        let writers = pool(Access::Write, 1)?;
        let readers = pool(Access::Read, READERS_SQLITE)?;
        Ok(Self { readers, writers, turn: Some(Arc::new(FairMutex::new(()))) })
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
        look(&mut *self.readers.get()?)
    }

    /// Changes things, all or nothing, as if no one else were writing.
    ///
    /// PostgreSQL runs the change serializably and may ask for it again, so `change` does nothing but use `db`.
    pub fn write<T>(&self, mut change: impl FnMut(&mut Db) -> Result<T>) -> Result<T> {
        let _turn = self.turn.as_ref().map(|it| it.lock());
        let db = &mut *self.writers.get()?;
        let mut tries = 1;
        loop {
            match attempt(db, &mut change) {
                Err(error) if is_collision(&error) => {
                    if tries == TRIES_MAX {
                        return Err(Error::Crowded);
                    }
                    let [jitter] = random_bytes::<1>();
                    let pause = u64::from(tries) + u64::from(jitter) / 32;
                    std::thread::sleep(Duration::from_millis(pause));
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

fn attempt<T>(db: &mut Db, change: &mut impl FnMut(&mut Db) -> Result<T>) -> Result<T> {
    type Transaction = <Db as Connection>::TransactionManager;

    match db {
        Db::Sqlite(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN IMMEDIATE")?,
        Db::Postgres(db) => {
            AnsiTransactionManager::begin_transaction_sql(
                db,
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
            )?;
        }
    }
    match change(db) {
        Ok(value) => Transaction::commit_transaction(db).map(|()| value).map_err(Error::from),
        Err(error) => Transaction::rollback_transaction(db).map_err(Error::from).and(Err(error)),
    }
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

/// Asks the database for nothing, to see that it answers.
pub fn answers(db: &mut Db) -> Result<()> {
    use diesel::RunQueryDsl;
    diesel::sql_query("SELECT 1").execute(db)?;
    Ok(())
}
