//! The whole suite in one binary: it links once.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod access;
mod accounts;
mod audit;
mod cells;
mod components;
mod concern_lists;
mod contexts;
mod curriculum;
mod curriculum_pages;
mod diary;
mod digests;
mod districts;
mod gate;
mod holds;
mod mail;
mod meetings;
mod places;
mod planted;
mod postbox;
mod recorded;
mod report;
mod report_bad;
mod retention;
mod retention_pages;
mod schools;
mod sealing;
mod search;
mod shire;
mod steer;
mod subject_access;
mod tidy;
mod trail;
mod triage;
mod world;
