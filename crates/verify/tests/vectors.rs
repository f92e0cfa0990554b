//! Runs every folder of `vectors/authority`: maps, policy and acts in, verdicts with reasons out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use countersign_agreement::facts;
use countersign_authority::model::map::Map;
use countersign_authority::model::name::PartyId;
use countersign_authority::model::time::{Instant, Utc};
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::{parse, resolve, time};
use countersign_verify::decision::{Overall, Rendering};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/authority")
}

fn folders() -> Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root())?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    folders.sort();
    Ok(folders)
}

#[test]
fn every_folder_decides_as_its_case_says() {
    let mut failures = Vec::new();
    let mut runs = 0;
    let folders = folders().expect("vectors/authority can be listed");
    for folder in &folders {
        match run_folder(folder) {
            Ok(count) => runs += count,
            Err(error) => failures.push(format!("{}: {error:#}", folder.display())),
        }
    }
    println!("{} folders, {runs} runs", folders.len());
    assert!(
        failures.is_empty(),
        "{} of {} folders fail:\n{}",
        failures.len(),
        folders.len(),
        failures.join("\n")
    );
    assert!(folders.len() >= 31, "the 25 cases and the also list are {} folders", folders.len());
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

fn run_folder(folder: &Path) -> Result<usize> {
    let case: Value = serde_json::from_slice(&std::fs::read(folder.join("case.json")).context("case.json")?)?;
    let runs = case["runs"].as_array().filter(|runs| !runs.is_empty()).ok_or_else(|| anyhow!("no runs"))?;
    let mut maps = Vec::new();
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    names.sort();
    for path in names.iter().filter(|path| path.extension().is_some_and(|e| e == "authority")) {
        let file = path.display().to_string();
        maps.push(parse::map(&file, &std::fs::read(path)?).map_err(|errors| anyhow!(lines(&errors)))?);
    }
    for (ix, run) in runs.iter().enumerate() {
        run_case(folder, &maps, run).with_context(|| format!("run {ix}"))?;
    }
    Ok(runs.len())
}

fn lines(errors: &[countersign_notation::diagnostic::Diagnostic]) -> String {
    errors.iter().map(countersign_notation::diagnostic::Diagnostic::one_line).collect::<Vec<_>>().join("\n")
}

fn run_case(folder: &Path, maps: &[parse::Parsed<Map>], run: &Value) -> Result<()> {
    let file = |key: &str, default: &str| folder.join(run[key].as_str().unwrap_or(default));
    let path = file("policy", "policy.policy");
    let policy = if !path.exists() {
        None
    } else {
        Some(
            parse::policy(&path.display().to_string(), &std::fs::read(&path)?)
                .map_err(|errors| anyhow!(lines(&errors)))?,
        )
    };
    ensure!(run["policy"].is_null() || policy.is_some(), "the policy is missing");
    resolve::resolve(maps, policy.as_ref(), &[]).map_err(|errors| anyhow!(lines(&errors)))?;
    let acts = facts::read(&std::fs::read(file("acts", "acts.jsonl"))?)?;
    let maps: Vec<Map> = maps.iter().map(|map| map.value.clone()).collect();
    let world = World::new(&maps, policy.as_ref().map(|policy| &policy.value), &Utc)?;
    let moment = |key: &str| -> Result<Option<Instant>> {
        run[key].as_str().map(|word| Ok(time::instant_or_day(word)?)).transpose()
    };
    let ask = match run["ask"].as_str() {
        None | Some("text") => Ask::Text,
        Some("mandate") => Ask::Mandate,
        Some(act) => Ask::Act(act.strip_prefix("act:").ok_or_else(|| anyhow!("ask {act}"))?.into()),
    };
    let named = run["parties"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parties = named.map(PartyId::new).collect::<Result<_, _>>()?;
    let question = Question {
        ask,
        as_of: moment("as_of")?,
        known_at: moment("known_at")?,
        parties,
        milestones: Vec::new(),
    };
    let decision = decide(&world, &acts, &question);
    let overall = Overall::of(&decision).code();
    let json = Rendering { world: &world, acts: &acts }.json(&decision);
    let expected = run["expect"]["parties"].as_object().ok_or_else(|| anyhow!("nothing is expected"))?;
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
    if let Some(exit) = run["expect"]["exit"].as_u64() {
        ensure!(u64::from(overall) == exit, "exit: wanted {exit}, got {overall}");
    }
    Ok(())
}

/// Verdicts with their first reasons.
fn brief(party: &Value) -> String {
    let column = |name: &str| {
        let why: Vec<&str> = party[name]["why"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|reason| reason["says"].as_str())
            .collect();
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
