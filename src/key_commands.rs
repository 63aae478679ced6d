//! `e4s keys`: the root keys, the offline identity, and whether they open what is sealed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use e4s::app::Portal;
use e4s::audit::Event;
use e4s::concerns::{self, needed};
use e4s::config::{Fault, Settings};
use e4s::mail::access;
use e4s::seal::rotate::{self, Begun, Damaged};
use e4s::seal::{self, check, recover};
use e4s::store::Store;
use e4s::store::journal::Journal;
use e4s::upkeep::whole;

use super::commands::{complain, say};

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// What can be done with the keys.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make the first root key, and an offline identity that opens everything should the root keys be lost.
    Init {
        /// Where the offline identity is written, to be carried off this machine.
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// Make an offline identity alone: for a service that has none yet, or in the place of one that is lost or known to
    /// others. `rotate` then brings what is sealed under it.
    Identity {
        /// Where it is written, to be carried off this machine.
        file: PathBuf,
    },
    /// Make a younger root key that waits: it opens texts and seals none. For several machines, before `rotate`.
    Next,
    /// Take the key that waits into use, or make one, and renew every sealed text under it. Stopped half way, it goes on
    /// when it is run again.
    Rotate,
    /// Say which root keys there are, and what still needs each: texts of the database, files of the journal, backups.
    List,
    /// The root keys are lost: make a new one, and bring every text of the database and the journal under it by the offline
    /// identity alone. Stop the service first. Stopped half way, it goes on when it is run again.
    Recover {
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
    },
    /// Open every sealed text of the database and the journal with the offline identity, and compare with what the root keys
    /// open.
    EscrowCheck {
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
    },
}

/// Does what is asked, with the settings and, where texts are touched, the portal.
pub fn run(
    command: &KeysCommand,
    settings: impl FnOnce() -> Result<Settings, Fault>,
    ready: impl FnOnce(Settings) -> Result<Arc<Portal>, Box<dyn std::error::Error>>,
) -> Outcome {
    let settings = settings()?;
    match command {
        KeysCommand::Init { identity } => init(&settings, identity.as_deref()),
        KeysCommand::Identity { file } => identity(file),
        KeysCommand::Next => next(&settings),
        KeysCommand::Rotate => {
            let portal = ready(settings)?;
            rotate(&portal)
        }
        KeysCommand::List => {
            let portal = ready(settings)?;
            say_needs(&portal)?;
            Ok(ExitCode::SUCCESS)
        }
        KeysCommand::Recover { identity } => recover(settings, identity, ready),
        KeysCommand::EscrowCheck { identity } => {
            let portal = ready(settings)?;
            escrow_check(&portal, identity)
        }
    }
}

/// Makes the first root key, and an offline identity if a file for it is named. Refused where there is a key already.
fn init(settings: &Settings, file: Option<&Path>) -> Outcome {
    // Keys that are there say so themselves; keys that are away may be needed by what is sealed.
    if !seal::has_key(&settings.keys)? {
        whole::nothing_is_sealed(settings)?;
    }
    seal::init(&settings.keys)?;
    let folder = settings.keys.display();
    say(&format!("{folder} holds the first root key. Only the service may read it."));
    file.map_or(Ok(ExitCode::SUCCESS), make_identity)
}

/// Makes an offline identity, for a service that runs already.
fn identity(file: &Path) -> Outcome {
    make_identity(file)?;
    say(
        "Then restart the service, and run `e4s keys rotate`: until then what is sealed already does not open with it. An older \
         identity is needed as long as backups from before are kept.",
    );
    Ok(ExitCode::SUCCESS)
}

fn make_identity(file: &Path) -> Outcome {
    let recipient = seal::identity(file)?;
    let name = file.display();
    say(&format!(
        "{name} holds the offline identity. Carry it off this machine, then delete it here."
    ));
    say("Put this line into the settings:");
    say(&format!("escrow = \"{recipient}\""));
    Ok(ExitCode::SUCCESS)
}

/// Makes a younger root key that waits until every machine has it.
fn next(settings: &Settings) -> Outcome {
    let generation = seal::prepare(&settings.keys)?;
    let file = settings.keys.join(format!("root-{generation}.waiting"));
    say(&format!("{} is there, and seals nothing yet.", file.display()));
    say(
        "Copy it into the `keys` folder of every other machine (its owner the service’s user, its mode 0400),",
    );
    say("look there with `e4s doctor`, and then run `e4s keys rotate` on each machine.");
    Ok(ExitCode::SUCCESS)
}

/// Makes a younger root key, or goes on with the one of a rotation that was stopped.
fn rotate(portal: &Portal) -> Outcome {
    let (store, keys) = (&portal.store, &*portal.keys);
    let may_be_several = portal.settings.database.starts_with("postgres");
    let is_ready = seal::waiting(keys.folder())?.is_some() || rotate::is_under_way(store, keys)?;
    if may_be_several && !is_ready {
        complain(
            "A machine without the new key could open nothing that is renewed under it. Run `e4s keys next` first, copy \
             the key to every machine, then `e4s keys rotate` on each.",
        );
        return Ok(ExitCode::FAILURE);
    }
    match rotate::begin(store, keys)? {
        Begun::New(generation) => {
            portal.write_as_house(|deed| deed.record(Event::KeysRotated, generation, None))?;
            complain(&format!(
                "root-{generation}.key seals from now on. Renewing every sealed text …"
            ));
        }
        Begun::GoesOn(generation) => {
            complain(&format!("Some texts are not under root-{generation}.key yet. Going on …"));
        }
    }
    let done = rotate::run(store, keys, &mut |count| complain(&format!("… {count} texts")))?;
    say(&format!("{} texts are renewed.", done.renewed));
    say_needs(portal)?;
    Ok(told(&done.damaged))
}

/// Says of each older root key what still needs it.
fn say_needs(portal: &Portal) -> e4s::Result<()> {
    let (in_database, in_journal) =
        (rotate::needed(&portal.store, &portal.keys)?, needed::needed(portal)?);
    let by_letters = portal.store.read(access::needed)?;
    let youngest = portal.keys.generation();
    say(&format!("root-{youngest}.key seals what is written from now on."));
    let mut older: BTreeSet<u32> = portal.keys.generations().into_iter().collect();
    let is_there = |it: u32| portal.settings.keys.join(format!("root-{it}.key")).exists();
    older.extend(in_database.iter().chain(in_journal.files.keys()).chain(&by_letters));
    // A key that waits is younger.
    older.retain(|it| *it < youngest);
    for generation in &older {
        let mut by = Vec::new();
        if in_database.contains(generation) {
            by.push("texts in the database".to_owned());
        }
        if let Some(files) = in_journal.files.get(generation) {
            by.push(of_journal(files));
        }
        if by_letters.contains(generation) {
            by.push("letters that wait with a link in them".to_owned());
        }
        let (name, by) = (format!("root-{generation}.key"), by.join(" and "));
        if by.is_empty() {
            say(&format!("{name} is needed by nothing in the database or the journal any more."));
        } else if is_there(*generation) {
            say(&format!("{name} is still needed, by {by}: keep it."));
        } else {
            say(&format!("{name} is missing, and is needed by {by}: put it back from a backup."));
        }
    }
    if in_journal.unopened > 0 {
        let (count, verb) = match in_journal.unopened {
            1 => ("1 record".to_owned(), "does"),
            many => (format!("{many} records"), "do"),
        };
        say(&format!(
            "{count} of the journal {verb} not open: keep every key. `e4s journal verify` names what is wrong."
        ));
    }
    if !older.is_empty() {
        say(
            "Backups that are older than a rotation need the keys from before it as well. Each holds a copy of them, sealed to \
             the offline identity: do not rely on that copy alone while such a backup is kept.",
        );
    }
    Ok(())
}

/// So many files, and the names of some.
fn of_journal(files: &BTreeSet<String>) -> String {
    let names: Vec<&str> = files.iter().take(3).map(String::as_str).collect();
    let (count, more) = (files.len(), if files.len() > names.len() { ", …" } else { "" });
    let noun = if count == 1 { "file" } else { "files" };
    format!("{count} {noun} of the journal ({}{more})", names.join(", "))
}

/// Brings back what only the offline identity opens.
fn recover(
    settings: Settings,
    identity: &Path,
    ready: impl FnOnce(Settings) -> Result<Arc<Portal>, Box<dyn std::error::Error>>,
) -> Outcome {
    let identity = seal::read_identity(identity)?;
    whole::database_is_there(&settings)?;
    let store = Store::open(&settings.database)?;
    let journal = Journal::open(&settings.journal)?;
    let begun = recover::begin(&store, &journal, (&settings.keys, &identity))?;
    let generation = match begun {
        Begun::New(it) | Begun::GoesOn(it) => it,
    };
    let word = if matches!(begun, Begun::New(_)) { "is made" } else { "is there" };
    complain(&format!("root-{generation}.key {word}. Bringing every text under it …"));
    let portal = ready(settings)?;
    let progress = &mut |count| complain(&format!("… {count} texts"));
    let done = recover::run(&portal.store, (&portal.keys, &identity), progress)?;
    let journal = concerns::recover::recover(&portal, &identity)?;
    portal.write_as_house(|deed| deed.record(Event::KeysRecovered, generation, None))?;
    let (texts, records) = (done.renewed, journal.renewed);
    say(&format!(
        "{texts} texts and {records} records of the journal open with root-{generation}.key."
    ));
    for file in &journal.aside {
        say(&format!(
            "{file} is read no more: remove it when `e4s journal verify` finds no fault."
        ));
    }
    say(
        "Links in letters that were on their way open nothing any more: send those invitations again.",
    );
    journal.damaged.iter().for_each(|it| say(it));
    let code = told(&done.damaged);
    Ok(if journal.damaged.is_empty() { code } else { ExitCode::FAILURE })
}

/// Tries the offline identity.
fn escrow_check(portal: &Portal, identity: &Path) -> Outcome {
    let identity = seal::read_identity(identity)?;
    let progress = &mut |count| complain(&format!("… {count} texts"));
    let checked = check::check(&portal.store, &portal.keys, &identity, progress)?;
    let (whole, damaged) = (checked.whole, checked.damaged.len());
    say(&format!(
        "{whole} texts open with the offline identity as with the root keys, {damaged} do not."
    ));
    let (whole, damaged) = concerns::recover::check(portal, &identity)?;
    say(&format!("Of the journal, {whole} records do, {} do not.", damaged.len()));
    for it in &damaged {
        say(it);
    }
    let code = told(&checked.damaged);
    Ok(if damaged.is_empty() { code } else { ExitCode::FAILURE })
}

/// Names each text that does not open, and fails if there is one.
fn told(damaged: &[Damaged]) -> ExitCode {
    for one in damaged {
        say(&one.to_string());
    }
    if damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
