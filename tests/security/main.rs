//! Attacks, over a socket, on the real program: `e4s` itself, started as an operator or a newcomer starts it.
//!
//! Nothing of the crate is used here: what holds, holds for whoever can reach the port. README.md beside this file says for
//! each defence what was taken out to see its test fail.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod client;
mod server;

mod crawl;
mod forgery;
mod frame;
mod framing;
mod kept;
mod letters;
mod second;
mod sheets;
mod sign_in;
mod slow;
mod texts;
