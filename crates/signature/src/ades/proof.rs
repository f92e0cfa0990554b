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

/// What a timestamp is a proof for. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Covers {
    order: Arc<BTreeMap<ObjectId, usize>>,
    below: usize,
}

impl Covers {
    /// Everything in an order that stands below a place: the timestamps of a file share one order, each covers what stood
    /// there before it.
    pub fn below(order: &Arc<BTreeMap<ObjectId, usize>>, place: usize) -> Self {
        Self { order: order.clone(), below: place }
    }

    /// Whether this is among it.
    pub fn contains(&self, object: ObjectId) -> bool {
        self.order.get(&object).is_some_and(|place| *place < self.below)
    }

    /// Whether one of these is.
    pub(crate) fn contains_any(&self, objects: &[ObjectId]) -> bool {
        objects.iter().any(|object| self.contains(*object))
    }
}

impl From<Vec<ObjectId>> for Covers {
    fn from(objects: Vec<ObjectId>) -> Self {
        Self { order: Arc::new(objects.into_iter().map(|object| (object, 0)).collect()), below: 1 }
    }
}

/// The earliest proof of each thing.
pub(crate) struct Proofs {
    now: i64,
    stamps: Vec<(Covers, Proof)>,
    single: BTreeMap<ObjectId, Proof>,
    /// What each thing stands inside of: it existed when those did.
    holders: BTreeMap<ObjectId, Vec<ObjectId>>,
}

impl Proofs {
    /// Everything exists at the moment of verification (EN 319 102-1 §5.6.3.4, step 1).
    pub(crate) fn new(now: i64, holders: BTreeMap<ObjectId, Vec<ObjectId>>) -> Self {
        Self { now, stamps: Vec::new(), single: BTreeMap::new(), holders }
    }

    /// Takes in that what a timestamp covers existed.
    pub(crate) fn add(&mut self, covers: &Covers, proof: Proof) {
        self.stamps.push((covers.clone(), proof));
    }

    /// Takes in that one thing existed.
    pub(crate) fn add_one(&mut self, object: ObjectId, proof: &Proof) {
        let known = self.single.entry(object).or_insert_with(|| proof.clone());
        if proof.at < known.at {
            *known = proof.clone();
        }
    }

    /// The earliest proof of several things together: the latest of theirs.
    pub(crate) fn of_all(&self, objects: &[ObjectId]) -> Proof {
        let each = objects.iter().map(|object| self.earliest(*object));
        each.max_by_key(|proof| proof.at).unwrap_or_else(|| self.present())
    }

    /// The earliest proof of something. What would only be shown for later than now says nothing.
    pub(crate) fn earliest(&self, object: ObjectId) -> Proof {
        let holders = self.holders.get(&object).map(Vec::as_slice).unwrap_or_default();
        let proofs = std::iter::once(&object).chain(holders).flat_map(|object| {
            let stamps = self.stamps.iter().filter(|(covers, _)| covers.contains(*object));
            stamps.map(|(_, proof)| proof).chain(self.single.get(object))
        });
        let earliest = proofs.min_by_key(|proof| proof.at).filter(|proof| proof.at < self.now);
        earliest.cloned().unwrap_or_else(|| self.present())
    }

    fn present(&self) -> Proof {
        Proof { at: self.now, by: Witness::Present }
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
