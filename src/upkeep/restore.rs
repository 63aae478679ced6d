//! `e4s restore FILE --identity FILE`: a backup brought back to where nothing is, and held against its manifest.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bundle::{self, Manifest};
use super::scratch::Scratch;
use super::{Progress, unusable};
use crate::accounts::sessions;
use crate::app::{Clock, Portal};
use crate::audit::{Event, chain::Head, verify::verify};
use crate::config::Settings;
use crate::store::{self, Census};
use crate::{Error, Result, concerns, seal};

/// What was brought back, and checked.
pub struct Restored {
    pub manifest: Manifest,
    pub portal: Portal,
    /// True when there was a journal already: it stays, and has what only the backup had.
    pub kept_journal: bool,
    /// True when there was a concern to open, and it opened.
    pub opened: bool,
    /// True when the program is newer than the backup: `e4s migrate` comes next.
    pub is_behind: bool,
}

/// The settings with database, keys and journal in one folder. A server's database stays where it is.
pub fn into(mut settings: Settings, folder: &Path) -> Settings {
    if store::file(&settings.database).is_some() {
        settings.database = format!("sqlite:{}", folder.join("e4s.db").display());
    }
    settings.keys = folder.join("keys");
    settings.journal = folder.join("journal");
    settings
}

/// Brings a backup back to where the settings say, if nothing is there, and checks all of it.
pub fn restore(
    (file, identity): (&Path, &Path),
    settings: Settings,
    clock: Clock,
    progress: Progress,
) -> Result<Restored> {
    let identity = seal::read_identity(identity)?;
    if !store::is_empty(&settings.database)? {
        let what = match store::file(&settings.database) {
            Some(file) => {
                let name = name_of(&file).display().to_string();
                let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
                let folder =
                    folder.map_or_else(|| "this folder".into(), |it| it.display().to_string());
                format!("{folder} is not empty: there is a database already ({name})")
            }
            None => "setting `database`: there is a database already".to_owned(),
        };
        return Err(Error::Unusable(format!(
            "{what}, and a restore never writes over one. Move it away first, or restore into an empty folder with --into \
             DIR"
        )));
    }
    let beside = folder_beside(&settings)?;
    let scratch = Scratch::within(&beside)?;
    let manifest = bundle::unpack(file, &identity, scratch.path())?;
    progress(&format!(
        "the backup of {} is whole: {} parts",
        manifest.made_at,
        manifest.parts.len()
    ));
    let database = fitting(&manifest, &settings)?;
    let part = scratch.path().join(database);
    if store::file(&settings.database).is_some() {
        hold(&manifest, &store::sound(&part)?)?;
        progress("the database’s file is sound");
    }
    let (missing, kept_journal) = missing(&scratch.path().join("journal"), &settings.journal)?;
    place_keys(&scratch.path().join("keys"), &settings.keys)?;
    place_journal(&missing, &settings.journal)?;
    store::place(&settings.database, &part)?;
    File::open(&beside).and_then(|it| it.sync_all()).map_err(|error| unusable(&beside, error))?;
    progress("database, keys and journal are in place");
    drop(scratch);

    hold(&manifest, &store::census(&settings.database)?)?;
    progress("every table has as many rows as it had");
    let portal = Portal::open(settings, clock)?;
    portal.store.write(sessions::end_all)?;
    progress("every session is ended");
    let is_behind = portal.store.is_behind()?;
    let mut opened = false;
    if !is_behind {
        hold_log(&portal, &manifest)?;
        progress("the audit log is whole, and the one of the backup");
        let keys = Arc::clone(&portal.keys);
        opened = portal.store.read(move |db| concerns::prove::newest_opens(db, &keys))?;
        let name = file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        portal.write_as_house(|deed| deed.record(Event::BackupRestored, &name, None))?;
    }
    Ok(Restored { manifest, portal, kept_journal, opened, is_behind })
}

/// The folder in which the database will be, made if need be: what is unpacked beside it can be renamed.
fn folder_beside(settings: &Settings) -> Result<PathBuf> {
    let file = store::file(&settings.database);
    let beside = file.as_deref().unwrap_or(&settings.keys).parent().map(Path::to_owned);
    let beside = beside.filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| ".".into());
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&beside);
    made.map_err(|error| unusable(&beside, error))?;
    Ok(beside)
}

/// The database's part, if it is for the engine that the settings name.
fn fitting<'a>(manifest: &'a Manifest, settings: &Settings) -> Result<&'a str> {
    let [sqlite, postgres] = store::PARTS;
    let wanted = if store::file(&settings.database).is_some() { sqlite } else { postgres };
    manifest.database().filter(|it| *it == wanted).ok_or_else(|| {
        let (theirs, example) = if wanted == sqlite {
            ("PostgreSQL", "postgres:///e4s")
        } else {
            ("SQLite", "sqlite:/var/lib/e4s/e4s.db")
        };
        Error::Unusable(format!(
            "setting `database`: the backup is of {theirs}. Name an empty one of its kind. For example: database = \
             \"{example}\""
        ))
    })
}

/// A database against the manifest.
fn hold(manifest: &Manifest, found: &Census) -> Result<()> {
    if found.schema != manifest.schema {
        return Err(Error::Corrupt("the restored schema is not the one of the backup"));
    }
    for (table, count) in &manifest.counts {
        let there = found.counts.get(table).copied().unwrap_or_default();
        if there != *count {
            return Err(Error::Unusable(format!(
                "the restored table {table} has {there} rows, and the backup had {count}. Do not use it: take another \
                 backup"
            )));
        }
    }
    Ok(())
}

/// The audit log against itself, and against where it ended when the backup was made.
fn hold_log(portal: &Portal, manifest: &Manifest) -> Result<()> {
    let kept: Vec<Head> = manifest.audit_heads.iter().filter_map(|it| Head::parse(it)).collect();
    for walk in verify(&portal.store, &kept)? {
        if let Some(broken) = walk.broken {
            return Err(Error::Unusable(format!(
                "everything is in place, but the audit log is broken: chain {}, {broken}. Keep this backup as it is, and \
                 tell whoever answers for data protection",
                walk.chain
            )));
        }
    }
    Ok(())
}

/// Puts the root keys where they belong. One that is there and the same stays; one that differs stops it.
fn place_keys(from: &Path, to: &Path) -> Result<()> {
    let files = files(from)?;
    for file in &files {
        let there = to.join(name_of(file));
        let is_other = there.exists() && read(&there)? != read(file)?;
        if is_other {
            return Err(unusable(
                &there,
                "another key is here already, and a restore never writes over one. Move the folder away first, or restore \
                 elsewhere with --into DIR",
            ));
        }
    }
    make(to)?;
    for file in files.iter().filter(|it| !to.join(name_of(it)).exists()) {
        write(&to.join(name_of(file)), &read(file)?, 0o400)?;
    }
    settle(to)
}

/// The journal's files of a backup that are not where they belong, or have more there than what is, each with its place; and
/// whether anything is there. Each may know concerns that the other does not, so that nothing of either may go. What was
/// written anew since, without what was deleted or under a younger key, gets the older file beside it.
fn missing(from: &Path, to: &Path) -> Result<(Vec<(PathBuf, PathBuf)>, bool)> {
    let (mut missing, is_there) = (Vec::new(), to.is_dir() && !files(to)?.is_empty());
    for file in if from.is_dir() { files(from)? } else { Vec::new() } {
        let ours = read(&file)?;
        let there = to.join(name_of(&file));
        match fits(&ours, &there)? {
            Some(Fit::Held) => {}
            Some(Fit::Longer) => missing.push((file, there)),
            None => {
                let beside = there.with_extension("restored.journal");
                match fits(&ours, &beside)? {
                    Some(Fit::Held) => {}
                    Some(Fit::Longer)
                        if store::are_records(&ours) && store::are_records(&read(&there)?) =>
                    {
                        missing.push((file, beside));
                    }
                    _ => return Err(unusable(&there, CLASH)),
                }
            }
        }
    }
    Ok((missing, is_there))
}

const CLASH: &str = "this file of the journal says something else than the one of the backup, and a restore never writes over \
    one. Move it elsewhere, or restore elsewhere with --into DIR";

/// How some bytes stand to a file: it has all of them, or they have all of it and more.
enum Fit {
    Held,
    Longer,
}

/// Nothing if neither has all of the other.
fn fits(ours: &[u8], there: &Path) -> Result<Option<Fit>> {
    if !there.exists() {
        return Ok(Some(Fit::Longer));
    }
    let kept = read(there)?;
    Ok(if store::holds(&kept, ours) {
        Some(Fit::Held)
    } else {
        store::holds(ours, &kept).then_some(Fit::Longer)
    })
}

/// Puts files of the journal where they belong, each in one step.
fn place_journal(missing: &[(PathBuf, PathBuf)], to: &Path) -> Result<()> {
    make(to)?;
    for (file, there) in missing {
        // The journal may be on another volume than the database.
        if fs::rename(file, there).is_err() {
            let coming = Scratch::within(to)?;
            let whole = coming.path().join(name_of(file));
            write(&whole, &read(file)?, 0o600)?;
            fs::rename(&whole, there).map_err(|error| unusable(there, error))?;
        }
    }
    settle(to)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unusable(folder, error))? {
        found.push(entry.map_err(|error| unusable(folder, error))?.path());
    }
    found.retain(|it| it.is_file());
    found.sort();
    Ok(found)
}

fn name_of(path: &Path) -> &Path {
    path.file_name().map_or(path, Path::new)
}

fn read(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>> {
    fs::read(path).map(zeroize::Zeroizing::new).map_err(|error| unusable(path, error))
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    };
    write().map_err(|error| unusable(path, error))
}

fn make(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| unusable(folder, error))
}

fn settle(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|it| it.sync_all()).map_err(|error| unusable(folder, error))
}
