//! Runs every folder of `vectors/tlog`: files as they lie on a disk, and what is to be said of them.

use crate::log::{Memory, Software};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyRing, VerifierKey};
use countersign_tlog::policy::{Policy, PolicyError};
use countersign_tlog::size::TreeSize;
use countersign_tlog::spicy::{SpicyError, TlogProof};
use countersign_tlog::tile::{Bundle, Tile, TilePath};
use countersign_tlog::witness::{AddCheckpoint, Latest, Refusal, Response};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/tlog")
}

/// One run of one folder.
struct Run<'a> {
    folder: &'a Path,
    case: &'a Value,
}

impl Run<'_> {
    fn has(&self, key: &str) -> bool {
        !self.case[key].is_null()
    }

    fn text(&self, key: &str) -> &str {
        self.case[key].as_str().unwrap_or_else(|| panic!("{key} in {}", self.folder.display()))
    }

    fn names(&self, key: &str) -> Vec<&str> {
        self.case[key].as_array().into_iter().flatten().map(|name| name.as_str().expect("a name")).collect()
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap_or_else(|_| panic!("{name} in {}", self.folder.display()))
    }

    /// The file that `key` names.
    fn named(&self, key: &str) -> Vec<u8> {
        self.file(self.text(key))
    }

    fn key(&self, name: &str) -> VerifierKey {
        String::from_utf8(self.file(name)).expect("text").trim_end().parse().expect("a key")
    }
}

#[test]
fn every_folder_ends_as_its_case_says() {
    let mut ran = 0;
    for folder in folders() {
        let case: Value =
            serde_json::from_slice(&fs::read(folder.join("case.json")).expect("case.json")).expect("JSON");
        for case in case["runs"].as_array().expect("runs") {
            let run = Run { folder: &folder, case };
            let place = format!("{}: {case}", folder.display());
            match folder.file_name().and_then(|name| name.to_str()).expect("a name") {
                "tile_paths" => paths(&run),
                "log_of_300_entries" => log(&run, &place),
                name if name.starts_with("proof") => proof(&run, &place),
                "policy_groups" => groups(&run, &place),
                "policies_malformed" => policy(&run, &place),
                name if name.starts_with("witness") => witness(&run, &place),
                other => panic!("nothing runs {other}"),
            }
            ran += 1;
        }
    }
    println!("{ran} runs");
    assert!(ran >= 85, "{ran}");
}

#[test]
fn every_folder_is_listed_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("vectors/tlog/README.md");
    let listed: BTreeSet<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let folders = folders();
    let found: BTreeSet<&str> = folders.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    assert_eq!(found, listed);
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).expect("vectors/tlog");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn paths(run: &Run<'_>) {
    for good in run.case["good"].as_array().expect("good") {
        let (path, index) =
            (good["path"].as_str().expect("a path"), good["index"].as_u64().expect("an index"));
        let width = u16::try_from(good["width"].as_u64().expect("a width")).expect("small");
        let expected = match good["level"].as_u64() {
            Some(level) => Tile::new(u8::try_from(level).expect("small"), index, width).map(TilePath::from),
            None => Bundle::new(index, width).map(TilePath::from),
        };
        let expected = expected.expect("a tree has it");
        assert_eq!(path.parse(), Ok(expected));
        assert_eq!(expected.to_string(), path);
    }
    for bad in run.names("bad") {
        assert!(bad.parse::<TilePath>().is_err(), "{bad:?}");
    }
}

fn log(run: &Run<'_>, place: &str) {
    let checkpoint = SignedCheckpoint::read(&run.file("checkpoint")).expect("a checkpoint");
    checkpoint.verify(&KeyRing::new([run.key("log.vkey")]).expect("one key")).expect("the log signed");
    let mut memory = Memory::default();
    load(run.folder, &run.folder.join("tile"), &mut memory);
    if run.has("change") {
        let (path, at) = (run.case["change"]["path"].as_str(), run.case["change"]["byte"].as_u64());
        let bytes = memory.0.get_mut(path.expect("a path")).expect("a file of the log");
        bytes[usize::try_from(at.expect("a byte")).expect("small")] ^= 1;
    }
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    match fsck(size, root, &memory).expect("memory answers") {
        Findings::Sound(sound) => {
            assert_eq!((run.text("expect"), sound.entries), ("sound", size.get()), "{place}");
        }
        Findings::Faulty(fault) => {
            assert_eq!(run.text("expect"), "faulty", "{place}: {fault}");
            for name in run.names("names") {
                assert!(fault.to_string().contains(name), "{place}: {fault}");
            }
        }
    }
}

fn load(root: &Path, folder: &Path, memory: &mut Memory) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            load(root, &path, memory);
        } else {
            let name = path.strip_prefix(root).expect("below").components().map(|part| part.as_os_str());
            let name: Vec<&str> = name.map(|part| part.to_str().expect("ASCII")).collect();
            memory.0.insert(name.join("/"), fs::read(&path).expect("a file"));
        }
    }
}

fn proof(run: &Run<'_>, place: &str) {
    let bytes = run.named("proof");
    let Ok(proof) = TlogProof::read(&bytes) else {
        assert_eq!(run.text("expect"), "malformed", "{place}");
        return;
    };
    assert_eq!(proof.to_string().into_bytes(), bytes, "{place}");
    let policy = Policy::read(&run.named("policy")).expect("a policy");
    let found = match proof.verify_inclusion(Hash::leaf(&run.named("entry")), &policy) {
        Err(SpicyError::Untrusted(_)) => "untrusted",
        Err(_) => "not included",
        Ok(included) => {
            let quorum = included.quorum();
            if run.has("signed") {
                let signed: Vec<String> = quorum.signed().iter().map(|one| one.name.to_string()).collect();
                let missing: Vec<String> = quorum.missing().iter().map(ToString::to_string).collect();
                assert_eq!(
                    (signed, missing),
                    (owned(run.names("signed")), owned(run.names("missing"))),
                    "{place}"
                );
                let (index, size) = (included.index().get(), included.size().get());
                assert_eq!(
                    (Some(index), Some(size)),
                    (run.case["index"].as_u64(), run.case["size"].as_u64())
                );
            }
            if included.witnessed().is_ok() { "witnessed" } else { "included" }
        }
    };
    assert_eq!(found, run.text("expect"), "{place}");
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn groups(run: &Run<'_>, place: &str) {
    let policy = Policy::read(&run.named("policy")).expect("a policy");
    let checkpoint = SignedCheckpoint::read(&run.named("checkpoint")).expect("a checkpoint");
    let trusted = policy.evaluate(&checkpoint).expect("the log signed");
    let signed: Vec<String> = trusted.quorum().signed().iter().map(|one| one.name.to_string()).collect();
    assert_eq!(signed, owned(run.names("signed")), "{place}");
    assert_eq!(Some(trusted.quorum().is_met()), run.case["met"].as_bool(), "{place}");
}

fn policy(run: &Run<'_>, place: &str) {
    let line = match Policy::read(&run.named("policy")).expect_err(place) {
        PolicyError::Line { line, .. } => line,
        _ => 0,
    };
    assert_eq!(u64::try_from(line).ok(), run.case["line"].as_u64(), "{place}");
}

fn witness(run: &Run<'_>, place: &str) {
    let outcome = AddCheckpoint::read(&run.named("request")).map_err(Refusal::from).and_then(|request| {
        let keys = KeyRing::new([run.key("log.vkey")]).expect("one key");
        let known = run.has("latest").then(|| (&keys, latest(&run.case["latest"])));
        request.decide(known)
    });
    let status = run.case["status"].as_u64().expect("a status");
    match outcome {
        Ok(accepted) => {
            assert_eq!(status, 200, "{place}");
            assert_eq!(accepted.after(), latest(&run.case["next"]), "{place}");
            let witness = Software::witness("witness.example/one");
            assert_eq!(
                run.key("witness.vkey"),
                witness.verifier(),
                "the private key is the hash of the name"
            );
            let time = Timestamp::new(run.case["time"].as_u64().expect("a time")).expect("a time");
            let line = accepted.cosign(&witness, time).expect("cosigns");
            assert_eq!(Response::cosigned(&[line]).body.into_bytes(), run.named("answer"), "{place}");
        }
        Err(refusal) => {
            let response = Response::refused(&refusal);
            assert_eq!(u64::from(response.status), status, "{place}: {refusal}");
            if run.has("body") {
                assert_eq!(response.body, run.text("body"), "{place}");
            }
            assert_eq!(refusal.fork().is_some(), run.case["fork"].as_bool().unwrap_or(false), "{place}");
        }
    }
}

fn latest(state: &Value) -> Latest {
    let size = TreeSize::new(state["size"].as_u64().expect("a size")).expect("a size");
    Latest::new(size, state["root"].as_str().expect("a root").parse().expect("a hash"))
}
