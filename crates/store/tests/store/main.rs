//! What the store promises, a module for each part of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod memory;
mod sealed;
mod sqlite;
