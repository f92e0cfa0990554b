//! What the store promises, a module for each part of it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod memory;
mod sealed;
mod sqlite;
