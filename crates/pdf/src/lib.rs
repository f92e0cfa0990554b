//! Signatures in PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1): revisions, byte ranges, and what changed after each
//! signature.

pub mod appearance;
pub mod object;
pub mod sign;
mod write;
