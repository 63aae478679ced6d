//! A backup's file: a tar of the parts and, last, the manifest that names them; sealed with `age` as it is written.
//!
//! It is read in one pass, and trusted only when the manifest has come and every part is as it says.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor, stream::StreamWriter};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::unusable;
use crate::store::{self, hex};
use crate::{Error, Result};

/// The form of what follows. A newer one gets a new name.
const FORM: &str = "e4s-backup-1";
const MANIFEST: &str = "manifest.json";
/// A manifest is short; one that is longer is none.
const MANIFEST_MAX: u64 = 16 << 20;
const CHUNK: usize = 64 << 10;

/// What a backup holds, and what it must hold after it was brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    pub form: String,
    /// UTC, as in the file's name.
    pub made_at: String,
    /// The program's version.
    pub program: String,
    /// The newest step of the schema.
    pub schema: String,
    /// The rows of each table.
    pub counts: BTreeMap<String, i64>,
    /// The last link of each chain of the audit log, as `e4s audit heads` prints them.
    pub audit_heads: Vec<String>,
    /// The settings that are no secret, for whoever has to write them again.
    pub settings: BTreeMap<String, String>,
    pub parts: Vec<Part>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    /// As it is kept.
    fn text(&self) -> String {
        let part = |it: &Part| json!({"name": it.name, "bytes": it.bytes, "sha256": it.sha256});
        let parts: Vec<serde_json::Value> = self.parts.iter().map(part).collect();
        let Self { made_at, program, schema, counts, audit_heads, settings, .. } = self;
        let whole = json!({
            "form": FORM,
            "made_at": made_at,
            "program": program,
            "schema": schema,
            "counts": counts,
            "audit_heads": audit_heads,
            "settings": settings,
            "parts": parts,
        });
        format!("{whole:#}\n")
    }

    /// The name of the database's part.
    pub fn database(&self) -> Option<&str> {
        let names = self.parts.iter().map(|it| it.name.as_str());
        names.into_iter().find(|it| store::PARTS.contains(it))
    }
}

/// A backup that is being written.
pub(super) struct Writer {
    tar: tar::Builder<StreamWriter<BufWriter<File>>>,
    parts: Vec<Part>,
}

impl Writer {
    /// Begins a file that only the service can read.
    pub fn create(path: &Path, recipient: &Recipient) -> Result<Self> {
        let begin = || {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            let recipient: &dyn age::Recipient = recipient;
            let sealed = Encryptor::with_recipients(std::iter::once(recipient))
                .map_err(std::io::Error::other)?
                .wrap_output(BufWriter::with_capacity(CHUNK, file))?;
            Ok(tar::Builder::new(sealed))
        };
        let tar = begin().map_err(|error: std::io::Error| unusable(path, error))?;
        Ok(Self { tar, parts: Vec::new() })
    }

    /// Adds a file as it is now; what is appended to it meanwhile is left for the next backup.
    pub fn add(&mut self, name: &str, path: &Path) -> Result<()> {
        let mut add = || {
            if !is_part(name) {
                return Err(std::io::Error::other("no restore takes a file of such a name"));
            }
            let file = File::open(path)?;
            let bytes = file.metadata()?.len();
            let mut summed = Summed::of(file.take(bytes));
            self.tar.append_data(&mut header(bytes), name, &mut summed)?;
            let (read, sha256) = summed.end();
            if read != bytes {
                return Err(std::io::Error::other("it became shorter while it was read"));
            }
            self.parts.push(Part { name: name.to_owned(), bytes, sha256 });
            Ok(())
        };
        add().map_err(|error: std::io::Error| unusable(path, error))
    }

    /// Adds the manifest, and returns once all of it is on the disk.
    pub fn end(mut self, mut manifest: Manifest) -> std::io::Result<u64> {
        manifest.parts = self.parts;
        let text = manifest.text();
        let bytes = u64::try_from(text.len()).map_err(std::io::Error::other)?;
        self.tar.append_data(&mut header(bytes), MANIFEST, text.as_bytes())?;
        let file = self
            .tar
            .into_inner()?
            .finish()?
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

/// Opens a backup into an empty folder, and checks every part.
pub(super) fn unpack(path: &Path, identity: &Identity, folder: &Path) -> Result<Manifest> {
    let file = File::open(path).map_err(|error| unusable(path, error))?;
    let identity: &dyn age::Identity = identity;
    let opened = Decryptor::new_buffered(BufReader::with_capacity(CHUNK, file))
        .and_then(|it| it.decrypt(std::iter::once(identity)));
    let plain = opened.map_err(|told| match told {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => unusable(
            path,
            "it was sealed to somebody else. Use the identity that belongs to the `escrow` of the time when it was made",
        ),
        told => torn(path, &told),
    })?;
    let mut archive = tar::Archive::new(plain);
    let mut found = Vec::new();
    let mut manifest = None;
    for entry in archive.entries().map_err(|told| torn(path, &told))? {
        let mut entry = entry.map_err(|told| torn(path, &told))?;
        let name = entry.path().map_err(|told| torn(path, &told))?.display().to_string();
        if name == MANIFEST {
            let mut text = String::new();
            let read = (&mut entry).take(MANIFEST_MAX).read_to_string(&mut text);
            read.map_err(|told| torn(path, &told))?;
            let read: Manifest = serde_json::from_str(&text).map_err(|told| torn(path, &told))?;
            manifest = Some(read);
            continue;
        }
        if !is_part(&name) {
            return Err(unusable(path, format!("it holds {name:?}, which no backup of ours does")));
        }
        let part = keep(&mut entry, &folder.join(&name)).map_err(|told| torn(path, &told))?;
        found.push(Part { name, ..part });
    }
    // The end of the seal: a file that was cut there is torn as well.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())
        .map_err(|told| torn(path, &told))?;
    let mut manifest = manifest.ok_or_else(|| torn(path, &"its end is missing"))?;
    if manifest.form != FORM {
        return Err(unusable(
            path,
            format!("it is of the form {:?}: use a newer e4s", manifest.form),
        ));
    }
    found.sort();
    manifest.parts.sort();
    if let Some(wrong) = manifest.parts.iter().find(|it| !found.contains(it)) {
        return Err(torn(path, &format!("{} is not as the manifest says", wrong.name)));
    }
    if found.len() != manifest.parts.len() {
        return Err(torn(path, &"it holds a part that the manifest does not know"));
    }
    Ok(manifest)
}

/// Names that a backup may hold: what is written goes by it as what is read. They never lead out of its folder.
pub(super) fn is_part(name: &str) -> bool {
    let is_plain = |it: &str| {
        !it.is_empty()
            && !it.starts_with('.')
            && it.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
    };
    match name.split_once('/') {
        None => store::PARTS.contains(&name),
        Some((folder, file)) => matches!(folder, "keys" | "journal") && is_plain(file),
    }
}

fn keep(from: &mut impl Read, to: &Path) -> std::io::Result<Part> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let mut summed = Summed::of(from);
    std::io::copy(&mut summed, &mut file)?;
    file.flush()?;
    file.sync_all()?;
    let (bytes, sha256) = summed.end();
    Ok(Part { name: String::new(), bytes, sha256 })
}

fn torn(path: &Path, told: &dyn std::fmt::Display) -> Error {
    unusable(
        path,
        format!(
            "it is torn, changed, or no backup ({told}). Copy it again from where it was kept, or take an older one"
        ),
    )
}

/// Bytes on their way, counted and summed.
struct Summed<R> {
    from: R,
    sum: Sha256,
    bytes: u64,
}

impl<R: Read> Summed<R> {
    fn of(from: R) -> Self {
        Self { from, sum: Sha256::new(), bytes: 0 }
    }

    fn end(self) -> (u64, String) {
        (self.bytes, hex(self.sum.finalize()))
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(into)?;
        self.sum.update(into.get(..count).unwrap_or_default());
        self.bytes += u64::try_from(count).unwrap_or_default();
        Ok(count)
    }
}
