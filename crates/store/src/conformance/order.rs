//! Places: of acts in the log and in their dossiers.

use countersign_agreement::record::{Commitment, Link};
use countersign_authority::model::act::Visibility;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::TreeSize;

use super::Backend;
use super::made::{act, acts, index, opened, size};
use crate::dossiers::Store;
use crate::error::LedgerError;
use crate::ledger::{Entry, Place};
use crate::plan::ACTS_MAX;

/// Admission is idempotent: by the act's bytes alone.
pub fn the_same_act_twice_has_one_place_and_what_came_first_stands(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let first = act("talks", 1);
    let place = store.sequence(seat, std::slice::from_ref(&first)).unwrap().remove(0);
    assert!(!place.again);

    let mut later = first.clone();
    later.p7s = b"another signature".to_vec();
    later.salt = act("talks", 9).salt;
    later.entry = Commitment::of(&later.salt, &later.json, &later.p7s);
    later.visibility = Visibility::Public;
    later.bears = !first.bears;
    let again = store.sequence(seat, &[act("talks", 2), later]).unwrap();

    assert_eq!(again[1], Place { again: true, ..place });
    let kept = store.act(first.id).unwrap().unwrap();
    assert_eq!((kept.p7s, kept.salt, kept.visibility), (first.p7s, first.salt, first.visibility));
    assert_eq!(kept.link.bears, first.bears);
}

/// Within one batch as well.
pub fn the_same_act_twice_in_a_batch_has_one_place(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let places = store.sequence(seat, &[act("talks", 1), act("talks", 1), act("talks", 2)]).unwrap();
    assert_eq!((places[0].index, places[0].again), (index(0), false));
    assert_eq!(places[1], Place { again: true, ..places[0].clone() });
    assert_eq!((places[2].index, places[2].link.number), (index(1), 2));
    assert_eq!(store.head().unwrap().sequenced, size(3));
}

/// One act of it without a dossier, and none is placed.
pub fn a_batch_is_placed_whole_or_not_at_all(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &[act("talks", 1)]).unwrap();
    let before = store.head().unwrap();
    for batch in [[act("talks", 2), act("nowhere", 3)], [act("nowhere", 3), act("talks", 2)]] {
        let error = store.sequence(seat, &batch).unwrap_err();
        assert!(matches!(&error, LedgerError::NoDossier { id } if id == "nowhere"), "{error}");
    }
    assert_eq!(store.head().unwrap(), before);
    assert_eq!(store.act(act("talks", 2).id).unwrap(), None);
    assert_eq!(store.acts("talks", 0, 10).unwrap().len(), 1);
    assert_eq!(store.entries(index(0), 10).unwrap().len(), 2);
}

/// A bit that flips between admission and storage is no part of the record.
pub fn an_act_that_changed_since_its_admission_is_refused(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let before = store.head().unwrap();
    for part in 0..2 {
        let mut flipped = act("talks", 2);
        let bytes = if part == 0 { &mut flipped.json } else { &mut flipped.p7s };
        bytes[3] ^= 1;
        let error = store.sequence(seat, &[act("talks", 1), flipped]).unwrap_err();
        assert!(matches!(error, LedgerError::Altered { id } if id == act("talks", 2).id), "{error}");
    }
    assert_eq!(store.head().unwrap(), before);
}

/// Across batches and dossiers; each entry is what it should commit to, each link names the one before.
pub fn indices_and_numbers_count_without_a_gap(backend: &dyn Backend) {
    let dossiers = ["a", "b", "c"];
    let (store, seat) = opened(backend, &dossiers);
    for batch in 0..6 {
        let batch: Vec<_> =
            (0..7).map(|at| act(dossiers[(batch * at) as usize % 3], batch * 7 + at)).collect();
        store.sequence(seat, &batch).unwrap();
    }
    let sequenced = store.head().unwrap().sequenced;
    let entries = store.entries(index(0), usize::MAX).unwrap();
    assert_eq!(entries.len() as u64, sequenced.get());
    for (entry, at) in entries.iter().zip(0..) {
        assert_eq!((entry.index, entry.leaf), (index(at), Hash::leaf(&entry.bytes)));
    }
    let mut accounted = 0;
    for dossier in dossiers {
        accounted += chained(&*store, dossier, &entries);
    }
    assert_eq!(accounted, 42);
}

/// How many acts a dossier has, whose links are a chain and lie in the log.
fn chained(store: &dyn Store, dossier: &str, entries: &[Entry]) -> usize {
    let acts = store.acts(dossier, 0, usize::MAX).unwrap();
    let mut last: Option<Link> = None;
    for act in &acts {
        let entry = Commitment::of(&act.salt, &act.json, &act.p7s);
        let link = Link::after(last.as_ref(), dossier.into(), entry, act.link.bears);
        assert_eq!(act.link, link);
        assert_eq!(entries[act.index.get() as usize].bytes, *entry.as_bytes());
        last = Some(link);
    }
    assert_eq!(
        store.links(dossier, 0, usize::MAX).unwrap(),
        acts.iter().map(|a| a.link.clone()).collect::<Vec<_>>()
    );
    let newest = store.newest(dossier, TreeSize::MAX).unwrap().unwrap();
    assert_eq!(Some(&newest.link), last.as_ref());
    assert_eq!(entries[newest.index.get() as usize].bytes, newest.link.digest().0);
    acts.len()
}

/// After the acts of the batch, in the order in which they touched dossiers.
pub fn each_dossier_touched_gets_one_head_entry(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["a", "b", "c"]);
    store.sequence(seat, &[act("c", 0)]).unwrap();
    let batch = [act("b", 1), act("a", 2), act("c", 0), act("b", 3), act("a", 4), act("b", 5)];
    let places = store.sequence(seat, &batch).unwrap();
    let at: Vec<u64> = places.iter().map(|place| place.index.get()).collect();
    assert_eq!(at, [2, 3, 0, 4, 5, 6], "the act of `c` was there before");
    let entries = store.entries(index(7), 10).unwrap();
    let heads = [&places[5].link, &places[4].link].map(|link| link.digest().0);
    assert_eq!(entries.iter().map(|entry| entry.bytes).collect::<Vec<_>>(), heads, "of `b`, then of `a`");
    let newest = |dossier| store.newest(dossier, TreeSize::MAX).unwrap().unwrap().index.get();
    assert_eq!(["a", "b", "c"].map(newest), [8, 7, 1]);
}

/// No entry, no head entry.
pub fn a_batch_of_acts_known_already_adds_nothing(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let batch = acts("talks", 0..5);
    let first = store.sequence(seat, &batch).unwrap();
    let before = store.head().unwrap();
    let again = store.sequence(seat, &batch).unwrap();
    assert_eq!(store.head().unwrap(), before);
    assert!(first.iter().zip(&again).all(|(first, again)| *again == Place { again: true, ..first.clone() }));
}

/// It is refused to a fenced writer, and does nothing for the other.
pub fn an_empty_batch_asks_for_the_seat_alone(backend: &dyn Backend) {
    let (store, old) = opened(backend, &["talks"]);
    let seat = store.take_seat().unwrap();
    let before = store.head().unwrap();
    assert_eq!(store.sequence(seat, &[]).unwrap(), []);
    assert!(matches!(store.sequence(old, &[]), Err(LedgerError::Fenced { .. })));
    assert_eq!(store.head().unwrap(), before);
}

/// From every index, of every length.
pub fn entries_come_in_pieces_without_a_gap(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    for batch in [0..1, 1..6, 6..8] {
        store.sequence(seat, &acts("talks", batch)).unwrap();
    }
    let all = store.entries(index(0), usize::MAX).unwrap();
    assert_eq!(all.len(), 11);
    for from in 0..14_usize {
        for most in 0..14 {
            let expected: Vec<_> = all.iter().skip(from).take(most).copied().collect();
            assert_eq!(store.entries(index(from as u64), most).unwrap(), expected, "{most} from {from}");
        }
    }
}

/// In one transaction.
pub fn a_batch_of_a_thousand_is_placed(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let places = store.sequence(seat, &acts("talks", 0..1000)).unwrap();
    assert!(places.iter().zip(0..).all(|(place, at)| place.index == index(at)));
    assert_eq!(store.head().unwrap().sequenced, size(1001));
    assert_eq!(chained(&*store, "talks", &store.entries(index(0), usize::MAX).unwrap()), 1000);
}

/// A bundle has [`ACTS_MAX`]; what was admitted before is found again all the same.
pub fn a_dossier_takes_no_more_acts_than_a_bundle(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks", "trade"]);
    let most = u64::from(ACTS_MAX);
    store.sequence(seat, &acts("talks", 0..most - 1)).unwrap();
    let before = store.head().unwrap().sequenced;
    let error = store.sequence(seat, &acts("talks", most - 1..most + 1)).unwrap_err();
    let last = act("talks", most);
    assert!(error.blames(&last) && !error.blames(&act("talks", 0)), "{error:?}");
    assert_eq!(store.head().unwrap().sequenced, before, "all of a batch or none");
    store.sequence(seat, &acts("talks", most - 1..most)).unwrap();
    let error = store.sequence(seat, &[last]).unwrap_err();
    assert!(matches!(&error, LedgerError::DossierFull { dossier, .. } if dossier == "talks"), "{error:?}");
    assert!(store.sequence(seat, &acts("talks", 0..1)).unwrap()[0].again);
    store.sequence(seat, &acts("trade", 0..1)).unwrap();
}
