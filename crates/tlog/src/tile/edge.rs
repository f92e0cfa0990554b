//! The right edge of a log: all that must be at hand to go on writing tiles.

use super::source::{ReadError, TileSource, read_tile};
use super::{LEVEL_MAX, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::hash::{HASH_LENGTH, Hash};
use crate::range::{CompactRange, Full, Node};
use crate::size::TreeSize;

/// The partial tile of each level and the compact range: at most 8 · 255 + 62 hashes, whatever the size.
///
/// Leaves go in, full tiles come out as they fill up, each node hashed once.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    range: CompactRange,
    /// The hashes of the partial tile of each level, from 0; a full one is taken out.
    partial: Vec<Vec<Hash>>,
}

impl Edge {
    /// Of a log without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a log of `size` leaves, read from the partial tiles of its edge. Compare [`Edge::root`] with the checkpoint's
    /// before anything is appended.
    pub fn restore<S: TileSource>(size: TreeSize, source: &S) -> Result<Self, ReadError<S::Error>> {
        let mut edge = Self::new();
        let mut peaks = Vec::new();
        for level in 0..=LEVEL_MAX {
            let mut hashes = Vec::new();
            if let Some(tile) = partial_at(level, size) {
                hashes = read_tile(tile, source)?;
            }
            // A level's hashes are a small tree of their own, whose perfect subtrees are the whole tree's.
            let mut within = CompactRange::new();
            for hash in &hashes {
                // A tile has 256 hashes, a range has room for 2⁶².
                within.append(*hash).unwrap_or_default();
            }
            peaks.splice(0..0, within.peaks().iter().copied());
            edge.partial.push(hashes);
        }
        // The widths are the digits of the size to base 256, so there is one peak for each of its bits.
        edge.range = CompactRange::from_peaks(size, peaks).unwrap_or_default();
        Ok(edge)
    }

    /// How many leaves the log has.
    pub fn size(&self) -> TreeSize {
        self.range.size()
    }

    /// The root over all of them.
    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// Appends one leaf; `filled` gets every tile that it fills up, the lowest first.
    pub fn append(&mut self, leaf: Hash, mut filled: impl FnMut(Tile, &[Hash])) -> Result<(), Full> {
        let Self { range, partial } = self;
        range.append_with(leaf, |node, hash| {
            if node.height() % TILE_HEIGHT == 0 {
                put(partial, node, hash, &mut filled);
            }
        })
    }

    /// The partial tiles of this size, the lowest first: with the full ones, all that a checkpoint needs.
    pub fn partial_tiles(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        (0..=LEVEL_MAX).zip(&self.partial).filter_map(|(level, hashes)| {
            let tile = partial_at(level, self.size())?;
            Some((tile, hashes.as_slice()))
        })
    }
}

/// A tile's bytes: its hashes, one after another.
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_LENGTH);
    for hash in hashes {
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes
}

/// Puts a node into the tile of its level.
fn put(partial: &mut Vec<Vec<Hash>>, node: Node, hash: Hash, filled: &mut impl FnMut(Tile, &[Hash])) {
    let level = node.height() / TILE_HEIGHT;
    while partial.len() <= usize::from(level) {
        partial.push(Vec::with_capacity(TILE_WIDTH.into()));
    }
    let Some(hashes) = partial.get_mut(usize::from(level)) else { return };
    hashes.push(hash);
    if hashes.len() == usize::from(TILE_WIDTH) {
        if let Ok(tile) = Tile::new(level, node.index() / u64::from(TILE_WIDTH), TILE_WIDTH) {
            filled(tile, hashes);
        }
        hashes.clear();
    }
}

/// The partial tile of a level; `None` where all its tiles are full.
fn partial_at(level: u8, size: TreeSize) -> Option<Tile> {
    let index = super::hashes_at(level, size) / u64::from(TILE_WIDTH);
    Tile::in_tree(level, index, size).filter(|tile| !tile.is_full())
}
