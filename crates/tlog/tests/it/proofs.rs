//! Roots and proofs equal the naive ones: all of them up to 2,000 leaves, random ones up to 2⁶²; and another's tree agrees.

use crate::naive::{Naive, Virtual};
use countersign_tlog::hash::Hash;
use countersign_tlog::proof::{
    ConsistencyError, ConsistencyProof, InclusionError, InclusionProof, MakeError, PROOF_MAX, ProofLinesError,
};
use countersign_tlog::range::{CompactRange, Node};
use countersign_tlog::size::{LeafIndex, TreeSize};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use insta::assert_snapshot;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// How far every proof is made and compared with the naive one.
const EXHAUSTIVE: u64 = 2_000;

/// How far every proof is also verified; beyond, one in [`SPARSE`], each size and each place among them. Verifying all
/// would hash for half a minute and meet no further shape of a proof.
const VERIFIED: u64 = 600;
const SPARSE: u64 = 16;

/// Whether the proof between these two is verified.
fn is_verified(smaller: u64, larger: u64) -> bool {
    larger <= VERIFIED || (smaller + larger).is_multiple_of(SPARSE) || smaller + 1 >= larger
}

fn size(number: u64) -> TreeSize {
    TreeSize::new(number).expect("a size")
}

fn index(number: u64) -> LeafIndex {
    LeafIndex::new(number).expect("an index")
}

#[test]
fn leaves_and_nodes_are_sha256_of_their_prefix_and_what_follows() {
    for at in 0..200_u8 {
        let entry = vec![at; usize::from(at)];
        let leaf: [u8; 32] = Sha256::digest([&[0], entry.as_slice()].concat()).into();
        assert_eq!(Hash::leaf(&entry).as_bytes(), &leaf);
        let right = Hash::leaf(&[at]);
        let node: [u8; 32] = Sha256::digest([&[1], leaf.as_slice(), right.as_bytes()].concat()).into();
        assert_eq!(Hash::node(&Hash::new(leaf), &right).as_bytes(), &node);
    }
    let nothing: [u8; 32] = Sha256::digest([]).into();
    assert_eq!(Hash::EMPTY_ROOT.as_bytes(), &nothing);
}

#[test]
fn every_root_up_to_2000_is_the_naive_one() {
    let mut tree = Naive::numbered(EXHAUSTIVE);
    let mut range = CompactRange::new();
    assert_eq!(range.root(), Hash::EMPTY_ROOT);
    for number in 0..EXHAUSTIVE {
        let mut completed = Vec::new();
        range.append_with(tree.leaf(number), |node, hash| completed.push((node, hash))).expect("room");
        assert_eq!(range.root(), tree.hash(0, number + 1));
        for (node, hash) in completed {
            assert_eq!(hash, tree.hash(node.first(), node.end()), "{node:?}");
        }
        let kept = CompactRange::from_peaks(range.size(), range.peaks().to_vec()).expect("its own parts");
        assert_eq!(kept, range);
    }
    assert_eq!(range.size(), size(EXHAUSTIVE));
}

#[test]
fn every_inclusion_proof_up_to_2000_is_the_naive_one() {
    let mut tree = Naive::numbered(EXHAUSTIVE);
    for of in 1..=EXHAUSTIVE {
        let root = tree.hash(0, of);
        for at in 0..of {
            let proof = InclusionProof::make(index(at), size(of), &mut tree).expect("a proof");
            assert_eq!(proof.hashes(), tree.path(at, 0, of), "{at} of {of}");
            if is_verified(at, of) {
                proof.verify(index(at), size(of), tree.leaf(at), root).expect("verifies");
            }
        }
    }
}

#[test]
fn every_consistency_proof_up_to_2000_is_the_naive_one() {
    let mut tree = Naive::numbered(EXHAUSTIVE);
    for new in 1..=EXHAUSTIVE {
        let root = tree.hash(0, new);
        for old in 1..=new {
            let proof = ConsistencyProof::make(size(old), size(new), &mut tree).expect("a proof");
            assert_eq!(proof.hashes(), tree.subproof(old, 0, new, true), "{old} to {new}");
            if is_verified(old, new) {
                proof.verify(size(old), tree.hash(0, old), size(new), root).expect("verifies");
            }
        }
    }
}

#[test]
fn another_tree_makes_and_accepts_the_same_proofs() {
    let sizes = 150_u64;
    let mut ours = Naive::numbered(sizes);
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for of in 1..=sizes {
        theirs.push((of - 1).to_be_bytes().to_vec());
        let root = theirs.root();
        assert_eq!(root.as_bytes().as_slice(), ours.hash(0, of).as_bytes());
        for at in 0..of {
            let proof = InclusionProof::make(index(at), size(of), &mut ours).expect("a proof");
            let bytes: Vec<u8> = proof.hashes().iter().flat_map(|hash| *hash.as_bytes()).collect();
            let position = usize::try_from(at).expect("small");
            assert_eq!(theirs.prove_inclusion(position).as_bytes(), bytes, "{at} of {of}");
            let read = ct_merkle::InclusionProof::try_from_bytes(bytes).expect("reads");
            root.verify_inclusion(&at.to_be_bytes().to_vec(), at, &read).expect("they accept ours");
        }
        for old in 1..of {
            let proof = ConsistencyProof::make(size(old), size(of), &mut ours).expect("a proof");
            let bytes: Vec<u8> = proof.hashes().iter().flat_map(|hash| *hash.as_bytes()).collect();
            let added = usize::try_from(of - old).expect("small");
            assert_eq!(theirs.prove_consistency(added).as_bytes(), bytes, "{old} to {of}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn inclusion_proofs_up_to_2_62_verify_where_they_belong_and_nowhere_else(
        of in sizes(), at in any::<u64>(), other in any::<u64>(), special in any::<[u64; 3]>()
    ) {
        let (at, other) = (at % of, other % of);
        let mut leaves = special.map(|leaf| leaf % of).to_vec();
        leaves.push(at);
        let mut tree = Virtual::new(leaves);
        let (root, leaf) = (tree.hash(0, of), tree.leaf(at));
        let proof = InclusionProof::make(index(at), size(of), &mut tree).expect("a proof");
        prop_assert!(proof.hashes().len() <= PROOF_MAX);
        proof.verify(index(at), size(of), leaf, root).expect("verifies");
        if other != at {
            prop_assert!(proof.verify(index(other), size(of), leaf, root).is_err());
        }
        prop_assert!(proof.verify(index(at), size(of), Hash::leaf(b"another"), root).is_err());
        prop_assert!(proof.verify(index(at), size(of), leaf, Hash::leaf(b"another")).is_err());
    }

    #[test]
    fn consistency_proofs_up_to_2_62_verify_where_they_belong_and_nowhere_else(
        new in sizes(), old in any::<u64>(), special in any::<[u64; 3]>(), at in any::<prop::sample::Index>()
    ) {
        let old = old % new + 1;
        let mut tree = Virtual::new(special.map(|leaf| leaf % new).to_vec());
        let (old_root, new_root) = (tree.hash(0, old), tree.hash(0, new));
        let proof = ConsistencyProof::make(size(old), size(new), &mut tree).expect("a proof");
        prop_assert!(proof.hashes().len() <= PROOF_MAX);
        proof.verify(size(old), old_root, size(new), new_root).expect("verifies");
        if old < new {
            prop_assert!(proof.verify(size(old), Hash::leaf(b"another"), size(new), new_root).is_err());
            let mut hashes = proof.hashes().to_vec();
            let at = at.index(hashes.len());
            hashes[at] = Hash::leaf(b"another");
            let changed = ConsistencyProof::new(hashes).expect("as long");
            prop_assert!(changed.verify(size(old), old_root, size(new), new_root).is_err());
        }
        prop_assert!(proof.verify(size(old), old_root, size(new), Hash::leaf(b"another")).is_err());
    }
}

/// Sizes from all orders of magnitude, and those beside powers of two.
fn sizes() -> impl Strategy<Value = u64> {
    let largest = TreeSize::MAX.get();
    prop_oneof![
        (0_u32..=62).prop_flat_map(|bits| 1..=1_u64 << bits),
        (2_u32..=61).prop_map(|bits| (1 << bits) - 1),
        (2_u32..=61).prop_map(|bits| (1 << bits) + 1),
        Just(largest),
    ]
}

#[test]
fn the_longest_proof_from_one_size_to_another_fits_into_63_lines() {
    // The old size whose last leaf is alone at the left end of the right half: one hash for each level, one for itself.
    let (old, new) = ((1_u64 << 61) + 1, TreeSize::MAX.get());
    let proof = ConsistencyProof::make(size(old), size(new), &mut Virtual::new(vec![])).expect("a proof");
    assert_eq!(proof.hashes().len(), PROOF_MAX);
}

#[test]
fn the_proof_of_the_only_leaf_is_empty_and_its_root_is_the_leaf() {
    let leaf = Hash::leaf(b"alone");
    let empty = InclusionProof::new(vec![]).expect("empty");
    empty.verify(index(0), size(1), leaf, leaf).expect("verifies");
    assert_eq!(empty.to_string(), "");
}

#[test]
fn between_equal_sizes_the_proof_is_empty_and_the_roots_are_equal() {
    let (one, two) = (Hash::leaf(b"one"), Hash::leaf(b"two"));
    let empty = ConsistencyProof::new(vec![]).expect("empty");
    for number in [1, 2, 3, 4, 1_000_000] {
        empty.verify(size(number), one, size(number), one).expect("verifies");
        assert!(matches!(
            empty.verify(size(number), one, size(number), two),
            Err(ConsistencyError::NewRoot { .. })
        ));
        let longer = ConsistencyProof::new(vec![one]).expect("one hash");
        assert!(matches!(
            longer.verify(size(number), one, size(number), one),
            Err(ConsistencyError::Length { expected: 0, found: 1, .. })
        ));
    }
}

#[test]
fn no_proof_starts_from_0_leaves_or_leads_back() {
    let root = Hash::EMPTY_ROOT;
    let empty = ConsistencyProof::new(vec![]).expect("empty");
    for (old, new) in [(0, 0), (0, 1), (2, 1)] {
        assert!(matches!(
            empty.verify(size(old), root, size(new), root),
            Err(ConsistencyError::Sizes { .. })
        ));
        assert!(matches!(
            ConsistencyProof::make(size(old), size(new), &mut Naive::numbered(2)),
            Err(MakeError::Sizes { .. })
        ));
    }
}

#[test]
fn an_index_beyond_the_tree_has_no_proof() {
    let root = Hash::EMPTY_ROOT;
    let empty = InclusionProof::new(vec![]).expect("empty");
    for (at, of) in [(0, 0), (1, 1), (7, 3)] {
        assert!(matches!(
            empty.verify(index(at), size(of), root, root),
            Err(InclusionError::NoSuchLeaf { .. })
        ));
        assert!(matches!(
            InclusionProof::make(index(at), size(of), &mut Naive::numbered(8)),
            Err(MakeError::NoSuchLeaf { .. })
        ));
    }
}

#[test]
fn a_proof_is_bounded_where_it_enters() {
    let hashes = vec![Hash::EMPTY_ROOT; PROOF_MAX + 1];
    assert_eq!(InclusionProof::new(hashes.clone()), Err(ProofLinesError::TooMany { found: 64 }));
    assert_eq!(ConsistencyProof::new(hashes), Err(ProofLinesError::TooMany { found: 64 }));
}

#[test]
fn no_size_index_or_node_lies_beyond_the_largest_tree() {
    let largest = TreeSize::MAX.get();
    assert!(TreeSize::new(largest).is_ok() && TreeSize::new(largest + 1).is_err());
    assert!(LeafIndex::new(largest - 1).is_ok() && LeafIndex::new(largest).is_err());
    assert!(Node::new(0, largest - 1).is_ok() && Node::new(0, largest).is_err());
    assert!(Node::new(62, 0).is_ok() && Node::new(62, 1).is_err() && Node::new(63, 0).is_err());
    assert!(Node::new(255, 0).is_err());
    for text in ["", "+1", "-1", "01", "00", " 1", "1 ", "1e3", "0x1", "١", "18446744073709551616"] {
        assert!(text.parse::<TreeSize>().is_err(), "{text:?}");
    }
    assert_eq!("0".parse::<TreeSize>(), Ok(TreeSize::ZERO));
}

#[test]
fn a_full_range_takes_no_further_leaf() {
    let peaks = vec![Hash::EMPTY_ROOT];
    let mut full = CompactRange::from_peaks(TreeSize::MAX, peaks).expect("one subtree");
    assert!(full.append(Hash::EMPTY_ROOT).is_err());
    let message = CompactRange::from_peaks(size(3), vec![]).expect_err("two are missing").to_string();
    assert_snapshot!(message, @"a compact range of 3 leaves has 2 hashes, not 0");
}

#[test]
fn messages_say_both_sides() {
    let mut tree = Naive::numbered(5);
    let root = tree.hash(0, 5);
    let proof = InclusionProof::make(index(2), size(5), &mut tree).expect("a proof");
    let wrong = proof.verify(index(1), size(5), tree.leaf(1), root).expect_err("another place");
    assert_snapshot!(wrong, @"the proof leads from leaf 1 to the root o3SGIKSWgohdxsFXvTDAwI8OLtGDdt1lIZIbkc03P7s=, the tree's is ywPe8MW2O97L7WzYY8jmHtqyPhrHq3AoHGmRg8rCvvY=");
    let short = proof.verify(index(4), size(5), tree.leaf(4), root).expect_err("another length");
    assert_snapshot!(short, @"the proof for leaf 4 of 5 has 1 hashes, this one has 3");
    let beyond = proof.verify(index(5), size(5), tree.leaf(4), root).expect_err("beyond");
    assert_snapshot!(beyond, @"a tree of 5 leaves has no leaf 5");
    let proof = ConsistencyProof::make(size(2), size(5), &mut tree).expect("a proof");
    let old = proof.verify(size(2), root, size(5), root).expect_err("another old root");
    assert_snapshot!(old, @"the proof leads to the root xIIQzh0ScTsuEAZVQfWw10zXFs9ughgsR7fqOXoAe2E= at 5 leaves, not to ywPe8MW2O97L7WzYY8jmHtqyPhrHq3AoHGmRg8rCvvY=");
    let back = proof.verify(size(5), root, size(2), root).expect_err("back");
    assert_snapshot!(back, @"no proof leads from 5 leaves to 2: the first must be at least 1 and at most the second");
}
