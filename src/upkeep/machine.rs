//! What the doctor says of the machine: key files, folders, disks, the clock.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeDelta};

use super::doctor::{State, Verdict};
use super::queries;
use crate::app::Portal;
use crate::config::Settings;
use crate::seal::Keyring;
use crate::store::journal::{ASIDE, aside};
use crate::store::{self, hex, random_bytes};
use crate::{Result, calendar};

/// Nobody but its owner may put a file into a folder of keys.
const OTHERS_MAY_WRITE: u32 = 0o022;
/// A record that is so much younger than now was written by another clock.
pub(super) const AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);
/// Where systemd says that the clock was set by others.
const SYSTEMD: &str = "/run/systemd/timesync";
const GIB: u64 = 1 << 30;

pub(super) fn keys(settings: &Settings) -> Verdict {
    let folder = &settings.keys;
    let ring = match Keyring::open(folder, settings.escrow.as_deref()) {
        Ok(ring) => ring,
        Err(error) => {
            return Verdict::broken(
                error.to_string(),
                "Put the key files back (they are in every backup), or mend their modes. Make a new key only for a new \
                 database.",
            );
        }
    };
    let mode = fs::metadata(folder).map_or(0, |it| it.permissions().mode());
    if mode & OTHERS_MAY_WRITE != 0 {
        return Verdict::broken(
            format!(
                "Others may put keys into {} (its mode is {:04o}).",
                folder.display(),
                mode & 0o777
            ),
            format!("chmod 0700 {}", folder.display()),
        );
    }
    Verdict::fine(format!(
        "Generation {} seals; only their owner can read them.",
        ring.generation()
    ))
}

pub(super) fn journal(settings: &Settings) -> Verdict {
    let folder = &settings.journal;
    let aside = match try_out(folder).and_then(|()| aside(folder)) {
        Ok(aside) => aside.len(),
        Err(error) => {
            return Verdict::broken(
                format!(
                    "{} cannot be written to, or not read: {error}. No concern can be acknowledged.",
                    folder.display()
                ),
                "Mount the volume, or give the folder to the service’s user. Until then schools are told to send again.",
            );
        }
    };
    let verdict = volume(settings);
    if aside == 0 {
        return verdict;
    }
    verdict.also(
        &format!("Files that `e4s keys recover` set aside, and that nothing reads any more: {aside}."),
        &format!(
            "Once `e4s journal verify` finds no fault and a backup has been made, remove every file in {} whose name ends in \
             .{ASIDE}: what is deleted from the journal stays in them.",
            folder.display()
        ),
    )
}

/// Whether the journal is where the database is not.
fn volume(settings: &Settings) -> Verdict {
    let folder = &settings.journal;
    let beside = database_folder(settings);
    let is_same = beside.as_deref().is_some_and(|it| device(it) == device(folder));
    if is_same && !settings.is_demo {
        return Verdict::attend(
            format!(
                "{} is on the same volume as the database: one fault could take both.",
                folder.display()
            ),
            "Set `journal` to a folder on another volume.",
        );
    }
    Verdict::fine(format!("{} can be written to.", folder.display()))
}

pub(super) fn disk(settings: &Settings) -> Verdict {
    let folders = database_folder(settings).into_iter().chain([settings.journal.clone()]);
    folders.map(|it| space(&it)).max_by_key(Verdict::state).unwrap_or_else(|| Verdict::fine(""))
}

/// How much room a folder's volume has.
pub(super) fn space(folder: &Path) -> Verdict {
    let found = match rustix::fs::statvfs(folder) {
        Ok(found) => found,
        Err(error) => {
            let told = "Make the folder, or mount its volume.";
            return Verdict::broken(format!("{}: {error}.", folder.display()), told);
        }
    };
    let (free, whole) = (found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize);
    let says = format!("{}: {} free of {}.", folder.display(), size(free), size(whole));
    match of_space(free, whole) {
        State::Fine => Verdict::fine(says),
        State::Attend => Verdict::attend(says, "Make room, or give the volume more."),
        State::Broken => {
            let told = "Make room now: a full disk stops the filing of concerns.";
            Verdict::broken(says, told)
        }
    }
}

fn of_space(free: u64, whole: u64) -> State {
    if free < GIB / 2 {
        State::Broken
    } else if free < 2 * GIB || free < whole / 20 {
        State::Attend
    } else {
        State::Fine
    }
}

/// `3.2 GB`, for people.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        ..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

pub(super) fn clock(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let newest = portal.store.read(queries::last_event)?;
    if let Some(newest) = newest.filter(|it| *it > now + AHEAD_MAX) {
        let (newest, now) = (calendar::moment(newest), calendar::moment(now));
        return Ok(Verdict::broken(
            format!("The newest record is of {newest}, and this machine’s clock says {now}."),
            "Set the clock (timedatectl). If the records are wrong, find out when the clock was.",
        ));
    }
    let says = format!("It is {} in London.", calendar::moment(now));
    let systemd = Path::new(SYSTEMD);
    if systemd.exists() && !systemd.join("synchronized").exists() {
        let told = "Run `timedatectl set-ntp true`, and let the machine reach a time server.";
        return Ok(Verdict::attend(
            format!("{says} Nothing has set the clock by others yet."),
            told,
        ));
    }
    Ok(Verdict::fine(says))
}

/// The folder of the database's file; nothing for a server.
fn database_folder(settings: &Settings) -> Option<PathBuf> {
    let file = store::file(&settings.database)?;
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    Some(folder.map_or_else(|| PathBuf::from("."), Path::to_owned))
}

fn device(folder: &Path) -> Option<u64> {
    fs::metadata(folder).ok().map(|it| it.dev())
}

fn try_out(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".doctor-{}", hex(random_bytes::<8>())));
    fs::write(&file, "doctor")?;
    fs::remove_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_fine_until_it_is_nearly_full() {
        assert_eq!(of_space(100 * GIB, 500 * GIB), State::Fine);
        assert_eq!(of_space(20 * GIB, 500 * GIB), State::Attend);
        assert_eq!(of_space(GIB, 5 * GIB), State::Attend);
        assert_eq!(of_space(GIB / 4, GIB), State::Broken);
        assert_eq!(size(3_250_000_000), "3.2 GB");
        assert_eq!(size(1_001), "2 kB");
    }
}
