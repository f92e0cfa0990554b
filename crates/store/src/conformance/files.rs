//! What every store of objects promises.

use std::thread;

use super::Keeper;
use crate::objects::{Created, Object, Replaced, probe};

/// An object stays as it was created first.
pub fn what_is_created_stays_as_it_was_first(keeper: &dyn Keeper) {
    let objects = keeper.open();
    assert_eq!(objects.read("tile/0/000").unwrap(), None);
    assert_eq!(objects.create("tile/0/000", b"first").unwrap(), Created::New);
    assert_eq!(objects.create("tile/0/000", b"second").unwrap(), Created::Existed);
    assert_eq!(objects.read("tile/0/000").unwrap().unwrap(), b"first");
    assert_eq!(objects.create("tile/0/001", b"").unwrap(), Created::New);
    assert_eq!(objects.read("tile/0/001").unwrap().unwrap(), b"");
}

/// Many objects are created in one call, in order, and of two with one name the first.
pub fn many_are_created_at_once(keeper: &dyn Keeper) {
    let objects = keeper.open();
    let many: Vec<_> =
        (0..20).map(|at| Object { name: format!("tile/1/00{}", at % 10), bytes: vec![at] }).collect();
    let created = objects.create_all(&many).unwrap();
    assert!(created[..10].iter().all(|created| *created == Created::New));
    assert!(created[10..].iter().all(|created| *created == Created::Existed));
    for Object { name, bytes } in &many[..10] {
        assert_eq!(objects.read(name).unwrap().as_ref(), Some(bytes));
    }
    assert!(objects.create_all(&[]).unwrap().is_empty());
}

/// What the writing path asks of a store before it uses it.
pub fn it_is_found_fit(keeper: &dyn Keeper) {
    let objects = keeper.open();
    probe(&*objects, 7).unwrap();
    probe(&*objects, 7).unwrap();
    assert!(objects.list("").unwrap().is_empty(), "a probe leaves nothing");
}

/// Replacing is a compare-and-set.
pub fn replacing_compares_first(keeper: &dyn Keeper) {
    let objects = keeper.open();
    assert_eq!(objects.replace("checkpoint", Some(b"x"), b"one").unwrap(), Replaced::Differs);
    assert_eq!(objects.replace("checkpoint", None, b"one").unwrap(), Replaced::Done);
    assert_eq!(objects.replace("checkpoint", None, b"two").unwrap(), Replaced::Differs);
    assert_eq!(objects.replace("checkpoint", Some(b"one"), b"two").unwrap(), Replaced::Done);
    assert_eq!(objects.read("checkpoint").unwrap().unwrap(), b"two");
}

/// Lists are in order; what is removed is gone, and may be removed again.
pub fn names_are_listed_in_order_by_how_they_begin_and_are_gone_when_removed(keeper: &dyn Keeper) {
    let objects = keeper.open();
    for name in ["tile/0/001.p/5", "tile/0/001.p/12", "tile/0/000", "tile/entries/000", "checkpoint"] {
        objects.create(name, b"").unwrap();
    }
    assert_eq!(objects.list("tile/0/001.p/").unwrap(), ["tile/0/001.p/12", "tile/0/001.p/5"]);
    assert_eq!(objects.list("tile/0/0").unwrap().len(), 3);
    assert!(objects.list("tile/7").unwrap().is_empty());
    objects.remove("tile/0/001.p/5").unwrap();
    objects.remove("tile/0/001.p/5").unwrap();
    objects.remove("tile/0/001.p/12").unwrap();
    assert_eq!(objects.list("").unwrap(), ["checkpoint", "tile/0/000", "tile/entries/000"]);
}

/// Names that [`check_name`](crate::objects::check_name) refuses are refused by every call.
pub fn names_that_lead_elsewhere_are_refused(keeper: &dyn Keeper) {
    let objects = keeper.open();
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
}

/// Through doors of their own, as processes have.
pub fn of_many_creators_and_of_many_replacers_one_wins(keeper: &dyn Keeper) {
    fn wins(act: &(dyn Fn(u8) -> bool + Sync)) -> usize {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|who| scope.spawn(move || act(who))).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        })
    }
    for round in 0..10 {
        let name = format!("race-{round}");
        let created = |who| keeper.open().create(&name, &[who]).unwrap() == Created::New;
        assert_eq!(wins(&created), 1);
        let before = keeper.open().read(&name).unwrap();
        let replaced =
            |who: u8| keeper.open().replace(&name, before.as_deref(), &[who + 10]).unwrap() == Replaced::Done;
        assert_eq!(wins(&replaced), 1);
        assert!(keeper.open().read(&name).unwrap().unwrap()[0] >= 10);
    }
}

/// What a call created, replaced or removed is so for everybody who opens the store later.
pub fn objects_are_there_after_reopening(keeper: &dyn Keeper) {
    {
        let objects = keeper.open();
        objects.create("tile/0/000", b"tile").unwrap();
        objects.create("tile/0/000.p/1", b"ti").unwrap();
        objects.replace("checkpoint", None, b"one").unwrap();
        objects.replace("checkpoint", Some(b"one"), b"two").unwrap();
        objects.remove("tile/0/000.p/1").unwrap();
    }
    let objects = keeper.open();
    assert_eq!(objects.list("").unwrap(), ["checkpoint", "tile/0/000"]);
    assert_eq!(objects.read("checkpoint").unwrap().unwrap(), b"two");
    assert_eq!(objects.create("tile/0/000", b"other").unwrap(), Created::Existed);
    assert_eq!(objects.read("tile/0/000").unwrap().unwrap(), b"tile");
}
