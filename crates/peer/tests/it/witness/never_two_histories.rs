//! I14: a witness under concurrency never goes back, and never signs two histories. And I13: a clock that goes back.

use super::conformance::{hear, post};
use super::{ORIGIN, Witness, key, register, time};
use countersign_peer::witness::register::{Register, Witnessed};
use countersign_testkit::TestLog;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::Signer as _;
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::{AddCheckpoint, Refusal};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};

const NAME: &str = "w1.example";

/// Checkpoints that were cosigned, of whichever history.
type Cosigned = Mutex<Vec<SignedCheckpoint>>;

/// Asks with a history until its end is cosigned or the other history has won, from wherever the witness says.
fn push(
    log: &TestLog,
    step: u64,
    ask: impl Fn(&AddCheckpoint) -> Result<(), Option<u64>>,
    cosigned: &Cosigned,
) {
    let end = log.size().get();
    let mut old = 0;
    for _ in 0..2000 {
        let new = (old + step).min(end);
        match ask(&log.request(old, new)) {
            Ok(()) => {
                cosigned.lock().unwrap().push(log.signed(new));
                old = new;
                if new == end {
                    return;
                }
            }
            Err(Some(latest)) if latest <= end && latest != old => old = latest,
            // Another root at this size, or a proof that starts from another root: this history has lost.
            Err(_) => return,
        }
    }
    panic!("neither history came to its end");
}

/// One root for each size, all of one history, and as far as the register says.
fn is_one_history(cosigned: &Cosigned, histories: [&TestLog; 2], register: &Register) {
    let cosigned = cosigned.lock().unwrap();
    let mut roots = BTreeMap::new();
    for checkpoint in cosigned.iter().map(SignedCheckpoint::checkpoint) {
        let first = *roots.entry(checkpoint.size()).or_insert(checkpoint.root());
        assert_eq!(first, checkpoint.root(), "two roots at {}", checkpoint.size());
    }
    let of = |log: &TestLog| roots.iter().all(|(size, root)| log.root(size.get()) == *root);
    assert!(histories.into_iter().any(of), "all of what was cosigned is of one history");
    let latest = register.logs().unwrap()[0].latest;
    assert_eq!(
        roots.last_key_value().map(|(size, root)| (*size, *root)),
        Some((latest.size(), latest.root()))
    );
}

/// Watches that the register never goes back while something is done.
fn watched(register: &Register, work: impl FnOnce()) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut seen = TreeSize::ZERO;
            while !over.load(Ordering::SeqCst) {
                let now = register.logs().unwrap()[0].latest.size();
                assert!(now >= seen, "went back from {seen} to {now}");
                seen = now;
            }
        });
        work();
        over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn of_64_concurrent_requests_over_http_none_takes_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 500);
    let fork = log.forked(0);
    // Two servers on one register: within one, its lock leaves no room for a race.
    let one = Witness::start(dir.path(), NAME, &log);
    let two = Witness::start(dir.path(), NAME, &log);
    let beside = Register::open(dir.path(), None, key(NAME).key()).unwrap();
    let cosigned = Cosigned::default();
    watched(&beside, || {
        for _ in 0..7 {
            let old = beside.logs().unwrap()[0].latest.size().get();
            let together = Barrier::new(64);
            std::thread::scope(|scope| {
                for at in 0..64 {
                    let (history, new) = (if at % 2 == 0 { &log } else { &fork }, old + 64 - at);
                    let (cosigned, together, address) =
                        (&cosigned, &together, if at % 4 < 2 { &one } else { &two }.running.address());
                    scope.spawn(move || {
                        // All but the last byte is there before any of them is whole.
                        let body = history.request(old, new).to_string();
                        let mut stream = TcpStream::connect(address).unwrap();
                        let head = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\n";
                        let (most, last) = body.split_at(body.len() - 1);
                        write!(stream, "{head}Content-Length: {}\r\n\r\n{most}", body.len()).unwrap();
                        together.wait();
                        stream.write_all(last.as_bytes()).unwrap();
                        match hear(&mut stream).unwrap().status {
                            200 => cosigned.lock().unwrap().push(history.signed(new)),
                            409 | 422 => {}
                            status => panic!("{status}"),
                        }
                    });
                }
            });
            is_one_history(&cosigned, [&log, &fork], &beside);
        }
    });
    assert!(cosigned.lock().unwrap().len() >= 7, "each time, one of them gets through");
}

#[test]
fn two_openers_of_one_register_never_sign_two_histories() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 60);
    let fork = log.forked(7);
    let one = register(dir.path(), NAME, &log);
    let two = Register::open(dir.path(), None, key(NAME).key()).unwrap();
    let beside = Register::open(dir.path(), None, key(NAME).key()).unwrap();
    let cosigned = Cosigned::default();
    watched(&beside, || {
        std::thread::scope(|scope| {
            for at in 0..8_u64 {
                let (register, log) =
                    (if at < 4 { &one } else { &two }, if at % 2 == 0 { &log } else { &fork });
                let cosigned = &cosigned;
                scope.spawn(move || {
                    let signer = key(NAME);
                    let ask = |request: &AddCheckpoint| match register
                        .witness(request, &signer, time(1_764_000_000))
                        .unwrap()
                    {
                        Witnessed::Cosigned(_) => Ok(()),
                        Witnessed::Refused { refusal: Refusal::Conflict { latest, .. }, .. } => {
                            Err(Some(latest.size().get()))
                        }
                        Witnessed::Refused { .. } => Err(None),
                    };
                    push(log, 3 + at, ask, cosigned);
                });
            }
        });
    });
    is_one_history(&cosigned, [&log, &fork], &beside);
}

#[test]
fn a_fork_is_refused_and_both_notes_are_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let fork = log.forked(5);
    let witness = Witness::start(dir.path(), NAME, &log);
    assert_eq!(post(&witness, log.request(0, 10).to_string().as_bytes()).status, 200);
    for request in [fork.request(10, 10), fork.request(4, 10), fork.request(10, 10)] {
        assert_eq!(post(&witness, request.to_string().as_bytes()).status, 409);
    }
    let told = witness.told();
    assert_eq!(told.len(), 1, "told once: {told:?}");
    let (ours, theirs) = (log.signed(10), fork.signed(10));
    assert!(told[0].contains(&ours.to_string()) && told[0].contains(&theirs.to_string()));

    drop(witness);
    let register = Register::open(dir.path(), None, key(NAME).key()).unwrap();
    let forks = register.forks().unwrap();
    assert_eq!(forks.len(), 1);
    assert_eq!((&forks[0].seen, &forks[0].offered), (&ours, &theirs));
    let signer = key(NAME);
    let on = register.witness(&log.request(10, 20), &signer, time(1_764_000_001)).unwrap();
    assert!(matches!(on, Witnessed::Cosigned(_)), "the history that was seen goes on");
}

#[test]
fn a_clock_that_goes_back_neither_blocks_nor_contradicts_what_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let register = register(dir.path(), NAME, &log);
    let signer = key(NAME);
    let mut last = 0;
    for (old, new, clock) in [(0, 5, 2_000), (5, 10, 1_000), (10, 15, 2_500), (15, 20, 1)] {
        let Witnessed::Cosigned(line) =
            register.witness(&log.request(old, new), &signer, time(clock)).unwrap()
        else {
            panic!("refused at {new}");
        };
        let said = signer.key().verify(log.signed(new).note().text(), line.signature()).unwrap().unwrap();
        assert!(said.get() >= last, "a larger tree was never seen earlier than a smaller one");
        last = said.get();
    }
    assert_eq!(last, 2_500);
}
