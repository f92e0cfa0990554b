//! Nodes of the tree, and the compact range that grows it: O(log n) memory, every node hashed once.

use crate::hash::Hash;
use crate::size::TreeSize;

/// The root of a perfect subtree: the leaves from `index · 2^height` up to `(index + 1) · 2^height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    height: u8,
    index: u64,
}

/// Why there is no such node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no tree has a node {index} at height {height}: it would end beyond {} leaves", TreeSize::MAX)]
pub struct NoSuchNode {
    /// Height asked for.
    pub height: u8,
    /// Index asked for.
    pub index: u64,
}

impl Node {
    /// Refuses nodes that end beyond the largest tree.
    pub fn new(height: u8, index: u64) -> Result<Self, NoSuchNode> {
        let most = TreeSize::MAX.get().checked_shr(u32::from(height)).unwrap_or(0);
        if index >= most {
            return Err(NoSuchNode { height, index });
        }
        Ok(Self { height, index })
    }

    /// A leaf's own node.
    pub(crate) const fn leaf(index: u64) -> Self {
        Self { height: 0, index }
    }

    /// Levels above the leaves.
    pub const fn height(self) -> u8 {
        self.height
    }

    /// Position among the nodes of its height.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Its first leaf.
    pub const fn first(self) -> u64 {
        self.index << self.height
    }

    /// The leaf after its last.
    pub const fn end(self) -> u64 {
        (self.index + 1) << self.height
    }
}

/// The fewest perfect subtrees that make up the leaves from `start` up to `end`, from left to right.
pub(crate) fn cover(start: u64, end: u64) -> impl Iterator<Item = Node> {
    let mut at = start;
    std::iter::from_fn(move || {
        let room = end.checked_sub(at).filter(|room| *room > 0)?.ilog2();
        // A subtree starts at a multiple of its width.
        let height = room.min(at.trailing_zeros());
        let node = Node { height: u8::try_from(height).ok()?, index: at >> height };
        at = node.end();
        Some(node)
    })
}

/// The root over perfect subtrees, given from left to right as [`cover`] names them (RFC 6962 §2.1).
///
/// That is right where they get narrower towards the right, as in every subtree that starts at a multiple of its full
/// width.
pub(crate) fn join(nodes: &[Hash]) -> Option<Hash> {
    nodes.iter().rev().copied().reduce(|right, left| Hash::node(&left, &right))
}

/// A tree that only grows: its size, and the roots of the perfect subtrees that its leaves fall into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompactRange {
    size: TreeSize,
    peaks: Vec<Hash>,
}

/// Why hashes are not the compact range of a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a compact range of {size} leaves has {expected} hashes, not {found}")]
pub struct BadRange {
    /// The size given.
    pub size: TreeSize,
    /// How many hashes it has: one for each bit that is set.
    pub expected: u32,
    /// How many were given.
    pub found: usize,
}

/// The tree has [`TreeSize::MAX`] leaves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tree is full: it has {} leaves", TreeSize::MAX)]
pub struct Full;

impl CompactRange {
    /// Without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// As it was kept: the widest subtree's root first.
    pub fn from_peaks(size: TreeSize, peaks: Vec<Hash>) -> Result<Self, BadRange> {
        let expected = size.get().count_ones();
        if usize::try_from(expected) != Ok(peaks.len()) {
            return Err(BadRange { size, expected, found: peaks.len() });
        }
        Ok(Self { size, peaks })
    }

    /// How many leaves were appended.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The roots of its perfect subtrees, the widest first; at most 62.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root (RFC 6962 §2.1): O(log n) hashes.
    pub fn root(&self) -> Hash {
        join(&self.peaks).unwrap_or(Hash::EMPTY_ROOT)
    }

    /// Appends one leaf.
    pub fn append(&mut self, leaf: Hash) -> Result<(), Full> {
        self.append_with(leaf, |_, _| ())
    }

    /// Appends one leaf and shows every node that it completes, the leaf first.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) -> Result<(), Full> {
        if self.size >= TreeSize::MAX {
            return Err(Full);
        }
        let index = self.size.get();
        let (mut node, mut hash) = (Node::leaf(index), leaf);
        completed(node, hash);
        // Each set bit at the end of the size is a subtree that this leaf makes twice as wide.
        for _ in 0..index.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = Hash::node(&left, &hash);
            node = Node { height: node.height + 1, index: node.index >> 1 };
            completed(node, hash);
        }
        self.peaks.push(hash);
        self.size = TreeSize::new(index + 1).map_err(|_| Full)?;
        Ok(())
    }
}
