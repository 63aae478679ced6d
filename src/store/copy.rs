//! The whole database as it is at one moment, in one file; and such a file made a database again.
//!
//! SQLite writes the copy itself (`VACUUM INTO`), in one read transaction, while others go on writing. PostgreSQL leaves
//! it to its own `pg_dump` and `pg_restore`, on one exported snapshot.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};

use super::Db;
use super::engine::{Access, Engine, ask, ask_all};
use crate::{Error, Result};

/// The names that a copy has, by engine: SQLite, PostgreSQL.
pub const PARTS: [&str; 2] = ["database.sqlite", "database.pgdump"];

const TABLES_SQLITE: &str = "SELECT name AS value FROM sqlite_schema WHERE type = 'table' \
    AND substr(name, 1, 7) <> 'sqlite_' AND substr(name, 1, 2) <> '__' ORDER BY name";
const TABLES_POSTGRES: &str = "SELECT tablename::text AS value FROM pg_tables WHERE schemaname = current_schema() \
    AND substr(tablename, 1, 2) <> '__' ORDER BY tablename";
const SCHEMA: &str = "SELECT CAST(max(version) AS TEXT) AS value FROM __diesel_schema_migrations";

/// What a database holds: the step of its schema, and the rows of each table. To compare a copy with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    pub schema: String,
    pub counts: BTreeMap<String, i64>,
}

/// The file of a SQLite database; nothing for a server.
pub fn file(address: &str) -> Option<PathBuf> {
    address.strip_prefix("sqlite:").map(PathBuf::from)
}

/// The file of a SQLite database, if it is not there. Whoever connects would make an empty one.
pub fn missing(address: &str) -> Option<PathBuf> {
    file(address).filter(|it| !it.exists())
}

/// Writes a copy into a folder that only the service can read. Says its name and what is in it.
pub fn copy(address: &str, folder: &Path) -> Result<(&'static str, Census)> {
    let [sqlite, postgres] = PARTS;
    match connect(address)? {
        Db::Sqlite(mut db) => {
            let path = folder.join(sqlite);
            let query = diesel::sql_query("VACUUM INTO ?");
            query.bind::<Text, _>(text(&path)?).execute(&mut db)?;
            Ok((sqlite, sound(&path)?))
        }
        Db::Postgres(mut db) => {
            db.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            let snapshot =
                ask(&mut db, "SELECT pg_export_snapshot() AS value").map_err(unreachable)?;
            let found = census_of_postgres(&mut db)?;
            let mut dump = client("pg_dump", address);
            dump.args(["--format=custom", "--no-owner", "--no-privileges"]);
            dump.args(["--snapshot", &snapshot, "--file"]).arg(folder.join(postgres));
            run(dump)?;
            db.batch_execute("COMMIT")?;
            Ok((postgres, found))
        }
    }
}

/// Checks a SQLite file from its first page to its last, and says what is in it.
pub fn sound(path: &Path) -> Result<Census> {
    let mut db = SqliteConnection::establish(text(path)?)
        .map_err(|error| Error::Unreachable(error.to_string()))?;
    let found = ask_all(&mut db, "SELECT integrity_check AS value FROM pragma_integrity_check");
    let found = found.map_err(unreachable)?;
    match found.first() {
        Some(word) if word == "ok" => census_of_sqlite(&mut db),
        _ => Err(Error::Unusable(format!(
            "{} is damaged: {}",
            path.display(),
            found.first().map_or("no answer", String::as_str)
        ))),
    }
}

/// What the database at an address holds.
pub fn census(address: &str) -> Result<Census> {
    match connect(address)? {
        Db::Sqlite(mut db) => census_of_sqlite(&mut db),
        Db::Postgres(mut db) => census_of_postgres(&mut db),
    }
}

/// True when nothing is at an address yet: no file, or a database without a table.
pub fn is_empty(address: &str) -> Result<bool> {
    if let Some(path) = file(address) {
        let aside =
            ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display())));
        return Ok(!aside.iter().any(|it| it.exists()));
    }
    match connect(address)? {
        Db::Postgres(mut db) => {
            let tables = ask_all(&mut db, TABLES_POSTGRES).map_err(unreachable)?;
            Ok(tables.is_empty())
        }
        Db::Sqlite(_) => Ok(false),
    }
}

/// Makes a copy the database at an address, which is empty.
pub fn place(address: &str, part: &Path) -> Result<()> {
    if let Some(path) = file(address) {
        // In one step: a half-written database is never there.
        return std::fs::rename(part, &path).map_err(|error| {
            Error::Unusable(format!("setting `database`: {}: {error}", path.display()))
        });
    }
    let mut restore = client("pg_restore", address);
    restore.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    restore.arg(part);
    run(restore)
}

fn connect(address: &str) -> Result<Db> {
    Engine::new(address, Access::Write).connect().map_err(unreachable)
}

fn census_of_sqlite(db: &mut SqliteConnection) -> Result<Census> {
    let mut counts = BTreeMap::new();
    for table in ask_all(db, TABLES_SQLITE).map_err(unreachable)? {
        let count = ask(db, &count_query(&table)).map_err(unreachable)?;
        counts.insert(table, count.parse().unwrap_or(-1));
    }
    Ok(Census { schema: ask(db, SCHEMA).map_err(unreachable)?, counts })
}

fn census_of_postgres(db: &mut PgConnection) -> Result<Census> {
    let mut counts = BTreeMap::new();
    for table in ask_all(db, TABLES_POSTGRES).map_err(unreachable)? {
        let count = ask(db, &count_query(&table)).map_err(unreachable)?;
        counts.insert(table, count.parse().unwrap_or(-1));
    }
    Ok(Census { schema: ask(db, SCHEMA).map_err(unreachable)?, counts })
}

fn count_query(table: &str) -> String {
    format!("SELECT CAST(count(*) AS TEXT) AS value FROM \"{table}\"")
}

fn client(program: &str, address: &str) -> Command {
    let (name, password) = parted(address);
    let mut command = Command::new(program);
    command.args(["--dbname", &name]).envs(password.map(|it| ("PGPASSWORD", it)));
    command
}

/// An address without its password, which everybody on the machine could read in the list of processes; and the password.
fn parted(address: &str) -> (String, Option<String>) {
    let found = address.split_once("://").and_then(|(scheme, rest)| {
        let (who, host) = rest.split_once('@')?;
        let (user, password) = who.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}"), decoded(password)))
    });
    found.map_or_else(|| (address.to_owned(), None), |(name, it)| (name, Some(it)))
}

/// A password as it is, of how an address writes it: `%40` for `@`.
fn decoded(text: &str) -> String {
    let pair = format!("p={}", text.replace('+', "%2B"));
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&pair).unwrap_or_default();
    pairs.into_iter().next().map_or_else(|| text.to_owned(), |(_, it)| it)
}

fn run(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Unusable(format!(
            "{program} is not on this machine. Install PostgreSQL's client programs, of the server's version or newer"
        )),
        _ => Error::Unusable(format!("{program}: {error}")),
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(Error::Unusable(format!("{program} failed: {}", said.trim())))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .ok_or_else(|| Error::Unusable(format!("{} is not a name in UTF-8", path.display())))
}

fn unreachable(error: diesel::r2d2::Error) -> Error {
    match error {
        diesel::r2d2::Error::QueryError(error) => Error::Database(error),
        diesel::r2d2::Error::ConnectionError(error) => Error::Unreachable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn a_password_is_not_told_to_the_list_of_processes() {
        let (name, password) = parted("postgres://e4s:p%40ss+1@db.example/e4s");
        assert_eq!(
            (name.as_str(), password.as_deref()),
            ("postgres://e4s@db.example/e4s", Some("p@ss+1"))
        );
        let plain = "postgres://e4s@localhost/e4s";
        assert_eq!(parted(plain), (plain.to_owned(), None));
    }
}
