//! Integration: entries become bundles and tiles, written once, compared with what was admitted and read back.

use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{Bundle, Entries, TILE_WIDTH, Tile, TilePath, tile_bytes, write_bundle};

use super::front::{Front, Known, expect_leaf};
use super::{Publisher, WriteError};
use crate::ledger::{Entry, Head, Tree};
use crate::objects::{Object, Tiles};

/// Entries asked of the ledger at once.
const FETCHED: usize = 16 * TILE_WIDTH as usize;

/// Bytes of objects that are gathered before they are written: a hundred thousand entries' worth.
const GATHERED: usize = 8 << 20;

/// Proven: every tile and bundle of a tree is durable, holds what was admitted, and was read back. It is what is signed.
#[derive(Debug)]
pub struct Integrated {
    pub(super) before: Tree,
    pub(super) tree: Tree,
    pub(super) front: Front,
}

impl Integrated {
    /// The tree whose objects are all there.
    pub fn tree(&self) -> Tree {
        self.tree
    }
}

impl Publisher {
    /// Integrates what was sequenced and isn't yet; `None` where that is nothing.
    pub(super) fn integrate(
        &mut self,
        head: &Head,
        front: Option<Front>,
    ) -> Result<Option<Integrated>, WriteError> {
        let kept = front.filter(|front| front.edge.size() == head.integrated.size);
        let front = match kept.filter(|front| front.edge.root() == head.integrated.root) {
            Some(front) => front,
            None => self.resume(head)?,
        };
        if head.sequenced <= head.integrated.size {
            self.front = Some(front);
            return Ok(None);
        }
        let front = self.lay(front, head.sequenced)?;
        let tree = Tree { size: front.edge.size(), root: front.edge.root() };
        Ok(Some(Integrated { before: head.integrated, tree, front }))
    }

    /// Where the signed tree ends, read from its objects; where some of them are missing, they are made again from the batches
    /// that the ledger still has.
    pub(super) fn resume(&self, head: &Head) -> Result<Front, WriteError> {
        let Tree { size, root } = head.integrated;
        self.resume_at(size, root).or_else(|damage| {
            let from = head.tidied;
            let Ok(front) = Front::read(from, self.tiles()) else { return Err(damage) };
            if from >= size {
                return Err(damage);
            }
            self.lay(front, size)?;
            self.resume_at(size, root)
        })
    }

    fn resume_at(&self, size: TreeSize, expected: Hash) -> Result<Front, WriteError> {
        let front = Front::read(size, self.tiles())?;
        let computed = front.edge.root();
        if computed == expected { Ok(front) } else { Err(WriteError::EdgeRoot { size, expected, computed }) }
    }

    pub(super) fn tiles(&self) -> Tiles<'_> {
        Tiles(&*self.parts.objects)
    }

    /// Writes all that a tree of `size` leaves has and that of the front hasn't, and reads where it ends from what was written.
    fn lay(&self, front: Front, size: TreeSize) -> Result<Front, WriteError> {
        let Front { mut edge, mut open } = front;
        let mut objects = Gathered::default();
        let mut fetched = Vec::new().into_iter();
        let mut at = edge.size().get();
        while at < size.get() {
            let old = open.len();
            let first = at - (old as u64);
            while open.len() < TILE_WIDTH.into() && at < size.get() {
                let entry = match fetched.next() {
                    Some(entry) => entry,
                    None => {
                        fetched = self.fetch(at)?.into_iter();
                        fetched.next().ok_or(WriteError::Gap { expected: at })?
                    }
                };
                if entry.index.get() != at {
                    return Err(WriteError::Gap { expected: at });
                }
                open.push(Known { bytes: entry.bytes.to_vec(), leaf: entry.leaf });
                at += 1;
            }
            let name_and_bytes = bundle(first, &open)?;
            objects.push(name_and_bytes);
            for known in open.get(old..).unwrap_or_default() {
                // Sizes end at the largest tree, where the range is full.
                let _ = edge.append(known.leaf, |tile, hashes| objects.push(named(tile, hashes)));
            }
            if open.len() == usize::from(TILE_WIDTH) {
                open.clear();
            }
            if objects.bytes > GATHERED {
                self.put(std::mem::take(&mut objects).objects)?;
            }
        }
        for (tile, hashes) in edge.partial_tiles() {
            objects.push(named(tile, hashes));
        }
        self.put(objects.objects)?;
        self.resume_at(size, edge.root())
    }

    fn fetch(&self, at: u64) -> Result<Vec<Entry>, WriteError> {
        let from = LeafIndex::new(at).map_err(|_| WriteError::Gap { expected: at })?;
        self.parts.ledger.entries(from, FETCHED).map_err(|error| self.fenced(error.into()))
    }

    /// Creates objects and reads them back: whether they were there or not, they hold what belongs there.
    fn put(&self, objects: Vec<Object>) -> Result<(), WriteError> {
        self.parts.objects.create_all(&objects)?;
        for Object { name, bytes } in objects {
            if self.parts.objects.read(&name)?.as_ref() != Some(&bytes) {
                return Err(WriteError::Conflict { name });
            }
        }
        Ok(())
    }
}

/// Objects to write, and how much that is.
#[derive(Default)]
struct Gathered {
    objects: Vec<Object>,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, object: Object) {
        self.bytes += object.bytes.len();
        self.objects.push(object);
    }
}

fn named(tile: Tile, hashes: &[Hash]) -> Object {
    Object { name: TilePath::Tile(tile).to_string(), bytes: tile_bytes(hashes) }
}

/// Writes a bundle, and hashes each entry from the bytes as they will be read.
fn bundle(first: u64, entries: &[Known]) -> Result<Object, WriteError> {
    let width = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    let bundle =
        Bundle::new(first / u64::from(TILE_WIDTH), width).map_err(|_| WriteError::Gap { expected: first })?;
    let name = TilePath::Entries(bundle).to_string();
    let malformed = |source| WriteError::Bundle { name: name.clone(), source };
    let bytes =
        write_bundle(bundle, entries.iter().map(|known| known.bytes.as_slice())).map_err(malformed)?;
    let read = Entries::read(bundle, &bytes).map_err(malformed)?;
    for ((at, known), entry) in (first..).zip(entries).zip(read.iter()) {
        expect_leaf(at, known.leaf, entry)?;
    }
    Ok(Object { name, bytes })
}
