//! A database that is older than its record: what stops it, and how what is lost comes back.

use countersign_agreement::record::ENTRY_LENGTH;

use super::Backend;
use super::made::{act, acts, dossier, index, opened, signed, size, tree};
use crate::dossiers::{Dossiers as _, Store};
use crate::error::LedgerError;
use crate::ledger::{Elsewhere, Ledger as _, Seat, Tree};
use crate::memory::Memory;
use crate::refill::Refill;

/// What was there before the database was lost: three acts in two dossiers (entries 0 to 4) and, since the copy, four acts
/// more (entries 5 to 11).
fn whole() -> Memory {
    let whole = Memory::new();
    for id in ["talks", "fuel"] {
        whole.open(&dossier(id)).unwrap();
    }
    let seat = whole.take_seat().unwrap();
    whole.sequence(seat, &[acts("talks", 0..2), acts("fuel", 2..3)].concat()).unwrap();
    whole.sequence(seat, &[acts("talks", 3..5), acts("fuel", 5..6)].concat()).unwrap();
    whole.sequence(seat, &[act("talks", 6)]).unwrap();
    whole
}

fn entries(whole: &Memory, from: u64) -> Vec<[u8; ENTRY_LENGTH]> {
    whole.entries(index(from), 99).unwrap().into_iter().map(|entry| entry.bytes).collect()
}

/// The copy, after it took over the tree.
fn restored(backend: &dyn Backend) -> (Box<dyn Store>, Seat, Memory) {
    let whole = whole();
    let (store, seat) = opened(backend, &["talks", "fuel"]);
    store.sequence(seat, &[acts("talks", 0..2), acts("fuel", 2..3)].concat()).unwrap();
    store.adopt(seat, Tree::EMPTY, &signed(tree(12, "")), &entries(&whole, 5)).unwrap();
    (store, seat, whole)
}

fn refill(whole: &Memory, id: &str, numbers: &[u64]) -> Refill {
    let acts = numbers.iter().map(|number| act(id, *number)).collect();
    Refill { dossier: id.into(), links: whole.links(id, 0, 99).unwrap(), acts }
}

/// The larger of two sizes, and one that isn't known more than any, until somebody says that there is nothing.
pub fn what_others_have_more_of_stops_the_record(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..3)).unwrap();
    store.hear(Elsewhere::Signed(size(9))).unwrap();
    store.hear(Elsewhere::Signed(size(7))).unwrap();
    assert_eq!(store.head().unwrap().elsewhere, Elsewhere::Signed(size(9)));
    store.hear(Elsewhere::Unknown).unwrap();
    store.hear(Elsewhere::Signed(size(9))).unwrap();
    assert_eq!(backend.open().head().unwrap().elsewhere, Elsewhere::Unknown);
    let before = store.head().unwrap();
    for error in [
        store.sequence(seat, &[act("talks", 3)]).map(|_| ()).unwrap_err(),
        store.advance(seat, Tree::EMPTY, &signed(tree(4, ""))).unwrap_err(),
    ] {
        assert!(matches!(error, LedgerError::Behind { known: None, .. }), "{error}");
    }
    assert_eq!(store.head().unwrap(), before);
    store.hear(Elsewhere::Nothing).unwrap();
    store.advance(seat, Tree::EMPTY, &signed(tree(4, ""))).unwrap();
    store.sequence(seat, &[act("talks", 3)]).unwrap();
}

/// By the seat's holder, from the tree that is here, with every entry that is missing.
pub fn adopting_goes_on_from_a_tree_that_was_signed(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..3)).unwrap();
    store.hear(Elsewhere::Signed(size(6))).unwrap();
    let (six, lost) = (tree(6, ""), [[1; ENTRY_LENGTH], [2; ENTRY_LENGTH]]);
    let before = store.head().unwrap();
    let moved = store.adopt(seat, six, &signed(six), &lost).unwrap_err();
    assert!(matches!(moved, LedgerError::Moved { .. }), "{moved}");
    let fenced = store.adopt(Seat(seat.0 + 1), Tree::EMPTY, &signed(six), &lost).unwrap_err();
    assert!(matches!(fenced, LedgerError::Fenced { .. }), "{fenced}");
    for wrong in [&lost[..1], &[]] {
        let error = store.adopt(seat, Tree::EMPTY, &signed(six), wrong).unwrap_err();
        assert!(matches!(error, LedgerError::Beyond { .. }), "{error}");
    }
    assert_eq!((store.head().unwrap(), store.lost().unwrap()), (before, 0));
    store.adopt(seat, Tree::EMPTY, &signed(six), &lost).unwrap();
    let head = backend.open().head().unwrap();
    assert_eq!((head.integrated, head.sequenced, head.tidied), (six, size(6), size(6)));
    assert_eq!((head.published, store.lost().unwrap()), (Some(signed(six)), 2));
    head_is_kept(&*store, seat, six);
}

fn head_is_kept(store: &dyn Store, seat: Seat, six: Tree) {
    for (next, is_older) in [(tree(5, ""), true), (tree(6, "another"), false)] {
        let error = store.adopt(seat, six, &signed(next), &[]).unwrap_err();
        assert_eq!(matches!(error, LedgerError::Older { .. }), is_older, "{error}");
        assert!(is_older || matches!(error, LedgerError::Unlike { .. }), "{error}");
    }
    store.adopt(seat, six, &signed(six), &[]).unwrap();
    assert_eq!(store.lost().unwrap(), 2);
}

/// Acts that are known get their places all the same, and a dossier that is new since is written to.
pub fn what_is_lost_stops_the_dossiers_that_were_there(backend: &dyn Backend) {
    let (store, seat, _) = restored(backend);
    store.open(&dossier("new")).unwrap();
    for id in ["talks", "fuel"] {
        let error = store.sequence(seat, &[act("new", 50), act(id, 51)]).unwrap_err();
        assert!(matches!(&error, LedgerError::Lost { entries: 7, dossier } if dossier == id), "{error}");
    }
    assert_eq!(store.head().unwrap().sequenced, size(12));
    let places = store.sequence(seat, &[act("talks", 1), act("new", 50)]).unwrap();
    assert_eq!((places[0].again, places[1].index), (true, index(12)));
}

/// Acts, links, heads: as if nothing had been lost; then the next act has the next number.
pub fn what_was_lost_comes_back_to_its_old_place(backend: &dyn Backend) {
    let (store, seat, whole) = restored(backend);
    let talks = refill(&whole, "talks", &[0, 1, 3, 4, 6]);
    let fenced = store.refill(Seat(seat.0 + 1), &talks).unwrap_err();
    assert!(matches!(fenced, LedgerError::Fenced { .. }), "{fenced}");
    store.refill(seat, &talks).unwrap();
    assert_eq!(store.lost().unwrap(), 2);
    let error = store.sequence(seat, &[act("talks", 50)]).unwrap_err();
    assert!(matches!(error, LedgerError::Lost { entries: 2, .. }), "{error}");
    store.refill(seat, &refill(&whole, "fuel", &[2, 5])).unwrap();
    store.refill(seat, &talks).unwrap();
    drop(store);
    let store = backend.open();
    assert_eq!(store.lost().unwrap(), 0);
    for id in ["talks", "fuel"] {
        assert_eq!(store.acts(id, 0, 99).unwrap(), whole.acts(id, 0, 99).unwrap());
        assert_eq!(store.links(id, 0, 99).unwrap(), whole.links(id, 0, 99).unwrap());
        for below in 0..13 {
            assert_eq!(store.newest(id, size(below)).unwrap(), whole.newest(id, size(below)).unwrap());
        }
    }
    assert_eq!(store.act(act("talks", 4).id).unwrap(), whole.act(act("talks", 4).id).unwrap());
    let place = store.sequence(seat, &[act("talks", 50)]).unwrap().remove(0);
    assert_eq!((place.index, place.link.number), (index(12), 6));
}

/// Its act stays lost until a bundle shows it.
pub fn a_link_without_its_act_holds_its_number(backend: &dyn Backend) {
    let (store, seat, whole) = restored(backend);
    store.refill(seat, &refill(&whole, "talks", &[3, 6])).unwrap();
    store.refill(seat, &refill(&whole, "fuel", &[])).unwrap();
    assert_eq!(store.lost().unwrap(), 0);
    let numbers = |store: &dyn Store, id| {
        store.acts(id, 0, 99).unwrap().iter().map(|act| act.link.number).collect::<Vec<_>>()
    };
    assert_eq!((numbers(&*store, "talks"), numbers(&*store, "fuel")), (vec![1, 2, 3, 5], vec![1]));
    assert_eq!(store.acts("talks", 3, 1).unwrap()[0].link.number, 5);
    assert_eq!(store.act(act("talks", 4).id).unwrap(), None);
    assert_eq!(store.links("talks", 0, 99).unwrap(), whole.links("talks", 0, 99).unwrap());
    assert_eq!(store.sequence(seat, &[act("fuel", 60)]).unwrap()[0].link.number, 3);
    store.refill(seat, &refill(&whole, "talks", &[4])).unwrap();
    assert_eq!(store.acts("talks", 0, 99).unwrap(), whole.acts("talks", 0, 99).unwrap());
}

/// Another act at a number, an act that the record never had, a chain that no head holds: nothing of it is taken.
pub fn what_contradicts_the_record_is_not_put_back(backend: &dyn Backend) {
    let (store, seat, whole) = restored(backend);
    let forged = |numbers: &[u64]| {
        let other = Memory::new();
        other.open(&dossier("talks")).unwrap();
        let seat = other.take_seat().unwrap();
        let batch: Vec<_> = numbers.iter().map(|number| act("talks", *number)).collect();
        other.sequence(seat, &batch).unwrap();
        refill(&other, "talks", numbers)
    };
    let error = store.refill(seat, &forged(&[0, 7])).unwrap_err();
    assert!(matches!(error, LedgerError::Rewritten { number: 2, .. }), "{error}");
    let error = store.refill(seat, &forged(&[0, 1, 3, 9])).unwrap_err();
    assert!(matches!(error, LedgerError::NotLost { number: 4 }), "{error}");
    let mut cut = refill(&whole, "talks", &[3]);
    cut.links.truncate(3);
    let error = store.refill(seat, &cut).unwrap_err();
    assert!(matches!(error, LedgerError::NotLost { number: 3 }), "no head holds it: {error}");
    let mut altered = refill(&whole, "talks", &[3, 4]);
    altered.acts[1].json.push(b' ');
    let error = store.refill(seat, &altered).unwrap_err();
    assert!(matches!(error, LedgerError::Altered { .. }), "{error}");
    let error = store.refill(seat, &refill(&whole, "nowhere", &[])).unwrap_err();
    assert!(matches!(error, LedgerError::NoDossier { .. }), "{error}");
    assert_eq!((store.lost().unwrap(), store.links("talks", 0, 99).unwrap().len()), (7, 2));
}
