//! What the database keeps of the log: who may write, what was admitted in which order, how far the log has come.

use std::sync::Arc;

use countersign_agreement::record::{Commitment, ENTRY_LENGTH, Link, Salt};
use countersign_authority::model::act::Visibility;
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};

pub use crate::error::LedgerError;
use crate::refill::Refill;

/// The order of the record, its head, and what was admitted. Blocking: a backend that speaks asynchronously brings its own
/// runtime; the writer is one thread.
///
/// **Rules for every backend** (the conformance suite holds them): what returned `Ok` survives the loss of power; each call is
/// one transaction, done or not done; a call under a seat that isn't the latest is refused with [`LedgerError::Fenced`] and
/// changes nothing; indices count from 0 without a gap, numbers in a dossier from 1; no size ever decreases. A call that
/// failed otherwise may have been done all the same, where the failure came while the storage was asked to make it durable:
/// whoever calls again finds out, since an act is admitted once.
pub trait Ledger: Send + Sync {
    /// Takes the writer's seat from whoever has it: their next write is refused.
    fn take_seat(&self) -> Result<Seat, LedgerError>;

    /// Gives each act its place in the log and in its dossier, all of a batch or none; of an empty batch it asks only whether
    /// the seat still counts. An act that was admitted before gets
    /// the place it has: what was stored then stands. After the acts of a batch, each dossier that got new ones gets one head
    /// entry, in the order in which the batch touched them. A dossier takes at most [`ACTS_MAX`](crate::plan::ACTS_MAX) acts.
    fn sequence(&self, seat: Seat, batch: &[Admission]) -> Result<Vec<Place>, LedgerError>;

    /// How far the record has come. Read from a few rows, however long the record is.
    fn head(&self) -> Result<Head, LedgerError>;

    /// Entries from an index on, at most `most`, without a gap; fewer where the record ends.
    ///
    /// # Errors
    /// [`LedgerError::Tidied`] where the first of them is tidied away: its bundle has it.
    fn entries(&self, from: LeafIndex, most: usize) -> Result<Vec<Entry>, LedgerError>;

    /// Compares the integrated tree with `before`, and sets it to that of `checkpoint`, whose objects are all there.
    ///
    /// # Errors
    /// [`LedgerError::Moved`] where another tree is integrated than `before`; [`LedgerError::Older`],
    /// [`LedgerError::Unlike`] and [`LedgerError::Beyond`] where the checkpoint can't follow it.
    fn advance(&self, seat: Seat, before: Tree, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError>;

    /// Keeps the checkpoint as it was published, cosignatures included: of one size, the last that was given.
    ///
    /// # Errors
    /// [`LedgerError::Older`] where it is smaller than the one kept, [`LedgerError::Unlike`] where it is of the same size with
    /// another root, [`LedgerError::Beyond`] where it is larger than what is integrated.
    fn publish(&self, seat: Seat, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError>;

    /// Forgets batches of entries that lie below a size, which is published, read back and durable. A batch of which a part
    /// lies above it stays whole. Acts and links stay: they are no batches.
    ///
    /// # Errors
    /// [`LedgerError::Beyond`] where the size is larger than the one published.
    fn tidy(&self, seat: Seat, below: TreeSize) -> Result<(), LedgerError>;

    /// What each witness cosigned last, by the name it was kept under, in order: where the next request to it begins.
    fn cosigned(&self) -> Result<Vec<Cosigned>, LedgerError>;

    /// Keeps that others have more of this record than this database, as where an old copy of it was put back; of two sizes the
    /// larger counts, [`Elsewhere::Unknown`] more than any, and [`Elsewhere::Forked`] more than that. From then on
    /// [`Ledger::sequence`] and [`Ledger::advance`] are refused with [`LedgerError::Behind`] or [`LedgerError::Contradicted`],
    /// until what is missing was adopted, or somebody who knows better says [`Elsewhere::Nothing`]. Needs no seat: an alarm
    /// waits for nobody.
    fn hear(&self, elsewhere: Elsewhere) -> Result<(), LedgerError>;

    /// Goes on from a tree that was signed before, is published, and has its objects here: compares the integrated tree with
    /// `before`, and makes the checkpoint both signed and published. Entries that the database never had, or has lost, count
    /// as tidied away, and as lost until [`Ledger::refill`] puts them back: `lost` are their bytes, from the first that isn't
    /// sequenced here to the checkpoint's last. Whether the tree continues what is here is for the caller to have verified.
    ///
    /// # Errors
    /// [`LedgerError::Moved`], [`LedgerError::Older`], [`LedgerError::Unlike`]; [`LedgerError::Beyond`] where `lost` are more
    /// or fewer.
    fn adopt(
        &self,
        seat: Seat,
        before: Tree,
        checkpoint: &SignedCheckpoint,
        lost: &[[u8; ENTRY_LENGTH]],
    ) -> Result<(), LedgerError>;

    /// How many entries are lost. While any is, [`Ledger::sequence`] refuses new acts of dossiers that were there when it was
    /// taken over ([`LedgerError::Lost`]): it may be an act of theirs, whose number would be given twice.
    fn lost(&self) -> Result<u64, LedgerError>;

    /// Puts what is lost of a dossier back where it was: links that go on where the kept ones end, and acts of links that have
    /// none. Given again it changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::Rewritten`] where a link is another than the one kept; [`LedgerError::NotLost`] where the record has no
    /// such entry; [`LedgerError::NoDossier`]; [`LedgerError::Altered`].
    fn refill(&self, seat: Seat, refill: &Refill) -> Result<(), LedgerError>;

    /// Keeps what a witness says that it cosigned last. It may be less than before: a witness knows best what it knows.
    fn keep_cosigned(&self, seat: Seat, cosigned: &Cosigned) -> Result<(), LedgerError>;
}

/// A writer's right to write: counts up, the highest alone counts (a fencing token).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat(pub u64);

/// An act that was checked and may be sequenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The dossier.
    pub dossier: Arc<str>,
    /// SHA-256 of `json`.
    pub id: Digest,
    /// The act's canonical bytes.
    pub json: Vec<u8>,
    /// The detached CMS signature, frozen from now on.
    pub p7s: Vec<u8>,
    /// What makes its entry unguessable.
    pub salt: Salt,
    /// Its entry, as taken when it was admitted: the ledger computes it again from what it stores and refuses the batch
    /// where they differ ([`LedgerError::Altered`]).
    pub entry: Commitment,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether such an act can change a verdict.
    pub bears: bool,
}

/// Where an act stands: the receipt's first part, *sequenced*, which is a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its index in the log.
    pub index: LeafIndex,
    /// Its link in the dossier's chain.
    pub link: Link,
    /// Whether it was there before.
    pub again: bool,
}

/// A tree of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// How many leaves.
    pub size: TreeSize,
    /// The root over them.
    pub root: Hash,
}

impl Tree {
    /// Of a record that nothing was written to.
    pub const EMPTY: Self = Self { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };

    /// What a checkpoint states.
    pub fn of(checkpoint: &SignedCheckpoint) -> Self {
        Self { size: checkpoint.checkpoint().size(), root: checkpoint.checkpoint().root() }
    }

    /// Whether `next` can come after this tree: it is not smaller, and of the same size only if it is the same.
    ///
    /// # Errors
    /// [`LedgerError::Older`], [`LedgerError::Unlike`].
    pub fn admits(&self, next: Self) -> Result<(), LedgerError> {
        if next.size < self.size {
            return Err(LedgerError::Older { given: next.size, kept: self.size });
        }
        if next.size == self.size && next.root != self.root {
            return Err(LedgerError::Unlike { size: next.size, given: next.root, kept: self.root });
        }
        Ok(())
    }
}

/// How far the record has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The seat taken last: [`Seat`]`(0)` before anyone took one.
    pub seat: Seat,
    /// How many entries have an index.
    pub sequenced: TreeSize,
    /// The tree whose objects are all there, with the checkpoint signed over it.
    pub integrated: Tree,
    /// That checkpoint; none for the empty tree of a new record.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The latest that was published, with its cosignatures.
    pub published: Option<SignedCheckpoint>,
    /// Entries below are tidied away: [`Ledger::entries`] begins here.
    pub tidied: TreeSize,
    /// What is known of the record from elsewhere.
    pub elsewhere: Elsewhere,
}

/// What others have of this record and this database hasn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Elsewhere {
    /// Nothing that is known of.
    #[default]
    Nothing,
    /// A tree of so many leaves was signed.
    Signed(TreeSize),
    /// The database was restored from a backup, and nobody was asked yet what was signed since.
    Unknown,
    /// A witness says that it has cosigned another tree of so many leaves, or one that this record does not continue.
    Forked(TreeSize),
}

impl Head {
    /// Refuses where others have more of the record, or another one: to go on would be to sign one size twice.
    ///
    /// # Errors
    /// [`LedgerError::Behind`], [`LedgerError::Contradicted`].
    pub fn up_to_date(&self) -> Result<(), LedgerError> {
        let known = match self.elsewhere {
            Elsewhere::Nothing => return Ok(()),
            Elsewhere::Signed(size) if size <= self.integrated.size => return Ok(()),
            Elsewhere::Signed(size) => Some(size),
            Elsewhere::Unknown => None,
            Elsewhere::Forked(size) => {
                return Err(LedgerError::Contradicted { size, here: self.integrated.size });
            }
        };
        Err(LedgerError::Behind { known, here: self.integrated.size })
    }

    /// Whether this head may go from `before` to a tree that was signed elsewhere: [`Ledger::adopt`] in every backend.
    ///
    /// # Errors
    /// As [`Ledger::adopt`]'s, but for the seat.
    pub fn may_adopt(&self, before: Tree, checkpoint: &SignedCheckpoint) -> Result<Tree, LedgerError> {
        if self.integrated != before {
            return Err(LedgerError::Moved { expected: before, found: self.integrated });
        }
        let next = Tree::of(checkpoint);
        self.integrated.admits(next)?;
        if let Some(published) = &self.published {
            Tree::of(published).admits(next)?;
        }
        Ok(next)
    }

    /// How many entries [`Ledger::adopt`] takes over that aren't sequenced here.
    pub(crate) fn lacks(&self, next: TreeSize, given: usize) -> Result<(), LedgerError> {
        let lacking = next.get().saturating_sub(self.sequenced.get());
        if u64::try_from(given) == Ok(lacking) {
            return Ok(());
        }
        let end = self.sequenced.get().saturating_add(u64::try_from(given).unwrap_or(u64::MAX));
        Err(LedgerError::Beyond { asked: TreeSize::new(end).unwrap_or(TreeSize::MAX), most: next })
    }

    /// The size published: nothing is tidied above it.
    pub fn published_size(&self) -> TreeSize {
        self.published.as_ref().map_or(TreeSize::ZERO, |checkpoint| checkpoint.checkpoint().size())
    }

    /// Whether this head may go from `before` to the tree of `checkpoint`: [`Ledger::advance`] in every backend.
    ///
    /// # Errors
    /// As [`Ledger::advance`]'s, but for the seat.
    pub fn may_advance(&self, before: Tree, checkpoint: &SignedCheckpoint) -> Result<Tree, LedgerError> {
        if self.integrated != before {
            return Err(LedgerError::Moved { expected: before, found: self.integrated });
        }
        let next = Tree::of(checkpoint);
        self.integrated.admits(next)?;
        within(next.size, self.sequenced)?;
        Ok(next)
    }

    /// Whether `checkpoint` may be published after this head: [`Ledger::publish`] in every backend.
    ///
    /// # Errors
    /// As [`Ledger::publish`]'s, but for the seat.
    pub fn may_publish(&self, checkpoint: &SignedCheckpoint) -> Result<Tree, LedgerError> {
        let next = Tree::of(checkpoint);
        if let Some(published) = &self.published {
            Tree::of(published).admits(next)?;
        }
        within(next.size, self.integrated.size)?;
        if next.size == self.integrated.size {
            self.integrated.admits(next)?;
        }
        Ok(next)
    }
}

/// An entry of the log with the hash taken at admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its index.
    pub index: LeafIndex,
    /// Its bytes.
    pub bytes: [u8; ENTRY_LENGTH],
    /// [`Hash::leaf`] of the bytes, as taken at admission: compared before anything is signed.
    pub leaf: Hash,
}

/// What a witness cosigned last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness: the name of its key.
    pub witness: String,
    /// The size of the checkpoint.
    pub size: TreeSize,
}

/// Refuses a size above what there is.
pub(crate) fn within(asked: TreeSize, most: TreeSize) -> Result<(), LedgerError> {
    if asked > most { Err(LedgerError::Beyond { asked, most }) } else { Ok(()) }
}

/// Refuses a seat that isn't the latest.
pub(crate) fn seated(held: Seat, latest: Seat) -> Result<(), LedgerError> {
    if held == latest { Ok(()) } else { Err(LedgerError::Fenced { held: held.0, latest: latest.0 }) }
}
