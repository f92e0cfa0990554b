//! Re-hashes a log from its entries up: every bundle, every tile, the root. In constant memory, whatever the size.

use crate::hash::{HASH_LENGTH, Hash};
use crate::size::{LeafIndex, TreeSize};
use crate::tile::{
    Bundle, BundleError, Edge, Entries, TILE_WIDTH, Tile, TilePath, TileSource, bundles_between,
};
use std::fmt;

/// What was found. A fault is an answer; that a source could not be asked is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Findings {
    /// All entries hash to all tiles, and these to the root.
    Sound(Sound),
    /// The first thing that is wrong.
    Faulty(Fault),
}

/// How much was read and found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sound {
    /// Entries re-hashed.
    pub entries: u64,
    /// Bundles read.
    pub bundles: u64,
    /// Tiles compared.
    pub tiles: u64,
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A tile or bundle isn't there.
    Missing {
        /// Which.
        path: TilePath,
    },
    /// A bundle's bytes are no such bundle.
    Bundle {
        /// Which.
        path: TilePath,
        /// What is wrong with it.
        reason: BundleError,
    },
    /// A tile has another length.
    Length {
        /// Which.
        path: TilePath,
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// An entry is not what its leaf in the level-0 tile says: one of them was changed.
    Entry {
        /// Which.
        index: LeafIndex,
        /// The tile that holds the leaf.
        tile: TilePath,
        /// The leaf in the tile.
        stored: Hash,
        /// The entry's own leaf.
        computed: Hash,
    },
    /// A hash of a tile above is not the root of the tile below it.
    Tile {
        /// Which.
        path: TilePath,
        /// Which of its hashes, counted from 0.
        at: usize,
        /// The hash in the tile.
        stored: Hash,
        /// The hash of what lies below.
        computed: Hash,
    },
    /// Entries and tiles agree, and are not the tree of the checkpoint.
    Root {
        /// The checkpoint's size.
        size: TreeSize,
        /// The checkpoint's root.
        expected: Hash,
        /// The root of the entries.
        computed: Hash,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Bundle { path, reason } => write!(f, "{path} is malformed: {reason}"),
            Self::Length { path, expected, found } => {
                write!(f, "{path} has {found} bytes, such a tile has {expected}")
            }
            Self::Entry { index, tile, stored, computed } => {
                write!(f, "entry {index} hashes to {computed}, {tile} says {stored}")
            }
            Self::Tile { path, at, stored, computed } => {
                write!(f, "hash {at} of {path} is {stored}, what lies below hashes to {computed}")
            }
            Self::Root { size, expected, computed } => {
                write!(f, "the {size} entries hash to the root {computed}, the checkpoint says {expected}")
            }
        }
    }
}

/// The source could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} could not be read")]
pub struct FsckError<E> {
    /// What was asked for.
    pub path: TilePath,
    /// Why.
    pub source: E,
}

/// Checks a log against the size and root of a checkpoint that was verified before.
pub fn fsck<S: TileSource>(size: TreeSize, root: Hash, source: &S) -> Result<Findings, FsckError<S::Error>> {
    let mut walk = Walk { edge: Edge::new(), source, sound: Sound::default() };
    match walk.log(size, root) {
        Ok(()) => Ok(Findings::Sound(walk.sound)),
        Err(Stop::Fault(fault)) => Ok(Findings::Faulty(fault)),
        Err(Stop::Source(error)) => Err(error),
    }
}

/// Bytes of a full tile.
const FULL_LENGTH: usize = TILE_WIDTH as usize * HASH_LENGTH;

/// Tiles with the hashes that belong into them.
type Filled = Vec<(Tile, Vec<Hash>)>;

struct Walk<'a, S> {
    edge: Edge,
    source: &'a S,
    sound: Sound,
}

/// What ends a walk early.
enum Stop<E> {
    Fault(Fault),
    Source(FsckError<E>),
}

impl<E> From<Fault> for Stop<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<S: TileSource> Walk<'_, S> {
    fn log(&mut self, size: TreeSize, root: Hash) -> Result<(), Stop<S::Error>> {
        for bundle in bundles_between(TreeSize::ZERO, size) {
            let filled = self.bundle(bundle)?;
            for (tile, hashes) in filled {
                self.tile(tile, &hashes)?;
            }
        }
        let partial: Filled =
            self.edge.partial_tiles().map(|(tile, hashes)| (tile, hashes.to_vec())).collect();
        for (tile, hashes) in partial.into_iter().filter(|(tile, _)| tile.level() > 0) {
            self.tile(tile, &hashes)?;
        }
        let computed = self.edge.root();
        if computed != root {
            return Err(Fault::Root { size, expected: root, computed }.into());
        }
        Ok(())
    }

    /// Re-hashes one bundle, compares it with its level-0 tile, and gives the higher tiles that it filled up.
    fn bundle(&mut self, bundle: Bundle) -> Result<Filled, Stop<S::Error>> {
        let path = TilePath::Entries(bundle);
        let bytes = self.read(path)?;
        let leaves = leaves(bundle, &bytes).map_err(|reason| Fault::Bundle { path, reason })?;
        let tile = bundle.tile();
        let stored = self.hashes(tile)?;
        for ((at, computed), stored) in (bundle.first()..).zip(&leaves).zip(&stored) {
            if computed != stored {
                let (stored, computed) = (*stored, *computed);
                // A bundle lies within the largest tree, so its entries have an index.
                let Ok(index) = LeafIndex::new(at) else { continue };
                return Err(Fault::Entry { index, tile: TilePath::Tile(tile), stored, computed }.into());
            }
        }
        self.sound.bundles += 1;
        self.sound.tiles += 1;
        let mut filled = Vec::new();
        for leaf in leaves {
            // Sizes end at the largest tree, where the range is full.
            let _ = self.edge.append(leaf, |tile, hashes| {
                if tile.level() > 0 {
                    filled.push((tile, hashes.to_vec()));
                }
            });
            self.sound.entries += 1;
        }
        Ok(filled)
    }

    /// Compares a tile above level 0 with what lies below it.
    fn tile(&mut self, tile: Tile, computed: &[Hash]) -> Result<(), Stop<S::Error>> {
        let path = TilePath::Tile(tile);
        let stored = self.hashes(tile)?;
        for (at, (stored, computed)) in stored.iter().zip(computed).enumerate() {
            if stored != computed {
                return Err(Fault::Tile { path, at, stored: *stored, computed: *computed }.into());
            }
        }
        self.sound.tiles += 1;
        Ok(())
    }

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Stop<S::Error>> {
        let path = TilePath::Tile(tile);
        let bytes = self.read(path)?;
        if bytes.len() != tile.length() && bytes.len() != FULL_LENGTH {
            return Err(Fault::Length { path, expected: tile.length(), found: bytes.len() }.into());
        }
        let (hashes, _) = bytes.as_chunks::<HASH_LENGTH>();
        Ok(hashes.iter().take(tile.width().into()).map(|hash| Hash::new(*hash)).collect())
    }

    fn read(&self, path: TilePath) -> Result<Vec<u8>, Stop<S::Error>> {
        let bytes = self.source.read(path).map_err(|source| Stop::Source(FsckError { path, source }))?;
        bytes.ok_or_else(|| Fault::Missing { path }.into())
    }
}

/// The leaves of a bundle's entries. Where it is partial, the full one's bytes do as well ([`TileSource::read`]).
fn leaves(bundle: Bundle, bytes: &[u8]) -> Result<Vec<Hash>, BundleError> {
    let width = usize::from(bundle.width());
    let entries = match Entries::read(bundle, bytes) {
        Err(BundleError::Trailing { found }) if !bundle.is_full() => {
            let full = Bundle::new(bundle.index(), TILE_WIDTH).ok();
            let entries = full.and_then(|full| Entries::read(full, bytes).ok());
            entries.ok_or(BundleError::Trailing { found })?
        }
        read => read?,
    };
    Ok(entries.iter().take(width).map(Hash::leaf).collect())
}
