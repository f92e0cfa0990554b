//! A file with a hole where the signature will be, and a file with something appended.

use crate::write::{Appended, EmbedError, Hole};
use countersign_signature::DigestAlgorithm;

/// A PDF that is ready to be signed: all of it is there but the signature itself.
///
/// The key may be anywhere: it must sign [`Prepared::covered`], and [`Prepared::embed`] takes what comes back.
#[derive(Debug, Clone)]
#[must_use]
pub struct Prepared<'a> {
    base: &'a [u8],
    added: Vec<u8>,
    hole: Hole,
    field: String,
}

/// A PDF and what is appended to it: the file's own bytes are its beginning, to the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Extended<'a> {
    base: &'a [u8],
    added: Vec<u8>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(base: &'a [u8], appended: Appended, hole: Hole, field: String) -> Self {
        Self { base, added: appended.bytes, hole, field }
    }

    /// The signed bytes in parts, in a row: all of the file but `/Contents` with its brackets.
    pub fn covered(&self) -> [&[u8]; 3] {
        let before = self.added.get(..self.hole.contents.start).unwrap_or_default();
        let after = self.added.get(self.hole.contents.end..).unwrap_or_default();
        [self.base, before, after]
    }

    /// Their digest.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        algorithm.of(&self.covered())
    }

    /// `/ByteRange`: offset and length of both parts (ISO 32000-2 §12.8.1).
    pub fn byte_range(&self) -> [usize; 4] {
        self.hole.byte_range(self.base.len(), self.added.len())
    }

    /// How many bytes the signature may have.
    pub fn room(&self) -> usize {
        self.hole.room()
    }

    /// The name of the field that is signed.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The file with the signature in its place: a CMS signature, or a timestamp's token, in DER.
    ///
    /// It is not looked into: whoever had it made elsewhere reads the file again and verifies it.
    pub fn embed(mut self, cms: &[u8]) -> Result<Extended<'a>, EmbedError> {
        self.hole.fill_contents(cms, &mut self.added)?;
        Ok(Extended { base: self.base, added: self.added })
    }
}

impl<'a> Extended<'a> {
    pub(crate) fn new(base: &'a [u8], added: Vec<u8>) -> Self {
        Self { base, added }
    }

    /// The file as it was.
    pub fn base(&self) -> &'a [u8] {
        self.base
    }

    /// What is appended. Empty where there was nothing to add.
    pub fn added(&self) -> &[u8] {
        &self.added
    }

    /// What is appended, to be put behind the file where that is: on a disk, or at the end of its own buffer.
    pub fn into_added(self) -> Vec<u8> {
        self.added
    }

    /// The whole file, as a copy of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.base, &self.added].concat()
    }
}
