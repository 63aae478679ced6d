//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use actix_web::web::Data;
use clap::{Parser, Subcommand};
use e4s::app::{self, Portal};
use e4s::concerns::gate;
use e4s::config::Settings;
use e4s::upkeep::whole;
use e4s::{calendar, demo, seal, serve, worker};

mod account_commands;
mod commands;
mod journal_command;
mod key_commands;
mod upkeep_commands;

use account_commands::AccountCommand;
use commands::{AuditCommand, CurriculumCommand, ImportCommand, say};
use journal_command::JournalCommand;
use key_commands::KeysCommand;

/// Education for Safeguarding: lessons for schools, and a way for them to report concerns about places and groups.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    /// The settings file (`e4s.toml` in this folder, if there is one).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Act on the demonstration's data.
    #[arg(long, global = true)]
    demo: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve an invented county on this machine, with people of every role.
    Demo {
        /// Throw the demonstration's data away and begin again.
        #[arg(long)]
        fresh: bool,
        #[arg(long, default_value_t = 8400)]
        port: u16,
        /// `large` adds 10,000 concerns in 1,000 contexts. Data of another size is thrown away.
        #[arg(long, value_enum)]
        size: Option<demo::Size>,
    },
    /// Serve, and work through the chores (letters, digests).
    Serve {
        /// Leave the chores to `e4s work`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Work through the chores alone.
    Work,
    /// Bring the database's schema up to date.
    Migrate,
    /// Load a register as it is published.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Say where a place belongs: area code, area, team. `-` reads one place a line.
    Place {
        /// A postcode, `lat,lon`, `easting,northing`, a grid reference, or `-`.
        #[arg(allow_hyphen_values = true)]
        what: String,
    },
    /// People and their posts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Delete what has been kept for long enough, as the worker does each day.
    Retain {
        /// Say what would be deleted now, and delete nothing.
        #[arg(long)]
        dry_run: bool,
        /// Say that the clock is right, although it has jumped ahead.
        #[arg(long)]
        clock_is_right: bool,
    },
    /// The curriculum's files.
    #[command(subcommand)]
    Curriculum(CurriculumCommand),
    /// The audit log: whether it is whole, and where each of its chains ends.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The keys that seal free text.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The journal of concerns: a second place, in case the database loses one.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Look at settings, keys, disks, mail, backups and cover; say what is amiss. Fails when something is broken.
    Doctor,
    /// Put database, journal and keys into one file, sealed to the offline recipient, while the service goes on.
    Backup {
        folder: PathBuf,
        /// Keep so many of the newest backups in the folder, and remove older ones.
        #[arg(long, value_name = "N")]
        keep: Option<usize>,
    },
    /// Bring a backup back to where nothing is, and check it.
    Restore {
        file: PathBuf,
        /// The offline identity that belongs to the setting `escrow`.
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// Restore into this folder, instead of where the settings say.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// List every route: method, path, policy.
    Routes,
}

/// Where the demonstration keeps its data.
const DEMO: &str = "var/demo";

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let started = Instant::now();
    match run(Cli::parse(), started) {
        Ok(code) => code,
        Err(error) => {
            commands::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, started: Instant) -> Outcome {
    let settings = || settings(cli.config.as_deref(), cli.demo);
    match cli.command {
        Command::Demo { fresh, port, size } => run_demo(fresh, port, size, started),
        Command::Serve { no_worker } => {
            let portal = for_service(settings()?)?;
            let report = portal.shelf.check(calendar::day(calendar::now()))?;
            if !report.is_sound() {
                commands::tell(&report);
                return Err("the curriculum has faults".into());
            }
            for line in portal.store.read(gate::help_lines)?.iter().filter(|it| !it.is_set()) {
                let what = line.gate.title();
                tracing::warn!(
                    what,
                    "the gate has no telephone number for this: enter it at /admin/help-lines"
                );
            }
            block_on(serve_all(portal, !no_worker))
        }
        Command::Work => {
            let portal = for_service(settings()?)?;
            block_on(async move {
                worker::run(worker::CHORES, portal.into_inner(), serve::stop_signal()?).await;
                Ok(ExitCode::SUCCESS)
            })
        }
        Command::Migrate => {
            let steps = open(settings()?)?.store.migrate()?;
            say(&format!("The database is up to date ({steps} steps taken)."));
            Ok(ExitCode::SUCCESS)
        }
        Command::Import(command) => commands::import(ready(settings()?)?.get_ref(), &command),
        Command::Place { what } => commands::place(ready(settings()?)?.get_ref(), &what),
        Command::Account(command) => {
            account_commands::account(ready(settings()?)?.get_ref(), &command)
        }
        Command::Retain { dry_run, clock_is_right } => {
            commands::retain(ready(settings()?)?.get_ref(), dry_run, clock_is_right)
        }
        Command::Curriculum(command) => commands::curriculum(&command, settings),
        Command::Audit(command) => commands::audit(ready(settings()?)?.get_ref(), &command),
        Command::Keys(command) => {
            key_commands::run(&command, settings, |it| Ok(ready(it)?.into_inner()))
        }
        Command::Journal(command) => journal_command::run(ready(settings()?)?.get_ref(), &command),
        Command::Doctor => Ok(upkeep_commands::doctor(settings())),
        Command::Backup { folder, keep } => {
            upkeep_commands::backup(ready(settings()?)?.get_ref(), &folder, keep)
        }
        Command::Restore { file, identity, into } => {
            upkeep_commands::restore(&settings()?, (&file, &identity, into.as_deref()))
        }
        Command::Routes => {
            for row in app::routes().rows() {
                say(&format!("{}\t{}\t{}", row.method, row.path, row.policy));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn settings(config: Option<&Path>, is_demo: bool) -> Result<Settings, e4s::config::Fault> {
    let settings =
        if is_demo { Settings::demo(Path::new(DEMO), 8400)? } else { Settings::read(config)? };
    commands::log(&settings);
    Ok(settings)
}

/// A portal that may take concerns: what they are sealed with and where their second copy goes is as it was.
fn for_service(settings: Settings) -> Result<Data<Portal>, Box<dyn std::error::Error>> {
    settings.check_service()?;
    let portal = ready(settings)?;
    whole::keys_fit(&portal)?;
    portal.journal.begin(calendar::day(calendar::now()))?;
    Ok(portal)
}

fn open(settings: Settings) -> Result<Portal, e4s::Error> {
    Portal::open(settings, app::wall_clock())
}

/// A portal on a database whose schema fits this program.
fn ready(settings: Settings) -> Result<Data<Portal>, Box<dyn std::error::Error>> {
    whole::database_is_there(&settings)?;
    let portal = open(settings)?;
    if portal.store.is_behind()? {
        return Err(
            "the database is empty, or older than this program: run `e4s migrate` first".into()
        );
    }
    Ok(Data::new(portal))
}

fn run_demo(fresh: bool, port: u16, size: Option<demo::Size>, started: Instant) -> Outcome {
    let folder = Path::new(DEMO);
    // Written last: a county that was left half made is made again.
    let whole = folder.join("whole");
    let kept = std::fs::read_to_string(&whole).ok();
    let other = |size: demo::Size| kept.as_deref().is_some_and(|it| it != size.as_str());
    if (fresh || kept.is_none() || size.is_some_and(other)) && folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let settings = Settings::demo(folder, port)?;
    commands::log(&settings);
    if !settings.keys.exists() {
        seal::init(&settings.keys)?;
    }
    let portal = Data::new(open(settings)?);
    portal.store.migrate()?;
    let size = size.unwrap_or_default();
    let said = &mut |count: usize| {
        if count.is_multiple_of(1_400) {
            commands::complain(&format!("{count} reports …"));
        }
    };
    if demo::fill(&portal, size, said)? {
        std::fs::write(&whole, size.as_str())?;
        say("An invented county has been made.");
    }
    for person in demo::people() {
        say(&format!("{}\t{}\t{}", person.role.as_str(), person.email, demo::PASSWORD));
    }
    say(&format!("Postcodes to try: {}", demo::postcodes().join(", ")));
    say(&format!(
        "E4S demonstration: {} (after {:.1?})",
        portal.settings.base_url,
        started.elapsed()
    ));
    block_on(serve_all(portal, true))
}

async fn serve_all(portal: Data<Portal>, with_worker: bool) -> Outcome {
    let which = if with_worker { worker::CHORES } else { worker::OF_EACH };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let chores = actix_web::rt::spawn(worker::run(which, portal.clone().into_inner(), stopped));
    let served = serve::serve(portal).await;
    stop.send_replace(true);
    chores.await?;
    served?;
    Ok(ExitCode::SUCCESS)
}

fn block_on(task: impl Future<Output = Outcome>) -> Outcome {
    actix_web::rt::System::new().block_on(task)
}
