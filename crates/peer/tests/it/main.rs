//! What this crate promises, from outside: one binary, one file a subject.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod log;
mod mirror;
mod web;
mod witness;
