//! The two example dossiers: played with real signatures, verified again, held against openssl, and spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_testkit::openssl::openssl_succeeds;
use serde_json::Value;
use tempfile::TempDir;

use crate::{countersign, json, root, text};

/// Plays an example; its folder, and what `demo --json` printed.
fn play(example: &str) -> (TempDir, PathBuf, Value) {
    let dir = TempDir::new().unwrap();
    let output = countersign(dir.path(), &["demo", "--example", example, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let folder = dir.path().join(example);
    (dir, folder, json(&output))
}

/// Each stage's headline of one party.
fn headlines(demo: &Value, party: &str) -> Vec<String> {
    let of = |stage: &Value| {
        let parties = stage["report"]["parties"].as_array().unwrap();
        let found = parties.iter().find(|p| p["party"] == party);
        found.map_or("-".to_owned(), |p| p["headline"].as_str().unwrap().to_owned())
    };
    demo["stages"].as_array().unwrap().iter().map(of).collect()
}

fn acts(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder.join("acts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

#[test]
fn the_talks_go_from_on_paper_only_to_gate_met() {
    let (_dir, _, demo) = play("enrichment-talks");
    assert_eq!(
        headlines(&demo, "RUR"),
        [
            "neither",
            "attributable-gate-not-met",
            "attributable-gate-not-met",
            "attributable-gate-met",
            "attributable-gate-met"
        ]
    );
    let glosses: Vec<&Value> =
        demo["stages"].as_array().unwrap().iter().map(|s| &s["report"]["parties"][0]["gloss"]).collect();
    assert_eq!(glosses[1], "on paper only");
    assert!(glosses[3].is_null());
}

#[test]
fn the_same_order_is_first_signed_below_and_then_above_its_issuer() {
    let (_dir, folder, _) = play("enrichment-talks");
    let order = |number: usize| {
        let path = &acts(&folder)[number - 1];
        let bundle = folder.join("enrichment-talks.dossier");
        let arguments = ["order", bundle.to_str().unwrap(), path.to_str().unwrap(), "--json"];
        json(&countersign(&folder, &arguments))
    };
    assert_eq!(order(7)["answer"], "contradicts, signed only below");
    assert_eq!(order(14)["answer"], "contradicts, signed at or above the issuer");
}

#[test]
fn the_sale_is_attributable_before_it_is_authorised() {
    let (_dir, _, demo) = play("steel-sale");
    let internal: Vec<&Value> = demo["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| &stage["report"]["parties"][0]["internal"]["verdict"])
        .collect();
    assert_eq!(internal, ["no", "no", "yes"]);
    assert_eq!(headlines(&demo, "RCO"), ["attributable"; 3]);
}

#[test]
fn folder_and_bundle_give_the_same_report() {
    let (_dir, folder, _) = play("steel-sale");
    let policy = folder.join("ours.policy");
    let report = |what: &Path| {
        let arguments = ["verify", what.to_str().unwrap(), "--policy", policy.to_str().unwrap(), "--json"];
        countersign(&folder, &arguments)
    };
    let (one, other) = (report(&folder), report(&folder.join("steel-sale.dossier")));
    assert_eq!(text(&one.stdout), text(&other.stdout));
    assert_eq!(one.status.code(), Some(0));
}

#[test]
fn openssl_accepts_every_signature_of_the_exported_bundles() {
    for example in ["enrichment-talks", "steel-sale"] {
        let (dir, folder, _) = play(example);
        let mut anchors = String::new();
        for entry in fs::read_dir(folder.join("trust")).unwrap() {
            anchors.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
        }
        fs::write(dir.path().join("anchors.pem"), anchors).unwrap();
        for act in acts(&folder) {
            let p7s = act.with_extension("p7s");
            let arguments = [
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                p7s.to_str().unwrap(),
                "-content",
                act.to_str().unwrap(),
                "-CAfile",
                "anchors.pem",
                "-purpose",
                "any",
                "-out",
                "/dev/null",
            ];
            let Some(said) = openssl_succeeds(dir.path(), &arguments) else { return };
            assert!(said.contains("successful"), "{said}");
        }
    }
}

#[test]
fn a_flipped_byte_in_any_act_is_found_and_named() {
    let (_dir, folder, _) = play("steel-sale");
    for act in acts(&folder) {
        let bytes = fs::read(&act).unwrap();
        let name = act.file_name().unwrap().to_str().unwrap().to_owned();
        for at in (0..bytes.len()).step_by(bytes.len() / 7) {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= 1;
            fs::write(&act, &spoilt).unwrap();
            let output = countersign(&folder, &["verify", "."]);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{name} with byte {at} flipped: {said}");
            assert!(said.contains(&name) && said.contains("altered"), "{said}");
        }
        fs::write(&act, &bytes).unwrap();
    }
    assert_eq!(countersign(&folder, &["verify", "."]).status.code(), Some(0));
}

#[test]
fn a_signature_swapped_for_another_acts_is_found_and_named() {
    let (_dir, folder, _) = play("steel-sale");
    let all = acts(&folder);
    let (first, second) = (all[0].with_extension("p7s"), all[1].with_extension("p7s"));
    fs::copy(&second, &first).unwrap();
    let output = countersign(&folder, &["verify", "."]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("act 1"), "{said}");
}

#[test]
fn the_examples_maps_have_nothing_for_check_to_find() {
    for example in ["enrichment-talks", "steel-sale"] {
        let (_dir, folder, _) = play(example);
        let mut files: Vec<String> = fs::read_dir(folder.join("maps"))
            .unwrap()
            .map(|entry| entry.unwrap().path().display().to_string())
            .collect();
        files.push(folder.join("ours.policy").display().to_string());
        let mut arguments = vec!["check", "--as-of", "2026-04-01"];
        arguments.extend(files.iter().map(String::as_str));
        let output = countersign(&root(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}
