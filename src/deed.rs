//! A deed: who, when, and the transaction. The only way to change anything.

use chrono::{NaiveDate, NaiveDateTime};

use crate::accounts::Actor;
use crate::calendar;
use crate::seal::Keyring;
use crate::store::Db;

/// One deed. What it changes, what it records (`audit`) and what it posts (`mail`) happen together or not at all.
///
/// It may be run twice when two deeds collide, so it does nothing but use the database.
pub struct Deed<'a> {
    /// The transaction.
    pub db: &'a mut Db,
    /// Who does it, with the posts that they hold inside this transaction.
    pub by: &'a Actor,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// What seals and opens free text.
    pub keys: &'a Keyring,
}

impl Deed<'_> {
    /// The day of the deed in London.
    pub fn today(&self) -> NaiveDate {
        calendar::day(self.at)
    }
}
