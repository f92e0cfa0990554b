//! A dossier made by hand, from keys to report: what the demo does, a step at a time, as a stranger would.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{countersign, json, root, text};

/// Runs a command that must succeed.
pub(crate) fn run(dir: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = countersign(dir, &all);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    json(&output)
}

/// Keys for both sides, a map that binds them, and an empty dossier over the example's agreement.
pub(crate) fn start() -> TempDir {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    let example = root().join("examples/enrichment-talks");
    for file in ["ruritania.authority", "kravonia.authority", "agreement-1.md", "enrichment-1.terms"] {
        fs::copy(example.join(file), dir.join(file)).unwrap();
    }
    let mut keys = "map \"Keys\" version 1\nsource \"Keys\" as of 2026-01-02\n".to_owned();
    let mut trust = String::new();
    for person in ["berg", "dahl", "kurz"] {
        let made = run(dir, &["key", "new", person]);
        keys.push_str(&format!("{}\n", made["map"].as_str().unwrap()));
        made["policy"].as_str().unwrap().clone_into(&mut trust);
    }
    fs::write(dir.join("keys.authority"), keys).unwrap();
    fs::write(
        dir.join("ours.policy"),
        format!(
            "policy \"Ours\" version 1\nwe are KRA\naccept source \"Keys\"\naccept source \"Deal desk, Kravonia\" on RUR\n\
             accept source \"Official Gazette, Kravonia\" on KRA\nprofile vclt\n{trust}\n\
             gate conclude on security with RUR: principal signs definitive text in person\n"
        ),
    )
    .unwrap();
    run(
        dir,
        &[
            "dossier",
            "new",
            "talks",
            "--party",
            "RUR",
            "--party",
            "KRA",
            "--map",
            "ruritania.authority",
            "--map",
            "kravonia.authority",
            "--map",
            "keys.authority",
            "--terms",
            "enrichment-1.terms",
            "--document",
            "agreement-1.md",
        ],
    );
    temporary
}

pub(crate) fn act(dir: &Path, kind: &str, by: &str, capacity: &str, party: &str, more: &[&str]) -> Value {
    let mut arguments = vec![
        "act",
        kind,
        "--key",
        by,
        "--by",
        by,
        "--capacity",
        capacity,
        "--on-behalf-of",
        party,
        "--matter",
        "security/nuclear",
        "--into",
        "talks",
        "--visibility",
        "public",
    ];
    arguments.extend(if party == "RUR" { ["--with", "KRA"] } else { ["--with", "RUR"] });
    arguments.extend(more);
    run(dir, &arguments)
}

#[test]
fn a_stranger_makes_signs_exports_and_verifies_a_dossier() {
    let temporary = start();
    let dir = temporary.path();
    act(dir, "mandate", "berg", "SL", "RUR", &["--says", "Talks are open"]);
    act(dir, "sign", "dahl", "MFA", "RUR", &[]);
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let verify = || countersign(dir, &["verify", "talks.dossier", "--policy", "ours.policy", "--json"]);
    let before = verify();
    assert_eq!(before.status.code(), Some(1), "{}", text(&before.stderr));
    let report = json(&before);
    let ruritania =
        report["parties"].as_array().unwrap().iter().find(|p| p["party"] == "RUR").unwrap().clone();
    assert_eq!(ruritania["headline"], "attributable-gate-not-met");
    assert_eq!(ruritania["gloss"], "on paper only");

    act(dir, "sign", "berg", "SL", "RUR", &[]);
    act(dir, "sign", "kurz", "KFM", "KRA", &[]);
    fs::remove_file(dir.join("talks.dossier")).unwrap();
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    assert_eq!(verify().status.code(), Some(0), "{}", text(&verify().stdout));
}

#[test]
fn a_key_that_no_map_names_proves_nothing() {
    let temporary = start();
    let dir = temporary.path();
    run(dir, &["key", "new", "stranger"]);
    let arguments = [
        "act",
        "sign",
        "--key",
        "stranger",
        "--by",
        "berg",
        "--capacity",
        "SL",
        "--on-behalf-of",
        "RUR",
        "--with",
        "KRA",
        "--matter",
        "security/nuclear",
        "--into",
        "talks",
    ];
    run(dir, &arguments);
    let output = countersign(dir, &["verify", "talks", "--policy", "ours.policy", "--json"]);
    assert_ne!(output.status.code(), Some(0));
    let report = json(&output);
    assert_ne!(report["parties"][0]["internal"]["verdict"], "yes");
}

#[test]
fn an_act_is_refused_with_the_words_at_fault() {
    let temporary = start();
    let dir = temporary.path();
    let sign = |by: &str, capacity: &str, more: &[&str]| {
        let mut arguments = vec![
            "act",
            "sign",
            "--key",
            "berg",
            "--by",
            by,
            "--capacity",
            capacity,
            "--on-behalf-of",
            "RUR",
            "--with",
            "KRA",
            "--matter",
            "security/nuclear",
            "--into",
            "talks",
        ];
        arguments.extend(more);
        let output = countersign(dir, &arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        text(&output.stderr)
    };
    assert!(sign("berg", "SL", &["--text", "ffff"]).contains("ffff"));
    assert!(sign("berg", "SL", &["--at", "soon"]).contains("soon"));
    assert!(sign("berg", "SL", &["--at", "2020-01-01"]).contains("does not hold at 2020-01-01"));
    assert!(sign("berg", "SL", &["--amount", "EUX 5"]).contains("EUX"));
    assert!(sign("berg", "S L", &[]).contains("S L"));
    let nobody = countersign(
        dir,
        &["act", "sign", "--key", "nobody", "--by", "berg", "--on-behalf-of", "RUR", "--into", "talks"],
    );
    assert!(text(&nobody.stderr).contains("key list"), "{}", text(&nobody.stderr));
}

#[test]
fn a_dossier_only_grows() {
    let temporary = start();
    let dir = temporary.path();
    let again = countersign(dir, &["dossier", "new", "talks", "--party", "RUR", "--party", "KRA"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("holds a dossier already"));
    act(dir, "sign", "berg", "SL", "RUR", &[]);
    run(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    let second = countersign(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    assert!(second.status.code() == Some(0), "the same bytes again: {}", text(&second.stderr));
    act(dir, "refuse", "dahl", "MFA", "RUR", &["--says", "Not on these terms"]);
    let third = countersign(dir, &["dossier", "export", "talks", "-o", "talks.dossier"]);
    assert_eq!(third.status.code(), Some(0), "an export is made anew: {}", text(&third.stderr));
    let kept = json(&countersign(dir, &["verify", "talks.dossier", "--json"]));
    assert_eq!(kept["acts"], 2);
}
