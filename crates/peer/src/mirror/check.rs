//! Names every file of a log that isn't what its checkpoint says, from the root down.

use countersign_tlog::checkpoint::Checkpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::TreeSize;
use countersign_tlog::tile::{Bundle, TILE_WIDTH, Tile, TilePath, TileSource};

use super::fault::Fault;
use super::tree::{edge_root, edge_tiles, entry_fault, hashes, leaves, perfect_root};
use super::upstream::{Served, Unread, Upstream};

/// Tells every fault of a log's files under a checkpoint, which was verified before. `tlog::fsck` finds whether there is one,
/// from the entries up; this finds which files they are: a tile is at fault where the tiles above it are proven and it doesn't
/// fit, and what lies below it is still looked at where it shows what the tile should have been.
///
/// # Errors
/// [`Unread`] where the source could not be asked.
pub fn faults<U: Upstream + ?Sized>(
    checkpoint: &Checkpoint,
    upstream: &U,
    tell: &mut dyn FnMut(Fault),
) -> Result<(), Unread> {
    let mut check = Check { source: Served(upstream), tell };
    for (tile, hashes) in check.edge(checkpoint.size(), checkpoint.root())? {
        check.below(tile, &hashes)?;
    }
    Ok(())
}

struct Check<'a, U: ?Sized> {
    source: Served<'a, U>,
    tell: &'a mut dyn FnMut(Fault),
}

impl<U: Upstream + ?Sized> Check<'_, U> {
    /// The tiles of the right edge, mended until they hash to the root.
    fn edge(&mut self, size: TreeSize, root: Hash) -> Result<Vec<(Tile, Vec<Hash>)>, Unread> {
        let tiles: Vec<Tile> = edge_tiles(size).collect();
        let (mut stored, mut places) = (Vec::new(), Vec::new());
        for tile in &tiles {
            let hashes = self.stored(*tile)?;
            places.extend(places_of(hashes.as_deref(), &self.made(*tile)?));
            stored.push(hashes);
        }
        let split = |hashes: &[Hash]| -> Vec<(Tile, Vec<Hash>)> {
            let mut rest = hashes.iter().copied();
            tiles.iter().map(|tile| (*tile, rest.by_ref().take(tile.width().into()).collect())).collect()
        };
        let computed = |hashes: &[Hash]| edge_root(size, &split(hashes)).ok();
        if let Some(mended) = mend(&places, &|hashes| computed(hashes) == Some(root)) {
            let mended = split(&mended);
            for ((tile, right), stored) in mended.iter().zip(&stored) {
                if let Some(stored) = stored.as_ref().filter(|stored| *stored != right) {
                    let (computed, expected) = (perfect_root(stored), perfect_root(right));
                    (self.tell)(Fault::Tile { path: (*tile).into(), computed, expected });
                }
            }
            return Ok(mended);
        }
        let left: Option<Vec<Hash>> = places.iter().map(|(stored, made)| stored.or(*made)).collect();
        if let Some(computed) = left.as_deref().and_then(computed) {
            (self.tell)(Fault::Root { size, computed, expected: root });
        }
        Ok(left.as_deref().map(split).unwrap_or_default())
    }

    fn below(&mut self, tile: Tile, expected: &[Hash]) -> Result<(), Unread> {
        let Some(level) = tile.level().checked_sub(1) else { return self.bundle(tile.into(), expected) };
        for (index, expected) in (tile.index() * u64::from(TILE_WIDTH)..).zip(expected) {
            let Ok(child) = Tile::new(level, index, TILE_WIDTH) else { continue };
            let stored = self.stored(child)?;
            if let Some(stored) = &stored {
                let computed = perfect_root(stored);
                if computed == *expected {
                    self.below(child, stored)?;
                    continue;
                }
                (self.tell)(Fault::Tile { path: child.into(), computed, expected: *expected });
            }
            let places = places_of(stored.as_deref(), &self.made(child)?);
            let mended = mend(&places, &|hashes| perfect_root(hashes) == *expected);
            if let Some(hashes) = mended.or(stored) {
                self.below(child, &hashes)?;
            } else if level == 0 {
                self.bundle(child.into(), &[])?;
            }
        }
        Ok(())
    }

    /// A bundle, by its leaves; where they aren't known, that it is one.
    fn bundle(&mut self, bundle: Bundle, expected: &[Hash]) -> Result<(), Unread> {
        let path = TilePath::Entries(bundle);
        let Some(bytes) = self.source.read(path)? else {
            (self.tell)(Fault::Missing { path });
            return Ok(());
        };
        match leaves(bundle, &bytes) {
            Err(reason) => (self.tell)(Fault::Bundle { path, reason }),
            Ok(found) if found != expected && !expected.is_empty() => {
                (self.tell)(entry_fault(bundle, &bytes, expected));
            }
            Ok(_) => {}
        }
        Ok(())
    }

    fn stored(&mut self, tile: Tile) -> Result<Option<Vec<Hash>>, Unread> {
        let path = TilePath::Tile(tile);
        let Some(bytes) = self.source.read(path)? else {
            (self.tell)(Fault::Missing { path });
            return Ok(None);
        };
        let read = hashes(tile, &bytes);
        if read.is_none() {
            (self.tell)(Fault::Length { path, expected: tile.length(), found: bytes.len() });
        }
        Ok(read)
    }

    /// A tile's hashes as the files below it make them, where these are there.
    fn made(&self, tile: Tile) -> Result<Vec<Option<Hash>>, Unread> {
        let width = usize::from(tile.width());
        let Some(level) = tile.level().checked_sub(1) else {
            let bundle = Bundle::from(tile);
            let leaves = self.source.read(bundle.into())?.and_then(|bytes| leaves(bundle, &bytes).ok());
            return Ok(
                leaves.map_or_else(|| vec![None; width], |leaves| leaves.into_iter().map(Some).collect())
            );
        };
        let first = tile.index() * u64::from(TILE_WIDTH);
        let mut made = Vec::with_capacity(width);
        for index in first..first + u64::from(tile.width()) {
            let Ok(child) = Tile::new(level, index, TILE_WIDTH) else { continue };
            let bytes = self.source.read(child.into())?;
            made.push(bytes.and_then(|bytes| hashes(child, &bytes)).map(|hashes| perfect_root(&hashes)));
        }
        Ok(made)
    }
}

/// A hash as it is stored, and as what lies below makes it.
type Place = (Option<Hash>, Option<Hash>);

/// Places where the two differ that are tried each way: 2¹⁰ choices.
const DIFFERING_MAX: usize = 10;

fn places_of(stored: Option<&[Hash]>, made: &[Option<Hash>]) -> Vec<Place> {
    let stored = |at| stored.and_then(|hashes| hashes.get(at).copied());
    made.iter().enumerate().map(|(at, made)| (stored(at), *made)).collect()
}

/// One of the two hashes at each place, so that all of them fit.
fn mend(places: &[Place], fits: &dyn Fn(&[Hash]) -> bool) -> Option<Vec<Hash>> {
    let mut hashes: Vec<Hash> =
        places.iter().map(|(stored, made)| stored.or(*made)).collect::<Option<_>>()?;
    let differing: Vec<(usize, Hash, Hash)> = places
        .iter()
        .enumerate()
        .filter_map(|(at, place)| Some((at, place.0?, place.1?)))
        .filter(|(_, stored, made)| stored != made)
        .collect();
    let choices = 1_u32 << differing.len().min(DIFFERING_MAX);
    for choice in 0..choices {
        // Of too many, all or none.
        let whole = differing.len() > DIFFERING_MAX;
        for (bit, (at, stored, made)) in differing.iter().enumerate() {
            let other = if whole { choice > 0 } else { choice >> bit & 1 == 1 };
            if let Some(hash) = hashes.get_mut(*at) {
                *hash = if other { *made } else { *stored };
            }
        }
        if fits(&hashes) {
            return Some(hashes);
        }
        if whole && choice > 0 {
            break;
        }
    }
    None
}
