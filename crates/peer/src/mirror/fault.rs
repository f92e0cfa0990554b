//! What is wrong with what a source serves.

use std::fmt;

use countersign_store::objects::ObjectsError;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{BundleError, TilePath};

use super::upstream::Unread;

/// A tile or bundle that isn't what the log signed. Nothing of the new tree is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It isn't there.
    Missing {
        /// Which.
        path: TilePath,
    },
    /// It has another length than such a tile.
    Length {
        /// Which.
        path: TilePath,
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// Its bytes are no such bundle.
    Bundle {
        /// Which.
        path: TilePath,
        /// What is wrong with it.
        reason: BundleError,
    },
    /// A full tile isn't the one that the tree has there: the tiles above it hash to the signed root.
    Tile {
        /// Which.
        path: TilePath,
        /// What it hashes to.
        computed: Hash,
        /// What the tree has there.
        expected: Hash,
    },
    /// An entry isn't the one that the tree has there.
    Entry {
        /// The bundle.
        path: TilePath,
        /// Which entry.
        index: LeafIndex,
        /// What it hashes to.
        computed: Hash,
        /// The leaf that the tree has there.
        expected: Hash,
    },
    /// The tiles of the right edge don't hash to the signed root, and two files don't fit each other: one of them is
    /// wrong.
    Edge {
        /// The partial tile.
        path: TilePath,
        /// Which of its hashes, counted from 0.
        at: usize,
        /// What lies below that hash.
        below: TilePath,
    },
    /// The tiles of the right edge fit what lies below them, and don't hash to the signed root: they are another tree's.
    Root {
        /// The checkpoint's size.
        size: TreeSize,
        /// What they hash to.
        computed: Hash,
        /// The checkpoint's root.
        expected: Hash,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Length { path, expected, found } => {
                write!(f, "{path} has {found} bytes, such a tile has {expected}")
            }
            Self::Bundle { path, reason } => write!(f, "{path} is malformed: {reason}"),
            Self::Tile { path, computed, expected } => {
                write!(f, "{path} hashes to {computed}, the signed tree has {expected} there")
            }
            Self::Entry { path, index, computed, expected } => {
                write!(
                    f,
                    "entry {index} in {path} hashes to {computed}, the signed tree has {expected} there"
                )
            }
            Self::Edge { path, at, below } => {
                write!(f, "hash {at} of {path} is not that of {below}: one of them was changed")
            }
            Self::Root { size, computed, expected } => write!(
                f,
                "the tiles of {size} entries hash to the root {computed}, the checkpoint says {expected}: they are another tree's"
            ),
        }
    }
}

impl Fault {
    /// The file at fault; none where it is all of them.
    pub fn path(&self) -> Option<TilePath> {
        match self {
            Self::Missing { path }
            | Self::Length { path, .. }
            | Self::Bundle { path, .. }
            | Self::Tile { path, .. }
            | Self::Entry { path, .. }
            | Self::Edge { path, .. } => Some(*path),
            Self::Root { .. } => None,
        }
    }
}

/// What ends the work early.
#[derive(Debug)]
pub(crate) enum Stop {
    Fault(Fault),
    Source(Unread),
    Copy(ObjectsError),
    Moved,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Unread> for Stop {
    fn from(unread: Unread) -> Self {
        Self::Source(unread)
    }
}

impl From<ObjectsError> for Stop {
    fn from(error: ObjectsError) -> Self {
        Self::Copy(error)
    }
}
