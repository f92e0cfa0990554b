//! Several at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use countersign_tlog::size::TreeSize;

use super::Backend;
use super::made::{act, index, opened};
use crate::error::LedgerError;

const THREADS: u64 = 4;
const BATCHES: u64 = 12;

/// Each act has one place, though every thread brings some that others bring too; indices and numbers have no gap.
pub fn threads_sequence_without_gap_or_double(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["a", "b"]);
    let store = &*store;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for batch in 0..BATCHES {
                    // One of this thread's own, and one that all bring.
                    let own = act("a", 1000 + thread * BATCHES + batch);
                    let places = store.sequence(seat, &[own.clone(), act("b", batch)]).unwrap();
                    let kept = store.act(own.id).unwrap().unwrap();
                    assert_eq!((kept.index, kept.link), (places[0].index, places[0].link.clone()));
                }
            });
        }
    });
    for (dossier, count) in [("a", THREADS * BATCHES), ("b", BATCHES)] {
        let links = store.links(dossier, 0, usize::MAX).unwrap();
        assert_eq!(links.len() as u64, count);
        assert!(links.iter().zip(1..).all(|(link, number)| link.number == number));
        assert!(links.windows(2).all(|pair| pair[1].previous == Some(pair[0].digest())));
    }
    let size = store.head().unwrap().sequenced.get();
    let entries = store.entries(index(0), usize::MAX).unwrap();
    assert!(
        entries.len() as u64 == size && entries.iter().zip(0..).all(|(entry, at)| entry.index.get() == at)
    );
    let acts = THREADS * BATCHES + BATCHES;
    assert_eq!(
        size,
        acts + THREADS * BATCHES + BATCHES,
        "a head entry for `a` per batch, for `b` with each new act"
    );
    assert_eq!(entries.iter().map(|entry| entry.bytes).collect::<BTreeSet<_>>().len() as u64, size);
}

/// Writers that take the seat from each other: what one wrote is there, and who was refused wrote nothing.
pub fn of_many_seats_the_last_alone_writes(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    let store = &*store;
    let written: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let mut written = Vec::new();
                    let mut seat = store.take_seat().unwrap();
                    for number in thread * BATCHES..(thread + 1) * BATCHES {
                        match store.sequence(seat, &[act("talks", number)]) {
                            Ok(_) => written.push(number),
                            Err(LedgerError::Fenced { held, latest }) => {
                                assert!(held < latest);
                                let taken = store.take_seat().unwrap();
                                assert!(taken > seat);
                                seat = taken;
                            }
                            Err(other) => assert!(matches!(other, LedgerError::Fenced { .. }), "{other}"),
                        }
                    }
                    written
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let kept = store.acts("talks", 0, usize::MAX).unwrap();
    let kept: BTreeSet<_> = kept.iter().map(|act| act.id).collect();
    assert_eq!(kept, written.iter().map(|number| act("talks", *number).id).collect());
    assert_eq!(store.head().unwrap().sequenced.get(), 2 * written.len() as u64);
}

/// Never a part of one.
pub fn who_reads_beside_a_writer_sees_whole_batches(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let (store, done) = (&*store, &AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(move || {
            for batch in 0..BATCHES {
                let acts: Vec<_> = (batch * 5..batch * 5 + 5).map(|number| act("talks", number)).collect();
                store.sequence(seat, &acts).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        let mut before = 0;
        loop {
            let last = done.load(Ordering::Acquire);
            let links = store.links("talks", 0, usize::MAX).unwrap();
            let newest = store.newest("talks", TreeSize::MAX).unwrap();
            assert!(links.len().is_multiple_of(5) && links.len() >= before, "{} links", links.len());
            assert!(newest.is_none_or(|head| head.link.number.is_multiple_of(5)));
            before = links.len();
            if last {
                break;
            }
        }
        assert_eq!(before as u64, BATCHES * 5);
    });
}
