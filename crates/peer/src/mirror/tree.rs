//! A signed tree, read from the root down: what isn't under the root is never believed, and never stored.
//!
//! The tiles of the right edge together hash to the root. Each full tile hashes to one hash of the tile above it, each
//! bundle to the hashes of its level-0 tile. So every file is proven by what was proven before, and a fault is the fault
//! of the file at hand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use countersign_tlog::hash::{HASH_LENGTH, Hash};
use countersign_tlog::range::CompactRange;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{
    Bundle, BundleError, Edge, Entries, LEVEL_MAX, ReadError, TILE_WIDTH, Tile, TilePath, TileSource,
    tile_bytes, write_bundle,
};

use super::copy::Copy;
use super::fault::{Fault, Stop};
use super::upstream::{Served, Upstream};

/// Files fetched at once: enough to fill a link of 100 ms, few enough for a small server.
const AT_ONCE: usize = 8;

/// How much was done.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) entries: AtomicU64,
}

/// A signed tree whose right edge was found to hash to its root.
pub(crate) struct Tree<'a, U: ?Sized> {
    size: TreeSize,
    copy: &'a Copy<'a>,
    upstream: Counted<'a, U>,
    edge: Vec<(Tile, Vec<Hash>)>,
    /// Proven tiles above the path of a consistency proof: at most two for each level.
    kept: Mutex<BTreeMap<Tile, Vec<Hash>>>,
    tell: &'a (dyn Fn(u64) + Sync),
}

/// Counts what is read from an upstream.
struct Counted<'a, U: ?Sized> {
    upstream: &'a U,
    tally: &'a Tally,
}

impl<U: Upstream + ?Sized> Counted<'_, U> {
    fn read(&self, path: TilePath) -> Result<Vec<u8>, Stop> {
        let bytes = Served(self.upstream).read(path)?.ok_or(Fault::Missing { path })?;
        self.tally.files.fetch_add(1, Ordering::Relaxed);
        self.tally.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes)
    }

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Stop> {
        let bytes = self.read(TilePath::Tile(tile))?;
        hashes(tile, &bytes).ok_or_else(|| {
            Fault::Length { path: tile.into(), expected: tile.length(), found: bytes.len() }.into()
        })
    }
}

impl<'a, U: Upstream + ?Sized> Tree<'a, U> {
    /// Reads the right edge, from the copy where it is there, and holds it against the root.
    pub(crate) fn anchor(
        (size, root): (TreeSize, Hash),
        copy: &'a Copy<'a>,
        upstream: &'a U,
        tally: &'a Tally,
        tell: &'a (dyn Fn(u64) + Sync),
    ) -> Result<Self, Stop> {
        let upstream = Counted { upstream, tally };
        let tiles: Vec<Tile> = edge_tiles(size).collect();
        let read = |tile: &Tile, own: bool| -> Result<(Tile, Vec<Hash>), Stop> {
            let kept = if own { copy.read((*tile).into())? } else { None };
            let kept = kept.and_then(|bytes| hashes(*tile, &bytes));
            Ok((*tile, kept.map_or_else(|| upstream.hashes(*tile), Ok)?))
        };
        let mut edge = tiles.iter().map(|tile| read(tile, true)).collect::<Result<Vec<_>, _>>()?;
        if edge_root(size, &edge)? != root {
            // What the copy has may be damaged, or of another history.
            edge = tiles.iter().map(|tile| read(tile, false)).collect::<Result<Vec<_>, _>>()?;
            let computed = edge_root(size, &edge)?;
            if computed != root {
                let root = Fault::Root { size, computed, expected: root };
                return Err(diagnose(&edge, &upstream)?.unwrap_or(root).into());
            }
        }
        Ok(Self { size, copy, upstream, edge, kept: Mutex::default(), tell })
    }

    /// The root that this tree had at an earlier size.
    pub(crate) fn root_at(&self, size: TreeSize) -> Result<Hash, Stop> {
        Ok(Edge::restore(size, self).map_err(unread)?.root())
    }

    /// Copies what this tree has and one of `from` leaves hasn't.
    pub(crate) fn copy_since(&self, from: TreeSize) -> Result<(), Stop> {
        for (tile, hashes) in &self.edge {
            self.below(*tile, hashes, from)?;
        }
        Ok(())
    }

    /// Copies a proven tile and what lies below it.
    fn below(&self, tile: Tile, hashes: &[Hash], from: TreeSize) -> Result<(), Stop> {
        let Some(level) = tile.level().checked_sub(1) else {
            self.bundle(tile, hashes)?;
            return Ok(self.copy.put(tile.into(), tile_bytes(hashes))?);
        };
        // Tiles that were full at `from` are there.
        let first = from.get().checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
        let children: Vec<(Tile, Hash)> = (tile.index() * u64::from(TILE_WIDTH)..)
            .zip(hashes)
            .filter(|(index, _)| *index >= first)
            .filter_map(|(index, hash)| Some((Tile::new(level, index, TILE_WIDTH).ok()?, *hash)))
            .collect();
        if level == 0 {
            self.at_once(&children, from)?;
        } else {
            for (child, expected) in children {
                self.below(child, &self.full(child, expected)?, from)?;
            }
        }
        Ok(self.copy.put(tile.into(), tile_bytes(hashes))?)
    }

    /// Copies level-0 tiles with their bundles, several at once. Of several faults the first in the log's order is told.
    fn at_once(&self, children: &[(Tile, Hash)], from: TreeSize) -> Result<(), Stop> {
        let next = AtomicUsize::new(0);
        let stopped = AtomicBool::new(false);
        let first: Mutex<Option<(usize, Stop)>> = Mutex::new(None);
        let work = || {
            while !stopped.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((child, expected)) = children.get(at) else { return };
                let done = self.full(*child, *expected).and_then(|hashes| self.below(*child, &hashes, from));
                if let Err(stop) = done {
                    stopped.store(true, Ordering::Relaxed);
                    let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
                    if first.as_ref().is_none_or(|(earlier, _)| at < *earlier) {
                        *first = Some((at, stop));
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..AT_ONCE.min(children.len()) {
                scope.spawn(work);
            }
            work();
        });
        match first.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, stop)) => Err(stop),
            None => Ok(()),
        }
    }

    /// Copies the bundle of a proven level-0 tile.
    fn bundle(&self, tile: Tile, leaves: &[Hash]) -> Result<(), Stop> {
        let bundle = Bundle::from(tile);
        let path = TilePath::Entries(bundle);
        let own = self.copy.read(path)?;
        if own.is_none_or(|bytes| !matches!(entries(bundle, &bytes, leaves), Ok(Some(kept)) if kept == bytes))
        {
            let bytes = self.upstream.read(path)?;
            let kept = entries(bundle, &bytes, leaves);
            let kept = kept.map_err(|reason| Fault::Bundle { path, reason })?;
            let Some(kept) = kept else { return Err(entry_fault(bundle, &bytes, leaves).into()) };
            self.copy.put(path, kept)?;
        }
        let done = self.upstream.tally.entries.fetch_add(u64::from(tile.width()), Ordering::Relaxed);
        (self.tell)(done + u64::from(tile.width()));
        Ok(())
    }

    /// The hashes of a full tile, from the copy where it has the right ones.
    fn full(&self, tile: Tile, expected: Hash) -> Result<Vec<Hash>, Stop> {
        if let Some(hashes) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&tile) {
            return Ok(hashes.clone());
        }
        let own = self.copy.read(tile.into())?.and_then(|bytes| hashes(tile, &bytes));
        if let Some(hashes) = own.filter(|hashes| perfect_root(hashes) == expected) {
            return Ok(hashes);
        }
        let hashes = self.upstream.hashes(tile)?;
        let computed = perfect_root(&hashes);
        if computed != expected {
            return Err(Fault::Tile { path: tile.into(), computed, expected }.into());
        }
        Ok(hashes)
    }

    /// The hashes of any tile of the tree, proven by the tiles above it.
    fn proven(&self, tile: Tile) -> Result<Vec<Hash>, Stop> {
        if let Some((_, hashes)) = self.edge.iter().find(|(edge, _)| *edge == tile) {
            return Ok(hashes.clone());
        }
        let width = u64::from(TILE_WIDTH);
        let missing = || Stop::from(Fault::Missing { path: tile.into() });
        let above = Tile::in_tree(tile.level() + 1, tile.index() / width, self.size).ok_or_else(missing)?;
        let at = usize::try_from(tile.index() % width).unwrap_or_default();
        let expected = *self.proven(above)?.get(at).ok_or_else(missing)?;
        let hashes = self.full(tile, expected)?;
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(tile, hashes.clone());
        Ok(hashes)
    }
}

/// Proven tiles only.
impl<U: Upstream + ?Sized> TileSource for Tree<'_, U> {
    type Error = Stop;

    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Stop> {
        let TilePath::Tile(asked) = path else { return Ok(None) };
        // Of an earlier size: it is the beginning of this tree's.
        let Some(tile) = Tile::in_tree(asked.level(), asked.index(), self.size) else { return Ok(None) };
        let hashes = self.proven(tile)?;
        Ok(hashes.get(..usize::from(asked.width())).map(tile_bytes))
    }
}

/// What a tree's tiles could not be read for.
pub(crate) fn unread(error: ReadError<Stop>) -> Stop {
    match error {
        ReadError::Source { source, .. } => source,
        ReadError::Missing { path } => Fault::Missing { path }.into(),
        ReadError::Length { path, expected, found } => Fault::Length { path, expected, found }.into(),
        // The node's own tile: a node outside of a tree is never asked for.
        ReadError::Outside { size, .. } => {
            Fault::Root { size, computed: Hash::EMPTY_ROOT, expected: Hash::EMPTY_ROOT }.into()
        }
    }
}

/// The partial tiles of a size: with the full ones, all there is.
pub(super) fn edge_tiles(size: TreeSize) -> impl Iterator<Item = Tile> {
    (0..=LEVEL_MAX).filter_map(move |level| {
        let index = size.get().checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
        Tile::in_tree(level, index, size).filter(|tile| !tile.is_full())
    })
}

/// The root that the tiles of a right edge hash to.
pub(super) fn edge_root(size: TreeSize, edge: &[(Tile, Vec<Hash>)]) -> Result<Hash, Stop> {
    struct Read<'a>(&'a [(Tile, Vec<Hash>)]);
    impl TileSource for Read<'_> {
        type Error = Stop;
        fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Stop> {
            let found = self.0.iter().find(|(tile, _)| TilePath::Tile(*tile) == path);
            Ok(found.map(|(_, hashes)| tile_bytes(hashes)))
        }
    }
    Ok(Edge::restore(size, &Read(edge)).map_err(unread)?.root())
}

/// Which tile of an edge doesn't fit what lies below it.
fn diagnose<U: Upstream + ?Sized>(
    edge: &[(Tile, Vec<Hash>)],
    upstream: &Counted<'_, U>,
) -> Result<Option<Fault>, Stop> {
    for (tile, hashes) in edge {
        let path = TilePath::Tile(*tile);
        let Some(level) = tile.level().checked_sub(1) else {
            let bundle = Bundle::from(*tile);
            let below = TilePath::Entries(bundle);
            let bytes = upstream.read(below)?;
            let leaves = leaves(bundle, &bytes).map_err(|reason| Fault::Bundle { path: below, reason })?;
            if let Some(at) = leaves.iter().zip(hashes).position(|(leaf, hash)| leaf != hash) {
                return Ok(Some(Fault::Edge { path, at, below }));
            }
            continue;
        };
        for (at, hash) in hashes.iter().enumerate() {
            let index = tile.index() * u64::from(TILE_WIDTH) + at as u64;
            let Ok(child) = Tile::new(level, index, TILE_WIDTH) else { continue };
            if perfect_root(&upstream.hashes(child)?) != *hash {
                return Ok(Some(Fault::Edge { path, at, below: child.into() }));
            }
        }
    }
    Ok(None)
}

/// A tile's hashes, where the bytes have its length or that of the full one.
pub(super) fn hashes(tile: Tile, bytes: &[u8]) -> Option<Vec<Hash>> {
    if bytes.len() != tile.length() && bytes.len() != usize::from(TILE_WIDTH) * HASH_LENGTH {
        return None;
    }
    let (hashes, _) = bytes.as_chunks::<HASH_LENGTH>();
    Some(hashes.iter().take(tile.width().into()).map(|hash| Hash::new(*hash)).collect())
}

/// The root over a full tile's hashes.
pub(super) fn perfect_root(hashes: &[Hash]) -> Hash {
    let mut range = CompactRange::new();
    for hash in hashes {
        // A tile has 256 hashes, a range has room for 2⁶².
        range.append(*hash).unwrap_or_default();
    }
    range.root()
}

/// The bundle's entries; where it is partial, the first ones of the full bundle do as well.
fn read_entries(bundle: Bundle, bytes: &[u8]) -> Result<Entries<'_>, BundleError> {
    match Entries::read(bundle, bytes) {
        Err(BundleError::Trailing { found }) if !bundle.is_full() => {
            let full = Bundle::new(bundle.index(), TILE_WIDTH).ok();
            full.and_then(|full| Entries::read(full, bytes).ok()).ok_or(BundleError::Trailing { found })
        }
        read => read,
    }
}

pub(super) fn leaves(bundle: Bundle, bytes: &[u8]) -> Result<Vec<Hash>, BundleError> {
    Ok(read_entries(bundle, bytes)?.iter().take(bundle.width().into()).map(Hash::leaf).collect())
}

/// The bundle's bytes, without what follows in a full one; `None` where an entry isn't what its leaf says.
fn entries(bundle: Bundle, bytes: &[u8], expected: &[Hash]) -> Result<Option<Vec<u8>>, BundleError> {
    if leaves(bundle, bytes)? != expected {
        return Ok(None);
    }
    let entries = read_entries(bundle, bytes)?;
    write_bundle(bundle, entries.iter().take(bundle.width().into())).map(Some)
}

/// The first entry that isn't what its leaf says.
pub(super) fn entry_fault(bundle: Bundle, bytes: &[u8], expected: &[Hash]) -> Fault {
    let path = TilePath::Entries(bundle);
    let computed = leaves(bundle, bytes).unwrap_or_default();
    let differs = (bundle.first()..).zip(computed).zip(expected).find(|((_, leaf), hash)| leaf != *hash);
    match differs.and_then(|((at, computed), expected)| Some((LeafIndex::new(at).ok()?, computed, *expected)))
    {
        Some((index, computed, expected)) => Fault::Entry { path, index, computed, expected },
        None => Fault::Missing { path },
    }
}
