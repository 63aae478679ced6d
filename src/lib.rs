//! E4S: schools raise concerns about places, districts meet and answer, teachers teach.
//!
//! Read the modules in this order.

pub mod accounts;
pub mod districts;
pub mod schools;

pub mod concerns;

pub mod contexts;

pub mod meetings;

pub mod digests;

pub mod trail;

pub mod upkeep;

pub mod curriculum;

pub mod audit;
pub mod deed;
pub mod documents;
pub mod mail;

pub mod calendar;
pub mod config;
pub mod error;
pub mod import;
pub mod seal;
pub mod store;
pub mod web;

pub mod app;
pub mod demo;
pub mod serve;
pub mod worker;

pub use error::{Error, Result};
