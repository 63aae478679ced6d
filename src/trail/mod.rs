//! The audit log as administrators and the county read it: filtered, a page at a time, and as a file to take away.
//!
//! It stands above the other slices because it names their records; what is written into the log, and whether it still
//! holds, is `audit`'s. Whoever reads it is written into it.

pub mod export;
pub mod list;

pub mod pages;
