//! The commands that keep the service well: `doctor`, `backup`, `restore`.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use e4s::app::{self, Portal};
use e4s::config::{Fault, Settings};
use e4s::upkeep::doctor::{self, Finding, State};
use e4s::upkeep::{backup, restore, whole};

use crate::commands::{complain, say};

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// Says what is amiss, a line each, even when the service cannot start. Fails when something is broken.
pub fn doctor(settings: Result<Settings, Fault>) -> ExitCode {
    let findings = match settings {
        Err(fault) => doctor::examine_settings(&fault),
        Ok(settings) => {
            let there = whole::database_is_there(&settings);
            match there.and_then(|()| Portal::open(settings.clone(), app::wall_clock())) {
                Ok(portal) => doctor::examine(&portal, (portal.clock)()),
                Err(error) => doctor::examine_shut(&settings, &error),
            }
        }
    };
    let is_coloured = std::io::stdout().is_terminal();
    for finding in &findings {
        say(&line(finding, is_coloured));
    }
    let is_broken = findings.iter().any(|it| it.state == State::Broken);
    if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn line(finding: &Finding, is_coloured: bool) -> String {
    let Finding { what, state, says, what_to_do, .. } = finding;
    let colour = match state {
        State::Fine => "32",
        State::Attend => "33",
        State::Broken => "31",
    };
    let word = format!("{:<6}", state.title());
    let word = if is_coloured { format!("\u{1b}[{colour}m{word}\u{1b}[0m") } else { word };
    let to_do = if what_to_do.is_empty() { String::new() } else { format!(" → {what_to_do}") };
    format!("{word}  {what}: {says}{to_do}")
}

/// Makes a backup, and says where it is.
pub fn backup(portal: &Portal, folder: &Path, keep: Option<usize>) -> Outcome {
    let made = backup::backup(portal, folder, keep, &mut tell)?;
    say(&format!("{}/{}", made.folder, made.file));
    Ok(ExitCode::SUCCESS)
}

/// Brings a backup back, and says what was checked.
pub fn restore(
    settings: &Settings,
    (file, identity, into): (&Path, &Path, Option<&Path>),
) -> Outcome {
    let settings = into.map_or_else(|| settings.clone(), |it| restore::into(settings.clone(), it));
    let restored = restore::restore((file, identity), settings, app::wall_clock(), &mut tell)?;
    let settings = &restored.portal.settings;
    say(&format!("The backup of {} is restored:", restored.manifest.made_at));
    if into.is_some() {
        say(&format!("database = {:?}", settings.database));
        say(&format!("keys = {:?}", settings.keys.display().to_string()));
        say(&format!("journal = {:?}", settings.journal.display().to_string()));
    }
    if restored.kept_journal {
        say(
            "The journal that was there is kept, and was given what only the backup had. It may know concerns that the backup \
             does not: run `e4s journal restore`.",
        );
    }
    let made_at = &restored.manifest.made_at;
    say(&format!(
        "Heads of the audit log that were kept elsewhere after {made_at} are of lines that were not in the backup, and \
         `e4s audit verify --since` takes this for tampering: set them aside with a note of this restore, and keep new \
         ones (`e4s audit heads`)."
    ));
    say(&format!(
        "Everybody signs in again. Passwords, second factors and posts are as they were on {made_at}: what was changed since then \
         is undone. Whoever has left since: `e4s account end --email …`. Posts that ended since: end them again at /admin/people. \
         A password or second factor that somebody else may know: `e4s account password`, `e4s account reset-factors`."
    ));
    if restored.is_behind {
        say("It is older than this program: run `e4s migrate` next, then `e4s doctor`.");
    } else if restored.opened {
        say("The newest concern opens with the restored keys.");
    } else {
        say("There is no concern in it.");
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(line: &str) {
    complain(&format!("… {line}"));
}
