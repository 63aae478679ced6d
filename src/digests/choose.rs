//! A person chooses how often their digest comes.

use serde::Deserialize;

use super::{Rhythm, queries};
use crate::Result;
use crate::accounts::AccountId;
use crate::audit::Event;
use crate::deed::Deed;
use crate::web::FormErrors;

/// What the digests page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    pub rhythm: String,
}

impl ChooseForm {
    /// The rhythm that was chosen, or what is wrong.
    pub fn check(&self) -> Result<Rhythm, FormErrors> {
        Rhythm::parse(&self.rhythm).ok_or_else(|| {
            let mut errors = FormErrors::default();
            errors.add("rhythm", "Select how often your digest comes");
            errors
        })
    }
}

/// Sets the rhythm of whoever does this deed.
pub fn choose(deed: &mut Deed, rhythm: Rhythm) -> Result<()> {
    queries::set_rhythm(deed.db, deed.by.id, rhythm)?;
    deed.record(Event::RhythmChosen, deed.by.id, None)
}

/// Drops what somebody had chosen whose account is forgotten.
pub fn forget(deed: &mut Deed, account: AccountId) -> Result<()> {
    queries::remove_rhythm(deed.db, account)
}
