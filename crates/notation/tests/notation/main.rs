//! The notation as a whole: what it reads, what it refuses, that it prints what it read.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod errors;
mod examples;
mod hostile;
mod layout;
mod lint;
mod resolve;
mod round_trip;
mod statements;
mod strategy;
mod time;
