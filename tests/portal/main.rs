//! The whole suite in one binary: it links once.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod accounts;
mod components;
mod curriculum;
mod curriculum_pages;
mod triage;
mod digests;
mod mail;
mod postbox;
mod gate;
mod report;
mod report_bad;
mod shire;
mod world;
