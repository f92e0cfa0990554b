//! Where the acts of a batch go: the one place that numbers them, for every backend.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_agreement::record::{Commitment, ENTRY_LENGTH, Link};
use countersign_authority::model::name::Digest;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

use crate::dossiers::DossierHead;
use crate::error::LedgerError;
use crate::ledger::{Admission, Entry, Place};

/// The most acts of a dossier: what a bundle can carry, whose file names count with four digits.
pub const ACTS_MAX: u32 = 9_999;

/// What a backend has to ask its rows for, inside the transaction that will store the plan.
pub trait Before {
    /// Why they could not be asked.
    type Error: From<LedgerError>;

    /// The place of an act that was admitted before.
    fn place(&mut self, id: Digest) -> Result<Option<Place>, Self::Error>;

    /// A dossier's newest link; `Some(None)` for a dossier without acts, `None` for no dossier.
    fn newest(&mut self, dossier: &str) -> Result<Option<Option<Link>>, Self::Error>;
}

/// A batch with its places: rows to be stored.
#[derive(Debug)]
pub struct Plan {
    /// The place of each act of the batch.
    pub places: Vec<Place>,
    /// The new acts: where they are in the batch and in `places`.
    pub new: Vec<usize>,
    /// The newest links of the dossiers that got new acts.
    pub heads: Vec<DossierHead>,
    /// The entries of all of it, in order, from the size before on.
    pub entries: Vec<Entry>,
    /// The size afterwards.
    pub size: TreeSize,
}

impl Plan {
    /// Places a batch after `size` entries.
    ///
    /// # Errors
    /// [`LedgerError::NoDossier`]; [`LedgerError::DossierFull`]; [`LedgerError::Altered`]; [`LedgerError::Beyond`] past 2⁶² entries; what asking the rows failed with.
    pub fn new<B: Before>(batch: &[Admission], size: TreeSize, before: &mut B) -> Result<Self, B::Error> {
        let mut plan =
            Self { places: Vec::new(), new: Vec::new(), heads: Vec::new(), entries: Vec::new(), size };
        plan.places.reserve(batch.len());
        let mut placed: HashMap<Digest, usize> = HashMap::new();
        let mut touched: HashMap<Arc<str>, usize> = HashMap::new();
        let mut newest: Vec<Link> = Vec::new();
        for (at, act) in batch.iter().enumerate() {
            let earlier = match placed.get(&act.id).and_then(|earlier| plan.places.get(*earlier)) {
                Some(place) => Some(Place { again: true, ..place.clone() }),
                None => before.place(act.id)?,
            };
            if let Some(place) = earlier {
                plan.places.push(place);
                continue;
            }
            let commitment = Commitment::of(&act.salt, &act.json, &act.p7s);
            if commitment != act.entry {
                return Err(LedgerError::Altered { id: act.id }.into());
            }
            let full = |last: Option<&Link>| match last {
                Some(last) if last.number >= ACTS_MAX => {
                    Err(LedgerError::DossierFull { dossier: act.dossier.to_string(), act: act.id })
                }
                _ => Ok(()),
            };
            let link = match touched.get(&act.dossier).and_then(|slot| newest.get_mut(*slot)) {
                Some(last) => {
                    full(Some(last))?;
                    *last = Link::after(Some(last), act.dossier.clone(), commitment, act.bears);
                    last.clone()
                }
                None => {
                    let last = before
                        .newest(&act.dossier)?
                        .ok_or_else(|| LedgerError::NoDossier { id: act.dossier.to_string() })?;
                    full(last.as_ref())?;
                    let link = Link::after(last.as_ref(), act.dossier.clone(), commitment, act.bears);
                    touched.insert(act.dossier.clone(), newest.len());
                    newest.push(link.clone());
                    link
                }
            };
            let index = plan.push(*commitment.as_bytes())?;
            placed.insert(act.id, at);
            plan.new.push(at);
            plan.places.push(Place { index, link, again: false });
        }
        for link in newest {
            let index = plan.push(link.digest().0)?;
            plan.heads.push(DossierHead { link, index });
        }
        Ok(plan)
    }

    fn push(&mut self, bytes: [u8; ENTRY_LENGTH]) -> Result<LeafIndex, LedgerError> {
        let beyond = |_| LedgerError::Beyond { asked: TreeSize::MAX, most: TreeSize::MAX };
        let index = LeafIndex::new(self.size.get()).map_err(beyond)?;
        self.size = TreeSize::new(self.size.get().saturating_add(1)).map_err(beyond)?;
        self.entries.push(Entry { index, bytes, leaf: Hash::leaf(&bytes) });
        Ok(index)
    }
}
