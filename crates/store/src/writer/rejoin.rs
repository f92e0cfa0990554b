//! How a database that is older than its record goes on: it takes what is missing from a mirror, or from the record's own
//! folder, up to a checkpoint that the record signed.

use std::ops::Range;

use countersign_agreement::record::ENTRY_LENGTH;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::fsck::{Fault, Findings, FsckError, fsck};
use countersign_tlog::policy::Quorum;
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{
    Bundle, Edge, ReadError, TILE_WIDTH, TilePath, TileSource as _, bundles_between, tiles_between,
    write_bundle,
};

use super::{CHECKPOINT, Parts, Publisher, WriteError, Writer};
use crate::ledger::{Elsewhere, Head, LedgerError, Tree};
use crate::objects::{Object, Objects, ObjectsError, Tiles};

/// What was taken over.
#[derive(Debug, Clone)]
pub struct Rejoined {
    /// The checkpoint that the record goes on from.
    pub checkpoint: SignedCheckpoint,
    /// Which witnesses have seen it.
    pub quorum: Quorum,
    /// Indices of entries that were signed and of which the database has no acts: whoever got a receipt for one has the act.
    pub lost: Range<u64>,
}

/// Why nothing could be taken over. The record is as it was, and nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum RejoinError {
    /// The record can't be written at all.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The source has no checkpoint.
    #[error("there is no checkpoint in what is to be taken over")]
    NoCheckpoint,
    /// It ends before what is known to be signed.
    #[error("{found} leaves are there and {known} are known to be signed: take a mirror that has them")]
    Short {
        /// How many leaves it has.
        found: TreeSize,
        /// How many there are.
        known: TreeSize,
    },
    /// It isn't what its checkpoint says.
    #[error("what is to be taken over is damaged: {0}")]
    Damaged(Fault),
    /// A file of it could not be read.
    #[error("what is to be taken over can't be read")]
    Unreadable(#[from] FsckError<ObjectsError>),
    /// Something was written here after the copy was made, and is not what was signed elsewhere.
    #[error(
        "entry {index} is another here than the one that was signed: acts were written on the old copy; keep both, and \
         write these acts again in a database from an earlier backup"
    )]
    Diverged {
        /// The first entry that differs, or the size of our signed tree where it is the tree that differs.
        index: u64,
    },
    /// A tile or bundle here is not the one that was signed.
    #[error("{name} here is another than the one that was signed: move it away, keep it, and try again")]
    Conflict {
        /// Which.
        name: String,
    },
}

/// Bytes of objects that are gathered before they are written.
const GATHERED: usize = 8 << 20;

/// Entries asked of the ledger at once.
const FETCHED: usize = 16 * TILE_WIDTH as usize;

impl Writer {
    /// Takes over what the ledger has not from the objects of a mirror, or from the record's own, after re-hashing all of it:
    /// the source's checkpoint must be signed by this record's key and continue what is here. Then goes on from there.
    ///
    /// A mirror may lag behind itself: where nobody was asked yet what was signed after a backup ([`Elsewhere::Unknown`]), that
    /// stays to be asked, by [`Writer::confirm`]; as does whether a witness who saw another history ([`Elsewhere::Forked`])
    /// cosigns what was taken over.
    pub fn rejoin(parts: Parts, from: &dyn Objects) -> Result<(Self, Rejoined), RejoinError> {
        let mut publisher = Publisher::new(parts.clone())?;
        let bytes = from.read(CHECKPOINT).map_err(WriteError::from)?.ok_or(RejoinError::NoCheckpoint)?;
        let checkpoint = SignedCheckpoint::read(&bytes).map_err(WriteError::from)?;
        publisher.expect_own(&checkpoint)?;
        let Tree { size, root } = Tree::of(&checkpoint);
        publisher.seat = publisher.parts.ledger.take_seat().map_err(WriteError::from)?;
        let head = publisher.parts.ledger.head().map_err(WriteError::from)?;
        let here = publisher.published()?.map_or(head.integrated.size, |published| Tree::of(&published).size);
        let known = match head.elsewhere {
            Elsewhere::Signed(known) => known.max(here).max(head.integrated.size),
            _ => here.max(head.integrated.size),
        };
        if size < known {
            return Err(RejoinError::Short { found: size, known });
        }
        match fsck(size, root, &Tiles(from))? {
            Findings::Sound(_) => {}
            Findings::Faulty(fault) => return Err(RejoinError::Damaged(fault)),
        }
        publisher.expect_prefix(&head, size, Tiles(from))?;
        publisher.take_over(size, Tiles(from))?;
        let entries = lost_entries(head.sequenced.get(), size, Tiles(from))?;
        publisher
            .parts
            .ledger
            .adopt(publisher.seat, head.integrated, &checkpoint, &entries)
            .map_err(WriteError::from)?;
        publisher.show(&checkpoint)?;
        let quorum = publisher.policy.evaluate(&checkpoint).map_err(WriteError::from)?.quorum().clone();
        drop(publisher);
        let lost = head.sequenced.get().min(size.get())..size.get();
        Ok((Self::open(parts)?, Rejoined { checkpoint, quorum, lost }))
    }
}

impl Publisher {
    /// Compares what is here with what is to be taken over: our signed tree, then the entries that the ledger still has.
    fn expect_prefix(&self, head: &Head, size: TreeSize, theirs: Tiles<'_>) -> Result<(), RejoinError> {
        let ours = head.integrated;
        let edge = Edge::restore(ours.size, &theirs).map_err(WriteError::from)?;
        if edge.root() != ours.root {
            return Err(RejoinError::Diverged { index: ours.size.get() });
        }
        let end = head.sequenced.get().min(size.get());
        let mut at = head.tidied.get();
        while at < end {
            let from = LeafIndex::new(at).map_err(|_| WriteError::Gap { expected: at })?;
            let kept = match self.parts.ledger.entries(from, FETCHED) {
                Err(LedgerError::Tidied { .. }) => return Ok(()),
                kept => kept.map_err(WriteError::from)?,
            };
            if kept.is_empty() {
                return Err(WriteError::Gap { expected: at }.into());
            }
            let mut bundle: Option<(u64, Vec<Vec<u8>>)> = None;
            for entry in kept.iter().take_while(|entry| entry.index.get() < end) {
                let index = entry.index.get();
                let number = index / u64::from(TILE_WIDTH);
                if bundle.as_ref().is_none_or(|(held, _)| *held != number) {
                    bundle = Some((number, bundle_at(number, size, theirs)?));
                }
                let within = usize::try_from(index % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
                let signed = bundle.as_ref().and_then(|(_, entries)| entries.get(within));
                if signed.is_none_or(|signed| signed.as_slice() != entry.bytes.as_slice()) {
                    return Err(RejoinError::Diverged { index });
                }
            }
            at += kept.len() as u64;
        }
        Ok(())
    }

    /// Writes all objects of a tree that aren't here yet.
    fn take_over(&self, size: TreeSize, theirs: Tiles<'_>) -> Result<(), RejoinError> {
        let conflict = |error| match error {
            TakeError::Conflict { name } => RejoinError::Conflict { name },
            TakeError::Objects(error) => WriteError::from(error).into(),
            TakeError::Read(error) => WriteError::from(error).into(),
        };
        copy_tree(size, theirs, &*self.parts.objects).map_err(conflict)
    }
}

/// Why a tree's objects could not be copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeError {
    #[error("{name} is there with other bytes")]
    Conflict { name: String },
    #[error("the files can't be written")]
    Objects(#[from] ObjectsError),
    #[error("the files can't be read")]
    Read(#[from] ReadError<ObjectsError>),
}

/// Copies tiles and bundles of a tree, partial ones cut out of those that have grown since.
pub(crate) fn copy_tree(size: TreeSize, from: Tiles<'_>, to: &dyn Objects) -> Result<(), TakeError> {
    let paths = tiles_between(TreeSize::ZERO, size).map(TilePath::from);
    let paths = paths.chain(bundles_between(TreeSize::ZERO, size).map(TilePath::from));
    let (mut objects, mut bytes) = (Vec::new(), 0);
    for path in paths {
        let object = Object { name: path.to_string(), bytes: cut(path, from)? };
        bytes += object.bytes.len();
        objects.push(object);
        if bytes > GATHERED {
            put(&std::mem::take(&mut objects), to)?;
            bytes = 0;
        }
    }
    put(&objects, to)
}

fn put(objects: &[Object], to: &dyn Objects) -> Result<(), TakeError> {
    to.create_all(objects)?;
    for Object { name, bytes } in objects {
        if to.read(name)?.as_ref() != Some(bytes) {
            return Err(TakeError::Conflict { name: name.clone() });
        }
    }
    Ok(())
}

/// An object as its own name says it, where the full one may stand in its place.
fn cut(path: TilePath, from: Tiles<'_>) -> Result<Vec<u8>, ReadError<ObjectsError>> {
    let read = from.read(path).map_err(|source| ReadError::Source { path, source })?;
    let mut bytes = read.ok_or(ReadError::Missing { path })?;
    match path {
        TilePath::Tile(tile) => bytes.truncate(tile.length()),
        TilePath::Entries(bundle) if !bundle.is_full() => {
            let entries = super::front::entries(bundle, &bytes);
            let cut = entries.and_then(|entries| write_bundle(bundle, entries.iter().copied()));
            bytes = cut.map_err(|_| ReadError::Missing { path })?;
        }
        TilePath::Entries(_) => {}
    }
    Ok(bytes)
}

/// Entries from an index to the end of a tree.
fn lost_entries(
    first: u64,
    size: TreeSize,
    theirs: Tiles<'_>,
) -> Result<Vec<[u8; ENTRY_LENGTH]>, RejoinError> {
    let (width, mut lost) = (u64::from(TILE_WIDTH), Vec::new());
    for number in first / width..size.get().div_ceil(width) {
        for (index, entry) in (number * width..).zip(bundle_at(number, size, theirs)?) {
            if index >= first && index < size.get() {
                lost.push(entry.try_into().map_err(|_| RejoinError::Diverged { index })?);
            }
        }
    }
    Ok(lost)
}

fn bundle_at(number: u64, size: TreeSize, theirs: Tiles<'_>) -> Result<Vec<Vec<u8>>, RejoinError> {
    let gap = || RejoinError::Diverged { index: number * u64::from(TILE_WIDTH) };
    let bundle = Bundle::in_tree(number, size).ok_or_else(gap)?;
    let bytes = cut(TilePath::from(bundle), theirs).map_err(WriteError::from)?;
    let entries = super::front::entries(bundle, &bytes).map_err(|_| gap())?;
    Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
}
