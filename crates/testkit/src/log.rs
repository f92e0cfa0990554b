//! A log in memory whose key belongs to a seed, with as many histories as a test needs.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a test fails by panicking"
)]

use std::convert::Infallible;

use countersign_keys::NoteKey;
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyName, SignatureType, Signer, VerifierKey};
use countersign_tlog::proof::{ConsistencyProof, NodeReader};
use countersign_tlog::range::{CompactRange, Node};
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::AddCheckpoint;

/// The log.
#[derive(Debug)]
pub struct TestLog {
    key: NoteKey,
    origin: Origin,
    leaves: Vec<Hash>,
}

impl TestLog {
    /// A log of `size` entries; one of a given origin has always the same key and the same entries.
    pub fn of(origin: &str, size: u64) -> Self {
        let name = KeyName::new(origin).expect("a key's name");
        let key = NoteKey::from_seed(name, SignatureType::Ed25519, origin).expect("a key");
        let leaves = (0..size).map(|at| Hash::leaf(format!("{origin} {at}").as_bytes())).collect();
        Self { key, origin: Origin::new(origin).expect("an origin"), leaves }
    }

    /// Another history under the same key, which parts from this one after `from` entries.
    pub fn forked(&self, from: u64) -> Self {
        let mut fork = Self::of(self.origin.as_str(), self.size().get());
        for (at, leaf) in (0..).zip(&mut fork.leaves) {
            if at >= from {
                *leaf = Hash::leaf(format!("another {at}").as_bytes());
            }
        }
        fork
    }

    /// Its verifier key.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.key()
    }

    /// What it signs with.
    pub fn key(&self) -> &NoteKey {
        &self.key
    }

    /// How many entries it has.
    pub fn size(&self) -> TreeSize {
        size(self.leaves.len() as u64)
    }

    /// The root over the first entries.
    pub fn root(&self, size: u64) -> Hash {
        let mut range = CompactRange::new();
        let size = usize::try_from(size).expect("small");
        for leaf in self.leaves.get(..size).expect("so many entries") {
            range.append(*leaf).expect("room");
        }
        range.root()
    }

    /// The checkpoint of its first entries, signed.
    pub fn signed(&self, size: u64) -> SignedCheckpoint {
        let tree = TreeSize::new(size).expect("a size");
        let checkpoint = Checkpoint::new(self.origin.clone(), tree, self.root(size));
        checkpoint.sign(&self.key).expect("signs")
    }

    /// That the first `new` entries begin with the first `old`; empty from 0.
    pub fn proof(&self, old: u64, new: u64) -> ConsistencyProof {
        if old == 0 {
            return ConsistencyProof::new(Vec::new()).expect("an empty proof");
        }
        ConsistencyProof::make(size(old), size(new), &mut Nodes(&self.leaves)).expect("a proof")
    }

    /// What a witness is asked.
    pub fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        AddCheckpoint::new(size(old), self.proof(old, new), self.signed(new))
    }
}

/// Hashes of subtrees, made anew each time.
struct Nodes<'a>(&'a [Hash]);

impl NodeReader for Nodes<'_> {
    type Error = Infallible;

    fn node(&mut self, node: Node) -> Result<Hash, Infallible> {
        let width = 1_usize << node.height();
        let first = usize::try_from(node.index()).expect("small") * width;
        let mut hashes = self.0.get(first..first + width).expect("within the tree").to_vec();
        while hashes.len() > 1 {
            hashes = hashes.chunks(2).map(pair).collect();
        }
        Ok(*hashes.first().expect("one hash"))
    }
}

fn pair(pair: &[Hash]) -> Hash {
    let [left, right] = pair else { unreachable!("perfect subtrees have pairs") };
    Hash::node(left, right)
}

fn size(number: u64) -> TreeSize {
    TreeSize::new(number).expect("a size")
}
