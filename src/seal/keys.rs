//! The root keys: files in one folder, which the service reads at its start and nobody else can.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Key;
use crate::store::{hex, random_bytes};
use crate::{Error, Result};

/// The mode that a key's file has: its owner may read it, and nobody may write.
const MODE: u32 = 0o400;

/// The root keys by generation, and the offline recipient.
pub struct Keyring {
    roots: BTreeMap<u32, Key>,
    youngest: u32,
    pub(super) recipient: Option<age::x25519::Recipient>,
}

impl Keyring {
    /// Reads `root-N.key` of every generation in a folder.
    pub fn open(folder: &Path, recipient: Option<&str>) -> Result<Self> {
        let recipient = recipient.map(str::parse).transpose().map_err(unknown)?;
        let mut roots = BTreeMap::new();
        for (generation, file) in files(folder)? {
            roots.insert(generation, read(&file)?);
        }
        let Some(youngest) = roots.keys().next_back().copied() else {
            let told = format!("{} has no root key. Run `e4s keys init`", folder.display());
            return Err(fault(&told));
        };
        Ok(Self { roots, youngest, recipient })
    }

    /// The key that seals from now on, with its generation.
    pub(super) fn youngest(&self) -> (u32, &Key) {
        // `open` has seen to it that it is there.
        #[expect(clippy::indexing_slicing, reason = "the youngest is one of them")]
        (self.youngest, &self.roots[&self.youngest])
    }

    pub(super) fn root(&self, generation: u32) -> Option<&Key> {
        self.roots.get(&generation)
    }

    /// The generation that seals from now on.
    pub fn generation(&self) -> u32 {
        self.youngest
    }
}

/// Makes the first root key of a folder. Refused if there is one: another would hide it.
pub fn init(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    if !files(folder)?.is_empty() {
        let told = format!("{} holds a root key already", folder.display());
        return Err(fault(&told));
    }
    make(folder, 1)
}

/// Makes a younger root key, and says its generation.
pub fn next(folder: &Path) -> Result<u32> {
    let generation = files(folder)?.keys().next_back().map_or(1, |it| it.saturating_add(1));
    make(folder, generation)?;
    Ok(generation)
}

fn make(folder: &Path, generation: u32) -> Result<()> {
    let file = folder.join(format!("root-{generation}.key"));
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes());
    let text = Zeroizing::new(hex(*key));
    let write = || {
        let mut out = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&file)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| unusable(&file, &error))
}

fn files(folder: &Path) -> Result<BTreeMap<u32, PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.map_err(|error| unusable(folder, &error))?,
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(|error| unusable(folder, &error))?;
        let name = entry.file_name();
        let generation = name.to_str().and_then(|it| {
            it.strip_prefix("root-")?.strip_suffix(".key")?.parse().ok().filter(|it| *it > 0)
        });
        if let Some(generation) = generation {
            found.insert(generation, entry.path());
        }
    }
    Ok(found)
}

fn read(file: &Path) -> Result<Key> {
    let mode = fs::metadata(file).map_err(|error| unusable(file, &error))?.permissions().mode();
    if mode & 0o777 != MODE {
        let (name, mode) = (file.display(), mode & 0o777);
        return Err(fault(&format!("{name} has the mode {mode:04o}. Its mode must be 0400")));
    }
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|error| unusable(file, &error))?);
    let mut key = Zeroizing::new([0; 32]);
    let is_whole = text.trim().len() == 64
        && key.iter_mut().enumerate().all(|(index, byte)| {
            let digits = text.get(index * 2..index * 2 + 2);
            digits.and_then(|it| u8::from_str_radix(it, 16).ok()).is_some_and(|it| {
                *byte = it;
                true
            })
        });
    if is_whole {
        Ok(key)
    } else {
        Err(fault(&format!("{} is not a root key: 64 hexadecimal digits", file.display())))
    }
}

fn unknown(told: &str) -> Error {
    Error::Unusable(format!("setting `escrow`: this is not an age recipient ({told})"))
}

fn unusable(file: &Path, error: &std::io::Error) -> Error {
    fault(&format!("{}: {error}", file.display()))
}

fn fault(problem: &str) -> Error {
    Error::Unusable(format!("setting `keys`: {problem}. For example: keys = \"/etc/e4s/keys\""))
}
