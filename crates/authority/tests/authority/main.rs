//! What the evaluator promises: properties, a Datalog oracle, golden matrices, bounds.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bounds;
mod gates;
mod matrix;
#[allow(clippy::all, clippy::pedantic, reason = "the Datalog macro writes what it likes")]
mod oracle;
mod properties;
mod world;
