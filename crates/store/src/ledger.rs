//! What the database keeps: who may write, what was admitted in which order, how far the log has come.

use std::sync::Arc;

use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

/// The order of the record, its head, and what was admitted. Blocking: a backend that speaks asynchronously brings its own
/// runtime; the writer is one thread.
///
/// **Rules for every backend** (the conformance suite holds them): what returned `Ok` survives the loss of power; each call is
/// one transaction, done or not done; a call under a seat that isn't the latest is refused with [`LedgerError::Fenced`] and
/// changes nothing; indices count from 0 without a gap.
pub trait Ledger: Send + Sync {
    /// Takes the writer's seat from whoever has it: their next write is refused.
    fn take_seat(&self) -> Result<Seat, LedgerError>;

    /// Gives each act its place in the log and in its dossier, all of a batch or none; of an empty batch it asks only whether
    /// the seat still counts. An act that was admitted before gets
    /// the place it has: what was stored then stands. After the acts of a batch, each dossier touched gets one head entry.
    fn sequence(&self, seat: Seat, batch: &[Admission]) -> Result<Vec<Place>, LedgerError>;

    /// How far the record has come.
    fn head(&self) -> Result<Head, LedgerError>;

    /// Entries from an index on, at most `most`, that are not yet tidied away.
    fn entries(&self, from: LeafIndex, most: usize) -> Result<Vec<Entry>, LedgerError>;

    /// Compares the integrated tree with `before`, and sets it to that of `checkpoint`, whose objects are all there.
    fn advance(&self, seat: Seat, before: Tree, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError>;

    /// Keeps the checkpoint as it was published, cosignatures included. Never smaller than the one kept.
    fn publish(&self, seat: Seat, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError>;

    /// Forgets batches of entries below a size that is published, read back and durable.
    fn tidy(&self, seat: Seat, below: TreeSize) -> Result<(), LedgerError>;
}

/// A writer's right to write: counts up, the highest alone counts (a fencing token).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat(pub u64);

/// An act that was checked and may be sequenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The dossier.
    pub dossier: Arc<str>,
    /// SHA-256 of `json`.
    pub id: Digest,
    /// The act's canonical bytes.
    pub json: Vec<u8>,
    /// The detached CMS signature, frozen from now on.
    pub p7s: Vec<u8>,
    /// What makes its entry unguessable.
    pub salt: Salt,
    /// Its entry, as taken when it was admitted: the ledger computes it again from what it stores and refuses the batch
    /// where they differ ([`LedgerError::Altered`]).
    pub entry: Commitment,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether such an act can change a verdict.
    pub bears: bool,
}

/// Where an act stands: the receipt's first part, *sequenced*, which is a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its index in the log.
    pub index: LeafIndex,
    /// Its link in the dossier's chain.
    pub link: Link,
    /// Whether it was there before.
    pub again: bool,
}

/// A tree of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// How many leaves.
    pub size: TreeSize,
    /// The root over them.
    pub root: Hash,
}

/// How far the record has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries have an index.
    pub sequenced: TreeSize,
    /// The tree whose objects are all there, with the checkpoint signed over it.
    pub integrated: Tree,
    /// That checkpoint; none for the empty tree of a new record.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The latest that was published, with its cosignatures.
    pub published: Option<SignedCheckpoint>,
}

/// An entry of the log with the hash taken at admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its index.
    pub index: LeafIndex,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// [`Hash::leaf`] of the bytes, as taken at admission: compared before anything is signed.
    pub leaf: Hash,
}

/// Why the ledger refused, or could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another writer took the seat.
    #[error("seat {held} is fenced: another writer took seat {latest}")]
    Fenced {
        /// The seat of the call.
        held: u64,
        /// The latest.
        latest: u64,
    },
    /// The tree is another than was compared with.
    #[error("the record has moved: {found} leaves are integrated, not {expected}")]
    Moved {
        /// What the caller believed.
        expected: TreeSize,
        /// What is there.
        found: TreeSize,
    },
    /// An act is not what was admitted: a bit of it changed in memory.
    #[error("the act {} is no longer what was admitted: the memory of this machine is faulty", id.hex())]
    Altered {
        /// Its id.
        id: Digest,
    },
    /// No such dossier.
    #[error("there is no dossier {id}")]
    NoDossier {
        /// Its id.
        id: String,
    },
}
