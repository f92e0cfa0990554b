//! What verification promises: the vectors decide as their cases say, every proof checks, every mutated one does not.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audience;
mod corpus;
mod dossier;
mod hostile;
mod keeper;
mod proofs;
mod record;
mod recorded;
mod secrets;
mod signed;
mod signed_pdf;
mod vectors;
