//! What verification promises: the vectors decide as their cases say, every proof checks, every mutated one does not.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod corpus;
mod dossier;
mod proofs;
mod signed;
mod signed_pdf;
mod vectors;
