//! What is wrong with the curriculum, each fault with its file and line.

use std::fmt;

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The lesson is wrong: nothing is served with it.
    Broken,
    /// The lesson has grown old, as a helpline does: a check fails, a running service goes on.
    Stale,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub message: String,
    pub weight: Weight,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Every fault, by file and line, and what is worth knowing besides.
#[derive(Debug, Default)]
pub struct Report {
    pub faults: Vec<Fault>,
    pub notes: Vec<String>,
}

impl Report {
    /// Whether nothing stands in the way of serving it.
    pub fn is_sound(&self) -> bool {
        self.faults.iter().all(|it| it.weight == Weight::Stale)
    }
}

/// The faults of one file while it is being read.
pub struct Faults<'a> {
    pub file: &'a str,
    found: &'a mut Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub fn new(file: &'a str, found: &'a mut Vec<Fault>) -> Self {
        Self { file, found }
    }

    pub fn say(&mut self, line: usize, message: impl Into<String>) {
        self.add(line, message.into(), Weight::Broken);
    }

    pub fn grown_old(&mut self, line: usize, message: impl Into<String>) {
        self.add(line, message.into(), Weight::Stale);
    }

    fn add(&mut self, line: usize, message: String, weight: Weight) {
        self.found.push(Fault { file: self.file.to_owned(), line: line.max(1), message, weight });
    }
}

impl<'a> Faults<'a> {
    /// The same list, for another file.
    pub fn of<'b>(&'b mut self, file: &'b str) -> Faults<'b>
    where
        'a: 'b,
    {
        Faults { file, found: self.found }
    }
}
