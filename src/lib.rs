//! E4S.

pub mod curriculum;

pub mod documents;
