//! A log is re-hashed whole, and the first thing wrong is named.

use crate::log::{Log, Memory};
use countersign_tlog::fsck::{Fault, Findings, Sound, fsck};
use countersign_tlog::hash::Hash;
use countersign_tlog::size::TreeSize;
use countersign_tlog::tile::{TilePath, TileSource};
use insta::assert_snapshot;
use std::convert::Infallible;

fn check(log: &Log) -> Findings {
    fsck(log.size(), log.root(), &log.memory).expect("memory answers")
}

fn fault(log: &Log) -> Fault {
    match check(log) {
        Findings::Faulty(fault) => fault,
        Findings::Sound(sound) => panic!("{sound:?}"),
    }
}

#[test]
fn sound_logs_are_found_sound() {
    for size in [0, 1, 255, 256, 257, 512, 65_535, 65_536, 66_000] {
        let log = Log::of(size);
        let Findings::Sound(sound) = check(&log) else { panic!("{size}: {:?}", check(&log)) };
        assert_eq!((sound.entries, sound.bundles), (size, size.div_ceil(256)));
        let tiles = log.memory.0.keys().filter(|path| !path.starts_with("tile/entries")).count();
        assert_eq!(sound.tiles, u64::try_from(tiles).expect("small"), "every tile is compared: {size}");
    }
}

#[test]
fn every_flipped_bit_of_every_file_is_found() {
    let log = Log::of(700);
    for path in log.memory.0.keys() {
        let length = log.memory.0[path].len();
        for at in (0..length).step_by(if path.contains("entries") { 1 } else { 31 }) {
            let mut bad = log.clone();
            bad.memory.0.get_mut(path).expect("it is there")[at] ^= 4;
            let Findings::Faulty(fault) = check(&bad) else { panic!("byte {at} of {path}") };
            let near = path.replace("entries", "0");
            assert!(fault.to_string().contains(path) || fault.to_string().contains(&near), "{path}: {fault}");
        }
        let mut bad = log.clone();
        bad.memory.0.remove(path);
        assert_eq!(fault(&bad).to_string(), format!("{path} is missing"));
        let mut bad = log.clone();
        bad.memory.0.get_mut(path).expect("it is there").pop();
        assert!(fault(&bad).to_string().contains(path));
        let mut bad = log.clone();
        bad.memory.0.get_mut(path).expect("it is there").push(0);
        assert!(fault(&bad).to_string().contains(path));
    }
}

#[test]
fn faults_are_named() {
    let log = Log::of(600);
    let changed = |path: &str, at: usize| {
        let mut bad = log.clone();
        bad.memory.0.get_mut(path).expect("it is there")[at] ^= 1;
        fault(&bad)
    };
    // Entry 257 follows entry 256, which is "256 " once.
    assert_snapshot!(changed("tile/entries/001", 8), @"entry 257 hashes to fWm4kXcOJaTJ7mO3g0cTd3TC48/nvdKAM1boCQMVeBI=, tile/0/001 says /iYcunkag/ypcypOWM2cxPliXI94nU4rMbwaxh1+L/k=");
    assert_snapshot!(changed("tile/0/001", 32), @"entry 257 hashes to /iYcunkag/ypcypOWM2cxPliXI94nU4rMbwaxh1+L/k=, tile/0/001 says /yYcunkag/ypcypOWM2cxPliXI94nU4rMbwaxh1+L/k=");
    assert_snapshot!(changed("tile/1/000.p/2", 33), @"hash 1 of tile/1/000.p/2 is k/hO+DnJ35Z3FmMcc/skSqEubEvxvHBhlfOnV9jiAe4=, what lies below hashes to k/lO+DnJ35Z3FmMcc/skSqEubEvxvHBhlfOnV9jiAe4=");
    assert_snapshot!(changed("tile/entries/001", 0), @"tile/entries/001 is malformed: the bundle ends within entry 1: 10564 bytes are missing");
}

#[test]
fn entries_and_tiles_that_agree_are_still_compared_with_the_checkpoint() {
    let log = Log::of(600);
    let other = Hash::leaf(b"another history");
    let findings = fsck(log.size(), other, &log.memory).expect("memory answers");
    let Findings::Faulty(fault) = findings else { panic!("{findings:?}") };
    assert_eq!(fault, Fault::Root { size: log.size(), expected: other, computed: log.root() });
    assert_snapshot!(fault, @"the 600 entries hash to the root 4vBaUTE5LKk0WDy1tKX07LQXzZ5dx/US31ATKKeR5WY=, the checkpoint says cFIuum/yrOV58DGCTgKMoGcV45GJMgNK9ggfUdMqpWU=");
    assert!(matches!(
        fsck(TreeSize::ZERO, Hash::EMPTY_ROOT, &Memory::default()),
        Ok(Findings::Sound(Sound { entries: 0, bundles: 0, tiles: 0 }))
    ));
}

#[test]
fn full_tiles_and_bundles_do_for_partial_ones_that_were_dropped() {
    struct Tidied(Memory);
    impl TileSource for Tidied {
        type Error = Infallible;
        fn read(&self, path: TilePath) -> Result<Option<Vec<u8>>, Infallible> {
            let text = path.to_string();
            let full = text.split_once(".p/").and_then(|(full, _)| self.0.0.get(full));
            Ok(full.or_else(|| self.0.0.get(&text)).cloned())
        }
    }
    let before = Log::of(300);
    let mut after = before.clone();
    after.grow(300);
    let findings = fsck(before.size(), before.root(), &Tidied(after.memory));
    assert!(matches!(findings, Ok(Findings::Sound(Sound { entries: 300, .. }))), "{findings:?}");
}

#[test]
fn a_source_that_cannot_be_asked_is_an_error_and_no_finding() {
    struct Broken;
    impl TileSource for Broken {
        type Error = std::io::Error;
        fn read(&self, _: TilePath) -> Result<Option<Vec<u8>>, std::io::Error> {
            Err(std::io::Error::other("unplugged"))
        }
    }
    let error = fsck(Log::of(1).size(), Log::of(1).root(), &Broken).expect_err("nothing was read");
    assert_snapshot!(error, @"tile/entries/000.p/1 could not be read");
}
