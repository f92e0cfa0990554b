//! A database in memory: for tests, and for what needn't last.

mod dossiers;
mod evidence;
mod refill;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_agreement::record::{ENTRY_LENGTH, Link};
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::size::{LeafIndex, TreeSize};

use crate::dossiers::{Document, Dossier, DossierHead, ForeignRecord, Material, MaterialKind, Recorded};
use crate::error::LedgerError;
use crate::ledger::{Admission, Cosigned, Elsewhere, Entry, Head, Ledger, Place, Seat, Tree, seated, within};
use crate::plan::{Before, Plan};
use crate::refill::Refill;

/// What would be in a database, without one. A clone is another door to the same.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    head: Head,
    batches: VecDeque<Vec<Entry>>,
    dossiers: BTreeMap<Arc<str>, Shelf>,
    /// Their ids, in the order they were opened.
    opened: Vec<Arc<str>>,
    /// Where an act lies: its dossier and its position there.
    acts: HashMap<Digest, (Arc<str>, usize)>,
    cosigned: BTreeMap<String, TreeSize>,
    lost: BTreeMap<LeafIndex, [u8; ENTRY_LENGTH]>,
    /// How many dossiers there were when entries were lost.
    before: usize,
}

/// A dossier with all that is kept of it.
#[derive(Debug)]
struct Shelf {
    dossier: Dossier,
    acts: Vec<Recorded>,
    heads: Vec<DossierHead>,
    materials: BTreeMap<(MaterialKind, String), Material>,
    documents: BTreeMap<Digest, Document>,
    foreign: BTreeMap<String, ForeignRecord>,
}

impl Memory {
    /// An empty record.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            head: Head {
                seat: Seat(0),
                sequenced: TreeSize::ZERO,
                integrated: Tree::EMPTY,
                checkpoint: None,
                published: None,
                tidied: TreeSize::ZERO,
                elsewhere: Elsewhere::Nothing,
            },
            batches: VecDeque::new(),
            dossiers: BTreeMap::new(),
            opened: Vec::new(),
            acts: HashMap::new(),
            cosigned: BTreeMap::new(),
            lost: BTreeMap::new(),
            before: 0,
        })))
    }

    /// What a thread that panicked left is whole: each call changes the state once it can no longer fail.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seated(&self, seat: Seat) -> Result<MutexGuard<'_, State>, LedgerError> {
        let state = self.state();
        seated(seat, state.head.seat)?;
        Ok(state)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger for Memory {
    fn take_seat(&self) -> Result<Seat, LedgerError> {
        let mut state = self.state();
        state.head.seat.0 = state.head.seat.0.saturating_add(1);
        Ok(state.head.seat)
    }

    fn sequence(&self, seat: Seat, batch: &[Admission]) -> Result<Vec<Place>, LedgerError> {
        let mut state = self.seated(seat)?;
        state.head.up_to_date()?;
        let size = state.head.sequenced;
        let plan = Plan::new(batch, size, &mut *state)?;
        for act in plan.new.iter().filter_map(|at| batch.get(*at)) {
            state.writable(&act.dossier)?;
        }
        for at in &plan.new {
            if let (Some(act), Some(place)) = (batch.get(*at), plan.places.get(*at)) {
                state.admit(act, place);
            }
        }
        for head in plan.heads {
            if let Some(shelf) = state.dossiers.get_mut(&head.link.dossier) {
                shelf.heads.push(head);
            }
        }
        state.head.sequenced = plan.size;
        if !plan.entries.is_empty() {
            state.batches.push_back(plan.entries);
        }
        Ok(plan.places)
    }

    fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.state().head.clone())
    }

    fn entries(&self, from: LeafIndex, most: usize) -> Result<Vec<Entry>, LedgerError> {
        let state = self.state();
        if from.get() < state.head.tidied.get() {
            return Err(LedgerError::Tidied { asked: from, kept: state.head.tidied });
        }
        Ok(state.batches.iter().flatten().filter(|entry| entry.index >= from).take(most).copied().collect())
    }

    fn advance(&self, seat: Seat, before: Tree, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        let mut state = self.seated(seat)?;
        state.head.up_to_date()?;
        state.head.integrated = state.head.may_advance(before, checkpoint)?;
        state.head.checkpoint = Some(checkpoint.clone());
        Ok(())
    }

    fn publish(&self, seat: Seat, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        let mut state = self.seated(seat)?;
        state.head.may_publish(checkpoint)?;
        state.head.published = Some(checkpoint.clone());
        Ok(())
    }

    fn hear(&self, elsewhere: Elsewhere) -> Result<(), LedgerError> {
        let heard = &mut self.state().head.elsewhere;
        *heard = if elsewhere == Elsewhere::Nothing { elsewhere } else { elsewhere.max(*heard) };
        Ok(())
    }

    fn adopt(
        &self,
        seat: Seat,
        before: Tree,
        checkpoint: &SignedCheckpoint,
        lost: &[[u8; ENTRY_LENGTH]],
    ) -> Result<(), LedgerError> {
        let mut state = self.seated(seat)?;
        let next = state.head.may_adopt(before, checkpoint)?;
        state.head.lacks(next.size, lost.len())?;
        state.lose(lost);
        state.head.integrated = next;
        state.head.sequenced = state.head.sequenced.max(next.size);
        state.head.checkpoint = Some(checkpoint.clone());
        state.head.published = Some(checkpoint.clone());
        state.tidy(next.size);
        Ok(())
    }

    fn lost(&self) -> Result<u64, LedgerError> {
        Ok(u64::try_from(self.state().lost.len()).unwrap_or(u64::MAX))
    }

    fn refill(&self, seat: Seat, refill: &Refill) -> Result<(), LedgerError> {
        self.seated(seat)?.refill(refill)
    }

    fn tidy(&self, seat: Seat, below: TreeSize) -> Result<(), LedgerError> {
        let mut state = self.seated(seat)?;
        within(below, state.head.published_size())?;
        state.tidy(below);
        Ok(())
    }

    fn cosigned(&self) -> Result<Vec<Cosigned>, LedgerError> {
        let state = self.state();
        let row = |(witness, size): (&String, &TreeSize)| Cosigned { witness: witness.clone(), size: *size };
        Ok(state.cosigned.iter().map(row).collect())
    }

    fn keep_cosigned(&self, seat: Seat, cosigned: &Cosigned) -> Result<(), LedgerError> {
        self.seated(seat)?.cosigned.insert(cosigned.witness.clone(), cosigned.size);
        Ok(())
    }
}

impl State {
    fn tidy(&mut self, below: TreeSize) {
        while let Some(last) = self.batches.front().and_then(|batch| batch.last()).copied() {
            if last.index.get() >= below.get() {
                break;
            }
            self.batches.pop_front();
        }
        let kept = self.batches.front().and_then(|batch| batch.first()).map(|entry| entry.index);
        let sequenced = self.head.sequenced;
        self.head.tidied = kept.and_then(|index| TreeSize::new(index.get()).ok()).unwrap_or(sequenced);
    }

    fn recorded(&self, id: Digest) -> Option<&Recorded> {
        let (dossier, at) = self.acts.get(&id)?;
        self.dossiers.get(dossier)?.acts.get(*at)
    }

    fn admit(&mut self, act: &Admission, place: &Place) {
        let Some(shelf) = self.dossiers.get_mut(&act.dossier) else { return };
        self.acts.insert(act.id, (act.dossier.clone(), shelf.acts.len()));
        shelf.acts.push(Recorded {
            id: act.id,
            index: place.index,
            link: place.link.clone(),
            json: act.json.clone(),
            p7s: act.p7s.clone(),
            salt: act.salt,
            visibility: act.visibility,
            stamps: Vec::new(),
        });
    }
}

impl Before for State {
    type Error = LedgerError;

    fn place(&mut self, id: Digest) -> Result<Option<Place>, LedgerError> {
        let place = |act: &Recorded| Place { index: act.index, link: act.link.clone(), again: true };
        Ok(self.recorded(id).map(place))
    }

    fn newest(&mut self, dossier: &str) -> Result<Option<Option<Link>>, LedgerError> {
        Ok(self.dossiers.get(dossier).map(|shelf| shelf.acts.last().map(|act| act.link.clone())))
    }
}
