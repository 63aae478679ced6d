//! What the database is asked about second factors.

use diesel::prelude::*;

use super::AccountId;
use crate::Result;
use crate::store::Db;
use crate::store::schema::factors;

/// True if a person has a factor that they have confirmed.
pub(super) fn has_any(db: &mut Db, account: AccountId) -> Result<bool> {
    let theirs = factors::table
        .filter(factors::account_id.eq(account))
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(db)?)
}
