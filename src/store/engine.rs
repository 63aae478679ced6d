//! How a connection is made, and what is asked of it before anybody uses it.

use diesel::connection::SimpleConnection;
use diesel::r2d2::{Error, ManageConnection, R2D2Connection};
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};

use super::Db;

/// Older versions of SQLite may lose commits in WAL.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

#[derive(Debug)]
pub struct Engine {
    address: String,
    access: Access,
}

#[derive(diesel::QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Engine {
    pub fn new(address: &str, access: Access) -> Self {
        Self { address: address.strip_prefix("sqlite:").unwrap_or(address).to_owned(), access }
    }

    pub fn is_postgres(address: &str) -> bool {
        address.starts_with("postgres://") || address.starts_with("postgresql://")
    }

    fn sqlite(&self) -> Result<SqliteConnection, Error> {
        let mut db = SqliteConnection::establish(&self.address).map_err(Error::ConnectionError)?;
        db.batch_execute(SQLITE_SETTINGS).map_err(Error::QueryError)?;
        if self.access == Access::Read {
            db.batch_execute("PRAGMA query_only = ON").map_err(Error::QueryError)?;
        }
        let version = ask(&mut db, "SELECT sqlite_version() AS value")?;
        let mut parts = version.split('.').map(|it| it.parse().unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        if (part(), part(), part()) < SQLITE_MIN {
            return Err(refused("SQLite is older than 3.51.3, which may lose commits"));
        }
        let journal = "SELECT journal_mode AS value FROM pragma_journal_mode";
        if ask(&mut db, journal)? != "wal" {
            return Err(refused(
                "the database file cannot be put in WAL mode: is it on a network disk?",
            ));
        }
        let durable = "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous";
        if ask(&mut db, durable)? != "2" {
            return Err(refused("SQLite does not wait for the disk (synchronous is not FULL)"));
        }
        Ok(db)
    }

    fn postgres(&self) -> Result<PgConnection, Error> {
        let mut db = PgConnection::establish(&self.address).map_err(Error::ConnectionError)?;
        db.batch_execute("SET TIME ZONE 'UTC'").map_err(Error::QueryError)?;
        for setting in ["synchronous_commit", "fsync", "full_page_writes"] {
            let asked = format!("SELECT current_setting('{setting}') AS value");
            if ask(&mut db, &asked)? == "off" {
                return Err(refused(
                    "PostgreSQL runs with synchronous_commit, fsync or full_page_writes off, and could lose a concern",
                ));
            }
        }
        Ok(db)
    }
}

fn ask<C>(db: &mut C, query: &str) -> Result<String, Error>
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::methods::LoadQuery<'q, C, Value>,
{
    let found: Value = diesel::sql_query(query).get_result(db).map_err(Error::QueryError)?;
    Ok(found.value)
}

fn refused(why: &str) -> Error {
    Error::ConnectionError(diesel::ConnectionError::BadConnection(why.to_owned()))
}

impl ManageConnection for Engine {
    type Connection = Db;
    type Error = Error;

    fn connect(&self) -> Result<Db, Error> {
        if Self::is_postgres(&self.address) {
            return self.postgres().map(Db::Postgres);
        }
        self.sqlite().map(Db::Sqlite)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Error> {
        // A local file does not go away; asking before each use would cost more than most queries.
        match db {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(db) => db.ping().map_err(Error::QueryError),
        }
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        db.is_broken()
    }
}
