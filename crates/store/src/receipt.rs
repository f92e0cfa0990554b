//! What is given for an act: *sequenced* is a promise, *included* a proof, *witnessed* a proof that others saw.

use countersign_agreement::record::{Commitment, Link};
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::proof::{InclusionError, InclusionProof, MakeError};
use countersign_tlog::size::LeafIndex;
use countersign_tlog::spicy::{IncludedAt, SpicyError, TlogProof, TlogProofError};
use countersign_tlog::tile::{ReadError, TileNodes};

use crate::ledger::Place;
use crate::objects::{Objects, ObjectsError, Tiles};

/// How far an act has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It has its place for ever: a promise.
    Sequenced(Place),
    /// It is under a checkpoint that the record signed and published: a proof.
    Included(Box<Proven>),
    /// The same, and a quorum of witnesses cosigned that checkpoint.
    Witnessed(Box<Proven>),
}

/// A place with its proof, which was verified when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    place: Place,
    proof: TlogProof,
    included: IncludedAt,
}

/// Why no proof could be given.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Tiles can't be read, or the checkpoint does not reach that far.
    #[error("the proof can't be made")]
    Make(#[from] MakeError<ReadError<ObjectsError>>),
    /// The tiles lead elsewhere.
    #[error("the tiles do not lead from entry {index} to the checkpoint: run `countersign log fsck`")]
    Leads {
        /// Which entry.
        index: LeafIndex,
        /// Where they lead.
        source: InclusionError,
    },
    /// Too large.
    #[error("the proof can't be written")]
    File(#[from] TlogProofError),
    /// The policy does not trust the checkpoint.
    #[error("the proof does not verify")]
    Verify(#[from] SpicyError),
}

/// The leaf of an act's entry.
pub fn act_leaf(act: &Commitment) -> Hash {
    Hash::leaf(act.as_bytes())
}

/// The leaf of a dossier's head.
pub fn head_leaf(link: &Link) -> Hash {
    let Digest(entry) = link.digest();
    Hash::leaf(&entry)
}

/// Makes the proof file for any entry under any checkpoint of the record, out of its tiles, and verifies where it leads.
pub fn prove(
    objects: &dyn Objects,
    checkpoint: &SignedCheckpoint,
    index: LeafIndex,
    leaf: Hash,
) -> Result<TlogProof, ProveError> {
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    let tiles = Tiles(objects);
    let proof = InclusionProof::make(index, size, &mut TileNodes::new(size, &tiles))?;
    proof.verify(index, size, leaf, root).map_err(|source| ProveError::Leads { index, source })?;
    Ok(TlogProof::new(index, proof, checkpoint.clone(), Vec::new())?)
}

impl Receipt {
    /// The receipt for a place under a published checkpoint; `policy` trusts this log and says which witnesses it takes.
    pub fn proven(
        objects: &dyn Objects,
        checkpoint: &SignedCheckpoint,
        policy: &Policy,
        place: Place,
    ) -> Result<Self, ProveError> {
        let leaf = act_leaf(&place.link.act);
        let proof = prove(objects, checkpoint, place.index, leaf)?;
        let included = proof.verify_inclusion(leaf, policy)?;
        // A policy that asks for nobody is met by nobody: that is not *witnessed*.
        let witnessed = included.quorum().asked().is_some() && included.quorum().is_met();
        let proven = Box::new(Proven { place, proof, included });
        Ok(if witnessed { Self::Witnessed(proven) } else { Self::Included(proven) })
    }

    /// The act's place.
    pub fn place(&self) -> &Place {
        match self {
            Self::Sequenced(place) => place,
            Self::Included(proven) | Self::Witnessed(proven) => &proven.place,
        }
    }

    /// The proof, where there is one.
    pub fn proof(&self) -> Option<&TlogProof> {
        match self {
            Self::Sequenced(_) => None,
            Self::Included(proven) | Self::Witnessed(proven) => Some(&proven.proof),
        }
    }
}

impl Proven {
    /// The act's place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The file to keep beside the act (`.tlog-proof`).
    pub fn proof(&self) -> &TlogProof {
        &self.proof
    }

    /// What it proves, the quorum included.
    pub fn included(&self) -> &IncludedAt {
        &self.included
    }
}
