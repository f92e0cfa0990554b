//! Each status with its cause (C2SP tlog-witness), over real connections.

use super::{ORIGIN, Witness, key, register, ring};
use countersign_peer::witness::server::Limits;
use countersign_testkit::TestLog;
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyName, SignatureType, Signer as _, VerifierKey};
use countersign_tlog::proof::ConsistencyProof;
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::{AddCheckpoint, Answer, REQUEST_MAX};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Heard {
    /// A field, its name in lower case.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    }
}

/// Writes bytes and reads until the other side closes.
pub(super) fn raw(witness: &Witness, bytes: &[u8]) -> Option<Heard> {
    let mut stream = TcpStream::connect(witness.running.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses early may close before it has read all.
    let _ = stream.write_all(bytes);
    hear(&mut stream)
}

pub(super) fn hear(stream: &mut TcpStream) -> Option<Heard> {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let text = String::from_utf8(all).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Heard { status, head: head.to_owned(), body: body.to_owned() })
}

pub(super) fn post(witness: &Witness, body: &[u8]) -> Heard {
    let mut bytes = format!(
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    raw(witness, &bytes).unwrap()
}

fn ask(witness: &Witness, request: &AddCheckpoint) -> Heard {
    post(witness, request.to_string().as_bytes())
}

fn size(number: u64) -> TreeSize {
    TreeSize::new(number).unwrap()
}

fn proof(hashes: usize) -> ConsistencyProof {
    ConsistencyProof::new(vec![Hash::EMPTY_ROOT; hashes]).unwrap()
}

#[test]
fn each_status_has_its_cause() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 300);
    let (fork, stranger) = (log.forked(5), TestLog::of("log.example/stranger", 20));
    let impostor = TestLog::of("log.example/impostor", 10);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    assert_eq!(ask(&witness, &log.request(0, 10)).status, 200);
    assert_eq!(
        ask(&witness, &log.request(10, 10)).status,
        200,
        "asked again, the lost answer is given again"
    );

    // The log's checkpoint under an origin that is known, by a key that isn't.
    let unsigned = log.signed(12).to_string().replace(
        &log.signed(12).note().signatures().first().unwrap().to_string(),
        &impostor.signed(10).note().signatures().first().unwrap().to_string(),
    );
    let unsigned = format!("old 10\n{}\n{unsigned}", log.proof(10, 12));
    let of =
        |old, proof, log: &TestLog, new| AddCheckpoint::new(size(old), proof, log.signed(new)).to_string();
    let text = |status, body: String, why| (status, body.into_bytes(), why);
    let table = [
        text(400, String::new(), "nothing"),
        text(400, "old 10\n".to_owned(), "no checkpoint"),
        text(400, log.request(10, 12).to_string().replacen("old 10", "old 010", 1), "a leading zero"),
        text(400, log.request(10, 12).to_string().replacen("old 10", "old -1", 1), "a sign"),
        text(400, log.request(10, 12).to_string().replacen("old 10", "10", 1), "no word `old`"),
        text(400, format!("old 10\nAAAA\n\n{}", log.signed(12)), "a proof line that is no hash"),
        text(400, format!("old 10\n{}\n{}", "x\n".repeat(64), log.signed(12)), "64 lines of proof"),
        text(
            400,
            format!("old 10\n\n{}", log.signed(12)).trim_end().to_owned(),
            "a last line without its end",
        ),
        (400, b"old 1\n\n\xff\xfe\n\n".to_vec(), "not UTF-8"),
        text(400, of(20, proof(0), &log, 12), "an old size above the new"),
        text(403, unsigned, "a key that is not the log's"),
        text(404, stranger.request(0, 20).to_string(), "an origin that is not known"),
        text(409, log.request(8, 12).to_string(), "an older start"),
        text(409, log.request(0, 12).to_string(), "a start from nothing"),
        text(409, log.request(11, 12).to_string(), "a later start"),
        text(409, log.request(5, 8).to_string(), "a smaller tree"),
        text(409, fork.request(10, 10).to_string(), "another root at the same size"),
        text(422, of(10, proof(4), &log, 12), "a proof that does not verify"),
        text(422, of(10, proof(0), &log, 12), "no proof"),
        text(422, of(10, proof(1), &log, 10), "a proof for the same tree"),
        text(422, fork.request(10, 12).to_string(), "a history that parts before"),
        (413, vec![b'x'; REQUEST_MAX + 1], "too long"),
    ];
    for (status, body, why) in table {
        let heard = post(&witness, &body);
        assert_eq!(heard.status, status, "{why}: {}", heard.body);
        if status == 409 {
            assert_eq!(heard.body, "10\n", "{why}");
            assert_eq!(heard.field("content-type").unwrap(), "text/x.tlog.size", "{why}");
        }
        assert_eq!(heard.body.lines().count(), 1, "{why}: one line says why");
    }
    let heard = ask(&witness, &log.request(10, 300));
    assert_eq!(heard.status, 200, "what was refused before changed nothing: {}", heard.body);
    let mut checkpoint = log.signed(300);
    let Ok(Answer::Cosigned(lines)) = Answer::read(200, None, heard.body.as_bytes()) else {
        panic!("{}", heard.body)
    };
    assert_eq!(lines.len(), 1);
    assert_eq!(checkpoint.add_verified(lines, &ring(key("w1.example").key())).unwrap(), 1);
}

#[test]
fn proof_from_an_empty_tree_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let filled = AddCheckpoint::new(TreeSize::ZERO, proof(1), log.signed(20));
    assert_eq!(ask(&witness, &filled).status, 422);
    assert_eq!(ask(&witness, &log.request(0, 0)).status, 200, "an empty tree is a tree");
    assert_eq!(ask(&witness, &log.request(0, 20)).status, 200);
}

#[test]
fn signatures_of_strangers_below_the_checkpoint_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let mut noisy = log.signed(20);
    let strangers = (0..50).map(|at| TestLog::of(&format!("log.example/{at}"), 20).signed(20));
    noisy.add(strangers.flat_map(|signed| signed.note().signatures().to_vec())).unwrap();
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let request = AddCheckpoint::new(TreeSize::ZERO, log.proof(0, 20), noisy);
    assert_eq!(ask(&witness, &request).status, 200);
    let hex: String = ORIGIN.bytes().map(|byte| format!("{byte:02x}")).collect();
    let shown = raw(&witness, format!("GET /checkpoint/{hex} HTTP/1.0\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(shown.body, log.signed(20).to_string(), "the log's own signature alone is kept");
}

#[test]
fn pages_say_what_this_is() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let get = |line: &str| {
        raw(&witness, format!("{line} HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n").as_bytes()).unwrap()
    };
    let page = get("GET /");
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&key("w1.example").key().to_string()), "{}", page.body);
    let table = [
        ("GET /healthz", 200),
        ("HEAD /healthz", 200),
        ("GET /add-checkpoint", 405),
        ("PUT /add-checkpoint", 405),
        ("POST /", 405),
        ("GET /nothing", 404),
        ("GET /checkpoint/zz", 404),
        ("GET /checkpoint/6c6f67", 404),
        ("GET /checkpoint/", 404),
        ("GET /../witness.db", 404),
    ];
    for (line, status) in table {
        assert_eq!(get(line).status, status, "{line}");
    }
}

#[test]
fn chunked_bodies_and_kept_connections_are_understood() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 40);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let body = log.request(0, 10).to_string();
    let (one, two) = body.split_at(30);
    let chunked = format!(
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len()
    );
    assert_eq!(raw(&witness, chunked.as_bytes()).unwrap().status, 200);

    // Three requests, one after another, on one connection, written at once.
    let mut all = String::new();
    for (at, (old, new)) in [(10, 20), (20, 30), (30, 40)].into_iter().enumerate() {
        let body = log.request(old, new).to_string();
        let end = if at == 2 { "Connection: close\r\n" } else { "" };
        all += &format!(
            "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{end}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
    }
    let heard = raw(&witness, all.as_bytes()).unwrap();
    let answers = format!("{}\r\n\r\n{}", heard.head, heard.body);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
}

#[test]
fn too_many_at_once_are_asked_to_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let limits = Limits { waiting: 0, ..Limits::default() };
    let witness = Witness::of(register(dir.path(), "w1.example", &log), "w1.example", limits);
    let heard = ask(&witness, &log.request(0, 10));
    assert_eq!(heard.status, 503);
    assert_eq!(heard.field("retry-after").unwrap(), "1");
}

#[test]
fn what_is_being_answered_is_answered_before_it_stops() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 20);
    let witness = Witness::start(dir.path(), "w1.example", &log);
    let body = log.request(0, 10).to_string();
    let (start, end) = body.split_at(20);
    let mut stream = TcpStream::connect(witness.running.address()).unwrap();
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Once it says to go on, the request is being answered.
    let mut going_on = [0; 25];
    stream.read_exact(&mut going_on).unwrap();
    assert_eq!(&going_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(start.as_bytes()).unwrap();
    let stopping = std::thread::spawn(move || witness.running.stop());
    stream.write_all(end.as_bytes()).unwrap();
    assert_eq!(hear(&mut stream).unwrap().status, 200);
    stopping.join().unwrap().unwrap();
}

/// Requests of a log that torchwood's witness is tested with: from nothing to 1, from 1 to 3, from 1 to 5.
const SIGSUM: &str = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
const SIGSUM_KEY: [u8; 32] = [
    0xff, 0xdc, 0x2d, 0x4d, 0x98, 0xe4, 0x12, 0x4d, 0x3f, 0xea, 0xf7, 0x88, 0xc0, 0xc2, 0xf9, 0xab, 0xfd,
    0x79, 0x60, 0x83, 0xd1, 0xf0, 0x49, 0x54, 0x37, 0xf3, 0x02, 0xec, 0x79, 0xcf, 0x10, 0x0f,
];
const SIGSUM_TO_1: &str = "old 0

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=
";
const SIGSUM_TO_3: &str = "old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
3
RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=
";
const SIGSUM_TO_5: &str = "old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=
KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562
5
QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=

— sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562 UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=
";

#[test]
fn requests_that_another_witness_is_tested_with_get_the_same_answers() {
    let dir = tempfile::tempdir().unwrap();
    let name = KeyName::new(SIGSUM).unwrap();
    let sigsum = VerifierKey::new(name, SignatureType::Ed25519, &SIGSUM_KEY).unwrap();
    let known = register(dir.path(), "w1.example", &TestLog::of(ORIGIN, 1));
    known.add_log(&sigsum, None).unwrap();
    let witness = Witness::of(known, "w1.example", Limits::default());
    let table = [(SIGSUM_TO_1, 200), (SIGSUM_TO_5, 200), (SIGSUM_TO_3, 409)];
    for (request, status) in table {
        assert_eq!(post(&witness, request.as_bytes()).status, status, "{request}");
    }
}
