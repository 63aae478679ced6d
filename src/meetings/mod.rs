//! A team's meeting: when and where it sits, until when it takes new items, and what waits for it.
//!
//! The dates themselves are in the districts' diary, because whoever raises a concern is told when it will be heard.

pub mod export;
pub mod look;
pub mod schedule;

pub mod pages;
pub mod policy;
pub mod queries;
