//! `countersign dossier new|text|export`: a working folder, and the bundle made of it.

use std::path::{Path, PathBuf};

use countersign_agreement::text::{Document, Manifest as Text};
use countersign_authority::model::name::{Digest, PartyId};
use countersign_notation::digest::sha256;
use countersign_notation::parse;
use countersign_verify::bundle::{self, Manifest};
use countersign_verify::trust::{self, Item};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::folder::{self, Folder};
use crate::shell::Shell;
use crate::stamp::TsaArgs;
use crate::{input, stamp};

/// What `dossier` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign dossier new talks --party RUR --party KRA --map ruritania.authority \\
      --terms enrichment.terms --document agreement.md
  countersign act mandate --key berg --by berg --capacity SL --on-behalf-of RUR --with KRA \\
      --matter security --into talks
  countersign dossier stamp talks --tsa https://tsa.example/ --tsa http://tsa.example.org/
  countersign dossier trust talks revoked.crl intermediate.pem
  countersign dossier export talks -o talks.dossier")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a working folder
    New(New),
    /// Put another text into a dossier: documents and terms under one digest
    Text(AddText),
    /// Ask for timestamps over acts that have none yet
    Stamp(Stamp),
    /// Put in certificates, revocation lists and OCSP answers: evidence for readers, not trust
    Trust(AddTrust),
    /// Pack a working folder into a .dossier bundle
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct New {
    /// The dossier's id and, unless --dir says otherwise, its folder
    name: String,
    /// A party; at least two
    #[arg(long = "party", required = true, value_name = "PARTY", num_args = 1..)]
    parties: Vec<String>,
    /// A map to take in; may be given several times
    #[arg(long = "map", value_name = "FILE", num_args = 1..)]
    maps: Vec<PathBuf>,
    /// The terms of the text
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// A document of the text; may be given several times
    #[arg(long = "document", value_name = "FILE", num_args = 1..)]
    documents: Vec<PathBuf>,
    /// What it is about, for people
    #[arg(long)]
    title: Option<String>,
    /// The folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct AddText {
    /// The working folder
    dir: PathBuf,
    /// The terms of the text
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// A document of the text; may be given several times
    #[arg(long = "document", value_name = "FILE", num_args = 1..)]
    documents: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "A token is over the signature value inside the act's .p7s, as CAdES has it (EN 319 122-1 §5.3); the
authority's answer is kept as it came, acts/NNNN-ID.tsr. What has one already is left as it is: after a
failure, run it again. Exit codes: 0 every act has one · 3 some have none yet"
)]
struct Stamp {
    /// The working folder
    dir: PathBuf,
    #[command(flatten)]
    tsa: TsaArgs,
}

#[derive(Debug, clap::Args)]
struct AddTrust {
    /// The working folder
    dir: PathBuf,
    /// Certificates (PEM or DER), revocation lists, OCSP answers (DER)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Export {
    /// The working folder
    dir: PathBuf,
    /// The bundle; the folder's name with `.dossier` where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(new) => create(new, shell),
        Verb::Text(text) => {
            let folder = Folder::open(&text.dir)?;
            let digest = add_text(&folder, &text.documents, text.terms.as_deref())?;
            say(shell, json!({"text": digest.map(|d| d.to_string())}), |digest| {
                format!("text {}\n", digest["text"].as_str().unwrap_or("none: give --document or --terms"))
            })
        }
        Verb::Stamp(args) => stamp_acts(args, shell),
        Verb::Trust(args) => add_trust(args, shell),
        Verb::Export(export) => {
            let bundle = folder::open(&export.dir)?;
            let path = export.output.clone().unwrap_or_else(|| export.dir.with_extension("dossier"));
            let bytes = bundle::write(&bundle).map_err(|error| Failure::usage(error.to_string()))?;
            std::fs::write(&path, &bytes).map_err(|error| Failure::File { path: path.clone(), error })?;
            let value = json!({
                "bundle": path.display().to_string(), "acts": bundle.acts.len(), "digest": sha256(&bytes).to_string(),
            });
            say(shell, value, |value| {
                format!(
                    "{} · {} acts · {}\n",
                    value["bundle"].as_str().unwrap_or(""),
                    value["acts"],
                    value["digest"].as_str().unwrap_or("")
                )
            })
        }
    }
}

/// Asks for a token for every act that has none, and stops where nobody answers: nobody will a moment later.
fn stamp_acts(args: &Stamp, shell: &mut Shell) -> Result<Exit, Failure> {
    let folder = Folder::open(&args.dir)?;
    let authorities = args
        .tsa
        .authorities()?
        .ok_or_else(|| Failure::usage("whom to ask? give --tsa URL, and again for a second authority"))?;
    let acts = folder.acts()?;
    let had = acts.iter().filter(|act| act.tsr.is_some()).count();
    let mut outcomes = Vec::new();
    for act in acts.iter().filter(|act| act.tsr.is_none()) {
        let outcome = authorities.stamp(&folder, act)?;
        let failed = outcome.is_err();
        outcomes.push((act.number, outcome));
        if failed {
            break;
        }
    }
    let stamped = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    let left = acts.len().saturating_sub(had).saturating_sub(stamped);
    if shell.json {
        let asked: Vec<serde_json::Value> = outcomes
            .iter()
            .map(|(number, outcome)| json!({"act": number, "timestamp": stamp::outcome_json(outcome)}))
            .collect();
        shell.print_json(&json!({
            "acts": acts.len(), "had": had, "stamped": stamped, "none_yet": left, "asked": asked,
        }))?;
    } else {
        let mut text = String::new();
        for (number, outcome) in &outcomes {
            text.push_str(&format!("act {number} · {}\n", stamp::outcome_words(outcome)));
        }
        let asks_again = if left == 0 { "" } else { ": run this again to ask again" };
        text.push_str(&format!(
            "{} of {} acts have a timestamp, {stamped} of them new; {left} have none yet{asks_again}\n",
            had.saturating_add(stamped),
            acts.len()
        ));
        shell.print(&text)?;
    }
    Ok(if left == 0 { Exit::Yes } else { Exit::Undetermined })
}

/// Takes in what readers may need, each file under its digest.
fn add_trust(args: &AddTrust, shell: &mut Shell) -> Result<Exit, Failure> {
    let folder = Folder::open(&args.dir)?;
    // Everything is read before anything is written.
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &args.files {
        let items = trust::read(&input::read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        files.extend(items.into_iter().map(|item| match item {
            Item::Certificate(certificate) => {
                let name = format!("{}.pem", Digest(certificate.fingerprint()).hex());
                (name, certificate.to_pem().into_bytes())
            }
            Item::Crl(der) => (format!("{}.crl", sha256(&der).hex()), der),
            Item::Ocsp(der) => (format!("{}.ors", sha256(&der).hex()), der),
        }));
    }
    for (name, bytes) in &files {
        folder.write(&format!("trust/{name}"), bytes)?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    say(shell, json!({"trust": names}), |_| format!("trust/{}\n", names.join("\ntrust/")))
}

fn say(
    shell: &mut Shell,
    value: serde_json::Value,
    words: impl FnOnce(&serde_json::Value) -> String,
) -> Result<Exit, Failure> {
    if shell.json {
        shell.print_json(&value)?;
    } else {
        shell.print(&words(&value))?;
    }
    Ok(Exit::Yes)
}

fn create(new: &New, shell: &mut Shell) -> Result<Exit, Failure> {
    let parties: Vec<String> = new.parties.iter().flat_map(|p| p.split(',')).map(str::to_owned).collect();
    if parties.len() < 2 {
        return Err(Failure::usage("a dossier has two parties at least").help("give --party twice"));
    }
    for party in &parties {
        PartyId::new(party).map_err(|error| Failure::usage(format!("--party: {error}")))?;
    }
    // Everything is read before anything is written.
    input::documents(&new.maps, None)?;
    let dir = new.dir.clone().unwrap_or_else(|| PathBuf::from(&new.name));
    let title = new.title.clone().unwrap_or_else(|| parties.join("–"));
    let manifest = Manifest { id: new.name.clone(), title, parties, origin: None };
    let folder = Folder::create(&dir, manifest)?;
    for map in &new.maps {
        let name = map.file_name().and_then(|name| name.to_str()).unwrap_or("map.authority");
        folder.write(&format!("maps/{name}"), &input::read_document(map)?)?;
    }
    let text = add_text(&folder, &new.documents, new.terms.as_deref())?;
    let value = json!({
        "dossier": new.name, "folder": dir.display().to_string(), "text": text.map(|text| text.to_string()),
    });
    say(shell, value, |value| {
        let text = value["text"].as_str().map_or(String::new(), |text| format!(" · text {text}"));
        format!("{}{text}\n", value["folder"].as_str().unwrap_or(""))
    })
}

/// Takes documents and terms in, and the manifest that binds them; `None` where there are none.
pub(crate) fn add_text(
    folder: &Folder,
    documents: &[PathBuf],
    terms: Option<&Path>,
) -> Result<Option<Digest>, Failure> {
    let mut listed = Vec::new();
    for path in documents {
        let bytes = input::read(path)?;
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("bin").to_lowercase();
        let digest = folder.document(&extension, &bytes)?;
        listed.push(Document {
            digest,
            media_type: media_type(&extension).to_owned(),
            language: "en".to_owned(),
        });
    }
    let terms = match terms {
        None => None,
        Some(path) => {
            let bytes = input::read_document(path)?;
            parse::terms(&path.display().to_string(), &bytes).map_err(Failure::Documents)?;
            let digest = sha256(&bytes);
            folder.write(&format!("terms/{}.terms", digest.hex()), &bytes)?;
            Some(digest)
        }
    };
    if listed.is_empty() && terms.is_none() {
        return Ok(None);
    }
    let manifest = Text { documents: listed, terms };
    folder.document("json", &manifest.canonical()).map(Some)
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "pdf" => "application/pdf",
        "md" => "text/markdown",
        "txt" => "text/plain",
        "html" => "text/html",
        _ => "application/octet-stream",
    }
}
