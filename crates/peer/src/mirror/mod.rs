//! A mirror: a full copy of somebody's log, each byte of it proven before it is kept.
//!
//! # What a round does
//! 1. The source's checkpoint is verified by a [`Policy`]: the log's key, and the quorum where the policy asks for one.
//! 2. It must follow from the copy's own latest: a consistency proof out of tiles that hash to the new root. Two histories
//!    are a [`Fork`], kept as evidence; a smaller tree is a rollback, told and not accepted.
//! 3. What is new is fetched, the root's tiles first: each file is proven by the one above it before it is stored.
//! 4. When all is there and durable the new checkpoint takes the old one's place. A copy that is killed before that is the
//!    old one, with some files more; the next round goes on from there.
//!
//! # Layout
//! The copy is a log as C2SP tlog-tiles has it, `checkpoint` and `tile/…`, and can be served as such; `fork/…` beside it holds
//! evidence, where there is any.

mod check;
mod copy;
mod fault;
mod fork;
mod tree;
mod upstream;
mod web;

pub use check::faults;
pub use fault::Fault;
pub use fork::Fork;
pub use upstream::{Folder, Served, Unread, Upstream, Why};
pub use web::{BadAddress, Patience, Web};

use std::sync::atomic::Ordering;

use countersign_store::objects::{Memory, Objects, ObjectsError, Replaced};
use countersign_tlog::checkpoint::{CheckpointError, Origin, SignedCheckpoint};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{NOTE_MAX, NoteError, SignatureLine};
use countersign_tlog::policy::{Policy, Quorum, UntrustedError};
use countersign_tlog::proof::{ConsistencyProof, MakeError};
use countersign_tlog::size::TreeSize;
use countersign_tlog::tile::TileNodes;

use copy::{CHECKPOINT, Copy, Nobody};
use fault::Stop;
use tree::{Tally, Tree, unread};

/// A log to follow, and the copy of it.
pub struct Mirror<'a, U: ?Sized> {
    /// Where the log is read.
    pub upstream: &'a U,
    /// Where the copy is kept. Nobody else writes there meanwhile.
    pub copy: &'a dyn Objects,
    /// Whose checkpoints count: the log's key, and which witnesses it takes.
    pub policy: &'a Policy,
    /// Told, now and then, how many entries of the round are there, and how many there are to be.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What a round found. All but [`Round::Grown`] and [`Round::Same`] leave the copy as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Round {
    /// The copy is the log as of this checkpoint.
    Grown(Grown),
    /// Nothing is new. Cosignatures that the copy's checkpoint lacked were added.
    Same {
        /// The checkpoint.
        checkpoint: SignedCheckpoint,
        /// The quorum on it.
        quorum: Quorum,
    },
    /// The source offers a smaller tree than the copy has, of the same history.
    Rollback {
        /// What the copy has.
        ours: SignedCheckpoint,
        /// What was offered.
        offered: SignedCheckpoint,
    },
    /// The alarm.
    Fork(Box<Fork>),
    /// Too few witnesses cosigned.
    NotWitnessed {
        /// What was offered.
        offered: SignedCheckpoint,
        /// Who cosigned and who didn't.
        quorum: Quorum,
    },
    /// A file isn't what the log signed.
    Faulty(Fault),
}

/// What a round brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// What the copy had.
    pub before: TreeSize,
    /// What it has.
    pub checkpoint: SignedCheckpoint,
    /// The quorum on it.
    pub quorum: Quorum,
    /// Tiles and bundles fetched.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Why a round ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The source could not be read.
    #[error("the log could not be read: {0}")]
    Source(#[from] Unread),
    /// There is no log.
    #[error("there is no checkpoint at the source: it is no log, or not yet")]
    NoCheckpoint,
    /// The source's checkpoint is none.
    #[error("the source's checkpoint is malformed")]
    Checkpoint(#[from] CheckpointError),
    /// The source's checkpoint counts for nothing.
    #[error("the source's checkpoint is not trusted")]
    Untrusted(#[from] UntrustedError),
    /// The copy could not be read or written.
    #[error("the copy failed")]
    Copy(#[from] ObjectsError),
    /// The copy's own checkpoint is none.
    #[error("the copy's own checkpoint is malformed")]
    OwnCheckpoint(#[source] CheckpointError),
    /// The copy's own checkpoint counts for nothing: the folder is another's, or the policy is.
    #[error("the copy's own checkpoint is not trusted")]
    OwnUntrusted(#[source] UntrustedError),
    /// The copy's own files are not what its checkpoint says.
    #[error("the copy itself is damaged: {0}")]
    OwnFiles(Fault),
    /// Somebody else wrote to the copy.
    #[error("another mirror wrote to the copy meanwhile")]
    Moved,
    /// The copy is of another log.
    #[error("the copy is of the log {:?}, the source is the log {:?}", ours.as_str(), theirs.as_str())]
    OtherLog {
        /// The copy's origin.
        ours: Origin,
        /// The source's origin.
        theirs: Origin,
    },
}

impl From<Stop> for MirrorError {
    /// Where a fault stops the work on our own files.
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => Self::OwnFiles(fault),
            Stop::Source(unread) => Self::Source(unread),
            Stop::Copy(error) => Self::Copy(error),
            Stop::Moved => Self::Moved,
        }
    }
}

impl<U: Upstream + ?Sized> Mirror<'_, U> {
    /// One round: what is new is taken in, or nothing.
    ///
    /// # Errors
    /// [`MirrorError`]; the copy is as it was.
    pub fn round(&self) -> Result<Round, MirrorError> {
        self.since(None)
    }

    /// The same, and looks at every file of the copy: what is missing or damaged is fetched again.
    ///
    /// # Errors
    /// [`MirrorError`]; the copy's checkpoint is as it was.
    pub fn repair(&self) -> Result<Round, MirrorError> {
        self.since(Some(TreeSize::ZERO))
    }

    fn since(&self, from: Option<TreeSize>) -> Result<Round, MirrorError> {
        let ours = self.own_checkpoint()?;
        let bytes = self.upstream.fetch(CHECKPOINT, NOTE_MAX)?.ok_or(MirrorError::NoCheckpoint)?;
        let offered = SignedCheckpoint::read(&bytes)?;
        let trusted = self.policy.evaluate(&offered)?;
        let quorum = trusted.quorum().clone();
        if let Some(ours) = &ours {
            let (mine, theirs) = (ours.checkpoint(), offered.checkpoint());
            if mine.origin() != theirs.origin() {
                let (ours, theirs) = (mine.origin().clone(), theirs.origin().clone());
                return Err(MirrorError::OtherLog { ours, theirs });
            }
            if theirs.size() < mine.size() {
                return self.smaller(ours, offered);
            }
            if theirs.size() == mine.size() && theirs.root() != mine.root() {
                let fork = Fork::keep(self.copy, ours.clone(), offered, None)?;
                return Ok(Round::Fork(Box::new(fork)));
            }
        }
        if !quorum.is_met() {
            return Ok(Round::NotWitnessed { offered, quorum });
        }
        let result = match ours {
            Some(ours) if from.is_none() && ours.checkpoint().size() == offered.checkpoint().size() => {
                return self.same(&ours, offered, quorum);
            }
            ours => self.larger(ours, offered, quorum, from),
        };
        match result {
            Err(Stop::Fault(fault)) => Ok(Round::Faulty(fault)),
            result => Ok(result?),
        }
    }

    fn own_checkpoint(&self) -> Result<Option<SignedCheckpoint>, MirrorError> {
        let Some(bytes) = self.copy.read(CHECKPOINT)? else { return Ok(None) };
        let ours = SignedCheckpoint::read(&bytes).map_err(MirrorError::OwnCheckpoint)?;
        self.policy.evaluate(&ours).map_err(MirrorError::OwnUntrusted)?;
        Ok(Some(ours))
    }

    /// A tree at least as large as ours: proven to follow from it, then copied.
    fn larger(
        &self,
        ours: Option<SignedCheckpoint>,
        offered: SignedCheckpoint,
        quorum: Quorum,
        from: Option<TreeSize>,
    ) -> Result<Round, Stop> {
        let (size, root) = (offered.checkpoint().size(), offered.checkpoint().root());
        let before = ours.as_ref().map_or(TreeSize::ZERO, |ours| ours.checkpoint().size());
        let from = from.unwrap_or(before);
        let (copy, tally) = (Copy::new(self.copy), Tally::default());
        let total = size.get().saturating_sub(from.get() & !0xff);
        let tell = |done: u64| (self.progress)(done, total);
        let tree = Tree::anchor((size, root), &copy, self.upstream, &tally, &tell)?;
        if let Some(ours) = &ours
            && let Some(proof) = disproof(ours, &offered, &tree)?
        {
            let fork = Fork::keep(self.copy, ours.clone(), offered, Some(proof))?;
            return Ok(Round::Fork(Box::new(fork)));
        }
        tree.copy_since(from)?;
        let before_note = ours.as_ref().map(ToString::to_string);
        if copy.publish(before_note.as_deref(), &offered.to_string())? == Replaced::Differs {
            return Err(Stop::Moved);
        }
        copy.tidy()?;
        let (files, bytes) = (tally.files.load(Ordering::Relaxed), tally.bytes.load(Ordering::Relaxed));
        Ok(Round::Grown(Grown { before, checkpoint: offered, quorum, files, bytes }))
    }

    /// The tree that we have: only cosignatures may be new.
    fn same(
        &self,
        ours: &SignedCheckpoint,
        offered: SignedCheckpoint,
        quorum: Quorum,
    ) -> Result<Round, MirrorError> {
        let mut checkpoint = offered;
        // A source that lost a cosignature doesn't make us lose it.
        let by = |line: &SignatureLine| (line.name().clone(), line.id());
        let there: Vec<_> = checkpoint.note().signatures().iter().map(by).collect();
        let lacking = ours.note().signatures().iter().filter(|line| !there.contains(&by(line))).cloned();
        let mut joined = checkpoint.clone();
        match joined.add(lacking.collect::<Vec<_>>()) {
            Ok(()) => checkpoint = joined,
            // More strangers' lines than a note holds: theirs will do.
            Err(NoteError::TooManySignatures | NoteError::TooLong { .. }) => {}
            Err(error) => return Err(CheckpointError::from(error).into()),
        }
        let before = ours.to_string();
        if checkpoint != *ours
            && Copy::new(self.copy).publish(Some(&before), &checkpoint.to_string())? == Replaced::Differs
        {
            return Err(MirrorError::Moved);
        }
        Ok(Round::Same { checkpoint, quorum })
    }

    /// A smaller tree than ours: an older one, or another.
    fn smaller(&self, ours: &SignedCheckpoint, offered: SignedCheckpoint) -> Result<Round, MirrorError> {
        let (copy, tally) = (Copy::new(self.copy), Tally::default());
        let (size, root) = (ours.checkpoint().size(), ours.checkpoint().root());
        let disproof = Tree::anchor((size, root), &copy, &Nobody, &tally, &|_| ())
            .and_then(|tree| disproof(&offered, ours, &tree));
        match disproof {
            Ok(None) => Ok(Round::Rollback { ours: ours.clone(), offered }),
            Ok(proof) => Ok(Round::Fork(Box::new(Fork::keep(self.copy, ours.clone(), offered, proof)?))),
            Err(stop) => Err(stop.into()),
        }
    }
}

/// Whether one checkpoint follows from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consistency {
    /// The larger tree begins with the smaller one.
    Consistent,
    /// It doesn't: the root that it had at the smaller size, and the proof from there.
    Inconsistent(Hash, ConsistencyProof),
    /// The source's tiles are not the larger tree's.
    Faulty(Fault),
}

/// Whether the tree of `large` begins with that of `small`, by the tiles of a source. Signatures are the caller's business.
///
/// # Errors
/// [`MirrorError::Source`] where the source could not be read.
pub fn consistency<U: Upstream + ?Sized>(
    small: &SignedCheckpoint,
    large: &SignedCheckpoint,
    upstream: &U,
) -> Result<Consistency, MirrorError> {
    let (nothing, tally) = (Memory::default(), Tally::default());
    let copy = Copy::new(&nothing);
    let (size, root) = (large.checkpoint().size(), large.checkpoint().root());
    let found = Tree::anchor((size, root), &copy, upstream, &tally, &|_| ()).and_then(|tree| {
        if let Some((root, proof)) = disproof(small, large, &tree)? {
            return Ok(Consistency::Inconsistent(root, proof));
        }
        Ok(Consistency::Consistent)
    });
    match found {
        Err(Stop::Fault(fault)) => Ok(Consistency::Faulty(fault)),
        found => Ok(found?),
    }
}

/// What shows that the larger tree doesn't begin with the smaller one; `None` where it does.
fn disproof<U: Upstream + ?Sized>(
    small: &SignedCheckpoint,
    large: &SignedCheckpoint,
    tree: &Tree<'_, U>,
) -> Result<Option<(Hash, ConsistencyProof)>, Stop> {
    let (small, large) = (small.checkpoint(), large.checkpoint());
    let empty = ConsistencyProof::new(Vec::new());
    if small.size() == TreeSize::ZERO {
        let root = Hash::EMPTY_ROOT;
        return Ok((small.root() != root).then(|| empty.ok()).flatten().map(|proof| (root, proof)));
    }
    let proof = ConsistencyProof::make(small.size(), large.size(), &mut TileNodes::new(large.size(), tree));
    let proof = match proof {
        Ok(proof) => proof,
        Err(MakeError::Read(error)) => return Err(unread(error)),
        // Not with these sizes; what isn't proven isn't believed.
        Err(MakeError::Sizes { .. } | MakeError::NoSuchLeaf { .. }) => {
            let (size, computed, expected) = (large.size(), small.root(), large.root());
            return Err(Fault::Root { size, computed, expected }.into());
        }
    };
    match proof.verify(small.size(), small.root(), large.size(), large.root()) {
        Ok(()) => Ok(None),
        // All tiles hash to the larger root, so it is the smaller root that isn't theirs.
        Err(_) => Ok(Some((tree.root_at(small.size())?, proof))),
    }
}
