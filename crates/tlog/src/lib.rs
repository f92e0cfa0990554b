//! Transparency logs: append-only records that neither side can rewrite unnoticed.
//!
//! # What is here, a module for each specification
//! - [`hash`], [`size`], [`range`], [`proof`]: the tree of RFC 6962 §2.1 and RFC 9162 §2.1 with SHA-256; leaves, roots,
//!   inclusion and consistency proofs.
//! - [`tile`]: the tree and its entries as files (C2SP tlog-tiles).
//! - [`note`]: text signed by keys with names (C2SP signed-note). [`checkpoint`]: a log's size and root as such a note
//!   (C2SP tlog-checkpoint).
//! - [`cosignature`]: what a witness signs (C2SP tlog-cosignature, Ed25519). [`witness`]: how it is asked, and what it
//!   decides (C2SP tlog-witness).
//! - [`policy`]: which logs and witnesses are trusted, and how many (C2SP tlog-policy).
//! - [`spicy`]: index, inclusion proof and cosigned checkpoint in one file, verified offline (C2SP tlog-proof).
//! - [`fsck`]: re-hashes a whole log.
//!
//! # What is not here
//! No clock, file, network, random number or private key: times are arguments, keys sign behind [`note::Signer`], tiles
//! come from a [`tile::TileSource`]. No HTTP. No ML-DSA-44 and no other signature types: their lines are those of unknown
//! keys and ignored, their keys in a policy are refused. No pruning, no `sign-subtree`.
//!
//! What is read is bounded, and has one way to be written: what reads is printed as the same bytes. Keys and policies are
//! printed in one canonical form, which reads as the same.
//!
//! # Start with
//! [`tile::Edge`] to write a log, [`witness::AddCheckpoint`] to witness one, [`spicy::TlogProof`] to verify.
//!
//! ```
//! use countersign_tlog::hash::Hash;
//! use countersign_tlog::policy::Policy;
//! use countersign_tlog::spicy::TlogProof;
//!
//! fn is_on_record(entry: &[u8], proof_file: &[u8], policy: &Policy) -> Result<String, Box<dyn std::error::Error>> {
//!     let witnessed = TlogProof::read(proof_file)?.verify(Hash::leaf(entry), policy)?;
//!     let included = witnessed.included();
//!     Ok(format!("entry {} of {}; quorum {}", included.index(), included.origin(), included.quorum()))
//! }
//! # let policy = Policy::read(b"quorum none\n").unwrap();
//! # assert!(is_on_record(b"entry", b"not a proof", &policy).is_err());
//! ```

pub mod checkpoint;
pub mod cosignature;
pub mod fsck;
pub mod hash;
pub mod note;
pub mod policy;
pub mod proof;
pub mod range;
pub mod size;
pub mod spicy;
pub mod tile;
pub mod witness;
