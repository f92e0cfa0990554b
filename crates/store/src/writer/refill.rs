//! What came back in a bundle goes to its old place.

use std::sync::Arc;

use countersign_agreement::record::Link;

use super::{Admitted, WriteError, Writer};
use crate::refill::Refill;

impl Writer {
    /// Puts back what the database has lost of a dossier, after [`Writer::rejoin`]: its links from the first on, and acts that
    /// were admitted with the salts they had. Signs nothing. Gives how many entries are lost still.
    pub fn refill(&mut self, dossier: &str, links: &[Link], acts: &[Admitted]) -> Result<u64, WriteError> {
        let dossier: Arc<str> = dossier.into();
        let acts = acts.iter().map(|act| act.admission().clone()).collect();
        let refill = Refill { dossier, links: links.to_vec(), acts };
        let ledger = &self.publisher.parts.ledger;
        ledger.refill(self.publisher.seat, &refill)?;
        Ok(ledger.lost()?)
    }
}
