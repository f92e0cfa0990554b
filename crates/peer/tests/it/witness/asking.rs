//! A log's side: witnesses that do as they should, and all the others.

use super::{ORIGIN, Witness, key, ring, time};
use countersign_peer::witness::circle::Circle;
use countersign_peer::witness::client::{Client, Patience, Question};
use countersign_peer::witness::outcome::{Asked, Outcome};
use countersign_store::witnesses::{Request, Silence, Witnesses as _};
use countersign_testkit::TestLog;
use countersign_testkit::loopback::{Loopback, Reply};
use countersign_tlog::cosignature::cosign;
use countersign_tlog::note::Signer as _;
use countersign_tlog::policy::Policy;
use countersign_tlog::size::TreeSize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than any test, so that only what is waited for can end it.
fn patience() -> Patience {
    Patience { witness: Duration::from_secs(30), all: Duration::from_mins(1) }
}

fn policy(log: &TestLog, witnesses: &[(&str, String)], quorum: usize) -> Policy {
    let mut text = format!("log {}\n", log.verifier());
    for (name, url) in witnesses {
        text += &format!("witness {name} {} {url}\n", key(name).key());
    }
    let names: Vec<&str> = witnesses.iter().map(|(name, _)| *name).collect();
    text += &format!("group all {quorum} {}\nquorum all\n", names.join(" "));
    Policy::read(text.as_bytes()).unwrap()
}

fn ask_with(client: &Client, log: &TestLog, policy: &Policy, size: u64, remembered: Option<u64>) -> Asked {
    let checkpoint = log.signed(size);
    let remembered = remembered.map(|size| TreeSize::new(size).unwrap());
    let question = Question {
        checkpoint: &checkpoint,
        policy,
        remembered: &|_| remembered,
        proof: &mut |old| Ok(log.proof(old.get(), size)),
    };
    client.ask(question).unwrap()
}

fn ask(log: &TestLog, policy: &Policy, size: u64, remembered: Option<u64>) -> Asked {
    ask_with(&Client::new(patience()), log, policy, size, remembered)
}

/// What one hostile witness comes to.
fn outcome(reply: impl FnMut(&countersign_testkit::loopback::Asked) -> Reply + Send + 'static) -> Outcome {
    outcome_within(patience(), reply)
}

fn outcome_within(
    patience: Patience,
    reply: impl FnMut(&countersign_testkit::loopback::Asked) -> Reply + Send + 'static,
) -> Outcome {
    let log = TestLog::of(ORIGIN, 30);
    let peer = Loopback::serve(reply);
    let policy = policy(&log, &[("w1.example", peer.url())], 1);
    let asked = ask_with(&Client::new(patience), &log, &policy, 30, Some(10));
    assert!(!asked.quorum.is_met() || matches!(asked.answers[0].outcome, Outcome::Cosigned { .. }));
    asked.answers[0].outcome.clone()
}

#[test]
fn two_of_two_cosign_and_are_asked_from_where_they_are() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let log = TestLog::of(ORIGIN, 300);
    let one = Witness::start(dirs[0].path(), "w1.example", &log);
    let two = Witness::start(dirs[1].path(), "w2.example", &log);
    let policy = policy(&log, &[("w1.example", one.url()), ("w2.example", two.url())], 2);
    // Nothing remembered, something outdated remembered, and then what is so.
    for (size, remembered) in
        [(10, None), (20, None), (150, Some(10)), (300, Some(150)), (300, Some(300)), (300, None)]
    {
        let asked = ask(&log, &policy, size, remembered);
        assert!(asked.quorum.is_met(), "{size}: {:?}", asked.answers);
        for answered in &asked.answers {
            assert_eq!(answered.latest, TreeSize::new(size).ok());
            assert_eq!(answered.went_back, None);
        }
        assert_eq!(asked.checkpoint.note().signatures().len(), 3);
    }
}

#[test]
fn nobody_waits_for_a_third_when_two_are_enough() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let log = TestLog::of(ORIGIN, 30);
    let one = Witness::start(dirs[0].path(), "w1.example", &log);
    let two = Witness::start(dirs[1].path(), "w2.example", &log);
    let silent = Loopback::serve(|_| Reply::Silence);
    let all = [("w1.example", one.url()), ("w2.example", two.url()), ("w3.example", silent.url())];
    let patience = Patience { witness: Duration::from_secs(5), all: Duration::from_mins(10) };
    let asked = ask_with(&Client::new(patience), &log, &policy(&log, &all, 2), 30, None);
    assert!(asked.quorum.is_met());
    assert_eq!(asked.answers[2].outcome, Outcome::NotWaitedFor);
}

#[test]
fn when_the_time_is_up_what_is_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let one = Witness::start(dir.path(), "w1.example", &log);
    let silent = Loopback::serve(|_| Reply::Silence);
    let policy = policy(&log, &[("w1.example", one.url()), ("w2.example", silent.url())], 2);
    let patience = Patience { witness: Duration::from_secs(10), all: Duration::from_secs(6) };
    let asked = ask_with(&Client::new(patience), &log, &policy, 30, None);
    assert!(!asked.quorum.is_met());
    assert!(matches!(asked.answers[0].outcome, Outcome::Cosigned { .. }), "{:?}", asked.answers);
    assert_eq!(asked.answers[1].outcome, Outcome::NotWaitedFor);
    assert_eq!(asked.quorum.signed().len(), 1, "the cosignature that is there is kept");
}

#[test]
fn every_other_answer_has_its_own_outcome() {
    let size = |text: &str| Reply::Answer {
        status: 409,
        fields: vec![("Content-Type", "text/x.tlog.size".to_owned())],
        body: text.as_bytes().to_vec(),
    };
    let busy = |status, after: &str| Reply::Answer {
        status,
        fields: vec![("Retry-After", after.to_owned())],
        body: Vec::new(),
    };
    let elsewhere = Reply::Answer {
        status: 307,
        fields: vec![("Location", "http://127.0.0.1:1/".to_owned())],
        body: Vec::new(),
    };
    let table: Vec<(Reply, &str)> = vec![
        (Reply::status(400), "refused with the status 400"),
        (Reply::status(403), "does not know this log's key (403)"),
        (Reply::status(404), "does not know this log (404)"),
        (Reply::status(409), "refused with the status 409"),
        (Reply::status(500), "refused with the status 500"),
        (busy(429, "120"), "is busy (429), asks to be asked again in 120 s"),
        (busy(503, "a while"), "is busy (503)"),
        (elsewhere, "redirects (307) to http://127.0.0.1:1/, which is not followed"),
        (size("99\n"), "has seen 99 entries of this record, more than are here"),
        (size("10\n"), "contradicts itself: asked from 10 entries, it says that 10 were its latest"),
        (size("20\n"), "contradicts itself: asked from 20 entries, it says that 20 were its latest"),
        (
            size("many\n"),
            "gave an answer that can't be read: the witness answered 409 with something else than a size",
        ),
        (
            Reply::ok("text/plain", Vec::new()),
            "gave an answer that can't be read: the witness answered 200 without a signature line",
        ),
        (
            Reply::ok("text/plain", b"hello".to_vec()),
            "gave an answer that can't be read: the witness answered 200 with something else than signature lines",
        ),
        (
            Reply::ok("text/plain", vec![0xff; 100]),
            "gave an answer that can't be read: the witness answered 200 without a signature line",
        ),
        (Reply::ok("text/plain", vec![b'x'; 3_000_000]), "sent more than an answer has"),
        (Reply::Silence, "gave no answer within 0.5 s"),
        (Reply::Drip, "gave no answer within 0.5 s"),
    ];
    for (reply, words) in table {
        let said = format!("{reply:.60?}");
        let never = matches!(reply, Reply::Silence | Reply::Drip);
        let patience =
            if never { Patience { witness: Duration::from_millis(500), ..patience() } } else { patience() };
        let came = outcome_within(patience, move |_| reply.clone());
        assert_eq!(came.to_string(), words, "{said}");
        assert!(came.help().is_some(), "{came}");
    }
    assert!(matches!(outcome(|_| Reply::HangUp), Outcome::Unreachable { .. }));
}

#[test]
fn only_the_policys_key_over_this_checkpoint_counts() {
    let log = TestLog::of(ORIGIN, 30);
    let by = |name: &str, size: u64, log: &TestLog| {
        let line = cosign(log.signed(size).checkpoint(), &key(name), time(1_764_000_000)).unwrap();
        line.to_string().into_bytes()
    };
    let table = [
        (by("w1.example", 30, &log), "cosigned"),
        (by("w2.example", 30, &log), "answered with a signature that does not verify by its key"),
        (by("w1.example", 29, &log), "answered with a signature that does not verify by its key"),
        (by("w1.example", 30, &log.forked(3)), "answered with a signature that does not verify by its key"),
        (
            [by("w2.example", 30, &log), by("w1.example", 29, &log)].concat(),
            "answered with 2 signatures, none of which verifies by its key",
        ),
        ([by("w2.example", 30, &log), by("w1.example", 30, &log)].concat(), "cosigned"),
    ];
    for (body, words) in table {
        assert_eq!(outcome(move |_| Reply::ok("text/plain", body.clone())).to_string(), words);
    }
}

#[test]
fn nobody_at_the_address_and_no_address_are_told_apart() {
    let log = TestLog::of(ORIGIN, 30);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let witnesses = [
        ("w1.example", format!("http://{nobody}")),
        ("w2.example", String::new()),
        ("w3.example", "ftp://x".to_owned()),
    ];
    let text = String::from_utf8(policy(&log, &[("w1.example", "u".to_owned())], 1).to_bytes()).unwrap();
    assert!(text.contains("witness w1.example"));
    let mut text = format!("log {}\n", log.verifier());
    for (name, url) in &witnesses {
        text += format!("witness {name} {} {url}", key(name).key()).trim_end();
        text += "\n";
    }
    text += "group all all w1.example w2.example w3.example\nquorum all\n";
    let asked = ask(&log, &Policy::read(text.as_bytes()).unwrap(), 30, None);
    assert!(matches!(asked.answers[0].outcome, Outcome::Unreachable { .. }), "{:?}", asked.answers[0]);
    assert_eq!(asked.answers[1].outcome, Outcome::NoAddress);
    assert_eq!(asked.answers[2].outcome, Outcome::NoAddress);
}

#[test]
fn a_fork_alarm_carries_both_checkpoints_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let fork = log.forked(5);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let policy = policy(&log, &[("w1.example", witness.url())], 1);
    assert!(ask(&log, &policy, 20, None).quorum.is_met());

    // At the same size; later, where the proof does not lead from what the witness has seen.
    for (size, remembered) in [(20, None), (20, Some(10)), (20, Some(20)), (30, None), (30, Some(20))] {
        let asked = ask(&fork, &policy, size, remembered);
        assert!(!asked.quorum.is_met());
        let alarm = asked.alarms().next().unwrap();
        assert_eq!(alarm.at.get(), 20);
        assert_eq!(alarm.ours, fork.signed(size));
        assert_eq!(alarm.seen.as_ref(), Some(&log.signed(20)), "the log's own key signed both");
        alarm.seen.as_ref().unwrap().verify(&ring(log.verifier())).unwrap();
        let kept = alarm.keep_in(&dir.path().join("alarms")).unwrap();
        assert_eq!(kept, alarm.keep_in(&dir.path().join("alarms")).unwrap());
        let file = |name: &str| std::fs::read_to_string(kept.join(name)).unwrap();
        assert_eq!(file("offered.checkpoint"), fork.signed(size).to_string());
        assert_eq!(file("seen.checkpoint"), log.signed(20).to_string());
        assert!(file("why.txt").contains("FORK: has seen another history"));
    }
    assert!(ask(&log, &policy, 30, None).quorum.is_met(), "the history that was seen goes on");
}

#[test]
fn a_liar_who_cries_fork_has_nothing_to_show() {
    let log = TestLog::of(ORIGIN, 30);
    for shown in [log.signed(10), log.signed(30), TestLog::of("log.example/other", 10).signed(10)] {
        let came = outcome(move |asked| {
            if asked.line.starts_with("POST") {
                return Reply::status(422);
            }
            Reply::ok("text/plain", shown.to_string().into_bytes())
        });
        let Outcome::Fork(alarm) = came else { panic!("{came}") };
        assert_eq!(alarm.seen, None);
    }
}

#[test]
fn a_witness_that_forgot_is_noticed() {
    let (dir, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = TestLog::of(ORIGIN, 30);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    assert!(ask(&log, &policy(&log, &[("w1.example", witness.url())], 1), 20, None).quorum.is_met());
    // The same key begins anew with nothing.
    let forgetful = Witness::start(again.path(), "w1.example", &log);
    let asked = ask(&log, &policy(&log, &[("w1.example", forgetful.url())], 1), 30, Some(20));
    assert!(matches!(asked.answers[0].outcome, Outcome::Cosigned { .. }));
    assert_eq!(asked.answers[0].went_back, TreeSize::new(20).ok());
    assert!(asked.answers[0].to_string().contains("it has forgotten that it had cosigned 20 entries"));
}

#[test]
fn an_old_record_learns_that_witnesses_have_seen_more() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let policy = policy(&log, &[("w1.example", witness.url())], 1);
    assert!(ask(&log, &policy, 30, None).quorum.is_met());
    let asked = ask(&log, &policy, 20, Some(10));
    assert_eq!(asked.behind(), TreeSize::new(30).ok());
}

#[test]
fn a_records_writing_path_is_told_in_its_own_words() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let busy = Loopback::serve(|_| Reply::status(503));
    let all = [("w1.example", witness.url()), ("w2.example", busy.url())];
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    let circle = Circle::new(policy(&log, &all, 2), log.verifier(), patience(), move |asked| {
        hears.lock().unwrap().push(asked.behind());
    })
    .unwrap();
    let ask = |log: &TestLog, size: u64| {
        let checkpoint = log.signed(size);
        let prove = |old: TreeSize| (old.get() <= size).then(|| log.proof(old.get(), size));
        let said = circle.ask(&Request::new(&checkpoint, &[], &prove));
        assert_eq!(said[1].said, Err(Silence::Busy));
        said[0].said.clone()
    };
    for size in [10, 20, 20] {
        let lines = ask(&log, size).unwrap();
        let known = ring(key("w1.example").key());
        assert_eq!(log.signed(size).add_verified(lines, &known), Ok(1));
    }
    assert_eq!(
        ask(&log, 15),
        Err(Silence::Ahead { latest: TreeSize::new(20).unwrap(), asked: TreeSize::new(15).unwrap() })
    );
    assert_eq!(ask(&log.forked(3), 25), Err(Silence::Fork { size: TreeSize::new(20).unwrap(), shown: true }));
    assert_eq!(heard.lock().unwrap()[3], TreeSize::new(20).ok());
}
