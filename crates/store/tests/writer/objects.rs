//! What every store of objects promises.

use std::sync::Arc;

use countersign_store::directory::Directory;
use countersign_store::objects::{Created, Memory, Object, Objects, Replaced, probe};
use countersign_store::writer::Writer;

use crate::kit::{acts, directory, expect_sound, ledger, parts};

/// A folder and memory, each without objects, given to a claim.
fn each(claim: impl Fn(&dyn Objects)) {
    let folder = tempfile::tempdir().unwrap();
    claim(&Directory::open(folder.path()).unwrap());
    claim(&Memory::new());
}

#[test]
fn what_is_created_stays_as_it_was_first() {
    each(|objects| {
        assert_eq!(objects.read("tile/0/000").unwrap(), None);
        assert_eq!(objects.create("tile/0/000", b"first").unwrap(), Created::New);
        assert_eq!(objects.create("tile/0/000", b"second").unwrap(), Created::Existed);
        assert_eq!(objects.read("tile/0/000").unwrap().unwrap(), b"first");
        let many: Vec<_> =
            (0..20).map(|at| Object { name: format!("tile/1/00{}", at % 10), bytes: vec![at] }).collect();
        let created = objects.create_all(&many).unwrap();
        assert!(created[..10].iter().all(|created| *created == Created::New));
        assert!(created[10..].iter().all(|created| *created == Created::Existed));
        probe(objects, 7).unwrap();
    });
}

#[test]
fn replacing_compares_first() {
    each(|objects| {
        assert_eq!(objects.replace("checkpoint", Some(b"x"), b"one").unwrap(), Replaced::Differs);
        assert_eq!(objects.replace("checkpoint", None, b"one").unwrap(), Replaced::Done);
        assert_eq!(objects.replace("checkpoint", None, b"two").unwrap(), Replaced::Differs);
        assert_eq!(objects.replace("checkpoint", Some(b"one"), b"two").unwrap(), Replaced::Done);
        assert_eq!(objects.read("checkpoint").unwrap().unwrap(), b"two");
    });
}

#[test]
fn names_are_listed_in_order_by_how_they_begin_and_are_gone_when_removed() {
    each(|objects| {
        for name in ["tile/0/001.p/5", "tile/0/001.p/12", "tile/0/000", "tile/entries/000", "checkpoint"] {
            objects.create(name, b"").unwrap();
        }
        assert_eq!(objects.list("tile/0/001.p/").unwrap(), ["tile/0/001.p/12", "tile/0/001.p/5"]);
        assert_eq!(objects.list("tile/0/0").unwrap().len(), 3);
        objects.remove("tile/0/001.p/5").unwrap();
        objects.remove("tile/0/001.p/5").unwrap();
        objects.remove("tile/0/001.p/12").unwrap();
        assert_eq!(objects.list("").unwrap(), ["checkpoint", "tile/0/000", "tile/entries/000"]);
    });
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    each(|objects| {
        let long = "a/".repeat(120) + "a";
        for name in [
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            ".new/1",
            "a\\b",
            "a\0b",
            "ä",
            "a b",
            "C:x",
            &long,
        ] {
            assert!(objects.read(name).is_err(), "{name:?}");
            assert!(objects.create(name, b"").is_err(), "{name:?}");
            assert!(objects.replace(name, None, b"").is_err(), "{name:?}");
            assert!(objects.remove(name).is_err(), "{name:?}");
        }
        assert!(objects.list("").unwrap().is_empty());
    });
}

#[test]
fn of_many_creators_and_of_many_replacers_one_wins() {
    each(|objects| {
        for round in 0..10 {
            let name = format!("race-{round}");
            let wins = |act: &(dyn Fn(u8) -> bool + Sync)| {
                std::thread::scope(|scope| {
                    let threads: Vec<_> = (0..4).map(|who| scope.spawn(move || act(who))).collect();
                    threads.into_iter().map(|thread| u32::from(thread.join().unwrap())).sum::<u32>()
                })
            };
            assert_eq!(wins(&|who| objects.create(&name, &[who]).unwrap() == Created::New), 1);
            let before = objects.read(&name).unwrap();
            let replace =
                |who: u8| objects.replace(&name, before.as_deref(), &[who + 10]).unwrap() == Replaced::Done;
            assert_eq!(wins(&replace), 1);
        }
    });
}

#[test]
fn what_a_crash_left_unfinished_is_swept_and_never_an_object() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".new")).unwrap();
    std::fs::write(folder.path().join(".new/1-1"), b"half an obj").unwrap();
    let objects = Directory::open(folder.path()).unwrap();
    assert!(objects.list("").unwrap().is_empty());
    objects.create("checkpoint", b"whole").unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(".new")).unwrap().count(), 0);
}

#[test]
fn a_folder_holds_a_record_over_a_boundary() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, objects) = (ledger(), directory(folder.path()));
    let mut writer = Writer::open(parts(ledger, objects.clone() as Arc<dyn Objects>)).unwrap();
    for at in 0..3 {
        writer.write(&acts(at * 100..(at + 1) * 100)).unwrap().published.unwrap();
    }
    assert_eq!(expect_sound(&*objects), 303);
}
