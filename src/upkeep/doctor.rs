//! `e4s doctor` and `/admin/doctor`: what is amiss, and what to do about it, in the same words.

use chrono::NaiveDateTime;

use super::{cover, machine, running, set_up, whole};
use crate::Result;
use crate::app::Portal;
use crate::config::{Fault, Settings};
use crate::store::{self, Store};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Fine,
    /// Nothing is lost yet, and somebody should see to it.
    Attend,
    /// Something does not work, or would be lost. `e4s doctor` fails.
    Broken,
}

impl State {
    /// In a word.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Attend => "attend",
            Self::Broken => "broken",
        }
    }
}

/// What was looked at, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub what: &'static str,
    pub state: State,
    pub says: String,
    /// Empty when it is fine.
    pub what_to_do: String,
    /// Where `says` names some alone: what they have in common, and every one of them.
    pub whole: Vec<(&'static str, Vec<String>)>,
}

/// How something stands, before it is said of what.
pub(super) struct Verdict {
    state: State,
    says: String,
    what_to_do: String,
    whole: Vec<(&'static str, Vec<String>)>,
}

impl Verdict {
    pub fn fine(says: impl Into<String>) -> Self {
        Self { state: State::Fine, says: says.into(), what_to_do: String::new(), whole: Vec::new() }
    }

    pub fn attend(says: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self { state: State::Attend, what_to_do: what_to_do.into(), ..Self::fine(says) }
    }

    pub fn broken(says: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self { state: State::Broken, ..Self::attend(says, what_to_do) }
    }

    /// The same, and something else that somebody should see to.
    pub fn also(self, says: &str, what_to_do: &str) -> Self {
        let Self { state, says: first, what_to_do: before, whole } = self;
        let joined = |a: String, b| if a.is_empty() { String::from(b) } else { format!("{a} {b}") };
        let state = state.max(State::Attend);
        Self { state, says: joined(first, says), what_to_do: joined(before, what_to_do), whole }
    }

    /// The same, with every name of a list of which it says the first few.
    pub fn naming(mut self, what: &'static str, names: &[&str]) -> Self {
        self.whole.push((what, names.iter().map(|it| (*it).to_owned()).collect()));
        self
    }

    pub fn state(&self) -> State {
        self.state
    }

    pub fn of(self, what: &'static str) -> Finding {
        let Self { state, says, what_to_do, whole } = self;
        Finding { what, state, says, what_to_do, whole }
    }
}

type OfSettings = (&'static str, fn(&Settings) -> Verdict);
type OfPortal = (&'static str, fn(&Portal, NaiveDateTime) -> Result<Verdict>);

/// What can be looked at even when the service cannot open.
const OF_SETTINGS: &[OfSettings] = &[
    ("Address", set_up::address),
    ("Sender", set_up::sender),
    ("Council’s name", set_up::council),
    ("Listeners", set_up::listeners),
    ("Root keys", machine::keys),
    ("Offline recipient", set_up::recipient),
    ("Journal", machine::journal),
    ("Disk", machine::disk),
    ("Mail server", set_up::mail_server),
];

/// What needs the database.
const OF_PORTAL: &[OfPortal] = &[
    ("Database", running::database),
    ("Keys that texts need", running::keys),
    ("Texts offline", whole::offline),
    ("Clock", machine::clock),
    ("Sealed text", whole::texts),
    ("Worker", running::worker),
    ("Journal and database", whole::both),
    ("Deletion", running::deletion),
    ("Letters", running::letters),
    ("Digests", running::digests),
    ("Backups", running::backups),
    ("Telephone numbers", cover::help_lines),
    ("Schools’ leads", cover::schools),
    ("Teams’ recipients", cover::teams),
    ("County and administrators", cover::house),
    ("Posts that end", cover::ending),
];

/// Looks at everything.
pub fn examine(portal: &Portal, now: NaiveDateTime) -> Vec<Finding> {
    let mut findings = of_settings(&portal.settings);
    match portal.store.is_behind() {
        Ok(false) => {
            findings.extend(OF_PORTAL.iter().map(|(what, look)| {
                look(portal, now).unwrap_or_else(|error| failed(&error)).of(what)
            }));
        }
        Ok(true) => findings.push(
            Verdict::broken(
                "The database is empty, or older than this program.",
                "Make a backup, then run `e4s migrate`.",
            )
            .of("Database"),
        ),
        Err(error) => findings.push(failed(&error).of("Database")),
    }
    findings
}

/// Looks at what can be seen of a service that cannot open, and says why it cannot.
pub fn examine_shut(settings: &Settings, why: &crate::Error) -> Vec<Finding> {
    let mut findings = of_settings(settings);
    if let Some(file) = store::missing(&settings.database) {
        let says = format!("{} is not there.", file.display());
        findings.push(Verdict::broken(says, whole::WAYS_ON).of("Database"));
    } else if let Err(error) = Store::open(&settings.database) {
        let told = "Mend the setting `database`, or start the database server.";
        findings.push(Verdict::broken(error.to_string(), told).of("Database"));
    }
    let reason = why.to_string();
    let is_told = findings.iter().any(|it| it.state == State::Broken && reason.contains(&it.says));
    if !is_told {
        let told = "Mend what it says. Until then the service does not start.";
        findings.push(Verdict::broken(reason, told).of("Start"));
    }
    findings
}

/// Settings that cannot be read leave nothing else to look at.
pub fn examine_settings(fault: &Fault) -> Vec<Finding> {
    let told = "Mend it. Until then the service does not start.";
    vec![Verdict::broken(fault.to_string(), told).of("Settings")]
}

fn of_settings(settings: &Settings) -> Vec<Finding> {
    OF_SETTINGS.iter().map(|(what, look)| look(settings).of(what)).collect()
}

fn failed(error: &crate::Error) -> Verdict {
    let cause = std::error::Error::source(error).map(|it| format!(": {it}")).unwrap_or_default();
    Verdict::broken(format!("This could not be looked at: {error}{cause}"), "See the log.")
}
