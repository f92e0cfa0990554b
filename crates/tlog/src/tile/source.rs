//! Where tiles and bundles are kept, and the nodes of the tree read out of them.

use super::{LEVEL_MAX, TILE_HEIGHT, TILE_WIDTH, Tile, TilePath};
use crate::hash::{HASH_LENGTH, Hash};
use crate::proof::{NodeReader, consistency_ranges, inclusion_ranges};
use crate::range::{Node, cover};
use crate::size::{LeafIndex, TreeSize};
use std::collections::BTreeSet;

/// Where the resources of a log are kept: a folder, a bucket, another's server.
pub trait TileSource {
    /// Why it could not be asked.
    type Error;

    /// The bytes of a resource, `None` where it isn't there.
    ///
    /// A log may drop a partial tile once the full one is there (tlog-tiles, *Partial Tiles*): for a partial tile,
    /// the bytes of the full one may be given instead.
    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Why hashes could not be read from a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// The source could not be asked.
    #[error("{path} could not be read")]
    Source {
        /// What was asked for.
        path: TilePath,
        /// Why.
        source: E,
    },
    /// It isn't there.
    #[error("{path} is missing")]
    Missing {
        /// What was asked for.
        path: TilePath,
    },
    /// It is longer or shorter than such a tile.
    #[error("{path} has {expected} bytes, {found} were read")]
    Length {
        /// What was asked for.
        path: TilePath,
        /// Bytes it has.
        expected: usize,
        /// Bytes read.
        found: usize,
    },
    /// A node beyond the tree.
    #[error("a tree of {size} leaves has no node {} at height {}", node.index(), node.height())]
    Outside {
        /// The node asked for.
        node: Node,
        /// The tree's size.
        size: TreeSize,
    },
}

/// Tiles that [`TileNodes`] keeps: two for each level, the path's and the right edge's.
const KEPT_MAX: usize = 2 * (LEVEL_MAX as usize + 1);

/// The nodes of a tree of a given size, read from tiles. What it reads is not yet believed: the proof made of it is
/// verified against the root.
#[derive(Debug)]
pub struct TileNodes<'a, S> {
    size: TreeSize,
    source: &'a S,
    kept: Vec<(Tile, Vec<Hash>)>,
}

impl<'a, S: TileSource> TileNodes<'a, S> {
    /// Of a tree with `size` leaves.
    pub fn new(size: TreeSize, source: &'a S) -> Self {
        Self { size, source, kept: Vec::new() }
    }

    fn tile(&mut self, tile: Tile) -> Result<&[Hash], ReadError<S::Error>> {
        let at = match self.kept.iter().position(|(kept, _)| *kept == tile) {
            Some(at) => at,
            None => {
                let hashes = read_tile(tile, self.source)?;
                if self.kept.len() >= KEPT_MAX {
                    self.kept.remove(0);
                }
                self.kept.push((tile, hashes));
                self.kept.len() - 1
            }
        };
        Ok(self.kept.get(at).map_or(&[], |(_, hashes)| hashes.as_slice()))
    }
}

impl<S: TileSource> NodeReader for TileNodes<'_, S> {
    type Error = ReadError<S::Error>;

    fn node(&mut self, node: Node) -> Result<Hash, Self::Error> {
        let outside = ReadError::Outside { node, size: self.size };
        let Some(tile) = tile_of(node, self.size) else { return Err(outside) };
        // The node's place within its tile, as leaves of the tile.
        let within = u32::from(node.height() % TILE_HEIGHT);
        let first = usize::try_from((node.index() << within) % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let hashes = self.tile(tile)?;
        let under = hashes.get(first..).and_then(|from| from.get(..1 << within)).ok_or(outside)?;
        Ok(perfect_root(under))
    }
}

/// The tiles that the inclusion proof for a leaf is read from, for those who fetch them at once; nothing where the tree
/// doesn't hold the leaf.
pub fn tiles_for_inclusion(index: LeafIndex, size: TreeSize) -> BTreeSet<Tile> {
    if index.get() >= size.get() {
        return BTreeSet::new();
    }
    tiles_for(&inclusion_ranges(index, size), size)
}

/// The tiles that the proof from `old` to `new` leaves is read from; nothing where there is no such proof.
pub fn tiles_for_consistency(old: TreeSize, new: TreeSize) -> BTreeSet<Tile> {
    if old == TreeSize::ZERO || old > new {
        return BTreeSet::new();
    }
    tiles_for(&consistency_ranges(old, new), new)
}

fn tiles_for(ranges: &[(u64, u64)], size: TreeSize) -> BTreeSet<Tile> {
    ranges
        .iter()
        .flat_map(|(start, end)| cover(*start, *end))
        .filter_map(|node| tile_of(node, size))
        .collect()
}

/// The tile that holds what is right under a node, in a tree of `size` leaves that has the node.
fn tile_of(node: Node, size: TreeSize) -> Option<Tile> {
    if node.end() > size.get() {
        return None;
    }
    let within = node.height() % TILE_HEIGHT;
    let index = node.index() >> (TILE_HEIGHT - within);
    Tile::in_tree(node.height() / TILE_HEIGHT, index, size)
}

/// The root over 1, 2, 4, … 128 hashes.
fn perfect_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [one] => *one,
        [] => Hash::EMPTY_ROOT,
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            Hash::node(&perfect_root(left), &perfect_root(right))
        }
    }
}

/// Reads a tile's hashes; where it is partial, the full one's bytes do as well.
pub(super) fn read_tile<S: TileSource>(tile: Tile, source: &S) -> Result<Vec<Hash>, ReadError<S::Error>> {
    let path = TilePath::Tile(tile);
    let bytes = source.read(path).map_err(|source| ReadError::Source { path, source })?;
    let bytes = bytes.ok_or(ReadError::Missing { path })?;
    let full = usize::from(TILE_WIDTH) * HASH_LENGTH;
    if bytes.len() != tile.length() && bytes.len() != full {
        return Err(ReadError::Length { path, expected: tile.length(), found: bytes.len() });
    }
    let (hashes, _) = bytes.as_chunks::<HASH_LENGTH>();
    Ok(hashes.iter().take(tile.width().into()).map(|hash| Hash::new(*hash)).collect())
}
