//! Many at once.

use std::sync::Arc;
use std::time::Duration;

use countersign_store::desk::{Cadence, Desk, Refused};
use countersign_store::error::LedgerError;
use countersign_store::faulty::{Fate, FaultyLedger, FaultyObjects, Hook, Site};
use countersign_store::ledger::Ledger as _;
use countersign_store::objects::Memory;
use countersign_store::receipt::Receipt;
use countersign_store::writer::{Parts, WriteError, Writer};

use crate::kit::{act, acts, expect_sound, ledger, parts};

/// So long nothing here takes.
const LONG: Duration = Duration::from_mins(1);

#[test]
fn many_hands_get_a_place_and_a_proof_each() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| panic!("{error}"));
    acts(0..200);
    std::thread::scope(|scope| {
        for hand in 0..8 {
            let desk = &desk;
            scope.spawn(move || {
                for at in 0..25 {
                    let ticket = desk.submit(act(hand * 25 + at)).unwrap();
                    let place = ticket.place().unwrap();
                    let Some(Receipt::Included(proven)) = ticket.receipt(LONG) else { panic!("no proof") };
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
    // The ledger waits until it is let go.
    struct Slow(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);
    impl Hook for Slow {
        fn at(&self, site: Site) -> Fate {
            if site == Site::Sequence {
                let _ = self.0.lock().unwrap().recv();
            }
            Fate::Done
        }
    }
    let (go, wait) = std::sync::mpsc::channel();
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let slow = Arc::new(FaultyLedger::new(ledger.clone(), Arc::new(Slow(std::sync::Mutex::new(wait)))));
    let writer = Writer::open(Parts { ledger: slow, ..parts(ledger.clone(), objects.clone()) }).unwrap();
    let cadence = Cadence { queue: 2, batch: 1, ..Cadence::default() };
    let desk = Desk::open(writer, cadence, |error| panic!("{error}"));
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
    let desk = Desk::open(writer, cadence, |error| assert!(matches!(error, WriteError::Objects(_))));
    let ticket = desk.submit(act(0)).unwrap();
    ticket.place().unwrap();
    assert!(matches!(ticket.receipt(LONG), Some(Receipt::Included(_))));
}

#[test]
fn a_desk_whose_seat_was_taken_closes() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let desk = Desk::open(writer, Cadence::default(), |error| {
        assert!(matches!(error, WriteError::Ledger(LedgerError::Fenced { .. })));
    });
    ledger.take_seat().unwrap();
    let ticket = desk.submit(act(0)).unwrap();
    assert!(matches!(ticket.place(), Err(Refused::Failed { .. })));
    while !matches!(desk.submit(act(0)), Err(Refused::Closed)) {
        std::thread::yield_now();
    }
}
