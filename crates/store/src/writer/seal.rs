//! Signing, and the compare-and-set that makes the signed tree the record's head.

use countersign_tlog::checkpoint::{Checkpoint, SignedCheckpoint};

use super::front::Front;
use super::{Integrated, Publisher, WriteError};
use crate::ledger::{LedgerError, Tree, seated};

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
    /// What was signed before, as the ledger keeps it.
    pub(super) fn before(checkpoint: SignedCheckpoint) -> Self {
        Self { checkpoint }
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
        seated(self.seat, head.seat)?;
        head.up_to_date()?;
        if head.integrated != before {
            return Err(LedgerError::Moved { expected: before, found: head.integrated }.into());
        }
        let checkpoint = Checkpoint::new(self.origin.clone(), tree.size, tree.root);
        // A seal that remembers refuses what lies before the signature of whoever took the seat in the meantime.
        let checkpoint = checkpoint.sign(&*self.parts.seal).map_err(|refused| self.fenced(refused.into()))?;
        Ok(Signed { before, checkpoint, front })
    }

    /// What is behind an error: where the seat was taken, the one who has it has gone on.
    pub(super) fn fenced(&self, error: WriteError) -> WriteError {
        let seat = self.parts.ledger.head().map_or(self.seat, |head| head.seat);
        seated(self.seat, seat).map_or_else(WriteError::from, |()| error)
    }

    /// Lets the ledger keep what was signed.
    pub(super) fn advance(&mut self, signed: Signed) -> Result<Advanced, WriteError> {
        let Signed { before, checkpoint, front } = signed;
        self.parts.ledger.advance(self.seat, before, &checkpoint)?;
        self.front = Some(front);
        Ok(Advanced { checkpoint })
    }

    /// The checkpoint of the empty tree, with which every record begins: mirrors and witnesses can follow it from the start.
    pub(super) fn found(&self) -> Result<SignedCheckpoint, WriteError> {
        let Tree { size, root } = Tree::EMPTY;
        let checkpoint = Checkpoint::new(self.origin.clone(), size, root).sign(&*self.parts.seal)?;
        self.parts.ledger.advance(self.seat, Tree::EMPTY, &checkpoint)?;
        Ok(checkpoint)
    }
}
