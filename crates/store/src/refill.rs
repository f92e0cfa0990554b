//! How a database that was restored from an older copy gets back what it has lost: from bundles of its own record. Nothing is
//! placed or signed anew; the entries that were taken over with the tree say what was there.

use std::sync::Arc;

use countersign_agreement::record::{Commitment, ENTRY_LENGTH, Link};
use countersign_tlog::size::LeafIndex;

use crate::error::LedgerError;
use crate::ledger::Admission;

/// What a bundle shows of one dossier in this record.
#[derive(Debug, Clone)]
pub struct Refill {
    /// The dossier.
    pub dossier: Arc<str>,
    /// Its links from the first on.
    pub links: Vec<Link>,
    /// Acts of these links, with signature and salt as they were; those of links without an act stay lost.
    pub acts: Vec<Admission>,
}

/// A link that goes back to its old place.
#[derive(Debug)]
pub(crate) struct Returned {
    pub(crate) link: Link,
    /// Where its act's entry is.
    pub(crate) index: LeafIndex,
    /// Where its own entry is, if it was the head of a batch.
    pub(crate) head: Option<LeafIndex>,
}

impl Refill {
    /// The links that come back after those that are kept: the one place that says so, for every backend. `lost` finds a lost
    /// entry by its bytes. The tree that they were taken over with was signed and re-hashed, so an entry that is found is in the
    /// record; the last link must be, and holds all before it.
    ///
    /// # Errors
    /// [`LedgerError::Rewritten`], [`LedgerError::NotLost`], [`LedgerError::Altered`]; what asking for lost entries failed with.
    pub(crate) fn returned<E: From<LedgerError>>(
        &self,
        kept: &[Link],
        mut lost: impl FnMut(&[u8; ENTRY_LENGTH]) -> Result<Option<LeafIndex>, E>,
    ) -> Result<Vec<Returned>, E> {
        for act in &self.acts {
            let is_same = Commitment::of(&act.salt, &act.json, &act.p7s) == act.entry;
            if !is_same || act.dossier != self.dossier {
                return Err(LedgerError::Altered { id: act.id }.into());
            }
        }
        let mut last = None;
        let mut returned: Vec<Returned> = Vec::new();
        for (place, link) in self.links.iter().enumerate() {
            let expected = match kept.get(place) {
                Some(kept) => kept.clone(),
                None => Link::after(last, self.dossier.clone(), link.act, link.bears),
            };
            if expected != *link {
                let (number, kept, given) = (link.number, expected.digest(), link.digest());
                return Err(LedgerError::Rewritten { number, kept, given }.into());
            }
            last = Some(link);
            if kept.get(place).is_some() {
                continue;
            }
            let not_lost = || LedgerError::NotLost { number: link.number };
            let index = lost(link.act.as_bytes())?.ok_or_else(not_lost)?;
            let head = lost(&link.digest().0)?;
            returned.push(Returned { link: link.clone(), index, head });
        }
        match returned.last() {
            Some(Returned { head: None, link, .. }) => {
                Err(LedgerError::NotLost { number: link.number }.into())
            }
            _ => Ok(returned),
        }
    }

    /// The act of a link, where the bundle shows it.
    pub(crate) fn act_of(&self, link: &Link) -> Option<&Admission> {
        self.acts.iter().find(|act| act.entry == link.act && act.bears == link.bears)
    }
}
