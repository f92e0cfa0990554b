//! A home put back from a backup: it signs nothing before it knows what was signed since, takes that over from the record's
//! folder or a mirror, and gets lost acts back from its own bundles, each at its old place.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::dossier::run;
use crate::home::{Sides, act, act_words, copy, refused, talks};
use crate::{countersign, text};

/// Two sides; Ruritania's home was backed up after one act, and wrote three more in two dossiers, one of them its own.
fn story() -> Sides {
    let sides = Sides::new();
    let dir = sides.dir();
    talks(dir, "RUR");
    run(dir, &["--home", "RUR", "dossier", "new", "fuel", "--party", "RUR", "--party", "KRA"]);
    act(dir, "RUR", "mandate", "RUR", "public", &[]);
    run(dir, &["--home", "RUR", "home", "backup", "backup"]);
    act(dir, "RUR", "note", "RUR", "own", &["--says", "Hold back"]);
    act(dir, "RUR", "sign", "RUR", "parties", &[]);
    fuel(dir, 0);
    for (id, bundle) in [("talks", "from-RUR.dossier"), ("fuel", "fuel.dossier")] {
        run(dir, &["--home", "RUR", "dossier", "export", id, "-o", bundle]);
    }
    let own = ["--home", "RUR", "dossier", "export", "talks", "--audience", "own", "-o", "own.dossier"];
    run(dir, &own);
    sides.import("KRA", "RUR");
    sides
}

fn words(id: &str) -> Vec<&str> {
    let mut words = act_words("RUR", "refuse", "RUR", "parties");
    *words.iter_mut().find(|word| **word == "talks").unwrap() = id;
    words
}

/// An act in the other dossier, which must go through with no warning or be refused.
fn fuel(dir: &Path, status: i32) -> String {
    // No two acts are alike, though they be of one second.
    static SAID: AtomicU32 = AtomicU32::new(0);
    let says = format!("Not for {} tons", SAID.fetch_add(1, Ordering::Relaxed));
    let output = countersign(dir, &[words("fuel"), vec!["--says", &says]].concat());
    assert_eq!(output.status.code(), Some(status), "{}", text(&output.stderr));
    text(&output.stderr)
}

fn lose_database(dir: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("RUR/countersign.db{end}")));
    }
}

fn bundle(dir: &Path, name: &str) -> Value {
    run(dir, &["--home", "RUR", "dossier", "import", name])
}

#[test]
fn lost_acts_come_back_from_own_bundles_and_the_chain_stays_one() {
    let sides = story();
    let dir = sides.dir();
    let before = run(dir, &["--home", "RUR", "dossier", "show", "talks"]);
    lose_database(dir);
    run(dir, &["init", "RUR", "--from", "backup"]);
    assert!(fuel(dir, 2).contains("rejoin"));
    let rejoined = countersign(dir, &["--home", "RUR", "home", "rejoin", "RUR/record"]);
    assert_eq!(rejoined.status.code(), Some(0), "{}", text(&rejoined.stderr));
    assert!(text(&rejoined.stderr).contains("dossier import"), "{}", text(&rejoined.stderr));
    run(dir, &["--home", "RUR", "home", "rejoin"]);

    // Nothing in the dossiers that were there; a new one is written to.
    for id in ["fuel", "talks"] {
        let said = refused(&countersign(dir, &[words(id), vec!["--says", "No"]].concat()));
        assert!(said.contains("6 entries") && said.contains("dossier import BUNDLE"), "{said}");
    }
    run(dir, &["--home", "RUR", "dossier", "new", "later", "--party", "RUR", "--party", "KRA"]);
    assert_eq!(countersign(dir, &[words("later"), vec!["--says", "Later"]].concat()).status.code(), Some(0));

    // The bundle that the other side got holds the note's link alone.
    let taken = bundle(dir, "from-RUR.dossier");
    assert_eq!((&taken["new"], &taken["opened"]), (&0.into(), &false.into()), "{taken}");
    assert!(fuel(dir, 2).contains("2 entries"));
    bundle(dir, "fuel.dossier");
    assert_eq!(fuel(dir, 0), "");
    let shown = run(dir, &["--home", "RUR", "dossier", "show", "talks"]);
    let numbers: Vec<_> = shown["acts"].as_array().unwrap().iter().map(|act| &act["number"]).collect();
    assert_eq!(numbers.len(), 2, "{shown}");
    bundle(dir, "own.dossier");
    let shown = run(dir, &["--home", "RUR", "dossier", "show", "talks"]);
    let places = |shown: &Value| -> Vec<(Value, Value)> {
        let acts = shown["acts"].as_array().unwrap().iter();
        acts.map(|act| (act["id"].clone(), act["record"]["index"].clone())).collect()
    };
    assert_eq!(places(&shown), places(&before));

    let next = act(dir, "RUR", "refuse", "RUR", "parties", &["--says", "Enough"]);
    assert_eq!(next["act"], 4, "{next}");
    sides.export("RUR");
    let taken = sides.import("KRA", "RUR");
    assert_eq!((&taken["new"], &taken["records"][0]["verified"]), (&1.into(), &true.into()), "{taken}");
}

#[test]
fn a_record_that_is_lost_too_comes_back_from_a_mirror() {
    let sides = story();
    let dir = sides.dir();
    copy(&dir.join("RUR/record"), &dir.join("mirror"));
    fs::rename(dir.join("RUR"), dir.join("gone")).unwrap();
    copy(&dir.join("gone/keys"), &dir.join("RUR/keys"));
    run(dir, &["init", "RUR", "--from", "backup"]);
    run(dir, &["--home", "RUR", "home", "rejoin", "mirror"]);
    run(dir, &["--home", "RUR", "home", "rejoin"]);
    assert_eq!(fs::read(dir.join("RUR/record/checkpoint")).ok().map(|bytes| bytes.len() > 9), Some(true));
    assert!(fuel(dir, 2).contains("6 entries"));
    for name in ["own.dossier", "fuel.dossier"] {
        bundle(dir, name);
    }
    assert_eq!(act(dir, "RUR", "refuse", "RUR", "parties", &["--says", "Enough"])["act"], 4);
    sides.export("RUR");
    assert_eq!(sides.import("KRA", "RUR")["new"], 1);
}

#[test]
fn a_witness_says_whether_more_was_signed() {
    let sides = story();
    let dir = sides.dir();
    run(dir, &["--home", "RUR", "home", "backup", "newest"]);
    // The old copy: the witness has seen more.
    fs::rename(dir.join("RUR"), dir.join("gone")).unwrap();
    copy(&dir.join("gone/keys"), &dir.join("RUR/keys"));
    let _ = fs::remove_file(dir.join("RUR/keys/seal.last"));
    run(dir, &["init", "RUR", "--from", "backup"]);
    let said = refused(&countersign(dir, &["--home", "RUR", "home", "rejoin"]));
    assert!(said.contains("rejoin MIRROR"), "{said}");
    // The newest: there is no more, and nothing is lost.
    fs::remove_dir_all(dir.join("RUR")).unwrap();
    copy(&dir.join("gone/keys"), &dir.join("RUR/keys"));
    run(dir, &["init", "RUR", "--from", "newest"]);
    assert!(fuel(dir, 2).contains("rejoin"));
    run(dir, &["--home", "RUR", "home", "rejoin"]);
    assert_eq!(fuel(dir, 0), "");
    assert_eq!(act(dir, "RUR", "refuse", "RUR", "parties", &["--says", "Enough"])["act"], 4);
}

#[test]
fn a_bundle_that_contradicts_the_record_puts_nothing_back() {
    let sides = story();
    let dir = sides.dir();
    // Another history of the same home, from before the backup on, told by a copy that nobody else heard of.
    copy(&dir.join("RUR"), &dir.join("good"));
    fs::remove_dir_all(dir.join("RUR")).unwrap();
    copy(&dir.join("good/keys"), &dir.join("RUR/keys"));
    let _ = fs::remove_file(dir.join("RUR/keys/seal.last"));
    run(dir, &["init", "RUR", "--from", "backup"]);
    run(dir, &["--home", "RUR", "home", "rejoin", "good/record"]);
    run(dir, &["--home", "RUR", "home", "rejoin"]);
    let name = dir.join("own.dossier");
    let mut bundle = countersign_verify::bundle::read(&fs::read(&name).unwrap()).unwrap();
    for record in bundle.records.values_mut() {
        record.links.truncate(2);
        if let Some(link) = record.links.last_mut() {
            link.act = countersign_agreement::record::Commitment::new([7; 32]);
        }
        record.head = None;
    }
    bundle.acts.truncate(1);
    let folder = countersign_verify::bundle::write(&bundle).unwrap();
    fs::write(dir.join("forged.dossier"), folder).unwrap();
    let before = run(dir, &["--home", "RUR", "dossier", "show", "talks"]);
    let said = refused(&countersign(dir, &["--home", "RUR", "dossier", "import", "forged.dossier"]));
    assert!(said.contains("nothing was taken in"), "{said}");
    assert_eq!(run(dir, &["--home", "RUR", "dossier", "show", "talks"]), before);
    assert!(fuel(dir, 2).contains("6 entries"));
}
