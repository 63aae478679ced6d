//! Keeping the service well: a doctor that says what is amiss and what to do, backups, and the way back from one.
//!
//! It stands above every slice and changes nothing of theirs. A backup is one file: the database as it was at one moment,
//! the journal and the root keys, sealed to the offline recipient, so that the file and the offline identity alone bring
//! a county back.

pub mod backup;
mod bundle;
mod cover;
pub mod doctor;
pub mod heartbeat;
mod machine;
pub mod restore;
mod running;
mod scratch;
mod set_up;
pub mod whole;

pub mod pages;
pub mod queries;

use std::path::Path;

use crate::Error;

/// Says how far a long piece of work has come.
pub type Progress<'a> = &'a mut dyn FnMut(&str);

/// What went wrong with a file, as whoever runs a command reads it.
fn unusable(path: &Path, problem: impl std::fmt::Display) -> Error {
    Error::Unusable(format!("{}: {problem}", path.display()))
}
