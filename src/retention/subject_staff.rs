//! Somebody who asks what is kept about them may have an account: since when, which posts, and what they did with concerns.

use super::find::found;
use crate::Result;
use crate::accounts::people::{self, Known, Names};
use crate::accounts::{AccountId, Actor};
use crate::concerns::scan::{self, Part};
use crate::store::Db;

/// More reports, or more steps, than this are not listed: the audit log has them.
const PARTS_MAX: i64 = 300;

/// The people whose name or address has the words, with what they did.
#[derive(Debug, Default)]
pub struct Staff {
    pub people: Vec<Known>,
    pub names: Names,
    /// The newest first.
    pub parts: Vec<Part>,
}

/// Looks for words among the people with accounts.
pub fn look(db: &mut Db, by: &Actor, terms: &[String]) -> Result<Staff> {
    let (mut people, names) = people::with_any(db, by, terms)?;
    people.retain(|it| found(&it.name, terms).is_some() || found(&it.email, terms).is_some());
    if people.is_empty() {
        return Ok(Staff::default());
    }
    let ids: Vec<AccountId> = people.iter().map(|it| it.id).collect();
    let parts = scan::parts(db, &by.scope(), &ids, PARTS_MAX)?;
    Ok(Staff { people, names, parts })
}
