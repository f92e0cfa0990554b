//! Signing, and the compare-and-set that makes the signed tree the record's head.

use countersign_tlog::checkpoint::{Checkpoint, SignedCheckpoint};

use super::front::Front;
use super::{Integrated, Publisher, WriteError};
use crate::ledger::{Head, LedgerError, Tree};

/// Proven: signed after integration. The ledger hasn't heard of it yet, and nobody else may.
#[derive(Debug)]
pub struct Signed {
    before: Tree,
    checkpoint: SignedCheckpoint,
    front: Front,
}

/// Proven: the ledger keeps this checkpoint, so that no other will be signed at its size.
#[derive(Debug)]
pub struct Advanced {
    checkpoint: SignedCheckpoint,
}

impl Advanced {
    /// What an earlier writer signed, as the ledger keeps it.
    pub(super) fn before(head: &Head) -> Option<Self> {
        head.checkpoint.clone().map(|checkpoint| Self { checkpoint })
    }

    /// The checkpoint, without cosignatures.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

impl Publisher {
    /// Signs a tree whose objects are all there. A writer whose seat was taken fails here, before the seal is asked.
    pub(super) fn sign(&self, integrated: Integrated) -> Result<Signed, WriteError> {
        let Integrated { before, tree, front } = integrated;
        let head = self.parts.ledger.head()?;
        if head.seat != self.seat {
            return Err(LedgerError::Fenced { held: self.seat.0, latest: head.seat.0 }.into());
        }
        if head.integrated != before {
            return Err(LedgerError::Moved { expected: before, found: head.integrated }.into());
        }
        let checkpoint =
            Checkpoint::new(self.origin.clone(), tree.size, tree.root).sign(&*self.parts.seal)?;
        Ok(Signed { before, checkpoint, front })
    }

    /// Lets the ledger keep what was signed.
    pub(super) fn advance(&mut self, signed: Signed) -> Result<Advanced, WriteError> {
        let Signed { before, checkpoint, front } = signed;
        self.parts.ledger.advance(self.seat, before, &checkpoint)?;
        self.front = Some(front);
        Ok(Advanced { checkpoint })
    }
}
