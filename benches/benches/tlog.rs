//! The processor's part of a log, and the hashes alone that it cannot do without; each answer is checked before it is
//! measured. The size of a proof file is a test of `crates/tlog`, since no time is in it.

use std::hint::black_box;
use std::time::Duration;

use countersign_tlog::hash::Hash;
use countersign_tlog::proof::InclusionProof;
use countersign_tlog::range::{CompactRange, Node};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{Bundle, Edge, tile_bytes, write_bundle};
use criterion::{Criterion, criterion_group, criterion_main};
use sha2::{Digest, Sha256};

const ENTRIES: usize = 4_096;
const ENTRY: usize = 256;
const DEPTH: usize = 20;

/// Entries one after another, each of 256 bytes; one byte more, so that each can be read with one byte beside it.
fn entries() -> Vec<u8> {
    (0..=ENTRIES * ENTRY).map(|at| u8::try_from(at * 31 % 251).expect("below 251")).collect()
}

/// As many hashes as leaves and nodes take, of the same lengths out of the same memory, and nothing else.
fn bound(entries: &[u8]) -> [u8; 32] {
    let mut node = [1; 65];
    for leaf in entries.windows(1 + ENTRY).step_by(ENTRY) {
        black_box(Sha256::digest(leaf));
        // Each hash goes into the next one, as in a tree.
        let hash: [u8; 32] = Sha256::digest(black_box(&node)).into();
        node[1..33].copy_from_slice(&hash);
    }
    Sha256::digest(node).into()
}

/// Leaves, nodes, tiles and bundles; gives the root and how many bytes would be written.
fn append(entries: &[u8]) -> (Hash, usize) {
    let (mut edge, mut written) = (Edge::new(), 0);
    let entries = &entries[..ENTRIES * ENTRY];
    for (index, bundle) in (0..).zip(entries.chunks(256 * ENTRY)) {
        for entry in bundle.chunks(ENTRY) {
            edge.append(Hash::leaf(entry), |_, hashes| written += black_box(tile_bytes(hashes)).len())
                .expect("room");
        }
        let full = Bundle::new(index, 256).expect("a bundle");
        written += black_box(write_bundle(full, bundle.chunks(ENTRY)).expect("a bundle")).len();
    }
    (edge.root(), written)
}

fn log(c: &mut Criterion) {
    let mut group = c.benchmark_group("tlog");
    let entries = entries();
    let mut range = CompactRange::new();
    for entry in entries.chunks_exact(ENTRY) {
        range.append(Hash::leaf(entry)).expect("room");
    }
    let (root, written) = append(&entries);
    assert_eq!(root, range.root());
    assert_eq!(written, ENTRIES * (2 + ENTRY + 32), "bundles and tiles");
    group.bench_function("hash 4096 entries", |b| b.iter(|| bound(black_box(&entries))));
    group.bench_function("append 4096 entries", |b| b.iter(|| append(black_box(&entries))));

    let (index, size) =
        (LeafIndex::new(699_050).expect("an index"), TreeSize::new(1 << DEPTH).expect("a size"));
    let leaf = Hash::leaf(b"entry");
    let beside: Vec<Hash> = (0..DEPTH).map(|at| Hash::leaf(&[u8::try_from(at).expect("20")])).collect();
    let root = (0..DEPTH).fold(leaf, |hash, at| {
        let node = Node::new(u8::try_from(at).expect("20"), index.get() >> at).expect("a node");
        if node.index() % 2 == 1 { Hash::node(&beside[at], &hash) } else { Hash::node(&hash, &beside[at]) }
    });
    let proof = InclusionProof::new(beside).expect("20 hashes");
    proof.verify(index, size, leaf, root).expect("verifies");
    group.bench_function("hash 20 nodes", |b| {
        b.iter(|| {
            let mut node = [1; 65];
            for _ in 0..DEPTH {
                let hash: [u8; 32] = Sha256::digest(black_box(&node)).into();
                node[1..33].copy_from_slice(&hash);
            }
            node
        });
    });
    group.bench_function("check a proof of 20 hashes", |b| {
        b.iter(|| black_box(&proof).verify(index, size, black_box(leaf), root).is_ok());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3)).sample_size(50);
    targets = log
}
criterion_main!(benches);
