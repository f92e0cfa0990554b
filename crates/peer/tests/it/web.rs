//! Servers, good and bad, over HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_peer::mirror::{Mirror, MirrorError, Patience, Round, Web};
use countersign_store::objects::{Memory, Objects};
use countersign_testkit::Loopback;
use countersign_testkit::loopback::{Asked, Reply};
use insta::assert_snapshot;

use crate::log::{Log, policy};

const PATIENCE: Patience = Patience {
    attempts: 3,
    answer_within: Duration::from_secs(5),
    first_pause: Duration::from_millis(2),
    longest_pause: Duration::from_millis(10),
};

type Answer = Box<dyn FnMut(&Asked) -> Option<Reply> + Send>;

/// Serves a log's files, but for what `answer` says first; the round that a mirror then makes, and what was asked.
fn round(log: &Log, copy: &dyn Objects, mut answer: Answer) -> (Result<Round, MirrorError>, Vec<Asked>) {
    let files: BTreeMap<String, Vec<u8>> = log.files.clone();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let server = Loopback::serve(move |asked| {
        noted.lock().unwrap().push(asked.clone());
        answer(asked).unwrap_or_else(|| {
            let path = asked.line.split(' ').nth(1).unwrap_or_default();
            let found = path.strip_prefix("/log/").and_then(|name| files.get(name));
            found.map_or_else(
                || Reply::status(404),
                |bytes| Reply::ok("application/octet-stream", bytes.clone()),
            )
        })
    });
    let web = Web::new(&format!("{}log/", server.url()), PATIENCE).unwrap();
    let policy = policy("none");
    let found = Mirror { upstream: &web, copy, policy: &policy, progress: &|_, _| () }.round();
    drop(server);
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    (found, asked)
}

fn is_for(asked: &Asked, name: &str) -> bool {
    asked.line.split(' ').nth(1).is_some_and(|path| path.ends_with(name))
}

#[test]
fn a_log_is_copied_over_http_by_a_client_that_says_who_it_is() {
    let (log, copy) = (Log::new(1000), Memory::default());
    let (found, asked) = round(&log, &copy, Box::new(|_| None));
    assert!(matches!(found, Ok(Round::Grown(_))), "{found:?}");
    assert_eq!(asked.len(), 10);
    for asked in asked {
        assert!(asked.field("user-agent").is_some_and(|agent| agent.starts_with("countersign-mirror/")));
    }
    for name in log.files.keys() {
        assert_eq!(copy.read(name).unwrap().as_ref(), log.files.get(name));
    }
}

#[test]
fn what_passes_is_waited_out() {
    for reply in [Reply::status(503), Reply::status(429), Reply::HangUp] {
        let (log, copy) = (Log::new(600), Memory::default());
        let mut failed = 0;
        let answer = move |asked: &Asked| {
            if is_for(asked, "tile/0/001") && failed < 2 {
                failed += 1;
                return Some(reply.clone());
            }
            None
        };
        let (found, _) = round(&log, &copy, Box::new(answer));
        assert!(matches!(found, Ok(Round::Grown(_))), "{found:?}");
    }
}

#[test]
fn servers_that_misbehave_are_named_and_change_nothing() {
    let field = |status: u16, name: &'static str, value: &str| Reply::Answer {
        status,
        fields: vec![(name, value.to_owned())],
        body: Vec::new(),
    };
    let rows: Vec<(&str, &str, Reply)> = vec![
        ("redirect", "checkpoint", field(302, "Location", "https://elsewhere.example/")),
        ("redirect", "tile/0/001", field(307, "Location", "file:///etc/passwd\u{1b}")),
        ("compressed", "tile/0/001", field(200, "Content-Encoding", "gzip")),
        ("forbidden", "tile/0/001", Reply::status(403)),
        ("down", "tile/entries/001", Reply::status(502)),
        ("hangs up", "checkpoint", Reply::HangUp),
        ("oversized", "checkpoint", Reply::ok("text/plain", vec![b'a'; 1_000_001])),
        ("oversized", "tile/1/000.p/2", Reply::ok("text/plain", vec![0; 8193])),
        ("oversized", "tile/0/001", Reply::ok("text/plain", vec![0; 100_000])),
        ("empty", "tile/0/000", Reply::ok("text/plain", Vec::new())),
        ("missing", "tile/entries/002.p/88", Reply::status(404)),
        ("garbage", "checkpoint", Reply::ok("text/plain", b"<html>".to_vec())),
        ("garbage", "tile/entries/000", Reply::ok("text/plain", b"<html>".to_vec())),
    ];
    let mut said = Vec::new();
    for (what, at, reply) in rows {
        let (log, copy) = (Log::new(600), Memory::default());
        let answer = move |asked: &Asked| is_for(asked, at).then(|| reply.clone());
        let (found, _) = round(&log, &copy, Box::new(answer));
        let words = match found {
            Ok(Round::Faulty(fault)) => fault.to_string(),
            Err(error) => match std::error::Error::source(&error) {
                Some(why) if !error.to_string().contains(&why.to_string()) => format!("{error}: {why}"),
                _ => error.to_string(),
            },
            other => panic!("{what} {at}: {other:?}"),
        };
        let words = words.split(' ').map(|word| if word.starts_with("http://127") { "URL" } else { word });
        said.push(format!("{what} {at}: {}", words.collect::<Vec<_>>().join(" ")));
        assert_eq!(copy.read("checkpoint").unwrap(), None, "{what} {at}");
        // And when the cause is gone:
        let (found, _) = round(&log, &copy, Box::new(|_| None));
        assert!(matches!(found, Ok(Round::Grown(_))), "{found:?}");
    }
    assert_snapshot!(said.join("\n"), @r#"
redirect checkpoint: the log could not be read: URL HTTP status 302: it points to https://elsewhere.example/; redirects are not followed, give that address where it is right
redirect tile/0/001: the log could not be read: URL it can't be reached: protocol: http parse fail: invalid header value (asked 3 times)
compressed tile/0/001: the log could not be read: URL it is encoded as gzip, which was not asked for
forbidden tile/0/001: the log could not be read: URL HTTP status 403
down tile/entries/001: the log could not be read: URL HTTP status 502 (asked 3 times)
hangs up checkpoint: the log could not be read: URL it can't be reached: io: Peer disconnected (asked 3 times)
oversized checkpoint: the log could not be read: URL it is longer than 1000000 bytes, more than such a file has
oversized tile/1/000.p/2: the log could not be read: URL it is longer than 8192 bytes, more than such a file has
oversized tile/0/001: the log could not be read: URL it is longer than 8192 bytes, more than such a file has
empty tile/0/000: tile/0/000 has 0 bytes, such a tile has 8192
missing tile/entries/002.p/88: tile/entries/002.p/88 is missing
garbage checkpoint: the source's checkpoint is malformed: the checkpoint is not a signed note
garbage tile/entries/000: tile/entries/000 is malformed: the bundle ends within entry 0: 15460 bytes are missing
"#);
}

#[test]
fn addresses_that_are_none_are_refused() {
    for url in
        ["", "log", "ftp://log.example/", "http://", "https://log.example/?a=b", "https://log.example/#top"]
    {
        assert!(Web::new(url, PATIENCE).is_err(), "{url}");
    }
    let error = Web::new("https://berg:secret@log.example/", PATIENCE).expect_err("credentials");
    assert!(!error.to_string().contains("secret"), "{error}");
}
