//! Who is asked to cosign a checkpoint: other organisations' machines, behind a trait, so that the writing path knows no
//! network.

use std::fmt;

use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::{SignatureLine, VerifierKey};
use countersign_tlog::policy::Policy;
use countersign_tlog::proof::ConsistencyProof;
use countersign_tlog::size::TreeSize;

use crate::ledger::Cosigned;

/// Asks witnesses to cosign.
pub trait Witnesses: Send + Sync {
    /// Which witnesses there are and how many of them it takes; a log need not be in it.
    fn policy(&self) -> &Policy;

    /// Asks all of them at once, and comes back when the quorum is reached, all have answered or the time is up; gives an
    /// answer for each witness of the policy, in its order.
    fn ask(&self, request: &Request<'_>) -> Vec<Answer>;
}

/// What witnesses are asked to cosign.
pub struct Request<'a> {
    checkpoint: &'a SignedCheckpoint,
    cosigned: &'a [Cosigned],
    prove: &'a (dyn Fn(TreeSize) -> Option<ConsistencyProof> + Sync),
}

/// What one witness said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which witness: its key in the policy.
    pub witness: VerifierKey,
    /// Its cosignatures, not yet verified, or why there are none.
    pub said: Result<Vec<SignatureLine>, Silence>,
}

/// Why a witness did not cosign. An answer, not an error: publishing goes on without witnesses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Not asked: the policy says no URL.
    #[error("the policy says no URL for it")]
    NoUrl,
    /// It could not be reached.
    #[error("it could not be reached: {reason}")]
    Unreachable {
        /// What the system said.
        reason: String,
    },
    /// It did not answer in time, or the others had answered before.
    #[error("it did not answer in time")]
    Late,
    /// It does not know this log.
    #[error("it does not know this log: ask its operator to add the record's key")]
    UnknownLog,
    /// It refused.
    #[error("it answered {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// Too many requests: asked again later.
    #[error("it asks to be left alone for a while")]
    Busy,
    /// What it said is no answer.
    #[error("its answer can't be read: {reason}")]
    Garbage {
        /// What is wrong with it.
        reason: String,
    },
    /// It says it has cosigned a larger tree than the one it was asked about: this record lags behind what was published, as
    /// an old backup does.
    #[error("it has cosigned {latest} leaves, more than the {asked} it was asked about")]
    Ahead {
        /// What it cosigned last.
        latest: TreeSize,
        /// What it was asked about.
        asked: TreeSize,
    },
    /// It says it has cosigned another root at this size, or a tree that this one does not continue: the record was forked.
    #[error("it has cosigned another history of {size} leaves")]
    Fork {
        /// The size it was asked about.
        size: TreeSize,
        /// Whether it showed a checkpoint of the other history, signed by this record's own seal. Otherwise it is its word
        /// against the record's, and holds nothing back: one liar could stop the record for good.
        shown: bool,
    },
}

impl Answer {
    /// Whether the witness contradicts this record, instead of merely being silent.
    pub fn alarms(&self) -> bool {
        matches!(self.said, Err(Silence::Ahead { .. } | Silence::Fork { .. }))
    }
}

impl<'a> Request<'a> {
    /// For a checkpoint, with what each witness is known to have cosigned last and a way to prove that the one continues the
    /// other.
    pub fn new(
        checkpoint: &'a SignedCheckpoint,
        cosigned: &'a [Cosigned],
        prove: &'a (dyn Fn(TreeSize) -> Option<ConsistencyProof> + Sync),
    ) -> Self {
        Self { checkpoint, cosigned, prove }
    }

    /// What is to be cosigned, signed by the log.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        self.checkpoint
    }

    /// The size that a witness is known to have cosigned last. 0 where that isn't known; the witness then says it (409).
    pub fn cosigned_by(&self, witness: &VerifierKey) -> TreeSize {
        let known = self.cosigned.iter().find(|cosigned| cosigned.witness == witness.name().as_str());
        known.map_or(TreeSize::ZERO, |cosigned| cosigned.size)
    }

    /// The proof that the checkpoint continues a tree of `old` leaves; empty from 0. `None` where there is none: the tree is
    /// smaller, or its tiles could not be read.
    pub fn consistency(&self, old: TreeSize) -> Option<ConsistencyProof> {
        if old == TreeSize::ZERO {
            return ConsistencyProof::new(Vec::new()).ok();
        }
        (self.prove)(old)
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("checkpoint", self.checkpoint).finish_non_exhaustive()
    }
}

/// Nobody: the policy asks for no cosignature.
#[derive(Debug, Clone)]
pub struct Nobody(Policy);

impl Nobody {
    /// A policy without witnesses.
    pub fn new() -> Result<Self, countersign_tlog::policy::PolicyError> {
        Policy::read(b"quorum none\n").map(Self)
    }
}

impl Witnesses for Nobody {
    fn policy(&self) -> &Policy {
        &self.0
    }

    fn ask(&self, _: &Request<'_>) -> Vec<Answer> {
        Vec::new()
    }
}
