//! Coordinates, paths, bundles, the right edge, and proofs out of tiles.

use crate::log::{Log, Memory, entry};
use crate::naive::Naive;
use countersign_tlog::hash::Hash;
use countersign_tlog::proof::{ConsistencyProof, InclusionProof, MakeError};
use countersign_tlog::size::{LeafIndex, TreeSize};
use countersign_tlog::tile::{
    BUNDLE_MAX, Bundle, BundleError, ENTRY_MAX, Edge, Entries, ReadError, Tile, TileNodes, TilePath,
    TilePathError, TileSource, bundles_between, tile_bytes, tiles_between, tiles_for_consistency,
    tiles_for_inclusion, write_bundle,
};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;

fn size(number: u64) -> TreeSize {
    TreeSize::new(number).expect("a size")
}

fn index(number: u64) -> LeafIndex {
    LeafIndex::new(number).expect("an index")
}

fn paths(tiles: impl Iterator<Item = Tile>) -> Vec<String> {
    tiles.map(|tile| TilePath::Tile(tile).to_string()).collect()
}

#[test]
fn paths_are_those_of_the_specification() {
    let tile =
        |level, index, width| TilePath::from(Tile::new(level, index, width).expect("a tile")).to_string();
    let entries = |index, width| TilePath::from(Bundle::new(index, width).expect("a bundle")).to_string();
    assert_eq!(tile(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(tile(0, 0, 256), "tile/0/000");
    assert_eq!(tile(0, 273, 112), "tile/0/273.p/112");
    assert_eq!(tile(1, 1, 17), "tile/1/001.p/17");
    assert_eq!(tile(2, 0, 1), "tile/2/000.p/1");
    assert_eq!(tile(4, 123_456, 255), "tile/4/x123/456.p/255");
    assert_eq!(entries(1_000, 256), "tile/entries/x001/000");
    assert_eq!(entries(999, 1), "tile/entries/999.p/1");
}

#[test]
fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
    // 273 full and one of width 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2.
    let tiles: Vec<Tile> = tiles_between(TreeSize::ZERO, size(70_000)).collect();
    let at = |level| tiles.iter().filter(move |tile| tile.level() == level);
    assert_eq!((at(0).count(), at(1).count(), at(2).count(), tiles.len()), (274, 2, 1, 277));
    assert_eq!(at(0).filter(|tile| tile.is_full()).count(), 273);
    let partial: Vec<String> = paths(tiles.iter().copied().filter(|tile| !tile.is_full()));
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    // And one of 256 has a full tile and above it one of width 1.
    assert_eq!(paths(tiles_between(TreeSize::ZERO, size(256))), ["tile/0/000", "tile/1/000.p/1"]);
}

#[test]
fn hostile_paths_are_refused() {
    let hostile = [
        "tile/8/0/000.p/0", // the older form with the height first, which here means index 0/000
        "tile/8/0/000",
        "tile/8/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/64/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/+0/000",
        "tile/256/000",
        "tile/18446744073709551616/000",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/X001/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/1234",
        "tile/0/x1/000",
        "tile/0/x001//000",
        "tile/0//000",
        "tile/0/",
        "tile/0",
        "tile/",
        "tile",
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/../000",
        "tile/0/%30%30%30",
        "tile/0/000\0",
        "tile/0/000\n",
        " tile/0/000",
        "TILE/0/000",
        "tile/data/000",
        "tile/entries",
        "tile/entries/",
        "tile/Entries/000",
        "tile/entries/000.p/256",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/x018/x014/x398/x509/x481/984",
        "checkpoint",
    ];
    for path in hostile {
        assert!(path.parse::<TilePath>().is_err(), "{path:?}");
    }
    let long = format!("tile/0/{}000", "x000/".repeat(100));
    assert_eq!(long.parse::<TilePath>(), Err(TilePathError::TooLong { length: long.len() }));
}

#[test]
fn messages_name_the_path() {
    let message = |path: &str| path.parse::<TilePath>().expect_err("refused").to_string();
    assert_snapshot!(message("tile/0/x000/001"), @r#""tile/0/x000/001" is not tile/<level>/<index> or tile/entries/<index>, with .p/<width> where it is partial"#);
    assert_snapshot!(message("tile/64/000"), @r#""tile/64/000" names level 64, levels go from 0 to 63"#);
    assert_snapshot!(message("tile/0/000.p/256"), @r#""tile/0/000.p/256" names width 256, partial ones go from 1 to 255"#);
    assert_snapshot!(message("tile/0/00\u{1b}"), @r#""tile/0/00\u{1b}" is not tile/<level>/<index> or tile/entries/<index>, with .p/<width> where it is partial"#);
    assert_snapshot!(Tile::new(8, 0, 1).expect_err("too high"), @"no tree has a tile 0 of width 1 at level 8: it would end beyond 4611686018427387904 leaves");
    assert_snapshot!(Tile::new(0, 0, 0).expect_err("no width"), @"a tile is 1 to 256 wide, not 0");
}

#[test]
fn the_longest_path_of_the_largest_tree_is_read() {
    let last = TreeSize::MAX.get() / 256 - 1;
    let path = TilePath::from(Bundle::new(last, 255).expect("in the largest tree"));
    assert_eq!(path.to_string(), "tile/entries/x018/x014/x398/x509/x481/983.p/255");
    assert_eq!(path.to_string().parse(), Ok(path));
    assert!(Bundle::new(last + 1, 1).is_err() && Bundle::new(u64::MAX, 256).is_err());
    assert!(Tile::new(7, 0, 64).is_ok() && Tile::new(7, 0, 65).is_err() && Tile::new(8, 0, 1).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn what_is_printed_as_a_path_reads_as_the_same(level in 0_u8..8, bits in 0_u32..55, at in any::<u64>(), width in 1_u16..=256) {
        if let Ok(tile) = Tile::new(level, at >> (63 - bits), width) {
            let path = TilePath::from(tile);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
            let path = TilePath::from(Bundle::from(tile));
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }

    #[test]
    fn what_reads_as_a_path_is_printed_as_the_same(text in "(tile|entries|x?[0-9]{1,3}|\\.p|/|[0-9]){0,9}") {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn the_tiles_between_two_sizes_are_those_that_only_the_larger_has(old in 0_u64..200_000, by in 0_u64..70_000) {
        let (old, new) = (size(old), size(old + by));
        let of = |size| tiles_between(TreeSize::ZERO, size).collect::<BTreeSet<Tile>>();
        let only_new: BTreeSet<Tile> = of(new).difference(&of(old)).copied().collect();
        prop_assert_eq!(tiles_between(old, new).collect::<BTreeSet<_>>(), only_new);
        prop_assert_eq!(tiles_between(new, old).count(), 0);
        let bundles: BTreeSet<Tile> = bundles_between(old, new).map(Bundle::tile).collect();
        let level0: BTreeSet<Tile> = tiles_between(old, new).filter(|tile| tile.level() == 0).collect();
        prop_assert_eq!(bundles, level0);
    }

    #[test]
    fn bundles_are_read_as_they_were_written(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..=256)) {
        let bundle = Bundle::new(7, u16::try_from(entries.len()).expect("256 at most")).expect("a bundle");
        let bytes = write_bundle(bundle, entries.iter().map(Vec::as_slice)).expect("writes");
        let read = Entries::read(bundle, &bytes).expect("reads");
        prop_assert!(read.iter().eq(entries.iter().map(Vec::as_slice)));
    }

    #[test]
    fn hostile_bundles_are_refused_or_written_as_the_same(bytes in prop::collection::vec(0_u8..3, 0..40), width in 1_u16..=256) {
        let bundle = Bundle::new(0, width).expect("a bundle");
        if let Ok(entries) = Entries::read(bundle, &bytes) {
            prop_assert_eq!(write_bundle(bundle, entries.iter()).expect("writes"), bytes);
        }
    }
}

#[test]
fn tiles_between_the_largest_sizes_are_told_one_by_one() {
    let old = size(TreeSize::MAX.get() - 1);
    let last = paths(tiles_between(old, TreeSize::MAX));
    assert_eq!(last.len(), 8);
    assert_eq!(last[0], "tile/0/x018/x014/x398/x509/x481/983");
    assert_eq!(last[7], "tile/7/000.p/64");
    assert_eq!(tiles_between(TreeSize::ZERO, TreeSize::MAX).take(3).count(), 3);
}

#[test]
fn bundles_say_what_is_wrong_with_them() {
    let three = Bundle::new(0, 3).expect("a bundle");
    let read = |bytes: &[u8]| Entries::read(three, bytes).expect_err("refused");
    assert_snapshot!(read(&[0, 0, 0, 1, 7]), @"the bundle holds 2 entries, 3 belong into it");
    assert_snapshot!(read(&[0, 0, 0, 0, 0]), @"the bundle ends within entry 2: 1 bytes are missing");
    assert_snapshot!(read(&[0, 0, 0, 0, 0, 9, 1]), @"the bundle ends within entry 2: 8 bytes are missing");
    assert_snapshot!(read(&[0, 0, 0, 0, 0, 0, 0]), @"1 bytes follow the bundle's last entry");
    assert_eq!(read(&[]), BundleError::Count { expected: 3, found: 0 });
    let long = vec![0; ENTRY_MAX + 1];
    let written = write_bundle(three, [b"".as_slice(), &long, b""]).expect_err("refused");
    assert_snapshot!(written, @"entry 1 of the bundle has 65536 bytes, an entry has at most 65535");
    for count in [0, 2, 4] {
        let written = write_bundle(three, vec![b"".as_slice(); count]);
        assert!(matches!(written, Err(BundleError::Count { .. })), "{count}");
    }
}

#[test]
fn the_largest_bundle_is_read() {
    let full = Bundle::new(0, 256).expect("a bundle");
    let entry = vec![1; ENTRY_MAX];
    let bytes = write_bundle(full, vec![entry.as_slice(); 256]).expect("writes");
    assert_eq!(bytes.len(), BUNDLE_MAX);
    assert_eq!(Entries::read(full, &bytes).expect("reads").iter().len(), 256);
}

#[test]
fn every_tile_of_a_growing_log_holds_the_subtrees_it_names() {
    let mut log = Log::default();
    let total = 70_000;
    for by in [1, 254, 1, 1, 255, 3, 65_021, 1, 0, 4_463] {
        log.grow(by);
    }
    assert_eq!(log.size(), size(total));
    let mut tree = naive(total);
    assert_eq!(log.root(), tree.hash(0, total));
    for tile in tiles_between(TreeSize::ZERO, log.size()) {
        let bytes = &log.memory.0[&TilePath::Tile(tile).to_string()];
        let wide = 256_u64.pow(tile.level().into());
        let first = tile.index() * 256;
        let expected: Vec<Hash> = (first..first + u64::from(tile.width()))
            .map(|hash| tree.hash(hash * wide, (hash + 1) * wide))
            .collect();
        assert_eq!(*bytes, tile_bytes(&expected), "{tile:?}");
    }
}

/// The tree over [`entry`].
fn naive(total: u64) -> Naive {
    Naive::of((0..total).map(|at| Hash::leaf(&entry(at))).collect())
}

#[test]
fn a_restored_edge_goes_on_as_if_it_had_never_stopped() {
    for stop in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_793] {
        let mut log = Log::of(stop);
        let mut restored = log.clone();
        restored.edge = Edge::restore(log.size(), &log.memory).expect("all tiles are there");
        assert_eq!((restored.size(), restored.root()), (log.size(), log.root()), "{stop}");
        log.grow(600);
        let before = restored.memory.0.len();
        for at in stop..stop + 600 {
            restored
                .edge
                .append(Hash::leaf(&entry(at)), |tile, hashes| {
                    let path = TilePath::Tile(tile).to_string();
                    assert_eq!(log.memory.0[&path], tile_bytes(hashes), "{path}");
                })
                .expect("room");
        }
        assert_eq!(restored.memory.0.len(), before);
        assert_eq!(restored.root(), log.root(), "{stop}");
        for ((tile, ours), (other, theirs)) in restored.edge.partial_tiles().zip(log.edge.partial_tiles()) {
            assert_eq!((tile, ours), (other, theirs));
        }
    }
}

#[test]
fn an_edge_is_not_restored_from_a_log_with_a_tile_missing_or_short() {
    let mut log = Log::of(300);
    let path = "tile/0/001.p/44";
    let kept = log.memory.0.remove(path).expect("it is there");
    let missing = Edge::restore(log.size(), &log.memory).expect_err("it is missing");
    assert_snapshot!(missing, @"tile/0/001.p/44 is missing");
    log.memory.0.insert(path.to_owned(), kept[1..].to_vec());
    let short = Edge::restore(log.size(), &log.memory).expect_err("it is short");
    assert_snapshot!(short, @"tile/0/001.p/44 has 1408 bytes, 1407 were read");
}

/// Remembers what was read.
struct Watched<'a>(&'a Memory, RefCell<BTreeSet<String>>);

impl TileSource for Watched<'_> {
    type Error = Infallible;

    fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Infallible> {
        assert!(self.1.borrow_mut().insert(path.to_string()), "{path} is read once");
        self.0.read(path)
    }
}

#[test]
fn proofs_from_tiles_are_the_naive_ones_and_read_only_the_tiles_foretold() {
    let total = 66_000;
    let log = Log::of(total);
    let mut tree = naive(total);
    let foretold =
        |tiles: BTreeSet<Tile>| tiles.into_iter().map(|tile| TilePath::Tile(tile).to_string()).collect();
    for at in (0..total).step_by(997).chain([255, 256, 65_535, 65_536, total - 1]) {
        let source = Watched(&log.memory, RefCell::default());
        let mut nodes = TileNodes::new(log.size(), &source);
        let proof = InclusionProof::make(index(at), log.size(), &mut nodes).expect("a proof");
        assert_eq!(proof.hashes(), tree.path(at, 0, total), "{at}");
        let tiles: BTreeSet<String> = foretold(tiles_for_inclusion(index(at), log.size()));
        assert_eq!(source.1.into_inner(), tiles, "{at}");
    }
    for old in (1..=total).step_by(1009).chain([255, 256, 257, 65_536, total]) {
        let source = Watched(&log.memory, RefCell::default());
        let mut nodes = TileNodes::new(log.size(), &source);
        let proof = ConsistencyProof::make(size(old), log.size(), &mut nodes).expect("a proof");
        assert_eq!(proof.hashes(), tree.subproof(old, 0, total, true), "{old}");
        let tiles: BTreeSet<String> = foretold(tiles_for_consistency(size(old), log.size()));
        assert_eq!(source.1.into_inner(), tiles, "{old}");
    }
    assert!(tiles_for_inclusion(index(5), size(5)).is_empty());
    assert!(tiles_for_consistency(size(0), size(5)).is_empty());
}

#[test]
fn a_full_tile_does_for_a_partial_one_that_was_dropped() {
    /// Answers with the full tile where the partial one is gone.
    struct Tidied(Memory);
    impl TileSource for Tidied {
        type Error = Infallible;
        fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Infallible> {
            let text = path.to_string();
            let full = text.split_once(".p/").map_or(text.as_str(), |(full, _)| full);
            Ok(self.0.0.get(full).cloned())
        }
    }
    let at_300 = Log::of(300);
    let mut log = at_300.clone();
    log.grow(300);
    let tidied = Tidied(log.memory);
    // The tree of 300 leaves needs tile/0/001.p/44, of which only the full one is left, and tile/1/000.p/1.
    let mut nodes = TileNodes::new(size(300), &tidied);
    let proof = InclusionProof::make(index(299), size(300), &mut nodes);
    assert!(matches!(proof, Err(MakeError::Read(ReadError::Missing { .. }))), "level 1 was never full");
    let mut only_partial = tidied;
    only_partial.0.0.insert("tile/1/000".to_owned(), vec![0; 8192]);
    let left = at_300.memory.0["tile/1/000.p/1"].clone();
    only_partial.0.0.get_mut("tile/1/000").expect("it is there")[..32].copy_from_slice(&left);
    let mut nodes = TileNodes::new(size(300), &only_partial);
    let proof = InclusionProof::make(index(299), size(300), &mut nodes).expect("a proof");
    let leaf = Hash::leaf(&entry(299));
    proof.verify(index(299), size(300), leaf, at_300.root()).expect("verifies");
}

#[test]
fn nodes_beyond_the_tree_are_not_read() {
    let log = Log::of(10);
    let mut nodes = TileNodes::new(size(5), &log.memory);
    let beyond = countersign_tlog::range::Node::new(1, 2).expect("a node");
    let error = countersign_tlog::proof::NodeReader::node(&mut nodes, beyond).expect_err("it ends at 6");
    assert_snapshot!(error, @"a tree of 5 leaves has no node 2 at height 1");
}
