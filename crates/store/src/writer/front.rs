//! Where a log ends: what must be at hand to go on.

use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{
    Bundle, BundleError, Edge, Entries, ReadError, TILE_WIDTH, TilePath, TileSource as _,
};

use super::WriteError;
use crate::objects::Tiles;

/// The right edge, and the entries of the bundle that isn't full.
#[derive(Debug, Clone, Default)]
pub(super) struct Front {
    pub(super) edge: Edge,
    pub(super) open: Vec<Known>,
}

/// An entry and the leaf that it must hash to.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) bytes: Vec<u8>,
    pub(super) leaf: Hash,
}

impl Front {
    /// Reads it from tiles and from the last bundle, whose entries hash to the tile's leaves. Whether the root is the one that
    /// was signed is for the caller to compare.
    pub(super) fn read(size: TreeSize, tiles: Tiles<'_>) -> Result<Self, WriteError> {
        let edge = Edge::restore(size, &tiles)?;
        let Some((tile, leaves)) = edge.partial_tiles().next().filter(|(tile, _)| tile.level() == 0) else {
            return Ok(Self { edge, open: Vec::new() });
        };
        let bundle = Bundle::from(tile);
        let path = TilePath::Entries(bundle);
        let bytes = tiles.read(path)?.ok_or(ReadError::Missing { path })?;
        let entries = entries(bundle, &bytes)
            .map_err(|source| WriteError::Bundle { name: path.to_string(), source })?;
        let mut open = Vec::with_capacity(leaves.len());
        for ((at, leaf), bytes) in (bundle.first()..).zip(leaves).zip(entries) {
            open.push(Known { bytes: bytes.to_vec(), leaf: *leaf });
            expect_leaf(at, *leaf, bytes)?;
        }
        Ok(Self { edge, open })
    }
}

/// Compares the hash of an entry's bytes with the one taken before.
pub(super) fn expect_leaf(at: u64, expected: Hash, bytes: &[u8]) -> Result<(), WriteError> {
    let computed = Hash::leaf(bytes);
    match LeafIndex::new(at) {
        Ok(index) if computed != expected => Err(WriteError::Flipped { index, expected, computed }),
        _ => Ok(()),
    }
}

/// The entries of a partial bundle, which the full one's bytes hold as well.
pub(super) fn entries(bundle: Bundle, bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let read = match Entries::read(bundle, bytes) {
        Err(BundleError::Trailing { found }) => {
            let full = Bundle::new(bundle.index(), TILE_WIDTH).ok();
            let full = full.and_then(|full| Entries::read(full, bytes).ok());
            full.ok_or(BundleError::Trailing { found })?
        }
        read => read?,
    };
    Ok(read.iter().take(bundle.width().into()).collect())
}
