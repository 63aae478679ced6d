//! `e4s backup DIR`: the database as it is at one moment, the journal and the root keys, in one file that only the
//! offline identity opens. The service goes on meanwhile.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::bundle::{Manifest, Writer, is_part};
use super::queries::{self, Made};
use super::scratch::Scratch;
use super::{Progress, machine, unusable};
use crate::app::Portal;
use crate::audit::{Event, chain};
use crate::config::Settings;
use crate::{Error, Result, store};

/// How the files are named, around the moment in UTC.
const NAME: (&str, &str) = ("e4s-", ".tar.age");
const MOMENT: &str = "%Y-%m-%dT%H%M%SZ";
const LOCK: &str = ".e4s-backup.lock";

/// Makes a backup in a folder that is there, writes down that it was made, and keeps the newest `keep` there if that is
/// said.
pub fn backup(
    portal: &Portal,
    folder: &Path,
    keep: Option<usize>,
    progress: Progress,
) -> Result<Made> {
    let settings = &portal.settings;
    let recipient = settings.escrow.as_deref().and_then(|it| it.parse().ok()).ok_or_else(|| {
        Error::Unusable(
            "setting `escrow`: a backup is sealed to the offline recipient, and none is set. Run `e4s keys \
             identity FILE`, which prints one. For example: escrow = \"age1…\""
                .to_owned(),
        )
    })?;
    let _alone = lock(folder)?;
    Scratch::sweep(folder)?;
    let scratch = Scratch::within(folder)?;
    let at = (portal.clock)();

    // Before the copy: what ends here is in it.
    let heads = portal.store.read(chain::heads)?;
    let (database, census) = store::copy(&settings.database, scratch.path())?;
    let rows: i64 = census.counts.values().sum();
    progress(&format!("the database is copied: {} tables, {rows} rows", census.counts.len()));
    let unfinished = scratch.path().join("backup");
    let mut bundle = Writer::create(&unfinished, &recipient)?;
    bundle.add(database, &scratch.path().join(database))?;
    let journal = if settings.journal.is_dir() {
        add_all(&mut bundle, ("journal", &settings.journal), progress)?
    } else {
        progress("the journal’s folder is not there: this backup is made without it");
        0
    };
    progress(&format!("files of the journal added: {journal}"));
    // Last, for no key is ever removed: they open what database and journal say by now, whatever was rotated meanwhile.
    let keys = add_all(&mut bundle, ("keys", &settings.keys), progress)?;
    progress(&format!("root keys added: {keys}"));
    let manifest = Manifest {
        made_at: at.format(MOMENT).to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: census.schema,
        counts: census.counts,
        audit_heads: heads.iter().map(ToString::to_string).collect(),
        settings: told(settings),
        ..Manifest::default()
    };
    let bytes = bundle.end(manifest).map_err(|error| unusable(&unfinished, error))?;
    let made = put(folder, &unfinished, (at, bytes))?;
    portal.write_as_house(|deed| {
        queries::add_backup(deed.db, &made)?;
        deed.record(Event::BackupMade, &made.file, None)
    })?;
    progress(&format!("{} is whole, {}", made.file, machine::size(bytes)));
    if let Some(keep) = keep {
        rotate(folder, (keep.max(1), at), progress)?;
    }
    Ok(made)
}

/// Nobody else makes a backup in this folder meanwhile.
fn lock(folder: &Path) -> Result<File> {
    if !folder.is_dir() {
        let told = "there is no such folder. Make it, or mount its volume, and give it to the service’s user";
        return Err(unusable(folder, told));
    }
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(|error| unusable(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(unusable(folder, "another backup is being made here at this moment"))
        }
        Err(TryLockError::Error(error)) => Err(unusable(&path, error)),
    }
}

/// Adds the plain files of a folder, and says how many there were. What no restore would take is left out, and named.
fn add_all(
    bundle: &mut Writer,
    (name, folder): (&str, &Path),
    progress: Progress,
) -> Result<usize> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| unusable(folder, error))? {
        let entry = entry.map_err(|error| unusable(folder, error))?;
        let part = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_file() {
            files.insert(part, entry.path());
        }
    }
    files.retain(|part, _| {
        let is_ours = is_part(part);
        if !is_ours {
            progress(&format!("left out: {part} (no restore takes a file of such a name)"));
        }
        is_ours
    });
    for (name, path) in &files {
        bundle.add(name, path)?;
    }
    Ok(files.len())
}

/// What the settings say that is no secret.
fn told(settings: &Settings) -> BTreeMap<String, String> {
    let escrow = settings.escrow.clone().unwrap_or_default();
    let told = [
        ("base_url", settings.base_url.clone()),
        ("council_name", settings.council_name.clone()),
        ("brand_colour", settings.brand_colour.clone()),
        ("mail_from", settings.mail_from.to_string()),
        ("escrow", escrow),
    ];
    told.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Gives the whole file its name.
fn put(folder: &Path, unfinished: &Path, (at, bytes): (NaiveDateTime, u64)) -> Result<Made> {
    let file = format!("{}{}{}", NAME.0, at.format(MOMENT), NAME.1);
    let path = folder.join(&file);
    if path.exists() {
        return Err(unusable(&path, "it is there already. Wait a second, then try again"));
    }
    fs::rename(unfinished, &path).map_err(|error| unusable(&path, error))?;
    File::open(folder).and_then(|it| it.sync_all()).map_err(|error| unusable(folder, error))?;
    let whole = fs::canonicalize(folder).map_err(|error| unusable(folder, error))?;
    Ok(Made {
        file,
        made_at: at,
        folder: whole.display().to_string(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    })
}

/// The backups of a folder and what their names say of when they were made, the oldest first.
pub(super) fn dated(folder: &Path) -> Result<Vec<(NaiveDateTime, PathBuf)>> {
    let mut ours = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unusable(folder, error))? {
        let path = entry.map_err(|error| unusable(folder, error))?.path();
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let moment = name.strip_prefix(NAME.0).and_then(|it| it.strip_suffix(NAME.1));
        let at = moment.and_then(|it| NaiveDateTime::parse_from_str(it, MOMENT).ok());
        ours.extend(at.map(|at| (at, path)));
    }
    ours.sort();
    Ok(ours)
}

/// Removes all but the newest backups of a folder. One that says it is younger than the one just made was dated by a wrong
/// clock: it takes nobody's place, and is left for a person to look at.
fn rotate(folder: &Path, (keep, at): (usize, NaiveDateTime), progress: Progress) -> Result<()> {
    let mut ours = dated(folder)?;
    let younger = ours.split_off(ours.partition_point(|it| it.0 <= at));
    for (_, path) in &younger {
        progress(&format!("{} is dated later than now, and is not counted", path.display()));
    }
    let old = ours.len().saturating_sub(keep);
    for (_, path) in ours.iter().take(old) {
        fs::remove_file(path).map_err(|error| unusable(path, error))?;
        progress(&format!("{} is removed: {keep} newer ones are kept", path.display()));
    }
    Ok(())
}
