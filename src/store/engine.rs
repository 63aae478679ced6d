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
/// What every connection then has to say of itself: the pragma, its column, its value, and what it means if it says
/// something else.
const SQLITE_KEPT: [(&str, &str, &str, &str); 6] = [
    (
        "journal_mode",
        "journal_mode",
        "wal",
        "the database file cannot be put in WAL mode: is it on a network disk?",
    ),
    (
        "synchronous",
        "synchronous",
        "2",
        "SQLite does not wait for the disk (synchronous is not FULL)",
    ),
    ("foreign_keys", "foreign_keys", "1", "SQLite does not hold references (foreign_keys is off)"),
    ("trusted_schema", "trusted_schema", "0", "SQLite trusts the schema (trusted_schema is on)"),
    (
        "secure_delete",
        "secure_delete",
        "1",
        "SQLite leaves deleted text in the file (secure_delete is off)",
    ),
    (
        "busy_timeout",
        "timeout",
        "5000",
        "SQLite does not wait for others (busy_timeout is not set)",
    ),
];
/// Whoever reads waits no longer for somebody's lock than on SQLite. A change sets how long it waits by itself.
const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET lock_timeout = 5000";
/// The settings of a server that lose nothing that was acknowledged.
const POSTGRES_KEPT: [(&str, &[&str]); 3] = [
    ("synchronous_commit", &["on", "remote_apply"]),
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
];

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
pub(super) struct Value {
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
        for (pragma, column, wanted, refusal) in SQLITE_KEPT {
            if ask(&mut db, &pragma_query(pragma, column))? != wanted {
                return Err(refused(refusal));
            }
        }
        Ok(db)
    }

    fn postgres(&self) -> Result<PgConnection, Error> {
        let mut db = PgConnection::establish(&self.address).map_err(Error::ConnectionError)?;
        db.batch_execute(POSTGRES_SETTINGS).map_err(Error::QueryError)?;
        for (setting, safe) in POSTGRES_KEPT {
            let found = ask(&mut db, &setting_query(setting))?;
            if !safe.contains(&found.as_str()) {
                return Err(refused(
                    "PostgreSQL could lose a concern: synchronous_commit has to be on (or remote_apply), fsync and \
                     full_page_writes on",
                ));
            }
        }
        Ok(db)
    }
}

/// The engine, its version and what it was found to keep to, in words for whoever runs the service.
pub(super) fn about(db: &mut Db) -> Result<String, Error> {
    match db {
        Db::Sqlite(db) => {
            let mut said = vec![format!("SQLite {}", ask(db, "SELECT sqlite_version() AS value")?)];
            for (pragma, column, ..) in SQLITE_KEPT {
                said.push(format!("{pragma} {}", ask(db, &pragma_query(pragma, column))?));
            }
            Ok(said.join(", "))
        }
        Db::Postgres(db) => {
            let mut said =
                vec![format!("PostgreSQL {}", ask(db, &setting_query("server_version"))?)];
            for (setting, _) in POSTGRES_KEPT {
                said.push(format!("{setting} {}", ask(db, &setting_query(setting))?));
            }
            Ok(said.join(", "))
        }
    }
}

fn pragma_query(pragma: &str, column: &str) -> String {
    format!("SELECT CAST({column} AS TEXT) AS value FROM pragma_{pragma}")
}

fn setting_query(setting: &str) -> String {
    format!("SELECT current_setting('{setting}') AS value")
}

/// The first row's `value`.
pub(super) fn ask<C>(db: &mut C, query: &str) -> Result<String, Error>
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::methods::LoadQuery<'q, C, Value>,
{
    let found: Value = diesel::sql_query(query).get_result(db).map_err(Error::QueryError)?;
    Ok(found.value)
}

/// Every row's `value`.
pub(super) fn ask_all<C>(db: &mut C, query: &str) -> Result<Vec<String>, Error>
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::methods::LoadQuery<'q, C, Value>,
{
    let found: Vec<Value> = diesel::sql_query(query).load(db).map_err(Error::QueryError)?;
    Ok(found.into_iter().map(|it| it.value).collect())
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
