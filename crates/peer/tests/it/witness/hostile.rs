//! Askers that are slow, half-hearted or malformed; a register in trouble. The witness goes on.

use super::conformance::{hear, post, raw};
use super::{ORIGIN, Witness, key, register};
use countersign_peer::witness::register::{MARK_FILE, REGISTER_FILE, Register};
use countersign_peer::witness::server::Limits;
use countersign_testkit::TestLog;
use countersign_tlog::note::Signer as _;
use countersign_tlog::witness::REQUEST_MAX;
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Bounds that a test can wait for.
fn short() -> Limits {
    let soon = Duration::from_secs(1);
    Limits { head: soon, body: soon, ..Limits::default() }
}

#[test]
fn malformed_http_is_refused_and_the_next_asker_served() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::of(register(dir.path(), "w1.example", &log), "w1.example", short());
    let long_line = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(200_000));
    let many_fields = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5000));
    let two_lengths =
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd";
    let both = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let bad_chunk =
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n";
    let table: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("noise", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        ("no HTTP", b"old 0\n\n\n\n"),
        ("a negative length", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        ("a huge length", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"),
        (
            "a length beyond numbers",
            b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        ),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("a long line", long_line.as_bytes()),
        ("many fields", many_fields.as_bytes()),
        ("two lengths", two_lengths.as_bytes()),
        ("a length and chunks", both.as_bytes()),
        ("a chunk without a size", bad_chunk.as_bytes()),
    ];
    for (what, bytes) in table {
        let heard = raw(&witness, bytes);
        assert!(heard.as_ref().is_none_or(|heard| heard.status >= 400), "{what}: {heard:?}");
    }
    assert_eq!(post(&witness, log.request(0, 10).to_string().as_bytes()).status, 200);
    assert!(witness.told().is_empty(), "nothing of that is the operator's business");
}

#[test]
fn slow_and_half_requests_end_by_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::of(register(dir.path(), "w1.example", &log), "w1.example", short());
    let connect = || TcpStream::connect(witness.running.address()).unwrap();

    // Says nothing; says half a head; both are closed without our doing anything.
    for start in ["", "POST /add-checkpoint HT"] {
        let mut stream = connect();
        stream.write_all(start.as_bytes()).unwrap();
        assert!(hear(&mut stream).is_none_or(|heard| heard.status == 408), "{start:?}");
    }
    // Half a body, then silence.
    let mut stream = connect();
    stream
        .write_all(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 500\r\n\r\nold 0\n")
        .unwrap();
    assert_eq!(hear(&mut stream).unwrap().status, 408);
    // Half a body, then nothing more will come.
    let mut stream = connect();
    stream
        .write_all(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 500\r\n\r\nold 0\n")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(hear(&mut stream).is_none_or(|heard| heard.status == 400));
    // Asks, and keeps the connection without asking more.
    let mut stream = connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: w\r\n\r\n").unwrap();
    assert_eq!(hear(&mut stream).unwrap().body, "ok\n");

    assert_eq!(post(&witness, log.request(0, 10).to_string().as_bytes()).status, 200);
}

#[test]
fn chunks_without_end_are_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let mut bytes = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..=REQUEST_MAX / 0x10000 {
        bytes.extend_from_slice(chunk.as_bytes());
    }
    let heard = raw(&witness, &bytes);
    assert!(heard.is_none_or(|heard| heard.status == 413));
    assert_eq!(post(&witness, log.request(0, 10).to_string().as_bytes()).status, 200);
}

#[test]
fn many_idle_connections_keep_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let limits = Limits { connections: 4, ..short() };
    let witness = Witness::of(register(dir.path(), "w1.example", &log), "w1.example", limits);
    let idle: Vec<TcpStream> =
        (0..12).map(|_| TcpStream::connect(witness.running.address()).unwrap()).collect();
    assert_eq!(post(&witness, log.request(0, 10).to_string().as_bytes()).status, 200);
    drop(idle);
}

#[test]
fn while_its_state_cannot_be_kept_nothing_is_signed() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let marks = dir.path().join("other-disk");
    std::fs::create_dir(&marks).unwrap();
    let register = Register::open(dir.path(), Some(&marks.join(MARK_FILE)), key("w1.example").key()).unwrap();
    register.add_log(log.verifier(), None).unwrap();
    let witness = Witness::of(register, "w1.example", Limits::default());
    let ask = |old, new| post(&witness, log.request(old, new).to_string().as_bytes());
    assert_eq!(ask(0, 5).status, 200);

    // The mark's disk is gone.
    std::fs::rename(&marks, dir.path().join("gone")).unwrap();
    let heard = ask(5, 10);
    assert_eq!(heard.status, 503);
    assert_eq!(heard.field("retry-after").unwrap(), "60");
    assert!(witness.told().concat().contains("other-disk"), "{:?}", witness.told());

    // It is back: what was stored and not signed is signed now, and the log is told where to start.
    std::fs::rename(dir.path().join("gone"), &marks).unwrap();
    assert_eq!(ask(5, 10).body, "10\n");
    assert_eq!(ask(10, 10).status, 200);
}

#[test]
fn a_locked_register_is_waited_for_then_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let other = rusqlite::Connection::open(dir.path().join(REGISTER_FILE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ask = || post(&witness, log.request(0, 10).to_string().as_bytes());
    assert_eq!(ask().status, 503);
    assert!(witness.told().concat().contains("locked"), "{:?}", witness.told());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ask().status, 200);
}
