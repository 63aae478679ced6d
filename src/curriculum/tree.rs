//! The files of a curriculum, from the binary or from a folder that replaces it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use rust_embed::RustEmbed;

use super::report::{Fault, Weight};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/curriculum"]
struct Embedded;

/// Texts by their path within the curriculum, with `/` between the folders.
#[derive(Debug, Default)]
pub struct Tree {
    /// What stands before each path when a fault names it.
    root: String,
    files: BTreeMap<String, String>,
    unreadable: Vec<Fault>,
}

impl Tree {
    /// The curriculum that the binary carries.
    pub fn embedded() -> Self {
        let mut tree = Self { root: "curriculum".to_owned(), ..Self::default() };
        for path in Embedded::iter() {
            if let Some(file) = Embedded::get(&path) {
                tree.add(path.into_owned(), &file.data);
            }
        }
        tree
    }

    pub fn folder(root: &Path) -> io::Result<Self> {
        let mut tree = Self { root: root.display().to_string(), ..Self::default() };
        tree.walk(root, "")?;
        Ok(tree)
    }

    /// Files by path, in order. Names that begin with a dot are left out.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub fn unreadable(&self) -> &[Fault] {
        &self.unreadable
    }

    /// A path as a person finds the file.
    pub fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    fn walk(&mut self, folder: &Path, within: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if within.is_empty() { name.clone() } else { format!("{within}/{name}") };
            if name.starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.walk(&entry.path(), &path)?;
            } else {
                self.add(path, &fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
                self.files.insert(path, text);
            }
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.split(|it| *it == b'\n').count();
                let message = "this is not UTF-8 text".to_owned();
                let file = self.shown(&path);
                self.unreadable.push(Fault { file, line, message, weight: Weight::Broken });
            }
        }
    }
}
