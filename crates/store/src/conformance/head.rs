//! The head: who may move it, and where to.

use countersign_agreement::record::ENTRY_LENGTH;

use super::Backend;
use super::made::{act, acts, checkpoint, dossier, index, opened, signed, size, tree};
use crate::dossiers::Store;
use crate::error::LedgerError;
use crate::ledger::{Cosigned, Elsewhere, Seat, Tree};

/// Nothing is sequenced, integrated, published; there is no dossier.
pub fn a_new_record_is_empty(backend: &dyn Backend) {
    let store = backend.open();
    let head = store.head().unwrap();
    assert_eq!((head.seat, head.sequenced, head.integrated), (Seat(0), size(0), Tree::EMPTY));
    assert_eq!((head.checkpoint, head.published, head.tidied), (None, None, size(0)));
    assert_eq!(store.entries(index(0), 10).unwrap(), []);
    assert_eq!(store.dossiers(None, 10).unwrap(), []);
    assert_eq!(store.cosigned().unwrap(), []);
}

/// Each call of one who lost the seat is refused, and all is as it was.
pub fn a_fenced_seat_changes_nothing(backend: &dyn Backend) {
    let (store, old) = opened(backend, &["talks"]);
    store.sequence(old, &acts("talks", 0..3)).unwrap();
    let first = tree(4, "");
    store.advance(old, Tree::EMPTY, &signed(first)).unwrap();
    store.publish(old, &signed(first)).unwrap();
    store.sequence(old, &acts("talks", 3..5)).unwrap();
    let latest = store.take_seat().unwrap();
    assert!(latest > old);

    let before = (store.head().unwrap(), store.entries(index(0), 99).unwrap(), store.cosigned().unwrap());
    let calls: [Result<(), LedgerError>; 6] = [
        store.sequence(old, &[act("talks", 9)]).map(|_| ()),
        store.sequence(Seat(latest.0 + 1), &[act("talks", 9)]).map(|_| ()),
        store.advance(old, first, &signed(tree(7, ""))),
        store.publish(old, &checkpoint(first, &["ruritania.example/record", "kravonia.example/witness"])),
        store.tidy(old, size(4)),
        store.keep_cosigned(old, &Cosigned { witness: "kravonia.example".to_owned(), size: size(4) }),
    ];
    for (call, at) in calls.into_iter().zip(0..) {
        let fenced = matches!(call, Err(LedgerError::Fenced { latest: told, .. }) if told == latest.0);
        assert!(fenced, "call {at}: {call:?}");
    }
    assert_eq!(
        (store.head().unwrap(), store.entries(index(0), 99).unwrap(), store.cosigned().unwrap()),
        before
    );
    assert_eq!(store.act(act("talks", 9).id).unwrap(), None);
    store.sequence(latest, &[act("talks", 9)]).unwrap();
}

/// From the tree that is integrated, by size and root, and from no other.
pub fn advancing_compares_and_sets(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..9)).unwrap();
    let (four, six) = (tree(4, ""), tree(6, ""));
    store.advance(seat, Tree::EMPTY, &signed(four)).unwrap();
    for wrong in [Tree::EMPTY, tree(3, ""), tree(4, "another"), six] {
        let error = store.advance(seat, wrong, &signed(six)).unwrap_err();
        assert!(matches!(error, LedgerError::Moved { found, .. } if found == four), "{error}");
    }
    let head = store.head().unwrap();
    assert_eq!((head.integrated, head.checkpoint), (four, Some(signed(four))));
    store.advance(seat, four, &signed(six)).unwrap();
    assert_eq!(store.head().unwrap().integrated, six);
}

/// Never smaller, never another root of the same size, never more than is sequenced.
pub fn what_is_integrated_follows_what_was(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.advance(seat, Tree::EMPTY, &signed(Tree::EMPTY)).unwrap();
    store.sequence(seat, &acts("talks", 0..9)).unwrap();
    let four = tree(4, "");
    store.advance(seat, Tree::EMPTY, &signed(four)).unwrap();
    let to = |next| store.advance(seat, four, &signed(next)).unwrap_err();
    assert!(
        matches!(to(tree(3, "")), LedgerError::Older { given, kept } if (given, kept) == (size(3), size(4)))
    );
    assert!(matches!(to(tree(4, "another")), LedgerError::Unlike { size: at, .. } if at == size(4)));
    assert!(
        matches!(to(tree(11, "")), LedgerError::Beyond { asked, most } if (asked, most) == (size(11), size(10)))
    );
    store.advance(seat, four, &signed(four)).unwrap();
    assert_eq!(store.head().unwrap().integrated, four);
}

/// Nor beyond what is integrated.
pub fn publishing_never_goes_back(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..9)).unwrap();
    let (four, six) = (tree(4, ""), tree(6, ""));
    assert!(matches!(store.publish(seat, &signed(four)), Err(LedgerError::Beyond { .. })));
    store.advance(seat, Tree::EMPTY, &signed(four)).unwrap();
    assert!(matches!(store.publish(seat, &signed(tree(4, "another"))), Err(LedgerError::Unlike { .. })));
    store.advance(seat, four, &signed(six)).unwrap();
    store.publish(seat, &signed(four)).unwrap();
    store.publish(seat, &signed(six)).unwrap();
    assert!(matches!(store.publish(seat, &signed(four)), Err(LedgerError::Older { .. })));
    assert!(matches!(store.publish(seat, &signed(tree(6, "another"))), Err(LedgerError::Unlike { .. })));
    assert_eq!(store.head().unwrap().published, Some(signed(six)));
}

/// A late cosignature comes with another publication of the same size.
pub fn publishing_again_keeps_the_last_cosignatures(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..3)).unwrap();
    let four = tree(4, "");
    store.advance(seat, Tree::EMPTY, &signed(four)).unwrap();
    store.publish(seat, &signed(four)).unwrap();
    let cosigned = checkpoint(four, &["ruritania.example/record", "kravonia.example/witness"]);
    store.publish(seat, &cosigned).unwrap();
    let head = store.head().unwrap();
    assert_eq!((head.published, head.checkpoint), (Some(cosigned), Some(signed(four))));
}

/// A batch that reaches above the size stays whole; what is asked for below is refused, not skipped.
pub fn only_what_is_published_is_tidied_and_only_whole_batches(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    // Entries 0 to 3, 4 to 7, 8 to 11.
    for batch in [0..3, 3..6, 6..9] {
        store.sequence(seat, &acts("talks", batch)).unwrap();
    }
    let all = store.entries(index(0), 99).unwrap();
    assert!(matches!(store.tidy(seat, size(4)), Err(LedgerError::Beyond { .. })));
    store.advance(seat, Tree::EMPTY, &signed(tree(12, ""))).unwrap();
    assert!(
        matches!(store.tidy(seat, size(4)), Err(LedgerError::Beyond { .. })),
        "it is integrated, not published"
    );
    store.publish(seat, &signed(tree(12, ""))).unwrap();
    assert_eq!(store.entries(index(0), 99).unwrap(), all);

    for (below, kept) in [(3, 0), (7, 4), (4, 4), (11, 8), (12, 12), (0, 12)] {
        store.tidy(seat, size(below)).unwrap();
        assert_eq!(store.head().unwrap().tidied, size(kept), "tidied below {below}");
        assert_eq!(store.entries(index(kept), 99).unwrap(), all[kept as usize..]);
        if let Some(gone) = kept.checked_sub(1) {
            let error = store.entries(index(gone), 99).unwrap_err();
            assert!(matches!(error, LedgerError::Tidied { kept: from, .. } if from == size(kept)), "{error}");
        }
    }
    assert!(matches!(store.tidy(seat, size(13)), Err(LedgerError::Beyond { .. })));
    store.sequence(seat, &[act("talks", 20)]).unwrap();
    assert_eq!(store.entries(index(12), 99).unwrap().len(), 2);
    assert_eq!(store.acts("talks", 0, 99).unwrap().len(), 10, "acts are no batches");
}

/// Whatever is called, in whatever order.
pub fn no_size_ever_decreases(backend: &dyn Backend) {
    let (store, mut seat) = opened(backend, &["talks"]);
    let mut number = 0x2545_f491_4f6c_dd1d_u64;
    let mut drawn = |below: u64| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number % below
    };
    let sizes = |store: &dyn Store| {
        let head = store.head().unwrap();
        [head.sequenced, head.integrated.size, head.published_size(), head.tidied, size(head.seat.0)]
    };
    let (mut before, mut refused) = (sizes(&*store), 0);
    for at in 0..400 {
        let head = store.head().unwrap();
        let near = |size: u64, off: u64| tree((size + off).saturating_sub(3), "");
        let called = match drawn(6) {
            0 => store.sequence(seat, &acts("talks", at..at + drawn(4))).map(|_| ()),
            1 => store.advance(seat, head.integrated, &signed(near(head.sequenced.get(), drawn(6)))),
            2 => {
                store.advance(seat, near(head.integrated.size.get(), drawn(6)), &signed(tree(drawn(99), "")))
            }
            3 => store.publish(seat, &signed(near(head.integrated.size.get(), drawn(6)))),
            4 => store.tidy(seat, near(head.published_size().get(), drawn(6)).size),
            _ => store.take_seat().map(|taken| seat = taken),
        };
        refused += u32::from(called.is_err());
        let after = sizes(&*store);
        assert!(before.iter().zip(&after).all(|(before, after)| before <= after), "{before:?} {after:?}");
        let [sequenced, integrated, published, tidied, _] = after;
        assert!(tidied <= published && published <= integrated && integrated <= sequenced, "{after:?}");
        before = after;
    }
    assert!(before.iter().all(|size| size.get() > 0) && refused > 0, "{before:?}, {refused} refused");
}

/// Also less than before: a witness that was restored from a backup says so.
pub fn what_witnesses_know_is_kept(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &[]);
    let cosigned = |witness: &str, at| Cosigned { witness: witness.to_owned(), size: size(at) };
    for (witness, at) in [("b", 5), ("a", 7), ("b", 9), ("a", 3)] {
        store.keep_cosigned(seat, &cosigned(witness, at)).unwrap();
    }
    assert_eq!(store.cosigned().unwrap(), [cosigned("a", 3), cosigned("b", 9)]);
}

/// To the last byte.
pub fn what_returned_is_there_after_reopening(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["a", "b"]);
    for batch in 0..4 {
        let batch = [acts("a", batch * 9..batch * 9 + 5), acts("b", batch * 9 + 5..batch * 9 + 9)].concat();
        store.sequence(seat, &batch).unwrap();
    }
    store.advance(seat, Tree::EMPTY, &signed(tree(25, ""))).unwrap();
    store
        .publish(seat, &checkpoint(tree(25, ""), &["ruritania.example/record", "kravonia.example/witness"]))
        .unwrap();
    store.tidy(seat, size(20)).unwrap();
    store.keep_cosigned(seat, &Cosigned { witness: "w".to_owned(), size: size(25) }).unwrap();
    let all = |store: &dyn Store| {
        let head = store.head().unwrap();
        let from = index(head.tidied.get());
        let shelves = ["a", "b"].map(|id| {
            (store.dossier(id).unwrap(), store.acts(id, 0, 99).unwrap(), store.newest(id, size(99)).unwrap())
        });
        (store.entries(from, 99).unwrap(), head, shelves, store.cosigned().unwrap())
    };
    let before = all(&*store);
    drop(store);
    let store = backend.open();
    assert_eq!(all(&*store), before);
    let place = store.sequence(seat, &[act("a", 0), act("a", 99)]).unwrap();
    assert!(place[0].again && !place[1].again, "the seat is still the latest, and the acts are known");
}

/// Of two sizes the larger counts, and not knowing more than any; what is here by now holds nothing back.
pub fn what_others_have_is_kept_and_nothing_is_written_before_it_is_here(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.hear(Elsewhere::Signed(size(3))).unwrap();
    store.hear(Elsewhere::Signed(size(2))).unwrap();
    assert_eq!(store.head().unwrap().elsewhere, Elsewhere::Signed(size(3)));
    let behind = |error: LedgerError| match error {
        LedgerError::Behind { known, .. } => Some(known),
        _ => None,
    };
    assert_eq!(behind(store.sequence(seat, &acts("talks", 0..1)).unwrap_err()), Some(Some(size(3))));
    assert_eq!(
        behind(store.advance(seat, Tree::EMPTY, &signed(Tree::EMPTY)).unwrap_err()),
        Some(Some(size(3)))
    );
    store.hear(Elsewhere::Unknown).unwrap();
    store.hear(Elsewhere::Signed(size(9))).unwrap();
    assert_eq!(behind(store.sequence(seat, &acts("talks", 0..1)).unwrap_err()), Some(None));
    store.hear(Elsewhere::Nothing).unwrap();
    store.hear(Elsewhere::Signed(size(3))).unwrap();
    let taken = tree(3, "theirs");
    store.adopt(seat, Tree::EMPTY, &signed(taken), &[[0; ENTRY_LENGTH]; 3]).unwrap();
    let head = store.head().unwrap();
    assert_eq!((head.integrated, head.sequenced, head.tidied), (taken, size(3), size(3)));
    store.open(&dossier("later")).unwrap();
    let places = store.sequence(seat, &acts("later", 0..1)).unwrap();
    assert_eq!(places[0].index, index(3), "after what was taken over");
}

/// A contradiction counts more than anything else, and whatever was taken over: somebody has to lift it.
pub fn a_record_that_was_forked_takes_nothing(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.hear(Elsewhere::Forked(size(3))).unwrap();
    store.hear(Elsewhere::Unknown).unwrap();
    assert_eq!(backend.open().head().unwrap().elsewhere, Elsewhere::Forked(size(3)));
    store.adopt(seat, Tree::EMPTY, &signed(tree(5, "theirs")), &[[0; ENTRY_LENGTH]; 5]).unwrap();
    store.open(&dossier("later")).unwrap();
    let error = store.sequence(seat, &acts("later", 0..1)).unwrap_err();
    assert!(
        matches!(error, LedgerError::Contradicted { size: at, here } if (at, here) == (size(3), size(5))),
        "{error:?}"
    );
    store.hear(Elsewhere::Nothing).unwrap();
    store.sequence(seat, &acts("later", 0..1)).unwrap();
}
