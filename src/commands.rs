//! What the commands of the command line do, and how they speak.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use e4s::app::Portal;
use e4s::audit::chain::{Head, heads};
use e4s::audit::verify::{Walk, verify};
use e4s::calendar;
use e4s::config::{Fault, Settings};
use e4s::curriculum::{self, Tree};
use e4s::districts::{self, import_boundaries, import_postcodes, import_teams, route};
use e4s::import::Report;
use e4s::retention::{clock, forget, plan};
use e4s::schools::import_gias;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// The registers that can be loaded.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Boundaries of districts, as the Office for National Statistics publishes them (GeoJSON).
    Boundaries {
        file: PathBuf,
        /// The day from which they are in force.
        #[arg(long, value_name = "DATE")]
        from: NaiveDate,
    },
    /// Which team serves which area: `team,area_code,from`.
    Teams { file: PathBuf },
    /// Schools, as GIAS publishes them (edubasealldata.csv).
    Schools {
        file: PathBuf,
        /// The authority's number: 938 is West Sussex.
        #[arg(long)]
        authority: String,
    },
    /// Postcodes, as Ordnance Survey publishes them (Code-Point Open).
    Postcodes {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// What can be done to the curriculum's files.
#[derive(Subcommand)]
pub enum CurriculumCommand {
    /// Name every fault, with file and line.
    Check {
        /// A folder; without one, the curriculum that the settings name, or the built-in one.
        folder: Option<PathBuf>,
    },
}

/// What can be asked of the audit log.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Walk every chain, and name the first link of each that does not hold.
    Verify {
        /// Lines of `e4s audit heads` from an earlier day, kept where nobody who can write the database can change them.
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Say where each chain ends: chain, place, hash, today. Keep these lines elsewhere.
    Heads,
}

/// Loads a register and says what came of each row.
pub fn import(portal: &Portal, command: &ImportCommand) -> Outcome {
    let mut progress = |rows: u64| complain(&format!("… {rows} rows"));
    let report: Report = match command {
        ImportCommand::Boundaries { file, from } => {
            import_boundaries::import(portal, file, *from, &mut progress)?
        }
        ImportCommand::Teams { file } => import_teams::import(portal, file, &mut progress)?,
        ImportCommand::Schools { file, authority } => {
            import_gias::import(portal, file, authority, &mut progress)?
        }
        ImportCommand::Postcodes { files } => {
            let mut whole = Report::of("postcodes");
            for file in files {
                whole.take(import_postcodes::import(portal, file, &mut progress)?);
            }
            whole
        }
    };
    say(&report.to_string());
    Ok(ExitCode::SUCCESS)
}

/// Says where a place belongs, and fails if that is nowhere; or, for `-`, answers each line of the input with a line.
pub fn place(portal: &Portal, what: &str) -> Outcome {
    if what == "-" {
        let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
        for answer in route::answers(portal, lines.iter().map(String::as_str))? {
            say(&answer.line);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut is_known = true;
    for answer in route::answers(portal, [what])? {
        say(&answer.line);
        if let Some(trouble) = &answer.trouble {
            complain(&format!("{what}: {trouble}"));
            is_known = false;
        }
    }
    Ok(if is_known { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Deletes what is due, or says what that is.
pub fn retain(portal: &Portal, is_dry: bool, is_right: bool) -> Outcome {
    let now = (portal.clock)();
    if is_right {
        portal.write_as_house(|deed| clock::confirm(deed, now))?;
        say(&format!("The clock is taken to be right: it is {}.", calendar::moment(now)));
    }
    if let Some(trouble) = portal.store.read(|db| clock::standing(db, now))?.trouble() {
        complain(&trouble);
        if !is_dry {
            return Ok(ExitCode::FAILURE);
        }
    }
    if is_dry {
        let plan = portal.store.read(|db| plan::plan(db, &portal.settings, now))?;
        for (rule, count, references) in plan.lines {
            say(&format!("{}\t{count}\t{}", rule.title(), references.join(" ")));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let went = forget::run_by_rule(portal, now)?;
    if went.warned > 0 {
        say(&format!("Letters that tell teams what falls due: {}", went.warned));
    }
    for (rule, count) in &went.gone {
        say(&format!("Deleted {}: {count}", rule.plural()));
    }
    if went.warned == 0 && went.gone.is_empty() {
        say("Nothing is due.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Walks the audit log, or says where it ends.
pub fn audit(portal: &Portal, command: &AuditCommand) -> Outcome {
    let AuditCommand::Verify { since } = command else {
        let kept_on = Some(calendar::day((portal.clock)()));
        for head in portal.store.read(heads)? {
            say(&Head { kept_on, ..head }.to_string());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let kept = since.as_deref().map(kept_heads).transpose()?.unwrap_or_default();
    let walks = verify(&portal.store, &kept)?;
    let teams = portal.store.read(districts::teams)?;
    for walk in &walks {
        let team = teams.iter().find(|it| it.id.as_str() == walk.chain);
        let name = team.map_or("the house", |it| it.name.as_str());
        match &walk.broken {
            None => {
                say(&format!("{name} ({}): {} lines, whole{}", walk.chain, walk.sound, gone(walk)));
            }
            Some(broken) => say(&format!("{name} ({}): BROKEN at {broken}", walk.chain)),
        }
    }
    let is_whole = walks.iter().all(|it| it.broken.is_none());
    if !is_whole {
        complain(
            "The audit log was changed by other means than this service. Keep a copy of the database as it is, and tell whoever answers for data protection.",
        );
        return Ok(ExitCode::FAILURE);
    }
    say(
        "The audit log is whole. Whoever can write the database could have made it anew: keep the lines of `e4s audit heads` elsewhere, and next time verify with `--since FILE`.",
    );
    Ok(ExitCode::SUCCESS)
}

/// What was removed of a chain when its time was over.
fn gone(walk: &Walk) -> String {
    let Some(start) = &walk.start else { return String::new() };
    let day = calendar::long_date(start.before_on);
    format!("; {} older ones, from before {day}, were removed", start.place)
}

fn kept_heads(file: &Path) -> Result<Vec<Head>, Box<dyn std::error::Error>> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let head = |(number, line): (usize, &str)| {
        Head::parse(line).ok_or_else(|| {
            let place = number + 1;
            format!(
                "{}:{place}: this is not a line of `e4s audit heads`, such as: house 12 {}",
                file.display(),
                "0".repeat(64)
            )
            .into()
        })
    };
    lines.map(head).collect()
}

/// Checks the curriculum's files.
pub fn curriculum(
    command: &CurriculumCommand,
    settings: impl FnOnce() -> Result<Settings, Fault>,
) -> Outcome {
    let CurriculumCommand::Check { folder } = command;
    let folder = match folder {
        Some(folder) => Some(folder.clone()),
        None => settings()?.curriculum,
    };
    let tree = folder.map_or_else(|| Ok(Tree::embedded()), |it| Tree::folder(&it))?;
    let (curriculum, report) = curriculum::load::load(&tree, calendar::day(calendar::now()));
    tell(&report);
    say(&format!("{} lessons, {} faults", curriculum.lessons.len(), report.faults.len()));
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every fault with its file and line, then the notes.
pub fn tell(report: &curriculum::Report) {
    for fault in &report.faults {
        say(&fault.to_string());
    }
    for note in &report.notes {
        say(&format!("note: {note}"));
    }
}

/// Starts the log. `RUST_LOG` chooses what is in it.
pub fn log(settings: &Settings) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,e4s=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A request is a span: its one line is written when it ends, with its status and its time.
    let lines = lines.with_span_events(FmtSpan::CLOSE).with_ansi(std::io::stderr().is_terminal());
    // A second call, as in a test, leaves the first log as it is.
    let begun = if settings.log_json { lines.json().try_init() } else { lines.try_init() };
    drop(begun);
}

/// A line for whoever asked.
pub fn say(line: &str) {
    // Nobody reads any more: there is nobody to tell.
    writeln!(std::io::stdout(), "{line}").unwrap_or_default();
}

/// A line beside what was asked for: progress, or what went wrong.
pub fn complain(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}
