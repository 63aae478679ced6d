//! A folder for half-made things, which only the service can read, and which is gone afterwards.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::unusable;
use crate::Result;
use crate::store::{hex, random_bytes};

/// How the names of such folders begin: what a killed command left is known by it.
const NAME: &str = ".e4s-unfinished-";

/// The folder. Its contents go with it.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one in `parent`, so that what is made in it can be renamed to where it belongs.
    pub fn within(parent: &Path) -> Result<Self> {
        let path = parent.join(format!("{NAME}{}", hex(random_bytes::<8>())));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| unusable(&path, error))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Removes what killed commands left in `parent`. For whoever knows that nobody else is at work there.
    pub fn sweep(parent: &Path) -> Result<()> {
        for entry in fs::read_dir(parent).map_err(|error| unusable(parent, error))? {
            let path = entry.map_err(|error| unusable(parent, error))?.path();
            if path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(NAME)) {
                fs::remove_dir_all(&path).map_err(|error| unusable(&path, error))?;
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of half-made things could not be removed");
        }
    }
}
