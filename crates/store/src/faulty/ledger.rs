//! A ledger whose calls come by a hook.

use std::sync::Arc;

use countersign_agreement::record::ENTRY_LENGTH;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::size::{LeafIndex, TreeSize};

use super::{Fate, Hook, Site, carried, flip};
use crate::error::LedgerError;
use crate::ledger::{Admission, Cosigned, Elsewhere, Entry, Head, Ledger, Place, Seat, Tree};
use crate::refill::Refill;

/// Another ledger behind a hook.
pub struct FaultyLedger {
    inner: Arc<dyn Ledger>,
    hook: Arc<dyn Hook>,
}

impl FaultyLedger {
    /// Puts a hook before a ledger.
    pub fn new(inner: Arc<dyn Ledger>, hook: Arc<dyn Hook>) -> Self {
        Self { inner, hook }
    }

    fn call<T>(
        &self,
        site: Site,
        call: impl FnOnce(&dyn Ledger) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        carried(self.hook.at(site), injected, || call(&*self.inner))
    }
}

fn injected() -> LedgerError {
    LedgerError::Failed { doing: "injecting a fault", source: Box::new(std::io::Error::other("injected")) }
}

impl Ledger for FaultyLedger {
    fn take_seat(&self) -> Result<Seat, LedgerError> {
        self.call(Site::Seat, |ledger| ledger.take_seat())
    }

    fn sequence(&self, seat: Seat, batch: &[Admission]) -> Result<Vec<Place>, LedgerError> {
        let fate = self.hook.at(Site::Sequence);
        if fate != Fate::Flipped {
            return carried(fate, injected, || self.inner.sequence(seat, batch));
        }
        let mut batch = batch.to_vec();
        if let Some(first) = batch.first_mut() {
            flip(&mut first.json);
        }
        self.inner.sequence(seat, &batch)
    }

    fn head(&self) -> Result<Head, LedgerError> {
        self.call(Site::Head, |ledger| ledger.head())
    }

    fn entries(&self, from: LeafIndex, most: usize) -> Result<Vec<Entry>, LedgerError> {
        let fate = self.hook.at(Site::Entries);
        let mut entries = carried(fate, injected, || self.inner.entries(from, most))?;
        if fate == Fate::Flipped
            && let Some(last) = entries.last_mut()
        {
            flip(&mut last.bytes);
        }
        Ok(entries)
    }

    fn advance(&self, seat: Seat, before: Tree, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        self.call(Site::Advance, |ledger| ledger.advance(seat, before, checkpoint))
    }

    fn publish(&self, seat: Seat, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        self.call(Site::Publish, |ledger| ledger.publish(seat, checkpoint))
    }

    fn tidy(&self, seat: Seat, below: TreeSize) -> Result<(), LedgerError> {
        self.call(Site::Tidy, |ledger| ledger.tidy(seat, below))
    }

    fn cosigned(&self) -> Result<Vec<Cosigned>, LedgerError> {
        self.call(Site::Head, |ledger| ledger.cosigned())
    }

    fn hear(&self, elsewhere: Elsewhere) -> Result<(), LedgerError> {
        self.call(Site::Hear, |ledger| ledger.hear(elsewhere))
    }

    fn adopt(
        &self,
        seat: Seat,
        before: Tree,
        checkpoint: &SignedCheckpoint,
        lost: &[[u8; ENTRY_LENGTH]],
    ) -> Result<(), LedgerError> {
        self.call(Site::Adopt, |ledger| ledger.adopt(seat, before, checkpoint, lost))
    }

    fn lost(&self) -> Result<u64, LedgerError> {
        self.call(Site::Head, |ledger| ledger.lost())
    }

    fn refill(&self, seat: Seat, refill: &Refill) -> Result<(), LedgerError> {
        self.call(Site::Sequence, |ledger| ledger.refill(seat, refill))
    }

    fn keep_cosigned(&self, seat: Seat, cosigned: &Cosigned) -> Result<(), LedgerError> {
        self.call(Site::KeepCosigned, |ledger| ledger.keep_cosigned(seat, cosigned))
    }
}
