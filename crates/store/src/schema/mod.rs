//! The tables, one schema for every database that speaks SQL: numbered steps, each applied once, in order.

/// A step from the version before to the next.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The version after it, counted from 1.
    pub version: u32,
    /// What it does, in SQL with PostgreSQL's types.
    pub sql: &'static str,
}

/// Every step. What was once released is never changed: a new step is added.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, sql: include_str!("0001-log.sql") },
    Migration { version: 2, sql: include_str!("0002-evidence.sql") },
];

/// Where the versions that were applied are kept.
pub const VERSIONS: &str = "CREATE TABLE migrations (version BIGINT PRIMARY KEY);\n";

/// The newest version.
pub const NEWEST: u32 = 2;

const _: () = assert!(MIGRATIONS.len() == NEWEST as usize, "the newest version is that of the last step");
