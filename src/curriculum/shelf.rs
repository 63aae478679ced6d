//! Where the curriculum stands while the service runs: read once, with what was made from it.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use parking_lot::{Mutex, RwLock};

use super::find::Index;
use super::{Curriculum, Lesson, Report, Tree, export, load};
use crate::web::kept::{Keep, Kept};
use crate::{Error, Result};

/// How many printed plans are kept; the one that was asked for longest ago goes first.
const PLANS: usize = 64;

/// A curriculum that nothing is wrong with, ready to be shown and searched.
pub struct Library {
    pub curriculum: Curriculum,
    pub index: Index,
}

/// The library, and the pages and plans that were made from it so far.
pub struct Shelf {
    /// A folder that replaces the curriculum of the binary.
    folder: Option<PathBuf>,
    library: OnceLock<Arc<Library>>,
    pages: RwLock<BTreeMap<String, Arc<Kept>>>,
    plans: Mutex<VecDeque<(String, Arc<Kept>)>>,
    sizes: RwLock<BTreeMap<String, usize>>,
    /// One plan is made at a time, so that a crowd of first requests cannot take the machine.
    press: Mutex<()>,
}

impl Shelf {
    /// An empty shelf. The curriculum is read by `check`, or else by the first who asks.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            library: OnceLock::new(),
            pages: RwLock::default(),
            plans: Mutex::default(),
            sizes: RwLock::default(),
            press: Mutex::default(),
        }
    }

    /// Reads the curriculum and says what is wrong with it; a sound one is put on the shelf.
    pub fn check(&self, today: NaiveDate) -> std::io::Result<Report> {
        let tree = match &self.folder {
            None => Tree::embedded(),
            Some(folder) => Tree::folder(folder)?,
        };
        let (curriculum, report) = load::load(&tree, today);
        if report.is_sound() {
            let index = Index::of(&curriculum);
            self.library.get_or_init(|| Arc::new(Library { curriculum, index }));
        }
        Ok(report)
    }

    /// The library. The built-in one is read once for the whole process.
    pub fn library(&self) -> Result<Arc<Library>> {
        static BUILT_IN: OnceLock<Arc<Library>> = OnceLock::new();
        if let Some(library) = self.library.get() {
            return Ok(Arc::clone(library));
        }
        if let (None, Some(library)) = (&self.folder, BUILT_IN.get()) {
            return Ok(Arc::clone(self.library.get_or_init(|| Arc::clone(library))));
        }
        // What has grown old does not stop anybody from reading, so any day will do.
        let report = self.check(NaiveDate::MAX).map_err(|error| broken(&error))?;
        let library = self.library.get().ok_or_else(|| broken(&first(&report)))?;
        if self.folder.is_none() {
            BUILT_IN.get_or_init(|| Arc::clone(library));
        }
        Ok(Arc::clone(library))
    }

    /// A page that is the same for everybody, if it has been made.
    pub fn page(&self, path: &str) -> Option<Arc<Kept>> {
        self.pages.read().get(path).cloned()
    }

    /// Keeps a page. Only for paths of units, lessons and resources that exist, so that it stays bounded.
    pub fn keep(&self, path: &str, html: String) -> Arc<Kept> {
        let kept = Arc::new(Kept::new("text/html; charset=utf-8", Keep::Ask, html));
        self.pages.write().insert(path.to_owned(), Arc::clone(&kept));
        kept
    }

    /// The printed plan of a lesson: kept, or made now.
    pub fn plan(&self, library: &Library, lesson: &Lesson) -> Result<Arc<Kept>> {
        let path = lesson.path();
        if let Some(kept) = self.kept_plan(&path) {
            return Ok(kept);
        }
        let _press = self.press.lock();
        if let Some(kept) = self.kept_plan(&path) {
            return Ok(kept);
        }
        let plan = export::plan(&library.curriculum, lesson)
            .map_err(|error| Error::Document(error.to_string()))?;
        self.sizes.write().insert(path.clone(), plan.len());
        let kept = Arc::new(Kept::new("application/pdf", Keep::Ask, plan));
        let mut plans = self.plans.lock();
        plans.push_front((path, Arc::clone(&kept)));
        plans.truncate(PLANS);
        Ok(kept)
    }

    /// The size of a plan in bytes, which is made if it never was.
    pub fn plan_size(&self, library: &Library, lesson: &Lesson) -> Result<usize> {
        let known = self.sizes.read().get(&lesson.path()).copied();
        match known {
            Some(size) => Ok(size),
            None => Ok(self.plan(library, lesson)?.size()),
        }
    }

    fn kept_plan(&self, path: &str) -> Option<Arc<Kept>> {
        let mut plans = self.plans.lock();
        let place = plans.iter().position(|(it, _)| it == path)?;
        let found = plans.remove(place)?;
        let kept = Arc::clone(&found.1);
        plans.push_front(found);
        Some(kept)
    }
}

fn broken(why: &impl std::fmt::Display) -> Error {
    Error::Document(format!("the curriculum: {why}"))
}

fn first(report: &Report) -> String {
    report.faults.first().map(ToString::to_string).unwrap_or_default()
}
