//! Keeps the record: an append-only log of what was admitted, and the acts themselves.
//!
//! Two kinds of storage, each behind a trait that every backend passes one conformance suite for: a [`ledger::Ledger`] (a
//! database: order, transactions, the head) and [`objects::Objects`] (files written once: tiles, bundles, checkpoints,
//! documents).

pub mod backup;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod desk;
pub mod directory;
pub mod dossiers;
pub mod error;
#[cfg(feature = "conformance")]
pub mod faulty;
pub mod ledger;
pub mod memory;
pub mod objects;
pub mod plan;
pub mod receipt;
pub mod refill;
pub mod schema;
pub mod seal;
pub mod sealed;
pub mod sqlite;
pub mod witnesses;
pub mod writer;
