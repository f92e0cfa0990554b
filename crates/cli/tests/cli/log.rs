//! `countersign log …`: other programs serve, processes die, files rot.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use countersign_testkit::Loopback;
use countersign_testkit::loopback::Reply;
use countersign_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyName, Refused, SignatureType, Signer, VerifierKey};
use countersign_tlog::tile::{Edge, TilePath, bundles_between, tile_bytes, write_bundle};
use ed25519_dalek::{Signer as _, SigningKey};
use tempfile::TempDir;

use crate::{countersign, json, text};

pub(crate) struct Key(pub(crate) VerifierKey, SigningKey);

impl Key {
    fn new(name: &str, seed: u8, kind: SignatureType) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let key = VerifierKey::new(KeyName::new(name).unwrap(), kind, secret.verifying_key().as_bytes());
        Self(key.unwrap(), secret)
    }

    pub(crate) fn log() -> Self {
        Self::new("ruritania.example/record", 7, SignatureType::Ed25519)
    }

    pub(crate) fn witness() -> Self {
        Self::new("near.example/witness", 8, SignatureType::CosignatureV1)
    }
}

impl Signer for Key {
    fn key(&self) -> &VerifierKey {
        &self.0
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Refused> {
        Ok(self.1.sign(message).to_bytes())
    }
}

/// A log's entries: of one history up to an index, of another from there.
pub(crate) fn entries(size: u64, since: u64, history: &str) -> Vec<Vec<u8>> {
    (0..size).map(|at| format!("{} {at}", if at < since { "common" } else { history }).into_bytes()).collect()
}

/// Writes a log's folder, as any publisher would; its checkpoint.
pub(crate) fn publish(dir: &Path, entries: &[Vec<u8>], cosigned: bool) -> SignedCheckpoint {
    let mut edge = Edge::new();
    let put = |path: TilePath, bytes: &[u8]| {
        let path = dir.join(path.to_string());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for entry in entries {
        edge.append(Hash::leaf(entry), |tile, hashes| put(tile.into(), &tile_bytes(hashes))).unwrap();
    }
    for (tile, hashes) in edge.partial_tiles() {
        put(tile.into(), &tile_bytes(hashes));
    }
    for bundle in bundles_between(Edge::new().size(), edge.size()) {
        let first = usize::try_from(bundle.first()).unwrap();
        let within = &entries[first..first + usize::from(bundle.width())];
        put(bundle.into(), &write_bundle(bundle, within.iter().map(Vec::as_slice)).unwrap());
    }
    let origin = Origin::new("ruritania.example/record").unwrap();
    let mut signed = Checkpoint::new(origin, edge.size(), edge.root()).sign(&Key::log()).unwrap();
    if cosigned {
        let at = Timestamp::new(1_790_000_000).unwrap();
        signed.add([cosign(signed.checkpoint(), &Key::witness(), at).unwrap()]).unwrap();
    }
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("checkpoint"), signed.to_string()).unwrap();
    signed
}

pub(crate) fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Runs `log …` with the log's key.
pub(crate) fn log(dir: &Path, arguments: &[&str]) -> Output {
    let key = Key::log().0.to_string();
    countersign(dir, &[&["log"], arguments, &["--key", &key]].concat())
}

/// `python3 -m http.server`: any static file server will do.
struct Python(Child, String);

impl Python {
    fn serve(dir: &Path) -> Option<Self> {
        let spawned = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .current_dir(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = spawned else {
            countersign_testkit::missing("python3 is not installed");
            return None;
        };
        // Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(['(', ')']).nth(1).unwrap().trim_end_matches('/').to_owned();
        Some(Self(child, url))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_record_behind_any_static_file_server_is_copied_followed_and_checked() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    publish(&dir.join("www/record"), &entries(700, 0, "common"), false);
    let Some(server) = Python::serve(&dir.join("www")) else { return };
    let url = format!("{}/record/", server.1);
    let output = log(dir, &["mirror", &url, "copy", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!((&json(&output)["outcome"], &json(&output)["files"]), (&"copied".into(), &7.into()));
    assert_eq!(tree(&dir.join("copy")), tree(&dir.join("www/record")));
    publish(&dir.join("www/record"), &entries(701, 0, "common"), false);
    let output = log(dir, &["mirror", &url, "copy", "--json"]);
    assert_eq!(json(&output)["files"], 2, "{}", text(&output.stdout));
    let output = log(dir, &["fsck", "copy", "--json"]);
    assert_eq!((output.status.code(), &json(&output)["sound"]), (Some(0), &true.into()));
    // A proof straight from the server, checked without it.
    fs::write(dir.join("entry"), "common 650").unwrap();
    let output = log(dir, &["prove", &url, "--entry", "entry", "-o", "it.tlog-proof"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    drop(server);
    let output = log(dir, &["verify", "it.tlog-proof", "--entry", "entry", "--json"]);
    assert_eq!((output.status.code(), &json(&output)["index"]), (Some(0), &650.into()));
    let output = log(dir, &["mirror", "http://127.0.0.1:9/record", "copy2"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
}

#[test]
fn a_mirror_killed_at_any_request_goes_on_and_fsck_is_clean() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    publish(&dir.join("log"), &entries(1300, 0, "common"), false);
    publish(&dir.join("copy"), &entries(300, 0, "common"), false);
    let files = tree(&dir.join("log"));
    // Checkpoint, level-1 tile, five level-0 tiles and bundles: killed while the nth answer is awaited.
    for at in 0..12 {
        let copy = format!("copy-{at}");
        let copied = Command::new("cp").current_dir(dir).args(["-r", "copy", &copy]).status().unwrap();
        assert!(copied.success());
        let (mut served, asked) =
            (files.clone(), std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)));
        let count = std::sync::Arc::clone(&asked);
        let server = Loopback::serve(move |asked| {
            let nth = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let name = asked.line.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
            if nth >= at {
                return Reply::Silence;
            }
            Reply::ok("application/octet-stream", served.remove(&name).unwrap())
        });
        let key = Key::log().0.to_string();
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(dir)
            .args(["log", "mirror", &server.url(), &copy, "--key", &key])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while asked.load(std::sync::atomic::Ordering::SeqCst) <= at {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        drop(server);
        let output = log(dir, &["fsck", &copy, "--json"]);
        assert_eq!((output.status.code(), &json(&output)["checkpoint"]["size"]), (Some(0), &300.into()));
        let output = log(dir, &["mirror", "log", &copy]);
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
        let output = log(dir, &["fsck", &copy, "--json"]);
        assert_eq!((output.status.code(), &json(&output)["checkpoint"]["size"]), (Some(0), &1300.into()));
    }
}

#[test]
fn following_ends_gracefully_when_asked_to() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    publish(&dir.join("log"), &entries(10, 0, "common"), false);
    let key = Key::log().0.to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(dir)
        .args(["log", "mirror", "log", "copy", "--follow", "--interval", "1", "--key", &key])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |words: &str| lines.by_ref().find(|line| line.contains(words)).unwrap();
    until("10 entries, 0 before");
    publish(&dir.join("log"), &entries(400, 0, "common"), false);
    until("400 entries, 10 before");
    let output = log(dir, &["mirror", "log", "copy"]);
    assert_eq!(output.status.code(), Some(2), "a copy has one mirror");
    assert!(text(&output.stderr).contains("another mirror writes here"));
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(log(dir, &["fsck", "copy"]).status.code(), Some(0));
}

#[test]
fn each_fault_is_told_the_copy_stays_and_goes_on_when_the_cause_is_gone() {
    type Spoil = fn(&Path);
    let rows: [(&str, Spoil, i32, &str); 11] = [
        ("another key", other_key, 3, "nothing was accepted"),
        ("missing tile", |log| fs::remove_file(log.join("tile/0/001")).unwrap(), 1, "tile/0/001 is missing"),
        (
            "missing bundle",
            |log| fs::remove_file(log.join("tile/entries/002.p/88")).unwrap(),
            1,
            "tile/entries/002.p/88 is missing",
        ),
        (
            "truncated tile",
            |log| spoil(&log.join("tile/0/001"), |bytes| bytes.truncate(100)),
            1,
            "tile/0/001 has 100 bytes",
        ),
        (
            "flipped bit",
            |log| spoil(&log.join("tile/0/001"), |bytes| bytes[77] ^= 2),
            1,
            "tile/0/001 hashes to",
        ),
        (
            "flipped entry",
            |log| spoil(&log.join("tile/entries/001"), |bytes| bytes[77] ^= 2),
            1,
            "in tile/entries/001 hashes to",
        ),
        (
            "oversized tile",
            |log| spoil(&log.join("tile/0/001"), |bytes| bytes.resize(9000, 0)),
            3,
            "longer than 8192 bytes",
        ),
        ("garbage", |log| fs::write(log.join("checkpoint"), "<html>\n").unwrap(), 1, "malformed"),
        ("nothing", |log| fs::remove_file(log.join("checkpoint")).unwrap(), 3, "there is no checkpoint"),
        ("old checkpoint", |log| drop(publish(log, &entries(200, 0, "common"), false)), 1, "rollback"),
        ("forked log", |log| drop(publish(log, &entries(650, 290, "rewritten"), false)), 1, "ALARM fork"),
    ];
    for (what, damage, exit, words) in rows {
        let temporary = TempDir::new().unwrap();
        let dir = temporary.path();
        publish(&dir.join("copy"), &entries(300, 0, "common"), false);
        publish(&dir.join("log"), &entries(600, 0, "common"), false);
        let before = tree(&dir.join("copy"));
        damage(&dir.join("log"));
        let output = log(dir, &["mirror", "log", "copy"]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{what}: {said}");
        assert!(said.contains(words), "{what}: {said}");
        for (name, bytes) in &before {
            assert_eq!(fs::read(dir.join("copy").join(name)).unwrap(), *bytes, "{what}: {name}");
        }
        let forks = tree(&dir.join("copy")).keys().filter(|name| name.starts_with("fork/")).count();
        assert_eq!(forks, if what == "forked log" { 3 } else { 0 }, "{what}");
        fs::remove_dir_all(dir.join("log")).unwrap();
        publish(&dir.join("log"), &entries(600, 0, "common"), false);
        assert_eq!(log(dir, &["mirror", "log", "copy"]).status.code(), Some(0), "{what}");
        assert_eq!(log(dir, &["fsck", "copy"]).status.code(), Some(0), "{what}");
    }
}

pub(crate) fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn fsck_names_what_is_wrong_and_repair_mends_it() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    publish(&dir.join("log"), &entries(600, 0, "common"), false);
    assert_eq!(log(dir, &["mirror", "log", "copy"]).status.code(), Some(0));
    let copy = dir.join("copy");
    spoil(&copy.join("tile/entries/001"), |bytes| bytes[40] ^= 1);
    spoil(&copy.join("tile/1/000.p/2"), |bytes| bytes[40] ^= 1);
    fs::remove_file(copy.join("tile/0/000")).unwrap();
    let output = log(dir, &["fsck", "copy", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for name in ["tile/entries/001", "tile/1/000.p/2", "tile/0/000"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert_eq!(json(&output)["faults"].as_array().unwrap().len(), 3, "{said}");
    assert_eq!(log(dir, &["mirror", "log", "copy", "--repair"]).status.code(), Some(0));
    assert_eq!(log(dir, &["fsck", "copy"]).status.code(), Some(0));
    // Without a key it is sound, and whose it is nobody said.
    assert_eq!(countersign(dir, &["log", "fsck", "copy"]).status.code(), Some(3));
}

/// A proof, its entry, who is believed; the exit code and words.
type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str], i32, &'a str);

#[test]
fn included_and_witnessed_are_told_apart_and_other_proofs_refused() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.join(name), bytes).unwrap();
    let (salt, act, p7s) = ([9; 32], b"{\"act\":1}", b"signature");
    write("a.salt", &salt);
    write("a.json", act);
    write("a.p7s", p7s);
    write("short.salt", &salt[1..]);
    let commitment = countersign_agreement::record::Commitment::of(
        &countersign_agreement::record::Salt::new(salt),
        act,
        p7s,
    );
    let mut list = entries(300, 0, "common");
    list[257] = commitment.as_bytes().to_vec();
    write("other", &list[258]);
    publish(&dir.join("alone"), &list, false);
    publish(&dir.join("seen"), &list, true);
    let (key, witness) = (Key::log().0.to_string(), Key::witness().0.to_string());
    let stranger = Key::new("ruritania.example/record", 9, SignatureType::Ed25519).0.to_string();
    write("near.policy", format!("log {key}\nwitness near {witness}\nquorum near\n").as_bytes());
    write("nobody.policy", b"quorum none\n");
    write("garbage.tlog-proof", b"garbage");
    let of = ["--salt", "a.salt", "--act", "a.json", "--p7s", "a.p7s"];
    for name in ["alone", "seen"] {
        let output = log(dir, &[&["prove", name, "-o", &format!("{name}.tlog-proof")], &of[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    }
    assert_eq!(log(dir, &["prove", "seen", "--index", "258"]).status.code(), Some(0));
    assert_eq!(log(dir, &["prove", "seen", "--index", "300"]).status.code(), Some(1));
    assert_eq!(log(dir, &["prove", "seen", "--entry", "a.json"]).status.code(), Some(1));
    assert_eq!(log(dir, &["prove", "seen"]).status.code(), Some(2));
    let key = ["--key", key.as_str()];
    let near = ["--policy", "near.policy"];
    let rows: [Row; 9] = [
        ("seen.tlog-proof", &of, &near, 0, "witnessed  yes: near at 2026-09-2"),
        ("seen.tlog-proof", &of, &key, 0, "witnessed  not asked for"),
        ("alone.tlog-proof", &of, &near, 3, "witnessed  no: nobody known cosigned"),
        ("258.tlog-proof", &of, &near, 1, "included   no"),
        ("258.tlog-proof", &["--entry", "other"], &near, 0, "entry 258"),
        ("seen.tlog-proof", &of, &["--key", &stranger], 3, "included   unknown"),
        ("seen.tlog-proof", &of, &["--policy", "nobody.policy"], 3, "trusts no log"),
        ("garbage.tlog-proof", &of, &near, 2, "does not begin with"),
        ("seen.tlog-proof", &["--salt", "short.salt", "--act", "a.json", "--p7s", "a.p7s"], &near, 2, "31"),
    ];
    for (proof, entry, trust, exit, words) in rows {
        let output = countersign(dir, &[&["log", "verify", proof], entry, trust].concat());
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{proof} {entry:?} {trust:?}: {said}");
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn without_a_whole_log_there_is_no_proof_and_unread_is_not_wrong() {
    type Spoil = fn(&Path);
    let rows: [(&str, Spoil, i32, &str); 7] = [
        ("missing tile", |log| fs::remove_file(log.join("tile/0/001")).unwrap(), 1, "tile/0/001 is missing"),
        (
            "truncated tile",
            |log| spoil(&log.join("tile/0/001"), |bytes| bytes.truncate(100)),
            1,
            "100 were read",
        ),
        (
            "flipped bit",
            |log| spoil(&log.join("tile/0/001"), |bytes| bytes[77] ^= 2),
            1,
            "a tile of the log is wrong",
        ),
        ("unread tile", |log| in_the_way(&log.join("tile/0/001")), 3, "it is no file"),
        ("unread checkpoint", |log| in_the_way(&log.join("checkpoint")), 3, "it is no file"),
        ("another key", other_key, 3, "the checkpoint is not trusted"),
        (
            "old checkpoint",
            |log| drop(publish(log, &entries(200, 0, "common"), false)),
            1,
            "none of the 200 entries",
        ),
    ];
    for (what, damage, exit, words) in rows {
        let temporary = TempDir::new().unwrap();
        let dir = temporary.path();
        publish(&dir.join("log"), &entries(600, 0, "common"), false);
        fs::write(dir.join("entry"), "common 300").unwrap();
        damage(&dir.join("log"));
        let output = log(dir, &["prove", "log", "--entry", "entry"]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{what}: {said}");
        assert!(said.contains("no proof: ") && said.contains(words), "{what}: {said}");
        assert!(!dir.join("300.tlog-proof").exists());
        fs::remove_dir_all(dir.join("log")).unwrap();
        publish(&dir.join("log"), &entries(600, 0, "common"), false);
        assert_eq!(log(dir, &["prove", "log", "--entry", "entry"]).status.code(), Some(0), "{what}");
    }
}

/// A folder in a file's place.
fn in_the_way(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
}

/// The same checkpoint, signed by a key of the same name that is another.
pub(crate) fn other_key(log: &Path) {
    let signed = SignedCheckpoint::read(&fs::read(log.join("checkpoint")).unwrap()).unwrap();
    let other = Key::new(signed.checkpoint().origin().as_str(), 9, SignatureType::Ed25519);
    fs::write(log.join("checkpoint"), signed.checkpoint().sign(&other).unwrap().to_string()).unwrap();
}

#[test]
fn one_checkpoint_follows_from_another_or_it_does_not() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    for (name, size, since) in
        [("old", 300, 300), ("new", 700, 700), ("rewritten", 700, 200), ("same", 300, 2)]
    {
        let signed = publish(&dir.join(name), &entries(size, since, "rewritten"), false);
        fs::write(dir.join(format!("{name}.checkpoint")), signed.to_string()).unwrap();
    }
    for (old, new, source, exit, words) in [
        ("old", "new", "new", 0, "yes: 700 entries follow from 300"),
        ("old", "old", "new", 0, "yes: both are of the same 300"),
        ("old", "rewritten", "rewritten", 1, "FORK"),
        ("old", "same", "old", 1, "FORK"),
        ("new", "old", "new", 1, "fewer"),
        ("old", "new", "rewritten", 3, "faulty"),
    ] {
        let (old, new) = (format!("{old}.checkpoint"), format!("{new}.checkpoint"));
        let output = log(dir, &["verify", "--consistency", &old, &new, "--source", source]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{old} {new}: {said}");
        assert!(said.contains(words), "{old} {new}: {said}");
    }
}

#[test]
fn a_stranger_checks_the_record_with_openssl_as_the_manual_says() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    let golden = crate::root().join("crates/cli/tests/cli/golden/log.in");
    let copied = Command::new("cp").args(["-r"]).arg(golden.join(".")).arg(dir).status().unwrap();
    assert!(copied.success());
    let of = ["--salt", "act.salt", "--act", "act.json", "--p7s", "act.p7s", "-o", "act.tlog-proof"];
    assert_eq!(log(dir, &[&["prove", "record"], &of[..]].concat()).status.code(), Some(0));
    let manual = fs::read_to_string(crate::root().join("docs/reference/log.md")).unwrap();
    let script = manual.split("```bash\n").nth(1).unwrap().split("```").next().unwrap();
    let script = format!("set -eo pipefail\nVKEY='{}'\n{script}", Key::log().0);
    if countersign_testkit::tool("openssl", dir, &["version"]).is_none() {
        return;
    }
    let run = |script: &str| countersign_testkit::tool("bash", dir, &["-c", script]).unwrap();
    let output = run(&script);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{said}");
    for words in ["Signature Verified Successfully", "entry 257 is in the record", "and in its tile"] {
        assert!(said.contains(words), "{said}");
    }
    fs::write(dir.join("act.json"), "{}").unwrap();
    assert!(!run(&script).status.success(), "another act is not in the record");
}

#[test]
#[ignore = "writes the fixture of the golden runs anew: a log of two acts, and proofs in it"]
fn the_golden_log_is_written() {
    let dir = crate::root().join("crates/cli/tests/cli/golden/log.in");
    let mut list = entries(300, 0, "common");
    let salt = [9; 32];
    let (act, p7s) = (b"{\"kind\":\"note\"}", b"stands for a signature");
    let salted = countersign_agreement::record::Salt::new(salt);
    list[257] = countersign_agreement::record::Commitment::of(&salted, act, p7s).as_bytes().to_vec();
    publish(&dir.join("record"), &list, true);
    let (log, witness) = (Key::log().0, Key::witness().0);
    for (name, bytes) in [("act.salt", &salt[..]), ("act.json", act), ("act.p7s", p7s)] {
        fs::write(dir.join(name), bytes).unwrap();
    }
    let policy = format!("log {log}\nwitness near {witness}\nquorum near\n");
    fs::write(dir.join("ruritania.policy"), policy).unwrap();
}
