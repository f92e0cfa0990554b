//! Runs every folder of `vectors/authority`: maps, policy and acts in, verdicts with reasons out.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow, ensure};
use countersign_verify::decision::{Overall, Rendering};
use serde_json::Value;

use crate::corpus::{Run, folders, root, runs};

#[test]
fn every_folder_decides_as_its_case_says() {
    let runs = runs().expect("the vectors can be read");
    let failures: Vec<String> =
        runs.iter().filter_map(|run| Some(format!("{}: {}", run.name, compare(run).err()?))).collect();
    let folders = folders().expect("vectors/authority can be listed").len();
    println!("{folders} folders, {} runs", runs.len());
    assert!(failures.is_empty(), "{} of {} runs fail:\n{}", failures.len(), runs.len(), failures.join("\n"));
    assert!(folders >= 31, "the 25 cases and the also list are {folders} folders");
}

#[test]
fn every_folder_is_listed_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("../README.md")).expect("vectors/README.md");
    let listed: BTreeSet<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let names: Vec<String> = folders()
        .expect("vectors/authority can be listed")
        .iter()
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect();
    let found: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(found, listed);
}

fn compare(run: &Run) -> Result<()> {
    let world = run.world();
    let decision = run.decide(&world);
    let overall = Overall::of(&decision).code();
    let json = Rendering { world: &world, acts: &run.acts }.json(&decision);
    let expected = run.expect["parties"].as_object().ok_or_else(|| anyhow!("nothing is expected"))?;
    for (party, expect) in expected {
        let got = json["parties"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|got| got["party"] == **party)
            .ok_or_else(|| anyhow!("{party} is not reported"))?;
        for column in ["internal", "legal", "gate"] {
            if let Some(want) = expect[column].as_str() {
                ensure!(
                    got[column]["verdict"] == want,
                    "{party} {column}: wanted {want}, got {}",
                    brief(got)
                );
            }
        }
        if let Some(want) = expect["headline"].as_str() {
            ensure!(got["headline"] == want, "{party}: wanted {want}, got {}", brief(got));
        }
        let reasons = format!("{}{}{}", got["internal"]["why"], got["legal"]["why"], got["gate"]["why"]);
        mentions(&reasons, &expect["why_mentions"], "reasons")?;
        mentions(&got["repairs"].to_string(), &expect["repairs_mention"], "repairs")?;
    }
    if let Some(exit) = run.expect["exit"].as_u64() {
        ensure!(u64::from(overall) == exit, "exit: wanted {exit}, got {overall}");
    }
    Ok(())
}

/// Verdicts with their first reasons.
fn brief(party: &Value) -> String {
    let column = |name: &str| {
        let reasons = party[name]["why"].as_array().into_iter().flatten();
        let why: Vec<&str> = reasons.filter_map(|reason| reason["says"].as_str()).collect();
        format!("{name} {} ({})", party[name]["verdict"], why.join(" | "))
    };
    format!("{}; {}; {}; {}", party["headline"], column("internal"), column("legal"), column("gate"))
}

fn mentions(text: &str, words: &Value, what: &str) -> Result<()> {
    let text = text.replace("\\\"", "\"").to_lowercase();
    for word in words.as_array().into_iter().flatten().filter_map(Value::as_str) {
        ensure!(text.contains(&word.to_lowercase()), "{what} don't mention {word:?}: {text}");
    }
    Ok(())
}
