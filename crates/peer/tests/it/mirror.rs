//! A copy holds what the log signed, or what it held before.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_peer::mirror::{Consistency, Mirror, MirrorError, Round, Upstream, consistency, faults};
use countersign_store::objects::{Created, Doing, Memory, Object, Objects, ObjectsError, Replaced, Tiles};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::note::SignatureType;
use countersign_tlog::policy::Policy;
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::log::{Key, Log, policy};

fn round(log: &dyn Upstream, copy: &dyn Objects, policy: &Policy) -> Result<Round, MirrorError> {
    Mirror { upstream: log, copy, policy, progress: &|_, _| () }.round()
}

/// A round that brings the copy up to the log.
fn follow(log: &Log, copy: &dyn Objects) {
    let found = round(log, copy, &policy("none")).unwrap();
    assert!(matches!(found, Round::Grown(_)), "{found:?}");
}

fn files(copy: &dyn Objects) -> BTreeMap<String, Vec<u8>> {
    copy.list("")
        .unwrap()
        .into_iter()
        .map(|name| (name.clone(), copy.read(&name).unwrap().unwrap()))
        .collect()
}

/// All under the copy's checkpoint is there and hashes to its root; how many entries that are.
fn clean(copy: &dyn Objects) -> u64 {
    let Some(note) = copy.read("checkpoint").unwrap() else { return 0 };
    let checkpoint = SignedCheckpoint::read(&note).unwrap();
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    let findings = fsck(size, root, &Tiles(copy)).unwrap();
    assert!(matches!(findings, Findings::Sound(_)), "{findings:?}");
    size.get()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_copy_is_byte_equal_to_the_log_at_every_size(steps in prop::collection::vec(0_u64..700, 1..5), tidied: bool) {
        let (mut log, copy) = (Log::default(), Memory::default());
        let mut size = 0;
        for step in steps {
            size += step;
            log.grow(size, 0, "common");
            if tidied {
                log.tidy();
            }
            let found = round(&log, &copy, &policy("none")).unwrap();
            prop_assert!(matches!(found, Round::Grown(_) | Round::Same { .. }), "{found:?}");
            prop_assert_eq!(clean(&copy), size);
        }
        log.tidy();
        let copied = files(&copy);
        for (name, bytes) in &copied {
            prop_assert_eq!(Some(bytes), log.files.get(name), "{}", name);
        }
        // Partial ones of sizes that were never copied may be missing.
        for name in log.files.keys().filter(|name| !name.contains(".p/")) {
            prop_assert!(copied.contains_key(name), "{}", name);
        }
    }
}

#[test]
fn a_log_of_three_levels_is_copied() {
    let (log, copy) = (Log::new(66_000), Memory::default());
    follow(&log, &copy);
    assert_eq!(clean(&copy), 66_000);
    assert_eq!(files(&copy), log.files);
}

#[test]
fn only_what_is_new_is_asked_for() {
    let (mut log, copy) = (Log::new(1000), Memory::default());
    follow(&log, &copy);
    // Four level-0 tiles with bundles, the level-1 tile, the checkpoint.
    assert_eq!(log.asked().len(), 4 * 2 + 1 + 1);
    assert!(matches!(round(&log, &copy, &policy("none")), Ok(Round::Same { .. })));
    assert_eq!(log.asked(), ["checkpoint"]);
    log.grow(1030, 0, "common");
    follow(&log, &copy);
    let mut asked = log.asked();
    asked.sort();
    assert_eq!(
        asked,
        [
            "checkpoint",
            "tile/0/003",
            "tile/0/004.p/6",
            "tile/1/000.p/4",
            "tile/entries/003",
            "tile/entries/004.p/6"
        ]
    );
    assert_eq!(clean(&copy), 1030);
}

/// A log that grew, and a copy from before that.
fn grown() -> (Log, Memory) {
    let (mut log, copy) = (Log::new(300), Memory::default());
    follow(&log, &copy);
    log.grow(1100, 0, "common");
    (log, copy)
}

#[test]
fn a_file_that_is_missing_or_wrong_is_named_and_nothing_is_accepted() {
    type Change = fn(&mut Vec<u8>) -> bool;
    let changes: [(&str, Change); 5] = [
        ("missing", |_| true),
        ("truncated", |bytes| bytes.pop().is_none()),
        ("flipped", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            false
        }),
        ("longer", |bytes| {
            bytes.push(0);
            false
        }),
        ("empty", |bytes| {
            bytes.clear();
            false
        }),
    ];
    let new = |name: &&String| {
        ![
            "tile/0/000",
            "tile/entries/000",
            "tile/0/001.p/44",
            "tile/entries/001.p/44",
            "tile/1/000.p/1",
            "checkpoint",
        ]
        .contains(&name.as_str())
    };
    let (log, _) = grown();
    let names: Vec<String> = log.files.keys().filter(new).cloned().collect();
    assert_eq!(names.len(), 9);
    for (what, change) in changes {
        for name in &names {
            let (mut log, copy) = grown();
            let good = log.files[name].clone();
            if change(log.files.get_mut(name).unwrap()) {
                log.files.remove(name);
            }
            let before = files(&copy);
            let said = match round(&log, &copy, &policy("none")) {
                Ok(Round::Faulty(fault)) => fault.to_string(),
                // Longer than any such file: it isn't read to its end.
                Err(MirrorError::Source(unread)) => unread.to_string(),
                other => panic!("{what} {name}: {other:?}"),
            };
            assert!(said.contains(name.as_str()), "{what} {name}: {said}");
            assert_eq!(clean(&copy), 300, "{what} {name}");
            for (name, bytes) in before {
                assert_eq!(copy.read(&name).unwrap(), Some(bytes), "{name} is as it was");
            }
            log.files.insert(name.clone(), good);
            follow(&log, &copy);
            assert_eq!(clean(&copy), 1100, "{what} {name}");
        }
    }
}

#[test]
fn faults_are_told_in_words() {
    let said = |name: &str, at: usize| {
        let (mut log, copy) = grown();
        log.files.get_mut(name).unwrap()[at] ^= 1;
        match round(&log, &copy, &policy("none")) {
            Ok(Round::Faulty(fault)) => fault.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_snapshot!(said("tile/0/002", 9), @"tile/0/002 hashes to N0RCBhew8IpwDQJMaN1SPNsEOpOprGzQEzMmreVvMSo=, the signed tree has z6Yz2vmy8YwwIJFBABBjBXrlCtZBw7PmXjWioTmI6SU= there");
    assert_snapshot!(said("tile/entries/002", 20), @"entry 514 in tile/entries/002 hashes to jBXdyJA5z6zwXmMXZ3J2itFM6oI0VJZ6t6V20/Qdrs4=, the signed tree has l9EDnQVKRu/nGPnbEvSwfXnE1jwKyuKhBsdJ3AtofpM= there");
    assert_snapshot!(said("tile/1/000.p/4", 32 * 3), @"hash 3 of tile/1/000.p/4 is not that of tile/0/003: one of them was changed");
    assert_snapshot!(said("tile/0/004.p/76", 5), @"hash 0 of tile/0/004.p/76 is not that of tile/entries/004.p/76: one of them was changed");
}

#[test]
fn the_wrong_width_is_no_tile() {
    // A server that answers with the tile of another size.
    let (mut log, copy) = grown();
    let narrower = log.files["tile/0/004.p/76"][..32 * 70].to_vec();
    log.files.insert("tile/0/004.p/76".to_owned(), narrower);
    let Ok(Round::Faulty(fault)) = round(&log, &copy, &policy("none")) else { panic!("accepted") };
    assert_snapshot!(fault, @"tile/0/004.p/76 has 2240 bytes, such a tile has 2432");
    assert_eq!(clean(&copy), 300);
}

fn fork(found: Result<Round, MirrorError>, copy: &dyn Objects) -> String {
    let Ok(Round::Fork(fork)) = found else { panic!("no alarm: {found:?}") };
    for (name, note) in [("seen", &fork.seen), ("offered", &fork.offered)] {
        let kept = copy.read(&format!("{}/{name}.checkpoint", fork.kept)).unwrap().unwrap();
        assert_eq!(kept, note.to_string().into_bytes());
    }
    let why = String::from_utf8(copy.read(&format!("{}/why.txt", fork.kept)).unwrap().unwrap()).unwrap();
    if let Some((root, proof)) = &fork.proof {
        let (seen, offered) = (fork.seen.checkpoint(), fork.offered.checkpoint());
        let (small, large) = if seen.size() < offered.size() { (seen, offered) } else { (offered, seen) };
        assert_ne!(*root, small.root());
        // A stranger can check it.
        proof.verify(small.size(), *root, large.size(), large.root()).unwrap();
        assert!(why.contains(&root.to_string()) && why.contains(&proof.to_string()), "{why}");
    }
    fork.to_string()
}

#[test]
fn two_histories_are_an_alarm_with_both_notes_kept() {
    for (ours, since, theirs) in [
        (300, 299, 300),
        (300, 0, 300),
        (300, 299, 301),
        (300, 10, 1100),
        (256, 255, 512),
        (512, 0, 513),
        (2, 0, 700),
        // Smaller than ours, and of another history.
        (300, 298, 299),
        (1100, 10, 256),
        (1100, 0, 2),
    ] {
        let (honest, copy) = (Log::new(ours), Memory::default());
        follow(&honest, &copy);
        let before = files(&copy);
        let forked = Log::of(theirs, since, "rewritten");
        let said = fork(round(&forked, &copy, &policy("none")), &copy);
        assert!(said.starts_with("fork: ruritania.example/record signed two histories"), "{said}");
        let mut after = files(&copy);
        after.retain(|name, _| !name.starts_with("fork/"));
        assert_eq!(after, before, "{ours} {since} {theirs}");
        // The same alarm again is the same evidence.
        let kept = files(&copy);
        fork(round(&forked, &copy, &policy("none")), &copy);
        assert_eq!(files(&copy), kept);
        // The honest history goes on.
        let mut honest = honest;
        honest.grow(ours + 500, 0, "common");
        follow(&honest, &copy);
        assert_eq!(clean(&copy), ours + 500);
    }
}

#[test]
fn a_fork_with_the_honest_tiles_is_no_proven_fork_and_not_accepted() {
    // The tiles served are of another tree than the checkpoint: nothing shows whose fault that is.
    let (mut log, copy) = grown();
    log.publish(&Log::of(1100, 10, "rewritten").signed(&Key::log()));
    let Ok(Round::Faulty(fault)) = round(&log, &copy, &policy("none")) else { panic!("accepted") };
    assert_snapshot!(fault, @"the tiles of 1100 entries hash to the root 6aDlcIerYkwVeq554ZQxnnhCaWctC0qMwXji7hKwYm0=, the checkpoint says EpRFvv1VIBUGYtjmbYvbyDH/cmkjVsgQYDFMPmD9FzI=: they are another tree's");
    assert_eq!(clean(&copy), 300);
}

#[test]
fn an_older_checkpoint_is_a_rollback() {
    let (log, copy) = (Log::new(1100), Memory::default());
    follow(&log, &copy);
    let before = files(&copy);
    for older in [0, 1, 256, 300, 1099] {
        let found = round(&Log::new(older), &copy, &policy("none"));
        assert!(matches!(found, Ok(Round::Rollback { .. })), "{older}: {found:?}");
        assert_eq!(files(&copy), before);
    }
}

#[test]
fn whoever_did_not_sign_is_not_followed() {
    let (mut log, copy) = grown();
    let before = files(&copy);
    let named = |name: &str| log.signed(&Key::new(name, "another's", SignatureType::Ed25519)).to_string();
    let good = log.signed(&Key::log()).to_string();
    let bad = [
        named(crate::log::ORIGIN),
        named("kravonia.example/record"),
        good.replacen("1100", "1101", 1),
        "garbage".to_owned(),
        String::new(),
    ];
    let mut rows = Vec::new();
    for checkpoint in bad {
        log.files.insert("checkpoint".to_owned(), checkpoint.into_bytes());
        let error = round(&log, &copy, &policy("none")).expect_err("accepted");
        let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        rows.push(format!("{error}: {why}"));
        assert_eq!(files(&copy), before);
    }
    log.files.remove("checkpoint");
    rows.push(round(&log, &copy, &policy("none")).expect_err("accepted").to_string());
    assert_snapshot!(rows.join("\n"), @r#"
the source's checkpoint is not trusted: the checkpoint's signatures do not verify
the source's checkpoint is not trusted: the policy trusts no log "kravonia.example/record"
the source's checkpoint is not trusted: the checkpoint's signatures do not verify
the source's checkpoint is malformed: the checkpoint is not a signed note
the source's checkpoint is malformed: the checkpoint is not a signed note
there is no checkpoint at the source: it is no log, or not yet
"#);
}

#[test]
fn a_quorum_that_is_asked_for_is_demanded() {
    let (mut log, copy) = grown();
    let (near, far) = ("near.example/witness", "far.example/witness");
    for (witnesses, quorum, met) in [
        (vec![], "near", false),
        (vec![far], "near", false),
        (vec![near], "both", false),
        (vec![near, far], "both", true),
    ] {
        log.publish(&log.witnessed(&witnesses));
        match round(&log, &copy, &policy(quorum)) {
            Ok(Round::NotWitnessed { .. }) if !met => assert_eq!(clean(&copy), 300),
            Ok(Round::Grown(grown)) if met => assert_eq!(grown.quorum.signed().len(), 2),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(clean(&copy), 1100);
}

#[test]
fn cosignatures_are_gathered_and_never_lost() {
    let (mut log, copy) = (Log::new(300), Memory::default());
    follow(&log, &copy);
    let (near, far) = ("near.example/witness", "far.example/witness");
    log.publish(&log.witnessed(&[near]));
    assert!(matches!(round(&log, &copy, &policy("near")), Ok(Round::Same { .. })));
    log.publish(&log.witnessed(&[far]));
    let Ok(Round::Same { checkpoint, .. }) = round(&log, &copy, &policy("none")) else {
        panic!("not the same")
    };
    assert_eq!(checkpoint.note().signatures().len(), 3);
    assert_eq!(copy.read("checkpoint").unwrap(), Some(checkpoint.to_string().into_bytes()));
}

#[test]
fn a_damaged_copy_is_repaired_from_the_log_alone() {
    let (log, copy) = (Log::new(1100), Memory::default());
    follow(&log, &copy);
    for name in ["tile/0/001", "tile/entries/002", "tile/1/000.p/4"] {
        let mut bytes = copy.read(name).unwrap().unwrap();
        copy.remove(name).unwrap();
        if name != "tile/0/001" {
            bytes[1] ^= 1;
            copy.create(name, &bytes).unwrap();
        }
    }
    log.asked();
    let mirror = Mirror { upstream: &log, copy: &copy, policy: &policy("none"), progress: &|_, _| () };
    assert!(matches!(mirror.repair(), Ok(Round::Grown(_))));
    assert_eq!(clean(&copy), 1100);
    assert_eq!(files(&copy), log.files);
}

/// Objects that fail from some write on: as if the process had been killed there.
struct Killed<'a> {
    objects: &'a Memory,
    writes: AtomicUsize,
    at: usize,
}

impl Killed<'_> {
    /// One write; of many objects the first half may be there.
    fn dies(&self) -> bool {
        self.writes.fetch_add(1, Ordering::SeqCst) >= self.at
    }

    fn dead<T>(name: &str) -> Result<T, ObjectsError> {
        Err(ObjectsError::new(Doing::Writing, name, std::io::Error::other("killed")))
    }
}

impl Objects for Killed<'_> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        self.objects.read(name)
    }

    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        let mut created = Vec::new();
        for object in objects {
            if self.dies() {
                return Self::dead(&object.name);
            }
            created.push(self.objects.create(&object.name, &object.bytes)?);
        }
        Ok(created)
    }

    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        if self.dies() { Self::dead(name) } else { self.objects.replace(name, before, bytes) }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        self.objects.list(prefix)
    }

    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        if self.dies() { Self::dead(name) } else { self.objects.remove(name) }
    }
}

#[test]
fn killed_at_any_write_a_copy_is_whole_and_goes_on_from_there() {
    let mut sites = 0;
    loop {
        let (log, copy) = grown();
        let killed = Killed { objects: &copy, writes: AtomicUsize::new(0), at: sites };
        let done = round(&log, &killed, &policy("none")).is_ok();
        assert!([300, 1100].contains(&clean(&copy)), "site {sites}");
        log.asked();
        let found = round(&log, &copy, &policy("none")).unwrap();
        assert!(matches!(found, Round::Grown(_) | Round::Same { .. }), "{found:?}");
        assert_eq!(clean(&copy), 1100, "site {sites}");
        // What was there is not fetched again: with the checkpoint, all files are asked for once in both rounds.
        assert!(log.asked().len() <= 10 - sites.min(9), "site {sites}");
        if done {
            break;
        }
        sites += 1;
    }
    println!("{sites} writes, each the last of a copy that went on");
    assert!(sites >= 10, "{sites}");
}

#[test]
fn consistency_is_told_apart_from_forks_and_faults() {
    let (mut log, small) = (Log::new(1100), Log::new(300).signed(&Key::log()));
    let large = log.signed(&Key::log());
    assert_eq!(consistency(&small, &large, &log).unwrap(), Consistency::Consistent);
    let other = Log::of(300, 5, "rewritten").signed(&Key::log());
    assert!(matches!(consistency(&other, &large, &log).unwrap(), Consistency::Inconsistent(..)));
    log.files.get_mut("tile/0/001").unwrap()[0] ^= 1;
    assert!(matches!(consistency(&small, &large, &log).unwrap(), Consistency::Faulty(_)));
}

#[test]
fn every_damaged_file_is_named_and_no_other() {
    let log = Log::new(66_000);
    let checkpoint = log.signed(&Key::log());
    let told = |log: &Log| {
        let mut told = Vec::new();
        faults(checkpoint.checkpoint(), log, &mut |fault| {
            told.push(fault.path().map(|path| path.to_string()));
        })
        .unwrap();
        told
    };
    assert_eq!(told(&log), []);
    let names = [
        "tile/0/000",
        "tile/entries/255",
        "tile/1/000",
        "tile/1/001.p/1",
        "tile/2/000.p/1",
        "tile/0/257.p/208",
        "tile/entries/257.p/208",
    ];
    let mut bad = Log::new(66_000);
    for name in names {
        bad.files.get_mut(name).unwrap()[5] ^= 1;
        let flipped = told(&bad);
        bad.files.remove(name);
        let expected = vec![Some(name.to_owned())];
        assert_eq!((&flipped, &told(&bad)), (&expected, &expected));
        bad.files.insert(name.to_owned(), log.files[name].clone());
    }
    // Several at once, each at another place.
    for (at, name) in names[..4].iter().enumerate() {
        bad.files.get_mut(*name).unwrap()[32 * (3 - at)] ^= 1;
    }
    bad.files.remove("tile/0/007");
    let mut told = told(&bad);
    told.sort();
    let mut expected: Vec<_> = names[..4].iter().map(|name| Some((*name).to_owned())).collect();
    expected.push(Some("tile/0/007".to_owned()));
    expected.sort();
    assert_eq!(told, expected);
}
