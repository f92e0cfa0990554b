//! The vectors as values: maps, policy, acts and question of every run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use countersign_agreement::facts;
use countersign_authority::model::act::Act;
use countersign_authority::model::map::Map;
use countersign_authority::model::name::PartyId;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::{Instant, Utc};
use countersign_authority::verdict::Decision;
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::{parse, resolve, time};
use serde_json::Value;

/// One run of one folder.
pub(crate) struct Run {
    /// Folder and number of the run.
    pub(crate) name: String,
    pub(crate) maps: Vec<Map>,
    pub(crate) policy: Option<Policy>,
    pub(crate) acts: Vec<Act>,
    pub(crate) question: Question,
    /// What the case expects.
    pub(crate) expect: Value,
}

impl Run {
    pub(crate) fn world(&self) -> World<'_> {
        World::new(&self.maps, self.policy.as_ref(), &Utc)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    pub(crate) fn decide(&self, world: &World<'_>) -> Decision {
        decide(world, &self.acts, &self.question)
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/authority")
}

pub(crate) fn folders() -> Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root())?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    folders.sort();
    Ok(folders)
}

/// Every run of every folder.
pub(crate) fn runs() -> Result<Vec<Run>> {
    let mut all = Vec::new();
    for folder in folders()? {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        all.extend(read(&folder, &name).with_context(|| name.clone())?);
    }
    Ok(all)
}

fn read(folder: &Path, name: &str) -> Result<Vec<Run>> {
    let case: Value = serde_json::from_slice(&std::fs::read(folder.join("case.json")).context("case.json")?)?;
    let runs = case["runs"].as_array().filter(|runs| !runs.is_empty()).ok_or_else(|| anyhow!("no runs"))?;
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    let mut maps = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "authority")) {
        maps.push(parse::map(&path.display().to_string(), &std::fs::read(path)?).map_err(lines)?);
    }
    let run = |(ix, run): (usize, &Value)| one(folder, &format!("{name}, run {ix}"), &maps, run);
    runs.iter().enumerate().map(run).collect()
}

fn lines(errors: Vec<Diagnostic>) -> anyhow::Error {
    anyhow!(errors.iter().map(Diagnostic::one_line).collect::<Vec<_>>().join("\n"))
}

fn one(folder: &Path, name: &str, maps: &[parse::Parsed<Map>], run: &Value) -> Result<Run> {
    let file = |key: &str, default: &str| folder.join(run[key].as_str().unwrap_or(default));
    let path = file("policy", "policy.policy");
    let policy = if path.exists() || !run["policy"].is_null() {
        Some(parse::policy(&path.display().to_string(), &std::fs::read(&path)?).map_err(lines)?)
    } else {
        None
    };
    resolve::resolve(maps, policy.as_ref(), &[]).map_err(lines)?;
    let acts = facts::read(&std::fs::read(file("acts", "acts.jsonl"))?)?;
    let moment = |key: &str| -> Result<Option<Instant>> {
        run[key].as_str().map(|word| Ok(time::instant_or_day(word)?)).transpose()
    };
    let ask = match run["ask"].as_str() {
        None | Some("text") => Ask::Text,
        Some("mandate") => Ask::Mandate,
        Some(act) => Ask::Act(act.strip_prefix("act:").ok_or_else(|| anyhow!("ask {act}"))?.into()),
    };
    let named = run["parties"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let question = Question {
        ask,
        as_of: moment("as_of")?,
        known_at: moment("known_at")?,
        parties: named.map(PartyId::new).collect::<Result<_, _>>()?,
        milestones: Vec::new(),
    };
    Ok(Run {
        name: name.to_owned(),
        maps: maps.iter().map(|map| map.value.clone()).collect(),
        policy: policy.map(|policy| policy.value),
        acts,
        question,
        expect: run["expect"].clone(),
    })
}
