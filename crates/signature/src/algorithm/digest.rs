//! Digests (FIPS 180-4).

use crate::read::Walk;
use crate::{encode, oid};
use const_oid::ObjectIdentifier;
use der::Tag;
use sha2::{Sha256, Sha384, Sha512};
use std::fmt;

/// A digest that a signature may rest on. SHA-1 and MD5 are not among them: what they covered can be forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// The digest of parts in a row.
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), |state, part| state.chain_update(part)).finalize().to_vec()
        }
        match self {
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha384 => run::<Sha384>(parts),
            Self::Sha512 => run::<Sha512>(parts),
        }
    }

    /// Its length in bytes.
    pub fn size(self) -> u8 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What stands before its hex digits: `sha256`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => oid::SHA_256,
            Self::Sha384 => oid::SHA_384,
            Self::Sha512 => oid::SHA_512,
        }
    }

    pub(crate) fn of_oid(id: ObjectIdentifier) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|digest| digest.oid() == id)
    }

    /// Its `AlgorithmIdentifier`, parameters absent (RFC 5754 §2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        encode::algorithm(self.oid())
    }

    /// Reads an `AlgorithmIdentifier`: parameters absent or NULL (RFC 5754 §2 asks to accept both). The inner `Err` holds
    /// the identifier that isn't known here.
    pub(crate) fn read(fields: &mut Walk<'_>) -> der::Result<Result<Self, ObjectIdentifier>> {
        let mut algorithm = fields.enter(Tag::Sequence)?;
        let found: ObjectIdentifier = algorithm.decode()?;
        let Some(digest) = Self::of_oid(found) else { return Ok(Err(found)) };
        algorithm.null_or_nothing()?;
        Ok(Ok(digest))
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}
