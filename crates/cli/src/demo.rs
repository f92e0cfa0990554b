//! `countersign demo`: plays a whole negotiation on embedded defaults, with real signatures by keys made for it.

mod record;
mod scenario;

use std::path::{Path, PathBuf};

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::{Document, Manifest as Text};
use countersign_authority::model::name::Digest;
use countersign_authority::model::policy::Policy;
use countersign_keys::{HouseCa, PrivateKey, SoftwareKey, Validity};
use countersign_notation::{digest::sha256, parse, time};
use countersign_signature::DistinguishedName;
use countersign_verify::audience::Audience;
use countersign_verify::bundle::{self, Manifest};
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, report};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::demo::scenario::{Example, Scenario, Step};
use crate::exit::{Exit, Failure};
use crate::folder::Folder;
use crate::keeping::{self, Dossier, Signed};
use crate::shell::Shell;
use crate::verify;

/// What `demo` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign demo
  countersign demo --example steel-sale --dir /tmp/steel
  countersign demo --json

The folder holds the dossier unpacked, and NAME.dossier beside it; `verify` reads either. home/ in it is the
home whose record the acts are on: `countersign --home DIR/home dossier show NAME`.")]
pub(crate) struct Args {
    /// Which negotiation
    #[arg(long, value_enum, default_value_t = Example::EnrichmentTalks)]
    example: Example,
    /// The folder; a new one named for the example where not given
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// What goes wrong in a scenario that ships with the program is a defect; here it is told like any other.
fn broken(what: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("the example can't be played: {what}"))
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let scenario = Scenario::of(args.example).map_err(broken)?;
    let dir = args.dir.clone().unwrap_or_else(|| free_folder(&scenario.dossier));
    let manifest = Manifest {
        id: scenario.dossier.clone(),
        title: scenario.title.clone(),
        parties: scenario.parties.clone(),
        origin: None,
    };
    if dir.join("dossier.json").exists() {
        return Err(Failure::usage(format!("{} holds a dossier already", dir.display()))
            .help("name another folder; nothing is ever written over"));
    }
    let record::Play { dossier: recorded, lines } = record::play(&dir, &manifest, shell)?;
    let dossier: &dyn Dossier = &recorded;
    for map in &scenario.maps {
        dossier.put(&format!("maps/{map}"), args.example.file(map).map_err(broken)?)?;
    }
    let keys = keys(&scenario, dossier)?;
    let texts = texts(&scenario, args.example, dossier)?;
    let policy_text = policy(args.example.file(&scenario.policy).map_err(broken)?, &lines);
    let policy = parse::policy(&scenario.policy, policy_text.as_bytes()).map_err(Failure::Documents)?.value;
    let mut stages: Vec<Value> = Vec::new();
    let mut acts: Vec<Digest> = Vec::new();
    for step in &scenario.steps {
        match step {
            Step::Act(act) => {
                let read = |seen: Option<Digest>| {
                    let bytes = act.json(&scenario.dossier, seen, &texts, &acts).to_string();
                    SignedAct::read_any(bytes.as_bytes()).map_err(broken)
                };
                let signed = read(keeping::seen(&dossier.acts()?, &Audience::of(&read(None)?)))?;
                let key = keys.get(&act.by).ok_or_else(|| broken(format!("{} has no key", act.by)))?;
                acts.push(dossier.admit(&Signed::new(&signed, key)?)?.id);
            }
            Step::Report { report } => {
                let stage = stage(dossier, &policy, report, stages.len().saturating_add(1), shell)?;
                stages.push(stage);
            }
        }
    }
    let bundle = dossier.bundle()?;
    Folder::create(&dir, bundle.manifest.clone())?.unpack(&bundle)?;
    let bytes = bundle::write(&bundle).map_err(broken)?;
    let name = format!("{}.dossier", scenario.dossier);
    let path = dir.join(&name);
    std::fs::write(&path, &bytes).map_err(|error| Failure::File { path: path.clone(), error })?;
    let policy_path = dir.join(&scenario.policy);
    std::fs::write(&policy_path, &policy_text)
        .map_err(|error| Failure::File { path: policy_path.clone(), error })?;
    if shell.json {
        let value = json!({
            "folder": dir.display().to_string(), "bundle": path.display().to_string(),
            "policy": policy_path.display().to_string(), "acts": acts.len(), "stages": stages,
        });
        shell.print_json(&value)?;
    } else {
        shell.print(&format!(
            "{} acts, each signed with its own key and on a record that both sides witness, are in {}\nTry: countersign verify {} --policy {}\n",
            acts.len(),
            path.display(),
            path.display(),
            policy_path.display()
        ))?;
    }
    Ok(Exit::Yes)
}

/// The example's policy, trusting this record and these witnesses and no others: each demo draws its own keys.
fn policy(shipped: &[u8], lines: &str) -> String {
    let shipped = String::from_utf8_lossy(shipped);
    let others = |line: &&str| !line.starts_with("trust record ") && !line.starts_with("trust witness ");
    let kept: String = shipped.lines().filter(others).map(|line| format!("{line}\n")).collect();
    format!("{}\n{lines}", kept.trim_end())
}

/// `NAME`, or `NAME-2`, … where that is taken.
fn free_folder(name: &str) -> PathBuf {
    let taken = |path: &Path| path.exists();
    let first = PathBuf::from(name);
    if !taken(&first) {
        return first;
    }
    (2_u32..1000).map(|n| PathBuf::from(format!("{name}-{n}"))).find(|path| !taken(path)).unwrap_or(first)
}

/// One key a person, certified by their side's authority; a map says whose each is.
fn keys(scenario: &Scenario, dossier: &dyn Dossier) -> Result<BTreeMap<String, SoftwareKey>, Failure> {
    let start = time::instant_or_day("2025-12-01").map_err(broken)?;
    let now = i64::try_from(start.0 / 1_000_000_000).map_err(broken)?;
    let mut keys = BTreeMap::new();
    let mut map =
        "map \"Keys\" version 1\nsource \"Keys exchanged in person\" as of 2026-01-02\n\n".to_owned();
    for authority in &scenario.authorities {
        let subject = DistinguishedName::parse(&authority.name).map_err(broken)?;
        let ca = HouseCa::create(&subject, now, 10).map_err(broken)?;
        let organisation =
            authority.name.split(',').find(|part| part.starts_with("O=")).unwrap_or("O=Example");
        for (person, name) in &authority.issues {
            let key = PrivateKey::generate().map_err(broken)?;
            let subject = DistinguishedName::parse(&format!("CN={name},{organisation}")).map_err(broken)?;
            let validity = Validity::years(now, 5).map_err(broken)?;
            let public = key.public_key().map_err(broken)?;
            let certificate = ca.issue(&subject, &public, validity).map_err(broken)?;
            let fingerprint = Digest(certificate.fingerprint());
            map.push_str(&format!("person {person} \"{name}\" key {fingerprint}\n"));
            let key = SoftwareKey::new(key, certificate, vec![ca.certificate().clone()]).map_err(broken)?;
            keys.insert(person.clone(), key);
        }
    }
    dossier.put("maps/keys.authority", map.as_bytes())?;
    Ok(keys)
}

fn texts(
    scenario: &Scenario,
    example: Example,
    dossier: &dyn Dossier,
) -> Result<BTreeMap<String, Digest>, Failure> {
    let mut texts = BTreeMap::new();
    for (name, text) in &scenario.texts {
        let mut documents = Vec::new();
        for file in &text.documents {
            let bytes = example.file(file).map_err(broken)?;
            let digest = dossier.document("md", bytes)?;
            documents.push(Document {
                digest,
                media_type: "text/markdown".to_owned(),
                language: "en".to_owned(),
            });
        }
        let terms = match &text.terms {
            None => None,
            Some(file) => {
                let bytes = example.file(file).map_err(broken)?;
                dossier.put(&format!("terms/{file}"), bytes)?;
                Some(sha256(bytes))
            }
        };
        let manifest = Text { documents, terms };
        texts.insert(name.clone(), dossier.document("json", &manifest.canonical())?);
    }
    Ok(texts)
}

fn stage(
    dossier: &dyn Dossier,
    policy: &Policy,
    title: &str,
    number: usize,
    shell: &mut Shell,
) -> Result<Value, Failure> {
    let bundle = dossier.bundle()?;
    let question =
        ReportQuestion { policy: Some(policy), as_of: None, known_at: None, ..ReportQuestion::default() };
    let report = report(&bundle, question).map_err(verify::failure)?;
    if !shell.json {
        shell.print(&format!("── {number}. {title}\n{}\n", render::text(&report)))?;
    }
    Ok(json!({"title": title, "report": render::json(&report)}))
}
