//! Proofs of existence: not later than when something was there (EN 319 102-1 §3.1, §5.6.2.3).

use crate::hex::Hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a proof of existence is about, named by the SHA-256 of its bytes: a certificate, revocation list, OCSP answer or
/// timestamp token in DER, or a signature's value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 32]);

impl ObjectId {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The same, the SHA-256 known already.
    pub(crate) fn of_fingerprint(fingerprint: [u8; 32]) -> Self {
        Self(fingerprint)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({})", Hex(&self.0))
    }
}

/// Who shows that something existed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Witness {
    /// It is there now: it was given to the one who verifies.
    Present,
    /// A timestamp by this authority (a subject, fit for a terminal).
    Timestamp(Arc<str>),
    /// The caller, in the caller's words: a record with witnesses, say.
    Caller(Arc<str>),
}

/// That something existed at a moment, in unix seconds, and who shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// It existed then, and may be older.
    pub at: i64,
    /// Who shows it.
    pub by: Witness,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Utc(self.at);
        match &self.by {
            Witness::Present => write!(f, "{at} (no timestamp: that is when it was asked about)"),
            Witness::Timestamp(authority) => write!(f, "{at} (timestamp by `{authority}`)"),
            Witness::Caller(words) => write!(f, "{at} ({words})"),
        }
    }
}

/// The earliest proof of each thing.
#[derive(Debug, Clone)]
pub(crate) struct Proofs {
    now: i64,
    earliest: BTreeMap<ObjectId, Proof>,
}

impl Proofs {
    /// Everything exists at the moment of verification (EN 319 102-1 §5.6.3.4, step 1).
    pub(crate) fn new(now: i64) -> Self {
        Self { now, earliest: BTreeMap::new() }
    }

    /// Adds a proof; an earlier one stays. What would only be shown for later than now says nothing.
    pub(crate) fn add(&mut self, object: ObjectId, proof: &Proof) {
        if proof.at < self.earliest(object).at {
            self.earliest.insert(object, proof.clone());
        }
    }

    /// The earliest proof of several things together: the latest of theirs.
    pub(crate) fn of_all(&self, objects: &[ObjectId]) -> Proof {
        let each = objects.iter().map(|object| self.earliest(*object));
        each.max_by_key(|proof| proof.at).unwrap_or(Proof { at: self.now, by: Witness::Present })
    }

    /// The earliest proof of something.
    pub(crate) fn earliest(&self, object: ObjectId) -> Proof {
        self.earliest.get(&object).cloned().unwrap_or(Proof { at: self.now, by: Witness::Present })
    }
}

/// A moment as people read it: `2026-04-24T03:06:40Z`; far out of range, unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Utc(pub(crate) i64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match crate::cms::date_time(self.0) {
            Some(time) => write!(f, "{time}"),
            None => write!(f, "unix {}", self.0),
        }
    }
}
