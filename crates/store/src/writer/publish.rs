//! Witnessing, publishing, tidying.

use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::policy::Quorum;
use countersign_tlog::proof::ConsistencyProof;
use countersign_tlog::size::TreeSize;
use countersign_tlog::tile::{TILE_WIDTH, Tile, TileNodes, TilePath, bundles_between, tiles_between};

use super::{Advanced, CHECKPOINT, Confirmation, Publisher, WriteError, expect_no_fork};
use crate::ledger::{Cosigned, Elsewhere, Tree};
use crate::objects::Replaced;
use crate::witnesses::{Answer, Request, Silence};

/// Tries to replace the published checkpoint, when somebody else replaces it at the same time.
const TRIES: usize = 3;

/// Proven: readers see this checkpoint.
#[derive(Debug, Clone)]
pub struct Published {
    checkpoint: SignedCheckpoint,
    quorum: Quorum,
    answers: Vec<Answer>,
    confirmation: Option<Confirmation>,
}

impl Published {
    /// As it was published, cosignatures included.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Who cosigned, who didn't, and whether that is enough.
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// What each witness said; nothing where none was asked.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// What witnesses said of the head before this writer signed anything new; none where it had nothing to sign.
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }

    /// Witnesses that contradict this record: somebody has to look into it.
    pub fn alarms(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| answer.alarms())
    }
}

impl Publisher {
    /// Asks the witnesses, then publishes with what they said.
    pub(super) fn witness_and_publish(
        &self,
        last: Option<&SignedCheckpoint>,
        advanced: Advanced,
    ) -> Result<Published, WriteError> {
        let own = advanced.checkpoint();
        // Published before, and still the newest: with the cosignatures that it has.
        let mut checkpoint = last.filter(|last| last.checkpoint() == own.checkpoint()).unwrap_or(own).clone();
        let mut answers = Vec::new();
        if !self.policy.evaluate(&checkpoint)?.quorum().is_met() {
            answers = self.ask(&mut checkpoint)?;
        }
        // Nobody is shown what contradicts what a witness has seen.
        self.parts.ledger.head()?.up_to_date()?;
        let quorum = self.policy.evaluate(&checkpoint)?.quorum().clone();
        // The ledger first: what readers see is never news to it.
        if last != Some(&checkpoint) {
            self.parts.ledger.publish(self.seat, &checkpoint)?;
        }
        self.show(&checkpoint)?;
        Ok(Published { checkpoint, quorum, answers, confirmation: self.confirmed.clone() })
    }

    pub(super) fn ask(&self, checkpoint: &mut SignedCheckpoint) -> Result<Vec<Answer>, WriteError> {
        let size = checkpoint.checkpoint().size();
        let prove = |old: TreeSize| {
            let tiles = self.tiles();
            ConsistencyProof::make(old, size, &mut TileNodes::new(size, &tiles)).ok()
        };
        let cosigned = self.parts.ledger.cosigned()?;
        let answers = self.parts.witnesses.ask(&Request::new(checkpoint, &cosigned, &prove));
        for Answer { witness, said } in &answers {
            let lines = match said {
                Ok(lines) => lines,
                Err(Silence::Ahead { latest, .. }) => {
                    self.parts.ledger.hear(Elsewhere::Signed(*latest))?;
                    continue;
                }
                Err(Silence::Fork { size, shown: true }) => {
                    self.parts.ledger.hear(Elsewhere::Forked(*size))?;
                    continue;
                }
                Err(_) => continue,
            };
            if checkpoint.add_verified(lines.clone(), &self.witnesses)? > 0 {
                let witness = witness.name().as_str().to_owned();
                self.parts.ledger.keep_cosigned(self.seat, &Cosigned { witness, size })?;
            }
        }
        Ok(answers)
    }

    /// Puts a checkpoint in the place of an older one.
    pub(super) fn show(&self, checkpoint: &SignedCheckpoint) -> Result<(), WriteError> {
        let bytes = checkpoint.to_string().into_bytes();
        for _ in 0..TRIES {
            let there = self.parts.objects.read(CHECKPOINT)?;
            if there.as_ref() == Some(&bytes) {
                return Ok(());
            }
            if let Some(there) = &there {
                let there = SignedCheckpoint::read(there)?;
                self.expect_own(&there)?;
                let (published, ours) = (Tree::of(&there), Tree::of(checkpoint));
                expect_no_fork(published, ours)?;
                if published.size > ours.size {
                    let known = self.parts.ledger.head()?.published_size();
                    // Where the ledger knows of it, somebody who took the seat has gone on.
                    if published.size > known {
                        return Err(WriteError::Stale { published: published.size, known });
                    }
                    return Err(WriteError::Contended);
                }
            }
            let replaced = self.parts.objects.replace(CHECKPOINT, there.as_deref(), &bytes)?;
            if replaced == Replaced::Done {
                return Ok(());
            }
        }
        Err(WriteError::Contended)
    }

    /// Removes partial tiles and bundles whose full ones are there, read again, and lets the ledger forget what is published.
    pub(super) fn tidy(&self, published: &Published) -> Result<(), WriteError> {
        let size = published.checkpoint().checkpoint().size();
        // Where the last tidying ended; it is repeated where that one broke off.
        let from = self.parts.ledger.head()?.tidied;
        if from >= size {
            return Ok(());
        }
        for tile in tiles_between(from, size).filter(|tile| began(*tile, from)) {
            self.remove_partial(TilePath::Tile(tile))?;
        }
        for bundle in bundles_between(from, size).filter(|bundle| began(bundle.tile(), from)) {
            self.remove_partial(TilePath::Entries(bundle))?;
        }
        Ok(self.parts.ledger.tidy(self.seat, size)?)
    }

    fn remove_partial(&self, full: TilePath) -> Result<(), WriteError> {
        let objects = &*self.parts.objects;
        let partial = objects.list(&format!("{full}.p/"))?;
        if partial.is_empty() {
            return Ok(());
        }
        let bytes = objects.read(&full.to_string())?.unwrap_or_default();
        for name in partial {
            let begins = objects.read(&name)?.is_none_or(|partial| bytes.starts_with(&partial));
            if !begins {
                return Err(WriteError::Conflict { name });
            }
            objects.remove(&name)?;
        }
        Ok(())
    }
}

/// Whether a full tile was a partial one in a tree of `size` leaves, or in one between.
fn began(tile: Tile, size: TreeSize) -> bool {
    let first = tile.index() * u64::from(TILE_WIDTH);
    let had = size.get().checked_shr(u32::from(tile.level()) * 8).unwrap_or(0);
    tile.is_full() && first < had
}
