//! The root keys: files in one folder, which the service reads and nobody else can.
//!
//! A younger key can be made while the service runs. It is noticed before the next text is sealed, and when a text comes
//! that needs it. With several machines it waits first (`root-N.waiting`): it opens texts and seals none, until every
//! machine has it and it is taken up.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use age::secrecy::ExposeSecret;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Key;
use crate::store::{hex, random_bytes};
use crate::{Error, Result};

/// The mode that a key's file has: its owner may read it, and nobody may write.
const MODE: u32 = 0o400;

/// How the name of a key ends that seals, and of one that waits.
const KEY: &str = "key";
const WAITING: &str = "waiting";

/// The root keys by generation, and the offline recipient.
pub struct Keyring {
    folder: PathBuf,
    held: RwLock<Held>,
    pub(super) recipient: Option<age::x25519::Recipient>,
}

/// What was read of the folder. There is at least one key.
struct Held {
    roots: BTreeMap<u32, Key>,
    youngest: (u32, Key),
    /// When the folder had last changed by then.
    folder_at: Option<SystemTime>,
}

impl Keyring {
    /// Reads `root-N.key` of every generation in a folder.
    pub fn open(folder: &Path, recipient: Option<&str>) -> Result<Self> {
        let recipient = recipient.map(str::parse).transpose().map_err(unknown)?;
        let held = RwLock::new(Held::read(folder)?);
        Ok(Self { folder: folder.to_owned(), held, recipient })
    }

    /// The folder that the keys are in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that seals from now on, with its generation. A younger one that was made since is noticed here.
    pub(super) fn youngest(&self) -> (u32, Key) {
        if self.held.read().folder_at != changed_at(&self.folder)
            && let Err(error) = self.read_again()
        {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "the folder of keys has changed and cannot be read");
        }
        self.held.read().youngest.clone()
    }

    /// The key of a generation. One that is not known is looked for in the folder once more.
    pub(super) fn root(&self, generation: u32) -> Option<Key> {
        let known = self.held.read().roots.get(&generation).cloned();
        if known.is_some() || self.read_again().is_err() {
            return known;
        }
        self.held.read().roots.get(&generation).cloned()
    }

    /// The generation that seals from now on.
    pub fn generation(&self) -> u32 {
        self.youngest().0
    }

    /// Every generation that there is a key of, the oldest first.
    pub fn generations(&self) -> Vec<u32> {
        self.held.read().roots.keys().copied().collect()
    }

    /// Reads the folder again. Left as it was if that fails.
    pub(super) fn read_again(&self) -> Result<()> {
        let held = Held::read(&self.folder)?;
        *self.held.write() = held;
        Ok(())
    }
}

impl Held {
    fn read(folder: &Path) -> Result<Self> {
        // Asked first: a key that comes while we read is then noticed later.
        let folder_at = changed_at(folder);
        let mut roots = BTreeMap::new();
        for (generation, file) in files(folder, WAITING)? {
            roots.insert(generation, read(&file)?);
        }
        let mut youngest = None;
        for (generation, file) in files(folder, KEY)? {
            let key = read(&file)?;
            youngest = Some((generation, key.clone()));
            roots.insert(generation, key);
        }
        let Some(youngest) = youngest else {
            let told = format!(
                "{} has no root key. Are the keys mounted? For a new county: `e4s keys init`",
                folder.display()
            );
            return Err(fault(&told));
        };
        Ok(Self { roots, youngest, folder_at })
    }
}

fn changed_at(folder: &Path) -> Option<SystemTime> {
    fs::metadata(folder).and_then(|it| it.modified()).ok()
}

/// Makes the first root key of a folder. Refused if there is one: another would hide it.
pub fn init(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    if has_key(folder)? {
        let told = format!(
            "{} holds a root key already, and another first one would hide it. For a younger key: `e4s keys rotate`. For \
             another offline identity: `e4s keys identity FILE`, put the line that it prints into the settings, then `e4s \
             keys rotate`",
            folder.display()
        );
        return Err(fault(&told));
    }
    make(folder, 1, KEY)
}

/// Makes a younger root key, which seals from then on, and says its generation.
pub fn next(folder: &Path) -> Result<u32> {
    next_after(folder, 0)
}

/// The same, of a generation behind one whose key may be lost.
pub(super) fn next_after(folder: &Path, lost: u32) -> Result<u32> {
    fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    let waits = waiting(folder)?.unwrap_or_default();
    let generation = last(folder)?.max(waits).max(lost).saturating_add(1);
    make(folder, generation, KEY)?;
    Ok(generation)
}

/// The generation of the youngest key in use; 0 without any.
fn last(folder: &Path) -> Result<u32> {
    Ok(files(folder, KEY)?.keys().next_back().copied().unwrap_or_default())
}

/// True if a folder has a root key.
pub fn has_key(folder: &Path) -> Result<bool> {
    Ok(!files(folder, KEY)?.is_empty())
}

/// Makes a younger root key that waits, unless one does, and says its generation.
pub fn prepare(folder: &Path) -> Result<u32> {
    if let Some(generation) = waiting(folder)? {
        return Ok(generation);
    }
    let generation = last(folder)?.saturating_add(1);
    make(folder, generation, WAITING)?;
    Ok(generation)
}

/// The generation of the key that waits, if one does.
pub fn waiting(folder: &Path) -> Result<Option<u32>> {
    Ok(files(folder, WAITING)?.keys().next_back().copied())
}

/// Takes the key that waits into use, if one does, and says its generation.
pub(super) fn take_up(folder: &Path) -> Result<Option<u32>> {
    let Some((generation, waits)) = files(folder, WAITING)?.pop_last() else { return Ok(None) };
    let key = folder.join(format!("root-{generation}.{KEY}"));
    let take = || {
        fs::hard_link(&waits, &key)?;
        fs::remove_file(&waits)?;
        fs::File::open(folder)?.sync_all()
    };
    take().map_err(|error| unusable(&key, &error))?;
    Ok(Some(generation))
}

/// Makes an offline identity in a file that is to be carried away, and says its recipient: what `escrow` is set to.
pub fn identity(file: &Path) -> Result<String> {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let secret = identity.to_string();
    let text = Zeroizing::new(format!("# public key: {recipient}\n{}\n", secret.expose_secret()));
    write_new(file, text.as_bytes()).map_err(|error| unusable_identity(file, &error))?;
    Ok(recipient)
}

/// Reads an offline identity, as `age-keygen` writes it too.
pub fn read_identity(file: &Path) -> Result<age::x25519::Identity> {
    let text = fs::read_to_string(file).map_err(|error| unusable_identity(file, &error))?;
    let text = Zeroizing::new(text);
    let found = text.lines().map(str::trim).find(|it| it.starts_with("AGE-SECRET-KEY-"));
    let name = file.display();
    let none = || Error::Unusable(format!("{name} holds no age identity: AGE-SECRET-KEY-1…"));
    found.and_then(|it| it.parse().ok()).ok_or_else(none)
}

fn unusable_identity(file: &Path, error: &std::io::Error) -> Error {
    Error::Unusable(format!("the identity {}: {error}", file.display()))
}

fn make(folder: &Path, generation: u32, ending: &str) -> Result<()> {
    let file = folder.join(format!("root-{generation}.{ending}"));
    let coming = folder.join(format!("root-{generation}.coming"));
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes());
    let text = Zeroizing::new(hex(*key));
    // A service that runs must never meet half a key: it gets its name when it is whole.
    let write = || {
        if coming.exists() {
            fs::remove_file(&coming)?;
        }
        write_new(&coming, text.as_bytes())?;
        if let Ok(older) = folder.join(format!("root-{}.key", generation - 1)).metadata() {
            std::os::unix::fs::chown(&coming, Some(older.uid()), Some(older.gid()))?;
        }
        fs::hard_link(&coming, &file)?;
        fs::remove_file(&coming)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| unusable(&file, &error))
}

/// A file that is not there yet, for its owner to read alone.
fn write_new(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(MODE).open(file)?;
    out.write_all(text)?;
    out.sync_all()
}

fn files(folder: &Path, ending: &str) -> Result<BTreeMap<u32, PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.map_err(|error| unusable(folder, &error))?,
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(|error| unusable(folder, &error))?;
        let name = entry.file_name();
        let generation = name.to_str().and_then(|it| {
            let number = it.strip_prefix("root-")?.strip_suffix(ending)?.strip_suffix('.')?;
            number.parse().ok().filter(|it| *it > 0)
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

/// A few characters that tell one offline recipient from another: `age` itself does not say to whom something is sealed.
pub(super) fn mark(recipient: &age::x25519::Recipient) -> String {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(recipient.to_string()));
    hex([a, b, c, d])
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
