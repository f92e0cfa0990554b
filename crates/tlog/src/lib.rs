//! Transparency logs (RFC 6962, C2SP): hashing, tiles, checkpoints, cosignatures, proofs, witness policies.
