//! `e4s journal`: the second place of concerns, read and used.

use std::process::ExitCode;

use clap::Subcommand;
use e4s::app::Portal;
use e4s::concerns::{restore, verify};

use super::commands::{complain, say};

/// What can be done with the journal.
#[derive(Subcommand)]
pub enum JournalCommand {
    /// Read and open every record, and hold them against the database. Fails if anything is wrong.
    Verify,
    /// Put back the concerns that the database lost, as they were raised.
    Restore,
}

/// Verifies or restores, and says what came of it.
pub fn run(
    portal: &Portal,
    command: &JournalCommand,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let is_well = match command {
        JournalCommand::Verify => {
            let found = verify::verify(portal)?;
            for note in &found.notes {
                say(&format!("note: {note}"));
            }
            for fault in &found.faults {
                complain(fault);
            }
            say(&format!(
                "{} files, {} records of {} concerns; {} concerns in the database; {} faults",
                found.files,
                found.records,
                found.kept,
                found.stored,
                found.faults.len()
            ));
            found.faults.is_empty()
        }
        JournalCommand::Restore => {
            let restored = restore::restore(portal)?;
            for reference in &restored.back {
                say(&format!("put back: {reference}"));
            }
            for settled in &restored.settled {
                say(&format!("nothing missing: {settled}"));
            }
            for fault in &restored.left {
                complain(&format!("not put back: {fault}"));
            }
            say(&summed(&restored));
            restored.left.is_empty()
        }
    };
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of it all, in a line.
fn summed(restored: &restore::Restored) -> String {
    let counted = |count: usize| match count {
        1 => "1 concern".to_owned(),
        count => format!("{count} concerns"),
    };
    let mut said = vec![format!("Put back: {}.", counted(restored.back.len()))];
    match restored.settled.len() {
        0 => {}
        count => said.push(format!(
            "Already in the database under another reference, because the report was sent twice: {}.",
            counted(count)
        )),
    }
    match restored.left.len() {
        0 => {
            said.push("Nothing that the journal has is missing from the database any more.".into());
        }
        count => said.push(format!("Could not be put back (named above): {}.", counted(count))),
    }
    said.join(" ")
}
