//! Keeps the record: an append-only log of what was admitted, and the acts themselves.
//!
//! Two kinds of storage, each behind traits that every backend passes one conformance suite for: a [`dossiers::Store`] (a
//! database: the [`ledger::Ledger`] with order, transactions and the head, [`dossiers::Dossiers`] with the acts,
//! [`dossiers::Evidence`] beside them) and [`objects::Objects`] (files written once: tiles, bundles, checkpoints, documents).
//! [`sqlite::Sqlite`] is the database of a home, [`memory::Memory`] that of tests.

pub mod backup;
pub mod conformance;
pub mod directory;
pub mod dossiers;
pub mod error;
pub mod ledger;
pub mod memory;
pub mod objects;
pub mod plan;
pub mod receipt;
pub mod schema;
pub mod seal;
pub mod sealed;
pub mod sqlite;
pub mod witnesses;
pub mod writer;
