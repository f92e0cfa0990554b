//! Transparency logs (RFC 6962, C2SP): hashing, tiles, checkpoints, cosignatures, proofs, witness policies.

pub mod hash;
pub mod proof;
pub mod range;
pub mod size;
pub mod tile;
