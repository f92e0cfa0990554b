//! The tree and its entries as files (C2SP tlog-tiles): coordinates, paths, bundles, the right edge, proofs out of tiles.

mod bundle;
mod edge;
mod path;
mod source;

pub use bundle::{BUNDLE_MAX, BundleError, ENTRY_MAX, Entries, write_bundle};
pub use edge::{Edge, tile_bytes};
pub use path::{PATH_MAX, TilePath, TilePathError};
pub use source::{ReadError, TileNodes, TileSource, tiles_for_consistency, tiles_for_inclusion};

use crate::size::TreeSize;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Levels of the tree that one tile holds: 2⁸ hashes.
pub(crate) const TILE_HEIGHT: u8 = 8;

/// The highest level at which a tree of [`TreeSize::MAX`] leaves has a tile.
pub const LEVEL_MAX: u8 = 7;

/// Which hashes a tile holds: `width` of them from `index · 256` on, each over `256^level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Which entries a bundle holds: `width` of them from `index · 256` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    index: u64,
    width: u16,
}

/// Why there is no such tile or bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchTile {
    /// Not from 1 to 256.
    #[error("a tile is 1 to {TILE_WIDTH} wide, not {width}")]
    Width {
        /// The width asked for.
        width: u16,
    },
    /// It would reach beyond the largest tree.
    #[error(
        "no tree has a tile {index} of width {width} at level {level}: it would end beyond {} leaves",
        TreeSize::MAX
    )]
    Beyond {
        /// The level asked for.
        level: u8,
        /// The index asked for.
        index: u64,
        /// The width asked for.
        width: u16,
    },
}

impl Tile {
    /// Refuses widths that no tile has and tiles that reach beyond [`TreeSize::MAX`].
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, NoSuchTile> {
        if width == 0 || width > TILE_WIDTH {
            return Err(NoSuchTile::Width { width });
        }
        let beyond = NoSuchTile::Beyond { level, index, width };
        let hashes = TreeSize::MAX.get().checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        match index.checked_mul(TILE_WIDTH.into()).and_then(|first| first.checked_add(width.into())) {
            Some(end) if end <= hashes => Ok(Self { level, index, width }),
            _ => Err(beyond),
        }
    }

    /// The tile with these coordinates in a tree of `size` leaves, full or partial; `None` where that tree has none.
    pub fn in_tree(level: u8, index: u64, size: TreeSize) -> Option<Self> {
        let hashes = hashes_at(level, size);
        let first = index.checked_mul(TILE_WIDTH.into())?;
        let width = hashes.checked_sub(first)?.min(TILE_WIDTH.into());
        Self::new(level, index, u16::try_from(width).ok()?).ok()
    }

    /// 0 for leaves; each level up stands for 256 times as many.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Position within its level.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Hashes it holds: 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it will not change any more.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Its length in bytes.
    pub fn length(self) -> usize {
        usize::from(self.width) * crate::hash::HASH_LENGTH
    }
}

impl Bundle {
    /// Refuses widths that no bundle has and bundles that reach beyond [`TreeSize::MAX`].
    pub fn new(index: u64, width: u16) -> Result<Self, NoSuchTile> {
        Tile::new(0, index, width).map(Self::from)
    }

    /// The bundle with this index in a tree of `size` leaves; `None` where that tree has none.
    pub fn in_tree(index: u64, size: TreeSize) -> Option<Self> {
        Tile::in_tree(0, index, size).map(Self::from)
    }

    /// Position among bundles.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Entries it holds: 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it will not change any more.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The index of its first entry.
    pub fn first(self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }

    /// The level-0 tile with its entries' leaves.
    pub const fn tile(self) -> Tile {
        Tile { level: 0, index: self.index, width: self.width }
    }
}

impl From<Tile> for Bundle {
    /// The bundle as wide as a tile, at its index.
    fn from(tile: Tile) -> Self {
        Self { index: tile.index, width: tile.width }
    }
}

/// The tiles that a tree of `new` leaves has and one of `old` leaves hasn't, level by level: what must be written
/// before a checkpoint of `new` may be published. Nothing where the tree doesn't grow.
pub fn tiles_between(old: TreeSize, new: TreeSize) -> impl Iterator<Item = Tile> {
    (0..=LEVEL_MAX)
        .map_while(move |level| {
            let (had, has) = (hashes_at(level, old), hashes_at(level, new));
            (has > had).then_some((level, had, has))
        })
        .flat_map(move |(level, had, has)| {
            let width = u64::from(TILE_WIDTH);
            (had / width..has.div_ceil(width)).filter_map(move |index| Tile::in_tree(level, index, new))
        })
}

/// The bundles that a tree of `new` leaves has and one of `old` leaves hasn't.
pub fn bundles_between(old: TreeSize, new: TreeSize) -> impl Iterator<Item = Bundle> {
    tiles_between(old, new).take_while(|tile| tile.level == 0).map(Bundle::from)
}

/// Hashes that the tiles of a level hold in all.
fn hashes_at(level: u8, size: TreeSize) -> u64 {
    size.get().checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0)
}
