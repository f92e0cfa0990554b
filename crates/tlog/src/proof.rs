//! Inclusion and consistency proofs: made, verified, written as lines (RFC 6962 §2.1, RFC 9162 §2.1.3 and §2.1.4).

use crate::hash::{BadHash, Hash};
use crate::range::{Node, cover, join};
use crate::size::{LeafIndex, TreeSize};
use std::fmt;

/// Hashes in a proof: tlog-witness allows 63 lines, and no proof in a tree of [`TreeSize::MAX`] leaves needs more.
pub const PROOF_MAX: usize = 63;

/// Where hashes of perfect subtrees come from.
pub trait NodeReader {
    /// Why a node could not be read.
    type Error;

    /// The hash of a node.
    fn node(&mut self, node: Node) -> Result<Hash, Self::Error>;
}

/// That a leaf is in a tree: the hashes beside its path, from the leaf's sibling up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof(Vec<Hash>);

/// That a tree begins with all of a smaller one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Hash>);

/// Why no proof could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeError<E> {
    /// The leaf is not in that tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// The leaf asked about.
        index: LeafIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// The sizes are the wrong way round, or the smaller one is 0, with which every tree is consistent.
    #[error("no proof leads from {old} leaves to {new}: the first must be at least 1 and at most the second")]
    Sizes {
        /// The smaller size.
        old: TreeSize,
        /// The larger size.
        new: TreeSize,
    },
    /// A node could not be read.
    #[error("a node could not be read")]
    Read(#[from] E),
}

/// Why a leaf was not shown to be in a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The index lies beyond the tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// The leaf asked about.
        index: LeafIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// More or fewer hashes than that place has beside its path.
    #[error("the proof for leaf {index} of {size} has {expected} hashes, this one has {found}")]
    Length {
        /// The leaf asked about.
        index: LeafIndex,
        /// The tree's size.
        size: TreeSize,
        /// Hashes such a proof has.
        expected: usize,
        /// Hashes found.
        found: usize,
    },
    /// It leads elsewhere: another leaf, another place, another tree.
    #[error("the proof leads from leaf {index} to the root {computed}, the tree's is {expected}")]
    Root {
        /// The leaf asked about.
        index: LeafIndex,
        /// Where the proof leads.
        computed: Hash,
        /// The root asked about.
        expected: Hash,
    },
}

/// Why one tree was not shown to begin with another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The sizes are the wrong way round, or the smaller one is 0.
    #[error("no proof leads from {old} leaves to {new}: the first must be at least 1 and at most the second")]
    Sizes {
        /// The smaller size.
        old: TreeSize,
        /// The larger size.
        new: TreeSize,
    },
    /// More or fewer hashes than lead from one to the other.
    #[error("the proof from {old} leaves to {new} has {expected} hashes, this one has {found}")]
    Length {
        /// The smaller size.
        old: TreeSize,
        /// The larger size.
        new: TreeSize,
        /// Hashes such a proof has.
        expected: usize,
        /// Hashes found.
        found: usize,
    },
    /// It does not start from the smaller tree.
    #[error("the proof starts from the root {computed} at {old} leaves, not from {expected}")]
    OldRoot {
        /// The smaller size.
        old: TreeSize,
        /// Where the proof starts from.
        computed: Hash,
        /// The root asked about.
        expected: Hash,
    },
    /// It does not lead to the larger tree.
    #[error("the proof leads to the root {computed} at {new} leaves, not to {expected}")]
    NewRoot {
        /// The larger size.
        new: TreeSize,
        /// Where the proof leads.
        computed: Hash,
        /// The root asked about.
        expected: Hash,
    },
}

/// Why lines are not a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofLinesError {
    /// More than [`PROOF_MAX`].
    #[error("a proof has at most {PROOF_MAX} hashes, this one has {found} or more")]
    TooMany {
        /// Lines read so far.
        found: usize,
    },
    /// A line is not a hash.
    #[error("line {line} of the proof is not a hash")]
    Hash {
        /// Which, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: BadHash,
    },
}

impl InclusionProof {
    /// Hashes that came from elsewhere. Says nothing until [`InclusionProof::verify`].
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofLinesError> {
        bounded(hashes).map(Self)
    }

    /// Makes the proof for one leaf (RFC 6962 §2.1.1), reading O(log² n) nodes.
    pub fn make<R: NodeReader>(
        index: LeafIndex,
        size: TreeSize,
        nodes: &mut R,
    ) -> Result<Self, MakeError<R::Error>> {
        if index.get() >= size.get() {
            return Err(MakeError::NoSuchLeaf { index, size });
        }
        Ok(Self(read(&inclusion_ranges(index, size), nodes)?))
    }

    /// The hashes, from the leaf's sibling up to the root's child.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Verifies that `leaf` is at `index` of the tree with this size and root (RFC 9162 §2.1.3.2).
    pub fn verify(
        &self,
        index: LeafIndex,
        size: TreeSize,
        leaf: Hash,
        root: Hash,
    ) -> Result<(), InclusionError> {
        if index.get() >= size.get() {
            return Err(InclusionError::NoSuchLeaf { index, size });
        }
        let expected = inclusion_length(index.get(), size.get());
        if self.0.len() != expected {
            return Err(InclusionError::Length { index, size, expected, found: self.0.len() });
        }
        let (mut place, mut last, mut hash) = (index.get(), size.get() - 1, leaf);
        for beside in &self.0 {
            if place & 1 == 1 || place == last {
                hash = Hash::node(beside, &hash);
                climb(&mut place, &mut last);
            } else {
                hash = Hash::node(&hash, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        if hash != root {
            return Err(InclusionError::Root { index, computed: hash, expected: root });
        }
        Ok(())
    }
}

impl ConsistencyProof {
    /// Hashes that came from elsewhere. Says nothing until [`ConsistencyProof::verify`].
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofLinesError> {
        bounded(hashes).map(Self)
    }

    /// Makes the proof that the tree of `new` leaves begins with the one of `old` (RFC 6962 §2.1.2).
    pub fn make<R: NodeReader>(
        old: TreeSize,
        new: TreeSize,
        nodes: &mut R,
    ) -> Result<Self, MakeError<R::Error>> {
        if old == TreeSize::ZERO || old > new {
            return Err(MakeError::Sizes { old, new });
        }
        Ok(Self(read(&consistency_ranges(old, new), nodes)?))
    }

    /// The hashes, in RFC 6962's order.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Whether it has no hash: between equal sizes, and from 0.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies that the tree with `new` leaves and root begins with the one of `old` (RFC 9162 §2.1.4.2).
    pub fn verify(
        &self,
        old: TreeSize,
        old_root: Hash,
        new: TreeSize,
        new_root: Hash,
    ) -> Result<(), ConsistencyError> {
        if old == TreeSize::ZERO || old > new {
            return Err(ConsistencyError::Sizes { old, new });
        }
        let expected = consistency_ranges(old, new).len();
        if self.0.len() != expected {
            return Err(ConsistencyError::Length { old, new, expected, found: self.0.len() });
        }
        let (mut place, mut last) = (old.get() - 1, new.get() - 1);
        let levels = place.trailing_ones();
        place >>= levels;
        last >>= levels;
        let mut hashes = self.0.iter();
        // Where the smaller tree is one perfect subtree of the larger, its root is known and left out.
        let start = match hashes.as_slice().first() {
            Some(first) if !old.get().is_power_of_two() => {
                hashes.next();
                *first
            }
            _ => old_root,
        };
        let (mut from, mut to) = (start, start);
        for beside in hashes {
            if place & 1 == 1 || place == last {
                from = Hash::node(beside, &from);
                to = Hash::node(beside, &to);
                climb(&mut place, &mut last);
            } else {
                to = Hash::node(&to, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        if from != old_root {
            return Err(ConsistencyError::OldRoot { old, computed: from, expected: old_root });
        }
        if to != new_root {
            return Err(ConsistencyError::NewRoot { new, computed: to, expected: new_root });
        }
        Ok(())
    }
}

/// Up over the levels at which the path's node is the last one and has nothing beside it.
fn climb(place: &mut u64, last: &mut u64) {
    if *place & 1 == 0 && *place != 0 {
        let levels = place.trailing_zeros();
        *place >>= levels;
        *last >>= levels;
    }
}

/// One hash a line, in base64, each line ended by `\n`.
impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|hash| writeln!(f, "{hash}"))
    }
}

/// One hash a line, in base64, each line ended by `\n`.
impl fmt::Display for ConsistencyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|hash| writeln!(f, "{hash}"))
    }
}

/// Reads the lines of a proof.
pub(crate) fn read_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofLinesError> {
    let mut hashes = Vec::new();
    for (at, line) in lines.enumerate() {
        if at >= PROOF_MAX {
            return Err(ProofLinesError::TooMany { found: at + 1 });
        }
        hashes.push(line.parse().map_err(|source| ProofLinesError::Hash { line: at + 1, source })?);
    }
    Ok(hashes)
}

fn bounded(hashes: Vec<Hash>) -> Result<Vec<Hash>, ProofLinesError> {
    if hashes.len() > PROOF_MAX { Err(ProofLinesError::TooMany { found: hashes.len() }) } else { Ok(hashes) }
}

/// The leaves, from and up to, that one hash of a proof stands for.
type Leaves = (u64, u64);

/// `PATH(m, D[n])` of RFC 6962 §2.1.1, as ranges of leaves.
pub(crate) fn inclusion_ranges(index: LeafIndex, size: TreeSize) -> Vec<Leaves> {
    let (mut start, mut end) = (0, size.get());
    let mut ranges = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index.get() < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// `SUBPROOF(m, D[n], b)` of RFC 6962 §2.1.2, as ranges of leaves; `old` is at least 1 and at most `new`.
pub(crate) fn consistency_ranges(old: TreeSize, new: TreeSize) -> Vec<Leaves> {
    let (mut start, mut end) = (0, new.get());
    let mut ranges = Vec::new();
    while old.get() < end {
        let middle = start + split(end - start);
        if old.get() <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    // What is left of the smaller tree; where that is all of it, whoever verifies knows its root.
    if start > 0 {
        ranges.push((start, end));
    }
    ranges.reverse();
    ranges
}

/// Hashes in the proof for leaf `index` of `size`: levels at which the path differs from the last leaf's, and above
/// them one for each subtree to the left.
fn inclusion_length(index: u64, size: u64) -> usize {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let outer = index.checked_shr(inner).map_or(0, u64::count_ones);
    usize::try_from(inner + outer).unwrap_or(usize::MAX)
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

fn read<R: NodeReader>(ranges: &[Leaves], nodes: &mut R) -> Result<Vec<Hash>, R::Error> {
    ranges.iter().map(|(start, end)| subtree(*start, *end, nodes)).collect()
}

/// `MTH(D[start:end])`; `start` is a multiple of the range's full width and below `end`.
fn subtree<R: NodeReader>(start: u64, end: u64, nodes: &mut R) -> Result<Hash, R::Error> {
    let hashes = cover(start, end).map(|node| nodes.node(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(join(&hashes).unwrap_or(Hash::EMPTY_ROOT))
}
