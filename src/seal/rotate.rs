//! A younger root key, and every sealed text brought under it: in short transactions, beside a service that runs.
//!
//! It can be stopped at any time. Whoever begins again goes on with what is left.

use std::collections::BTreeSet;
use std::fmt;

use super::queries::{self, Which};
use super::{COLUMNS, Keyring, Place, keys};
use crate::store::Store;
use crate::{Error, Result};

/// How many texts are renewed in one transaction: a writer waits for a fraction of a second at most.
const BATCH: i64 = 100;
/// What a service sealed with the older key while the younger one was made is found in a second pass.
const PASSES_MAX: usize = 5;

/// How a rotation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// With a root key of this generation, made now.
    New(u32),
    /// One was stopped half way: it goes on with the youngest key there is.
    GoesOn(u32),
}

/// How far a pass has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    column: usize,
    after: String,
}

/// A text that cannot be opened, by where it stands. Never what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    pub table: &'static str,
    pub column: &'static str,
    pub row: String,
    pub why: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{} of the row {}: {}", self.table, self.column, self.row, self.why)
    }
}

/// What one transaction did, and where the next one begins if there is more.
#[derive(Debug)]
pub struct Batch {
    pub renewed: usize,
    pub damaged: Vec<Damaged>,
    pub next: Option<Mark>,
}

/// What a whole rotation did.
#[derive(Debug, Default)]
pub struct Rotated {
    pub renewed: usize,
    pub damaged: Vec<Damaged>,
}

/// Takes up the root key that waits; or makes a younger one, unless some texts still need an older one than the youngest.
pub fn begin(store: &Store, keys: &Keyring) -> Result<Begun> {
    let begun = match keys::take_up(keys.folder())? {
        Some(generation) => Begun::New(generation),
        None if is_under_way(store, keys)? => return Ok(Begun::GoesOn(keys.generation())),
        None => Begun::New(keys::next(keys.folder())?),
    };
    keys.read_again()?;
    Ok(begun)
}

/// True if some texts need another root key than the youngest.
pub fn is_under_way(store: &Store, keys: &Keyring) -> Result<bool> {
    keys.read_again()?;
    let youngest = keys.generation();
    for column in COLUMNS {
        let one = |db: &mut _| queries::page(db, *column, (Which::NotOf(youngest), ""), 1);
        if !store.read(one)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The generations that some text of the database needs, and of which there is no key here.
pub fn missing(store: &Store, keys: &Keyring) -> Result<BTreeSet<u32>> {
    keys.read_again()?;
    let mut known = keys.generations();
    let mut missing = BTreeSet::new();
    for column in COLUMNS {
        loop {
            let one = |db: &mut _| queries::page(db, *column, (Which::NoneOf(&known), ""), 1);
            let Some(needed) = store.read(one)?.first().and_then(|it| it.sealed.generation())
            else {
                break;
            };
            known.push(needed);
            missing.insert(needed);
        }
    }
    Ok(missing)
}

/// Renews some texts, in one transaction.
pub fn batch(store: &Store, keys: &Keyring, from: &Mark) -> Result<Batch> {
    let column = *COLUMNS.get(from.column).ok_or(Error::Corrupt("a mark of a rotation"))?;
    let youngest = keys.generation();
    store.write(|db| {
        let rows = queries::page(db, column, (Which::NotOf(youngest), &from.after), BATCH)?;
        let (mut renewed, mut damaged) = (0, Vec::new());
        for row in &rows {
            // One that was renewed on a machine that has a younger key: it is not brought back.
            if row.sealed.generation().is_some_and(|it| it > youngest) {
                continue;
            }
            let at = Place { table: column.table, column: column.column, row: &row.key };
            match keys.renew(at, &row.sealed) {
                Ok(text) => renewed += usize::from(queries::replace(db, column, row, &text)?),
                Err(error) => damaged.push(Damaged::at(at, error.to_string())),
            }
        }
        let next = match rows.last() {
            Some(last) => Some(Mark { column: from.column, after: last.key.clone() }),
            None if from.column + 1 < COLUMNS.len() => {
                Some(Mark { column: from.column + 1, ..Mark::default() })
            }
            None => None,
        };
        Ok(Batch { renewed, damaged, next })
    })
}

/// Renews every text that needs an older key than the youngest. `progress` is told how many it has been.
pub fn run(store: &Store, keys: &Keyring, progress: &mut dyn FnMut(usize)) -> Result<Rotated> {
    let mut whole = Rotated::default();
    for _ in 0..PASSES_MAX {
        let before = whole.renewed;
        whole.damaged.clear();
        let mut from = Some(Mark::default());
        while let Some(mark) = from {
            let done = batch(store, keys, &mark)?;
            if done.renewed > 0 {
                whole.renewed += done.renewed;
                progress(whole.renewed);
            }
            whole.damaged.extend(done.damaged);
            from = done.next;
        }
        if whole.renewed == before {
            break;
        }
    }
    Ok(whole)
}

/// The older generations of which some text of the database still needs the key.
pub fn needed(store: &Store, keys: &Keyring) -> Result<BTreeSet<u32>> {
    let mut needed = BTreeSet::new();
    for generation in keys.generations().into_iter().filter(|it| *it != keys.generation()) {
        for column in COLUMNS {
            let one = |db: &mut _| queries::page(db, *column, (Which::Of(generation), ""), 1);
            if !needed.contains(&generation) && !store.read(one)?.is_empty() {
                needed.insert(generation);
            }
        }
    }
    Ok(needed)
}

impl Damaged {
    pub(super) fn at(at: Place, why: String) -> Self {
        Self { table: at.table, column: at.column, row: at.row.to_owned(), why }
    }
}
