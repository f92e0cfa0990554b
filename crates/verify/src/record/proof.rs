//! A proof file against an entry.

use countersign_tlog::checkpoint::Origin;
use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::size::LeafIndex;
use countersign_tlog::spicy::{IncludedAt, SpicyError, TlogProof, TlogProofError, Witnessed};

use super::fork::{Place, Sighting};

/// What is shown of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordState {
    /// Nothing says that it is in the record.
    None,
    /// A proof is there and shows nothing.
    Unproven(Unproven),
    /// It is in the record.
    Proven(Proven),
}

/// Shown: a log that the reader trusts signed a tree with the entry in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// Too few witnesses saw that tree, or the reader asks for none.
    Included(IncludedAt),
    /// The reader's quorum saw that tree.
    Witnessed(Witnessed),
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unproven {
    /// The entry can't be computed.
    #[error("its salt is missing, without which nobody can tell what its entry is; ask for a fresh export")]
    NoSalt,
    /// No proof file.
    #[error("its proof can't be read: {}; ask for a fresh export", in_one_line(.0))]
    Unreadable(TlogProofError),
    /// A checkpoint of another log.
    #[error("its proof is of the record {:?}, not of {:?}; ask for a fresh export", .found.as_str(), .expected.as_str())]
    OtherOrigin {
        /// The record it should be of.
        expected: Origin,
        /// The record it is of.
        found: Origin,
    },
    /// An untrusted checkpoint, or another leaf, index or tree.
    #[error("{}", in_one_line(.0))]
    NotShown(SpicyError),
}

impl RecordState {
    /// `none`, `unproven`, `included` or `witnessed`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unproven(_) => "unproven",
            Self::Proven(Proven::Included(_)) => "included",
            Self::Proven(Proven::Witnessed(_)) => "witnessed",
        }
    }

    /// What was proven.
    #[must_use]
    pub fn proven(&self) -> Option<&Proven> {
        match self {
            Self::Proven(proven) => Some(proven),
            Self::None | Self::Unproven(_) => None,
        }
    }

    /// The entry's proven index.
    #[must_use]
    pub fn index(&self) -> Option<LeafIndex> {
        self.proven().map(|proven| proven.included().index())
    }

    /// Whether a quorum saw it.
    #[must_use]
    pub fn is_witnessed(&self) -> bool {
        self.proven().is_some_and(Proven::is_witnessed)
    }
}

impl From<Result<Proven, Unproven>> for RecordState {
    fn from(shown: Result<Proven, Unproven>) -> Self {
        shown.map_or_else(Self::Unproven, Self::Proven)
    }
}

impl Proven {
    /// Index, tree, log, and who cosigned.
    #[must_use]
    pub fn included(&self) -> &IncludedAt {
        match self {
            Self::Included(included) => included,
            Self::Witnessed(witnessed) => witnessed.included(),
        }
    }

    /// Whether the reader's quorum saw the tree.
    #[must_use]
    pub fn is_witnessed(&self) -> bool {
        matches!(self, Self::Witnessed(_))
    }
}

/// Proves entries of one record, and keeps every checkpoint that counts.
pub(super) struct Prover<'a> {
    origin: &'a Origin,
    trust: &'a Policy,
    pub(super) sightings: Vec<Sighting>,
}

impl<'a> Prover<'a> {
    pub(super) fn new(origin: &'a Origin, trust: &'a Policy) -> Self {
        Self { origin, trust, sightings: Vec::new() }
    }

    pub(super) fn prove(&mut self, place: Place, file: &[u8], leaf: Hash) -> Result<Proven, Unproven> {
        let proof = TlogProof::read(file).map_err(Unproven::Unreadable)?;
        let checkpoint = proof.checkpoint().checkpoint();
        if checkpoint.origin() != self.origin {
            let (expected, found) = (self.origin.clone(), checkpoint.origin().clone());
            return Err(Unproven::OtherOrigin { expected, found });
        }
        let shown = proof.verify_inclusion(leaf, self.trust);
        if !matches!(shown, Err(SpicyError::Untrusted(_))) {
            let entry = shown.as_ref().ok().map(|included| (included.index(), leaf));
            self.sightings.push(Sighting { place, size: checkpoint.size(), root: checkpoint.root(), entry });
        }
        let included = shown.map_err(Unproven::NotShown)?;
        // A policy that asks for no witness is met by every tree: that makes nobody a witness of it.
        let quorum = included.quorum();
        if quorum.asked().is_none() || !quorum.is_met() {
            return Ok(Proven::Included(included));
        }
        included.witnessed().map(Proven::Witnessed).map_err(Unproven::NotShown)
    }
}

/// An error and what it stems from.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
