//! The tree as RFC 6962 §2.1 defines it, by recursion; slow, and remembered so that it can be asked everything.

use countersign_tlog::hash::Hash;
use countersign_tlog::proof::NodeReader;
use countersign_tlog::range::Node;
use std::collections::HashMap;
use std::convert::Infallible;

/// Leaves, and all subtrees' hashes that were asked for.
pub(crate) struct Naive {
    leaves: Vec<Hash>,
    known: HashMap<(u64, u64), Hash>,
    /// Perfect subtrees, by height: asked for most often.
    perfect: Vec<Vec<Hash>>,
}

impl Naive {
    /// A tree whose entries are their own numbers.
    pub(crate) fn numbered(size: u64) -> Self {
        Self::of((0..size).map(|at| Hash::leaf(&at.to_be_bytes())).collect())
    }

    pub(crate) fn of(leaves: Vec<Hash>) -> Self {
        let mut perfect = vec![leaves.clone()];
        while let Some(below) = perfect.last().filter(|below| below.len() > 1) {
            perfect
                .push(below.as_chunks::<2>().0.iter().map(|[left, right]| Hash::node(left, right)).collect());
        }
        Self { leaves, known: HashMap::new(), perfect }
    }

    pub(crate) fn leaf(&self, at: u64) -> Hash {
        self.leaves[usize::try_from(at).expect("small")]
    }

    /// MTH(D[start:end]).
    pub(crate) fn hash(&mut self, start: u64, end: u64) -> Hash {
        if end == start {
            return Hash::EMPTY_ROOT;
        }
        if end - start == 1 {
            return self.leaf(start);
        }
        if let Some(known) = self.known.get(&(start, end)) {
            return *known;
        }
        let middle = start + split(end - start);
        let hash = Hash::node(&self.hash(start, middle), &self.hash(middle, end));
        self.known.insert((start, end), hash);
        hash
    }

    /// PATH(m, D[start:end]), m counted from the log's start.
    pub(crate) fn path(&mut self, m: u64, start: u64, end: u64) -> Vec<Hash> {
        if end - start == 1 {
            return Vec::new();
        }
        let middle = start + split(end - start);
        if m < middle {
            let mut path = self.path(m, start, middle);
            path.push(self.hash(middle, end));
            path
        } else {
            let mut path = self.path(m, middle, end);
            path.push(self.hash(start, middle));
            path
        }
    }

    /// SUBPROOF(m, D[start:end], whole), m counted from the log's start.
    pub(crate) fn subproof(&mut self, m: u64, start: u64, end: u64, whole: bool) -> Vec<Hash> {
        if m == end {
            return if whole { Vec::new() } else { vec![self.hash(start, end)] };
        }
        let middle = start + split(end - start);
        if m <= middle {
            let mut proof = self.subproof(m, start, middle, whole);
            proof.push(self.hash(middle, end));
            proof
        } else {
            let mut proof = self.subproof(m, middle, end, false);
            proof.push(self.hash(start, middle));
            proof
        }
    }
}

impl NodeReader for Naive {
    type Error = Infallible;

    fn node(&mut self, node: Node) -> Result<Hash, Infallible> {
        Ok(self.perfect[usize::from(node.height())][usize::try_from(node.index()).expect("small")])
    }
}

/// The largest power of two below `length`, found by doubling.
fn split(length: u64) -> u64 {
    let mut power = 1;
    while power * 2 < length {
        power *= 2;
    }
    power
}

/// A tree of up to 2⁶² leaves, all the same but for a few: what lies between is known by its height alone.
pub(crate) struct Virtual {
    /// Hashes of perfect subtrees without a special leaf, by height.
    plain: Vec<Hash>,
    special: Vec<u64>,
}

impl Virtual {
    pub(crate) fn new(special: Vec<u64>) -> Self {
        let mut plain = vec![Hash::leaf(b"plain")];
        for at in 0..62 {
            plain.push(Hash::node(&plain[at], &plain[at]));
        }
        Self { plain, special }
    }

    pub(crate) fn leaf(&self, at: u64) -> Hash {
        if self.special.contains(&at) { Hash::leaf(&at.to_be_bytes()) } else { self.plain[0] }
    }

    /// MTH(D[start:end]).
    pub(crate) fn hash(&self, start: u64, end: u64) -> Hash {
        if end - start == 1 {
            return self.leaf(start);
        }
        let length = end - start;
        if length.is_power_of_two() && !self.special.iter().any(|at| (start..end).contains(at)) {
            return self.plain[length.ilog2() as usize];
        }
        let middle = start + split(length);
        Hash::node(&self.hash(start, middle), &self.hash(middle, end))
    }
}

impl NodeReader for Virtual {
    type Error = Infallible;

    fn node(&mut self, node: Node) -> Result<Hash, Infallible> {
        Ok(self.hash(node.first(), node.end()))
    }
}
