//! The whole suite in one binary: it links once.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod accounts;
mod components;
mod concern_lists;
mod contexts;
mod curriculum;
mod curriculum_pages;
mod meetings;
mod triage;
mod digests;
mod mail;
mod postbox;
mod world;
