//! The writing path and what it writes to, a module for each part of it.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod desk;
mod faults;
mod kit;
mod objects;
mod path;
mod restored;
