//! Leaves, nodes and the empty root (RFC 6962 §2.1, RFC 9162 §2.1.1), with SHA-256.

use base64ct::{Base64, Encoding};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Bytes of a hash.
pub const HASH_LENGTH: usize = 32;

/// Characters of a hash in base64 (RFC 4648 §4), padding included.
const HASH_BASE64_LENGTH: usize = 44;

/// Goes before an entry, so that no entry can pass for a node (RFC 6962 §2.1).
const LEAF_PREFIX: u8 = 0;

/// Goes before two hashes.
const NODE_PREFIX: u8 = 1;

/// Bytes of a node's message.
const NODE_LENGTH: usize = 1 + 2 * HASH_LENGTH;

/// The same in bits, as the padding says it.
const NODE_BITS: u16 = 8 * 65;

/// Bytes of a block of SHA-256.
const BLOCK_LENGTH: usize = 64;

/// The hash before the first block (FIPS 180-4 §5.3.3).
const SHA256_INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A leaf, a node or a root of a tree. Written in base64, as in checkpoints and proofs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LENGTH]);

/// Why a text is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// Another number of characters than 32 bytes have.
    #[error("a hash in base64 has {HASH_BASE64_LENGTH} characters, this text has {found}")]
    Length {
        /// Its length in bytes.
        found: usize,
    },
    /// Not base64, or not the one canonical way to write it.
    #[error("{text:?} is not canonical base64 (RFC 4648 §4)")]
    Base64 {
        /// The words at fault.
        text: String,
    },
}

impl Hash {
    /// The root of a tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// A hash that was computed elsewhere.
    pub const fn new(bytes: [u8; HASH_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The leaf of an entry: SHA-256(0x00 ‖ entry).
    #[inline]
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([LEAF_PREFIX]).chain_update(entry).finalize().into())
    }

    /// The node above two: SHA-256(0x01 ‖ left ‖ right).
    #[inline]
    pub fn node(left: &Self, right: &Self) -> Self {
        // Every such message has 65 bytes, so that its two blocks with their padding (FIPS 180-4 §5.1.1) are laid out at
        // once: faster than piece by piece, and nodes are what a proof's check and half of a log's hashes are.
        let mut message = [0; 2 * BLOCK_LENGTH];
        message[0] = NODE_PREFIX;
        message[1..=HASH_LENGTH].copy_from_slice(&left.0);
        message[1 + HASH_LENGTH..NODE_LENGTH].copy_from_slice(&right.0);
        message[NODE_LENGTH] = 0x80;
        message[2 * BLOCK_LENGTH - 2..].copy_from_slice(&NODE_BITS.to_be_bytes());
        let mut state = SHA256_INITIAL;
        compress256(&mut state, message.as_chunks().0);
        let mut hash = [0; HASH_LENGTH];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        Self(hash)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_LENGTH] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64::encode_string(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        if text.len() != HASH_BASE64_LENGTH {
            return Err(BadHash::Length { found: text.len() });
        }
        let mut bytes = [0; HASH_LENGTH];
        match Base64::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == HASH_LENGTH => Ok(Self(bytes)),
            _ => Err(BadHash::Base64 { text: text.to_owned() }),
        }
    }
}
