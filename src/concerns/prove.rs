//! Shows that concerns can be opened, to nobody: for a restore.

use super::queries;
use crate::Result;
use crate::seal::Keyring;
use crate::store::Db;

/// Opens the newest concern of all. False if there is none.
pub fn newest_opens(db: &mut Db, keys: &Keyring) -> Result<bool> {
    Ok(queries::newest(db)?.map(|it| it.open(keys)).transpose()?.is_some())
}
