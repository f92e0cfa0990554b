//! Many at once.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use countersign_store::desk::{Cadence, Desk, Refused, Unproven};
use countersign_store::error::{Damage, LedgerError};
use countersign_store::faulty::{Fate, FaultyLedger, FaultyObjects, Hook, Site};
use countersign_store::ledger::Ledger as _;
use countersign_store::objects::{Doing, Memory, Objects as _, ObjectsError};
use countersign_store::receipt::Receipt;
use countersign_store::writer::{Parts, WriteError, Writer, admit};
use countersign_tlog::size::TreeSize;

use crate::kit::{act, acts, expect_sound, ledger, parts, submission_to};

/// So long nothing here takes.
const LONG: Duration = Duration::from_mins(1);

/// The ledger waits until it is let go.
struct Slow(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);
impl Hook for Slow {
    fn at(&self, site: Site) -> Fate {
        if site == Site::Sequence {
            let _ = self.0.lock().unwrap().recv();
        }
        Fate::Done
    }
}

#[test]
fn many_hands_get_a_place_and_a_proof_each() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| panic!("{error}")).unwrap();
    acts(0..200);
    std::thread::scope(|scope| {
        for hand in 0..8 {
            let desk = &desk;
            scope.spawn(move || {
                for at in 0..25 {
                    let ticket = desk.submit(act(hand * 25 + at)).unwrap();
                    let place = ticket.place().unwrap();
                    let Ok(Receipt::Included(proven)) = ticket.receipt(LONG) else { panic!("no proof") };
                    assert_eq!(*proven.place(), place);
                }
            });
        }
    });
    desk.close();
    assert_eq!(expect_sound(&*objects), ledger.head().unwrap().sequenced.get());
}

#[test]
fn a_full_desk_says_when_to_come_back_and_what_it_took_is_kept() {
    let (go, wait) = std::sync::mpsc::channel();
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let slow = Arc::new(FaultyLedger::new(ledger.clone(), Arc::new(Slow(std::sync::Mutex::new(wait)))));
    let writer = Writer::open(Parts { ledger: slow, ..parts(ledger.clone(), objects.clone()) }).unwrap();
    let cadence = Cadence { queue: 2, batch: 1, ..Cadence::default() };
    let desk = Desk::open(writer, cadence, |error| panic!("{error}")).unwrap();
    // Let go before the desk is, whatever fails here.
    let go = go;
    let mut tickets = Vec::new();
    let refused = loop {
        match desk.submit(act(tickets.len())) {
            Ok(ticket) => tickets.push(ticket),
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, Refused::Busy { after: cadence.pause });
    assert!((2..=3).contains(&tickets.len()), "one under way and two waiting, not {}", tickets.len());
    drop(go);
    for ticket in &tickets {
        ticket.place().unwrap();
    }
    desk.close();
    assert_eq!(ledger.head().unwrap().published_size(), ledger.head().unwrap().sequenced);
}

#[test]
fn what_could_not_be_published_is_published_when_the_cause_is_gone() {
    struct Full(std::sync::atomic::AtomicU32);
    impl Hook for Full {
        fn at(&self, site: Site) -> Fate {
            let full = site == Site::Bundle && self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 3;
            if full { Fate::Failed } else { Fate::Done }
        }
    }
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let full = Arc::new(FaultyObjects::new(objects.clone(), Arc::new(Full(0.into()))));
    let writer = Writer::open(parts(ledger.clone(), full)).unwrap();
    let cadence = Cadence { pause: Duration::from_millis(1), ..Cadence::default() };
    let desk = Desk::open(writer, cadence, |error| assert!(matches!(error, WriteError::Objects(_)))).unwrap();
    let ticket = desk.submit(act(0)).unwrap();
    ticket.place().unwrap();
    assert!(matches!(ticket.receipt(LONG), Ok(Receipt::Included(_))));
}

#[test]
fn a_desk_whose_seat_was_taken_closes_and_says_so() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| {
        assert!(matches!(error, WriteError::Ledger(LedgerError::Fenced { .. })));
    });
    let desk = desk.unwrap();
    ledger.take_seat().unwrap();
    let ticket = desk.submit(act(0)).unwrap();
    assert!(matches!(ticket.place(), Err(Refused::Failed { .. })));
    let Err(Refused::Closed { reason }) = desk.submit(act(0)) else { panic!("open") };
    assert_eq!(reason, "the ledger did not go on: seat 1 is fenced: another writer took seat 2");
    assert_eq!(ticket.receipt(LONG), Err(Unproven::Closed { reason }));
}

#[test]
fn an_act_of_an_unknown_dossier_fails_alone() {
    let (go, wait) = std::sync::mpsc::channel();
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let slow = Arc::new(FaultyLedger::new(ledger.clone(), Arc::new(Slow(std::sync::Mutex::new(wait)))));
    let writer = Writer::open(Parts { ledger: slow, ..parts(ledger.clone(), objects.clone()) }).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| {
        assert!(matches!(error, WriteError::Ledger(LedgerError::NoDossier { .. })));
    });
    let desk = desk.unwrap();
    let of = |dossier, number| admit(submission_to(dossier, number)).unwrap();
    // While the first is under way, all others come into one batch.
    let good: Vec<_> =
        [of("talks", 0), of("talks", 1), of("talks", 2)].map(|act| desk.submit(act).unwrap()).into();
    let bad: Vec<_> =
        [of("nowhere", 0), of("nowhere", 1), of("void", 0)].map(|act| desk.submit(act).unwrap()).into();
    let last = desk.submit(of("talks", 3)).unwrap();
    drop(go);
    for ticket in good.iter().chain([&last]) {
        ticket.place().unwrap();
        assert!(matches!(ticket.receipt(LONG), Ok(Receipt::Included(_))));
    }
    for (ticket, dossier) in bad.iter().zip(["nowhere", "nowhere", "void"]) {
        let reason = format!("the ledger did not go on: there is no dossier {dossier}");
        assert_eq!(ticket.place(), Err(Refused::Failed { reason }));
    }
    desk.close();
}

#[test]
fn a_desk_that_can_publish_no_more_closes_and_says_why() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    objects.create("tile/entries/000.p/2", b"of somebody else").unwrap();
    let writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| {
        assert!(matches!(error, WriteError::Conflict { .. }), "{error:?}");
    });
    let desk = desk.unwrap();
    let ticket = desk.submit(act(0)).unwrap();
    ticket.place().unwrap();
    let Err(Unproven::Closed { reason }) = ticket.receipt(LONG) else { panic!("no reason") };
    assert!(reason.starts_with("tile/entries/000.p/2 holds other bytes than belong there"), "{reason}");
    assert_eq!(desk.submit(act(1)).unwrap_err(), Refused::Closed { reason });
}

#[test]
fn only_what_passes_by_itself_is_tried_again() {
    let passes = |error: LedgerError| WriteError::from(error).may_pass();
    assert!(passes(LedgerError::Full));
    assert!(passes(LedgerError::Locked { waited: LONG }));
    assert!(!passes(LedgerError::Damaged(Damage::Empty)));
    assert!(!passes(LedgerError::Encrypted));
    assert!(!passes(LedgerError::Behind { known: None, here: TreeSize::ZERO }));
    assert!(!passes(LedgerError::Fenced { held: 1, latest: 2 }));
    let disk = |kind| WriteError::from(ObjectsError::new(Doing::Writing, "checkpoint", kind)).may_pass();
    assert!(disk(ErrorKind::StorageFull.into()));
    assert!(!disk(ErrorKind::ReadOnlyFilesystem.into()));
}
