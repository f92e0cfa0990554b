//! A home's record before its witnesses, all of them processes: enough cosign, or one is gone, slow, a stranger, a liar, ahead,
//! or holds another history; and a mirror beside them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use countersign_testkit::loopback::{Loopback, Reply};
use countersign_tlog::checkpoint::{Checkpoint, Origin};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::size::TreeSize;
use serde_json::Value;
use tempfile::TempDir;

use crate::log::Key;
use crate::witness::Process;
use crate::{countersign, json, text};

/// A desk with a home, its witnesses not yet named.
pub(crate) struct Desk {
    temporary: TempDir,
    pub(crate) vkey: String,
}

impl Desk {
    /// A key to sign with, a home, an empty dossier.
    pub(crate) fn new() -> Self {
        let temporary = TempDir::new().unwrap();
        let dir = temporary.path();
        let made = json(&done(countersign(dir, &["init", "home", "--party", "RUR", "--no-ca", "--json"])));
        let desk = Self { vkey: made["vkey"].as_str().unwrap().to_owned(), temporary };
        done(countersign(desk.dir(), &["key", "new", "berg"]));
        done(desk.run("home", &["dossier", "new", "talks", "--party", "RUR", "--party", "KRA"]));
        desk
    }

    pub(crate) fn dir(&self) -> &Path {
        self.temporary.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// Runs a verb in a home.
    pub(crate) fn run(&self, home: &str, arguments: &[&str]) -> Output {
        countersign(self.dir(), &[arguments, &["--home", home]].concat())
    }

    /// Puts an act on the record; two entries, the act's and the dossier's head.
    pub(crate) fn act(&self, home: &str, says: &str) -> Output {
        let words = ["act", "mandate", "--key", "berg", "--by", "berg", "--capacity", "SL"];
        let on = ["--on-behalf-of", "RUR", "--with", "KRA", "--matter", "trade", "--says", says];
        self.run(home, &[&words[..], &on, &["--into", "talks", "--json"]].concat())
    }

    /// A witness as a process; `knows` the home's record.
    fn witness(&self, name: &str, knows: bool) -> Process {
        let process = Process::start(&self.path(name));
        if knows {
            self.introduce(name);
        }
        process
    }

    fn introduce(&self, name: &str) {
        let dir = self.path(name);
        let added = ["witness", "log", "add", &self.vkey, "--dir", dir.to_str().unwrap()];
        done(countersign(self.dir(), &added));
    }

    /// Names witnesses, by their keys and addresses, and how many of all it takes.
    fn name(&self, home: &str, quorum: usize, witnesses: &[(&str, &str)]) {
        let words: Vec<String> = witnesses.iter().map(|(vkey, url)| format!("{vkey}={url}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let quorum = quorum.to_string();
        done(self.run(home, &[&["home", "witness"], &words[..], &["--quorum", &quorum]].concat()));
    }

    /// A copy of a home as it is now: nobody writes to it.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        copy(&self.path(from), &self.path(to));
    }

    /// `log witness`, with its exit code and what it said in JSON.
    fn asked(&self, home: &str) -> (Option<i32>, Value) {
        let output = self.run(home, &["log", "witness", "--json"]);
        (output.status.code(), json(&output))
    }
}

pub(crate) fn done(output: Output) -> Output {
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    output
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// What is said of a witness.
fn of<'a>(said: &'a Value, process: &Process) -> &'a Value {
    let name = process.vkey.split('+').next().unwrap();
    let witnesses = said["witnesses"].as_array().unwrap();
    witnesses.iter().find(|witness| witness["witness"] == name).unwrap()
}

fn pair(process: &Process) -> (&str, &str) {
    (&process.vkey, &process.url)
}

#[test]
fn a_record_without_acts_is_witnessed_from_the_start() {
    let desk = Desk::new();
    let witness = desk.witness("one", true);
    desk.name("home", 1, &[pair(&witness)]);
    let (code, said) = desk.asked("home");
    assert_eq!((code, &said["checkpoint"]["size"]), (Some(0), &0.into()), "{said}");
    assert_eq!(said["quorum"]["met"], true, "{said}");
}

#[test]
fn the_quorum_is_met_or_not_as_each_witness_is_gone_slow_a_stranger_or_back() {
    let desk = Desk::new();
    let (first, second) = (desk.witness("one", true), desk.witness("two", false));
    desk.name("home", 2, &[pair(&first), pair(&second)]);

    // One doesn't know the log.
    let acted = desk.act("home", "first");
    assert_eq!(json(&acted)["record"]["state"], "included", "{}", text(&acted.stdout));
    let (code, said) = desk.asked("home");
    assert_eq!((code, &said["quorum"]["met"]), (Some(3), &false.into()), "{said}");
    assert_eq!(
        (&of(&said, &first)["cosigned"], &of(&said, &second)["cosigned"]),
        (&true.into(), &false.into())
    );
    assert!(of(&said, &second)["message"].as_str().unwrap().contains("does not know this log"), "{said}");
    let told = text(&desk.run("home", &["log", "witness"]).stdout);
    assert!(told.contains("witnessed  no: ") && told.contains(": cosigned\n"), "{told}");
    // It is told.
    desk.introduce("two");
    let (code, said) = desk.asked("home");
    assert_eq!((code, &said["quorum"]["met"]), (Some(0), &true.into()), "{said}");
    assert_eq!(said["quorum"]["cosigned"].as_array().unwrap().len(), 2, "{said}");
    // Whose quorum is met needn't be asked.
    assert_eq!(desk.asked("home").1["witnesses"], Value::Array(Vec::new()));

    // One is slow: it takes the connection and says nothing.
    second.signal("-STOP");
    assert_eq!(json(&desk.act("home", "second"))["record"]["state"], "included");
    let (code, said) = desk.asked("home");
    assert_eq!(code, Some(3), "{said}");
    assert!(of(&said, &second)["message"].as_str().unwrap().contains("did not answer in time"), "{said}");
    second.signal("-CONT");
    assert_eq!(desk.asked("home").0, Some(0));

    // One is gone, and comes back at another port.
    second.kill();
    desk.act("home", "third");
    let (code, said) = desk.asked("home");
    assert_eq!(code, Some(3), "{said}");
    let second = desk.witness("two", false);
    assert!(of(&said, &second)["message"].as_str().unwrap().contains("could not be reached"), "{said}");
    desk.name("home", 2, &[pair(&second)]);
    let (code, said) = desk.asked("home");
    assert_eq!((code, &said["quorum"]["met"]), (Some(0), &true.into()), "{said}");
    assert!(!desk.path("home/alarms").exists(), "nobody contradicted the record");
}

#[test]
fn whoever_lies_or_talks_nonsense_counts_for_nothing_and_the_record_stays() {
    type Row = (&'static str, fn() -> Reply, &'static str);
    let rows: [Row; 7] = [
        ("nothing", || Reply::HangUp, "could not be reached"),
        ("garbage", || Reply::ok("text/plain", b"<html>\n".to_vec()), "can't be read"),
        ("another's cosignature", || Reply::ok("text/plain", forged()), "does not verify"),
        ("404", || Reply::status(404), "does not know this log"),
        ("409 without a size", || Reply::status(409), "answered 409"),
        ("429", || Reply::status(429), "left alone"),
        ("500", || Reply::status(500), "answered 500"),
    ];
    let desk = Desk::new();
    let honest = desk.witness("one", true);
    // The other's key is real, and somebody else answers at its address.
    let other = desk.witness("two", true);
    desk.name("home", 2, &[pair(&honest), pair(&other)]);
    assert_eq!(json(&desk.act("home", "before"))["record"]["state"], "witnessed");
    for (what, answer, words) in rows {
        let liar = Loopback::serve(move |_| answer());
        desk.name("home", 2, &[(&other.vkey, &liar.url())]);
        let acted = desk.act("home", what);
        assert_eq!(json(&acted)["record"]["state"], "included", "{what}: {}", text(&acted.stderr));
        let (code, said) = desk.asked("home");
        assert_eq!(code, Some(3), "{what}: {said}");
        let of_liar = of(&said, &other);
        assert!(of_liar["message"].as_str().unwrap().contains(words), "{what}: {of_liar}");
        assert_eq!(of_liar["alarm"], false, "{what}");
        // The cause is gone.
        desk.name("home", 2, &[pair(&other)]);
        let (code, said) = desk.asked("home");
        assert_eq!((code, &said["quorum"]["met"]), (Some(0), &true.into()), "{what}: {said}");
        done(desk.run("home", &["log", "fsck", "home/record", "--key", &desk.vkey]));
    }
    // One that cries fork shows nothing: it is its word against the record's, kept as such.
    let liar = Loopback::serve(|asked| {
        let status = if asked.line.starts_with("POST") { 422 } else { 404 };
        Reply::status(status)
    });
    desk.name("home", 2, &[(&other.vkey, &liar.url())]);
    desk.act("home", "after");
    let output = desk.run("home", &["log", "witness"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("ALARM") && told.contains("its word against the record's"), "{told}");
    let alarms: Vec<PathBuf> =
        fs::read_dir(desk.path("home/alarms")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!alarms.is_empty());
    for alarm in alarms {
        assert!(alarm.join("offered.checkpoint").is_file() && !alarm.join("seen.checkpoint").exists());
    }
    desk.name("home", 2, &[pair(&other)]);
    assert_eq!(desk.asked("home").0, Some(0));
}

/// A cosignature by a key that is nobody's here.
fn forged() -> Vec<u8> {
    let checkpoint =
        Checkpoint::new(Origin::new("another.example/record").unwrap(), TreeSize::ZERO, Hash::EMPTY_ROOT);
    let line = cosign(&checkpoint, &Key::witness(), Timestamp::new(1_790_000_000).unwrap()).unwrap();
    line.to_string().into_bytes()
}

#[test]
fn an_old_copy_is_told_so_by_the_witness_and_publishes_nothing() {
    let desk = Desk::new();
    let witness = desk.witness("one", true);
    desk.name("home", 1, &[pair(&witness)]);
    assert_eq!(json(&desk.act("home", "common"))["record"]["state"], "witnessed");
    desk.copy("home", "old");
    desk.act("home", "second");
    desk.act("home", "third");
    assert_eq!(desk.asked("home").0, Some(0));
    let mirror = |home: &str| {
        countersign(desk.dir(), &["log", "mirror", &format!("{home}/record"), "copy", "--key", &desk.vkey])
    };
    done(mirror("home"));
    let published = fs::read(desk.path("old/record/checkpoint")).unwrap();
    desk.act("old", "of another history");
    for _ in 0..2 {
        let output = desk.run("old", &["log", "witness"]);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
        assert!(told.contains("ALARM nothing is published") && told.contains("an old copy"), "{told}");
    }
    assert_eq!(fs::read(desk.path("old/record/checkpoint")).unwrap(), published);
    let output = mirror("old");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("rollback"));
    // The act was given no place.
    let output = desk.run("old", &["log", "prove", "--of", "2", "--dossier", "talks"]);
    assert!(text(&output.stderr).contains("there is no act `2`"), "{}", text(&output.stderr));
    // The record itself goes on.
    assert_eq!(json(&desk.act("home", "fourth"))["record"]["state"], "witnessed");
}

#[test]
fn a_forked_record_is_shown_by_its_witnesses_and_its_mirror_to_whoever_checks_the_notes() {
    let desk = Desk::new();
    let (first, second) = (desk.witness("one", true), desk.witness("two", true));
    desk.name("home", 2, &[pair(&first), pair(&second)]);
    assert_eq!(json(&desk.act("home", "common"))["record"]["state"], "witnessed");
    desk.copy("home", "same");
    desk.copy("home", "more");
    desk.act("home", "second");
    assert_eq!(json(&desk.act("home", "third"))["record"]["state"], "witnessed");
    let mirror = |home: &str| {
        let record = format!("{home}/record");
        countersign(desk.dir(), &["log", "mirror", &record, "copy", "--key", &desk.vkey, "--json"])
    };
    done(mirror("home"));
    // Copies of before that go another way, as many acts and one more, asking nobody on the way.
    for (home, acts) in [("same", 2), ("more", 3)] {
        let policy = fs::read(desk.path("home/witnesses.policy")).unwrap();
        fs::write(desk.path(&format!("{home}/witnesses.policy")), "quorum none\n").unwrap();
        for act in 0..acts {
            done(desk.act(home, &format!("of another history {act}")));
        }
        fs::write(desk.path(&format!("{home}/witnesses.policy")), policy).unwrap();
        let (code, said) = desk.asked(home);
        assert_eq!(code, Some(1), "{said}");
        let record = format!("{home}/record");
        let checked = |folder: &str| {
            let [seen, offered] = ["seen", "offered"].map(|name| format!("{folder}/{name}.checkpoint"));
            let notes = ["log", "verify", "--consistency", &seen, &offered, "--source", &record];
            let output = countersign(desk.dir(), &[&notes[..], &["--key", &desk.vkey]].concat());
            let told = text(&output.stdout) + &text(&output.stderr);
            assert!(output.status.code() == Some(1) && told.contains("no: FORK"), "{told}");
            let text = |path: &str| fs::read_to_string(desk.path(path)).unwrap();
            let note = |text: String| text.split("\n\n").next().unwrap().to_owned();
            assert_eq!(note(text(&seen)), note(text("home/record/checkpoint")), "seen is what was published");
            assert!(desk.path(folder).join("why.txt").is_file());
        };
        for witness in [&first, &second] {
            let of = of(&said, witness);
            assert_eq!(of["alarm"], true, "{said}");
            assert!(of["message"].as_str().unwrap().contains("another history"), "{said}");
            let kept = of["kept"].as_str().unwrap();
            assert!(kept.starts_with(&format!("{home}/alarms/")), "{kept}");
            checked(kept);
        }
        let output = mirror(home);
        let said = json(&output);
        assert_eq!((output.status.code(), &said["outcome"]), (Some(1), &"fork".into()), "{said}");
        checked(&format!("copy/{}", said["kept"].as_str().unwrap()));
    }
    // The one at the same size is known to the witnesses too; a larger tree that does not follow, anybody could send.
    for name in ["one", "two"] {
        let dir = desk.path(name);
        let forks = countersign(desk.dir(), &["witness", "forks", "--json", "--dir", dir.to_str().unwrap()]);
        assert_eq!(forks.status.code(), Some(1), "{}", text(&forks.stdout));
    }
    // The record and its mirror go on with what was seen first.
    assert_eq!(json(&desk.act("home", "fourth"))["record"]["state"], "witnessed");
    done(mirror("home"));
}

#[test]
fn the_proof_of_an_act_of_the_home_convinces_a_stranger() {
    let desk = Desk::new();
    let witness = desk.witness("one", true);
    desk.name("home", 1, &[pair(&witness)]);
    let ids: Vec<String> = ["first", "second"]
        .map(|says| json(&desk.act("home", says))["id"].as_str().unwrap().to_owned())
        .into();
    done(desk.run("home", &["dossier", "export", "talks", "-o", "talks.dossier"]));
    let bundle = fs::read(desk.path("talks.dossier")).unwrap();
    let bundle = countersign_verify::bundle::read(&bundle).unwrap();
    for (act, name) in bundle.acts.iter().zip(["a", "b"]) {
        let salt = act.salt.as_ref().unwrap().as_bytes().to_vec();
        for (kind, bytes) in [("salt", &salt), ("json", &act.json), ("p7s", &act.p7s)] {
            fs::write(desk.path(&format!("{name}.{kind}")), bytes).unwrap();
        }
    }
    let hex = ids[1].strip_prefix("sha256:").unwrap();
    let ways: [(&[&str], &str); 4] = [
        (&["--of", "1", "--dossier", "talks"], "a"),
        (&["--of", &ids[0]], "a"),
        (&["--of", "2", "--dossier", "talks"], "b"),
        (&["--of", hex], "b"),
    ];
    for (at, (way, name)) in ways.into_iter().enumerate() {
        let proof = format!("{at}.tlog-proof");
        let made = done(desk.run("home", &[&["log", "prove", "-o", &proof, "--json"], way].concat()));
        assert_eq!(json(&made)["index"], if name == "a" { 0 } else { 2 });
        let verified = |name: &str| {
            let [salt, act, p7s] = ["salt", "json", "p7s"].map(|kind| format!("{name}.{kind}"));
            let of = ["--salt", &salt, "--act", &act, "--p7s", &p7s, "--policy", "home/witnesses.policy"];
            let words = [&["log", "verify", &proof], &of[..], &["--key", &desk.vkey]].concat();
            countersign(desk.dir(), &words)
        };
        let told = text(&done(verified(name)).stdout);
        for words in ["sequenced  yes: entry", "included   yes: ", "witnessed  yes: "] {
            assert!(told.contains(words), "{told}");
        }
        let output = verified(if name == "a" { "b" } else { "a" });
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("sequenced  unknown") && told.contains("included   no"), "{told}");
    }
    let none = format!("sha256:{}", "0".repeat(64));
    let nobodys: [&[&str]; 6] = [
        &["--of", "3", "--dossier", "talks"],
        &["--of", "0", "--dossier", "talks"],
        &["--of", "1", "--dossier", "walks"],
        &["--of", "1"],
        &["--of", &none],
        &["--of", "sha256:12"],
    ];
    for way in nobodys {
        let output = desk.run("home", &[&["log", "prove"], way].concat());
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(2) && told.contains("there is no act"), "{way:?}: {told}");
    }
}
