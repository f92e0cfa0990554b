//! `countersign key`, run as users run it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign_authority::model::map::{Fact, Key};
use countersign_notation::parse;
use serde_json::Value;

/// A folder of this test's own, empty; keys are made in `keys` below it.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key").join(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn key(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("key")
        .args(arguments)
        .env("COUNTERSIGN_KEYS", dir.join("keys"))
        .env_remove("COUNTERSIGN_PASSPHRASE")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", errors(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_key_makes_the_house_ca_and_the_second_uses_it() {
    let dir = folder("first");
    let first = key(&dir, &["new", "berg", "--json"]);
    assert!(errors(&first).contains("made the house CA `house-ca`"));
    let second = key(&dir, &["new", "dahl", "--json"]);
    assert!(!errors(&second).contains("made the house CA"));
    assert_eq!(json(&first)["policy"], json(&second)["policy"]);
    let list = json(&key(&dir, &["list", "--json"]));
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["berg", "dahl", "house-ca"]);
}

#[test]
fn the_line_for_a_map_is_a_line_of_a_map() {
    let dir = folder("map");
    let subject = "CN=A. \\\"Iron\\\" Berg\\, Ph.D.,O=Ruritania";
    let made = json(&key(&dir, &["new", "berg", "--subject", subject, "--json"]));
    let line = made["map"].as_str().unwrap();
    let text = format!("map \"M\" version 1\nsource \"S\" as of 2026-01-02\n{line}\n");
    let map = parse::map("m.authority", text.as_bytes()).unwrap().value;
    let Fact::Person(person) = &map.statements[0].fact else { panic!("a person") };
    assert_eq!((person.id.as_str(), person.name.as_str()), ("berg", "A. \"Iron\" Berg, Ph.D."));
    let Key::Fingerprint(digest) = &person.keys[0] else { panic!("a fingerprint") };
    assert_eq!(digest.to_string(), made["fingerprint"].as_str().unwrap());
}

#[test]
fn a_key_that_vouches_for_itself_has_no_line_for_a_policy() {
    let dir = folder("itself");
    let made = json(&key(&dir, &["new", "berg", "--self-signed", "--json"]));
    assert_eq!((&made["policy"], &made["issued_by"]), (&Value::Null, &Value::Null));
    assert_eq!(made["issuer"], made["subject"]);
    assert!(!dir.join("keys/house-ca.key.pem").exists());
}

#[test]
fn nothing_is_written_over_and_what_is_wrong_is_usage() {
    let dir = folder("wrong");
    key(&dir, &["new", "berg"]);
    let before = fs::read(dir.join("keys/berg.key.pem")).unwrap();
    for (arguments, says) in [
        (&["new", "berg"][..], "there is already a key `berg`"),
        (&["new", "x", "--ca", "nobody"], "there is no key `nobody`"),
        (&["new", "x", "--ca", "berg"], "`CN=berg` is not a certificate authority"),
        (&["new", "../x"], "is not a key's name"),
        (&["new", "x", "--subject", "Berg"], "`Berg` is not a subject; write it like"),
        (&["new", "x", "--years", "0"], "a certificate lasts 1 to 50 years, not 0"),
        (&["new", "x", "--ca", "house-ca", "--self-signed"], "cannot be used with"),
        (&["ca", "new", "house-ca"], "there is already a key `house-ca`"),
    ] {
        let output = key(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(errors(&output).contains(says), "{arguments:?}: {}", errors(&output));
        assert_eq!(output.stdout, b"");
    }
    assert_eq!(fs::read(dir.join("keys/berg.key.pem")).unwrap(), before);
}

#[test]
fn a_private_key_is_never_printed() {
    let dir = folder("secret");
    let mut printed = String::new();
    for arguments in [&["new", "berg", "--json"][..], &["new", "dahl"], &["list"], &["list", "--json"]] {
        let output = key(&dir, arguments);
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        printed.push_str(&errors(&output));
    }
    for name in ["berg", "dahl", "house-ca"] {
        let pem = fs::read_to_string(dir.join("keys").join(format!("{name}.key.pem"))).unwrap();
        assert!(pem.lines().filter(|line| !line.starts_with('-')).all(|line| !printed.contains(line)));
    }
}

#[test]
fn looking_for_keys_makes_no_folder() {
    let dir = folder("list");
    let output = key(&dir, &["list"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert!(!dir.join("keys").exists());
}
