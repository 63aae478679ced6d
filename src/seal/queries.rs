//! What the database is asked about sealed texts as such, whatever they are about.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Column, FORM, MARKED, Sealed};
use crate::Result;
use crate::store::Db;

/// A sealed text with its row's key, as text.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text, column_name = row_key)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub sealed: Sealed,
}

/// Which texts of a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    Every,
    /// Those that need the root key of this generation.
    Of(u32),
    /// Those that need another one.
    NotOf(u32),
    /// Those that need one that is none of these.
    NoneOf(&'a [u32]),
    /// Those that are sealed to another offline recipient than the one of this mark, or to none.
    NotFor(&'a str),
}

/// Some texts of a column, in the order of their rows, behind a row (empty: from the first).
pub(super) fn page(
    db: &mut Db,
    column: Column,
    (which, after): (Which<'_>, &str),
    limit: i64,
) -> Result<Vec<Row>> {
    let Column { table, column, key, is_numbered } = column;
    let (kind, first) = if is_numbered { ("BIGINT", "0") } else { ("TEXT", "") };
    let of = match which {
        Which::Every => String::new(),
        Which::Of(generation) => format!("AND {column} LIKE '{FORM}.{generation}.%'"),
        Which::NotOf(generation) => format!("AND {column} NOT LIKE '{FORM}.{generation}.%'"),
        Which::NoneOf(generations) => {
            let not = |it: &u32| format!("AND {column} NOT LIKE '{FORM}.{it}.%' ");
            generations.iter().map(not).collect()
        }
        Which::NotFor(mark) => format!("AND {column} NOT LIKE '%.{mark}{MARKED}%'"),
    };
    let asked = format!(
        "SELECT CAST({key} AS TEXT) AS row_key, {column} AS sealed FROM {table} \
         WHERE {key} > CAST($1 AS {kind}) AND {column} IS NOT NULL {of} ORDER BY {key} LIMIT $2"
    );
    let after = if after.is_empty() { first } else { after };
    let asked = diesel::sql_query(asked).bind::<Text, _>(after.to_owned());
    Ok(asked.bind::<BigInt, _>(limit).load(db)?)
}

/// Puts a text in the place of another, if it is still there.
pub(super) fn replace(db: &mut Db, column: Column, seen: &Row, with: &Sealed) -> Result<bool> {
    let Column { table, column, key, is_numbered } = column;
    let kind = if is_numbered { "BIGINT" } else { "TEXT" };
    let asked = format!(
        "UPDATE {table} SET {column} = $1 WHERE {key} = CAST($2 AS {kind}) AND {column} = $3"
    );
    let asked = diesel::sql_query(asked).bind::<Text, _>(with.clone());
    let asked = asked.bind::<Text, _>(seen.key.clone()).bind::<Text, _>(seen.sealed.clone());
    Ok(asked.execute(db)? == 1)
}
