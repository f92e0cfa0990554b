//! Why the record does not grow.

use countersign_tlog::checkpoint::{BadOrigin, CheckpointError, Origin};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{NoteError, SameKeyTwice, SignError, VerifyError};
use countersign_tlog::policy::{PolicyError, UntrustedError};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{BundleError, ReadError};

use super::Admitted;
use crate::ledger::LedgerError;
use crate::objects::{ObjectsError, Unfit};

/// Why the record does not grow. Whichever it is, what was acknowledged stays, and nothing was signed that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The ledger refused, or could not be asked.
    #[error("the ledger did not go on")]
    Ledger(#[from] LedgerError),
    /// Objects could not be read or written.
    #[error("the record's files could not be read or written")]
    Objects(#[from] ObjectsError),
    /// The store would lose what is written, or write over it.
    #[error("the record can't be kept here")]
    Unfit(#[from] Unfit),
    /// The tiles at the log's edge can't be read.
    #[error("the tiles at the end of the record can't be read")]
    Edge(#[from] ReadError<ObjectsError>),
    /// The bundle at the log's edge is none.
    #[error("{name} is malformed")]
    Bundle {
        /// Which.
        name: String,
        /// What is wrong with it.
        source: BundleError,
    },
    /// The tiles at the edge hash to something else than was signed.
    #[error(
        "the tiles of {size} leaves hash to the root {computed}, {expected} was signed: put back the record's files from a mirror"
    )]
    EdgeRoot {
        /// How many leaves.
        size: TreeSize,
        /// The root that was signed.
        expected: Hash,
        /// The root of the tiles.
        computed: Hash,
    },
    /// An object is there with other bytes than belong there.
    #[error(
        "{name} holds other bytes than belong there, so nothing was signed: if it was damaged, move it away and publish again; if the database is older than the record's files, restore a newer one"
    )]
    Conflict {
        /// Which.
        name: String,
    },
    /// A bit changed between admission and integration.
    #[error(
        "entry {index} hashes to {computed}, at admission to {expected}, so nothing was signed: memory or disk are faulty"
    )]
    Flipped {
        /// Which entry.
        index: LeafIndex,
        /// The hash taken at admission.
        expected: Hash,
        /// The hash now.
        computed: Hash,
    },
    /// The ledger has lost an entry.
    #[error("the ledger has no entry {expected}: restore the database from its newest backup")]
    Gap {
        /// Which.
        expected: u64,
    },
    /// The ledger's head isn't what its checkpoint says.
    #[error(
        "the ledger's head of {size} leaves is not what its checkpoint says: restore the database from its newest backup"
    )]
    Head {
        /// The head's size.
        size: TreeSize,
    },
    /// The ledger is older than what was published.
    #[error(
        "{published} leaves are published and the database knows of {known}: it is an old copy; pull from a mirror or restore a newer backup before anything is signed"
    )]
    Stale {
        /// What was published.
        published: TreeSize,
        /// What the ledger says was.
        known: TreeSize,
    },
    /// Two roots at one size.
    #[error(
        "the record was forked: two roots are signed at {size} leaves; keep both checkpoints and stop writing"
    )]
    Forked {
        /// At which size.
        size: TreeSize,
    },
    /// Another log's checkpoint.
    #[error("the record here is that of {found}, the key's is {expected}")]
    Origin {
        /// The seal's.
        expected: Origin,
        /// What was found.
        found: Origin,
    },
    /// Another key's checkpoint.
    #[error("the record's checkpoint is not signed by this record's key")]
    NotOurs(#[from] VerifyError),
    /// The published checkpoint can't be read.
    #[error("the published checkpoint can't be read")]
    Checkpoint(#[from] CheckpointError),
    /// Cosignatures don't fit.
    #[error("the cosignatures can't be added")]
    Note(#[from] NoteError),
    /// The seal did not sign.
    #[error("the seal did not sign")]
    Seal(#[from] SignError),
    /// The seal's name is no origin.
    #[error("the seal's name is no origin")]
    BadOrigin(#[from] BadOrigin),
    /// The witnesses' policy does not fit this log.
    #[error("the witnesses' policy does not fit this record")]
    Policy(#[from] PolicyError),
    /// Two keys of the policy can't be told apart.
    #[error("the witnesses' policy is ambiguous")]
    Keys(#[from] SameKeyTwice),
    /// Our own checkpoint is not trusted by our own policy.
    #[error("the witnesses' policy does not trust this record")]
    Untrusted(#[from] UntrustedError),
    /// Somebody else replaces the checkpoint.
    #[error("somebody else writes the published checkpoint: let one process write")]
    Contended,
}

impl WriteError {
    /// Whether trying again later may help, without anybody doing anything to the record: the disk was full, the database
    /// busy.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Contended => true,
            Self::Objects(error) | Self::Edge(ReadError::Source { source: error, .. }) => error.may_pass(),
            Self::Ledger(error) => error.may_pass(),
            // A seal that can't be reached for a while asks its own again; one that refuses has its reasons.
            _ => false,
        }
    }

    /// Whether a batch was refused because of this act, and would be sequenced without it.
    pub fn blames(&self, act: &Admitted) -> bool {
        matches!(self, Self::Ledger(error) if error.blames(act.admission()))
    }
}
