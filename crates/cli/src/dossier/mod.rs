//! `countersign dossier …`: dossiers of a home or in working folders, and the bundles made of them and taken in.

mod export;
mod import;
mod list;
mod show;

use std::path::{Path, PathBuf};

use countersign_agreement::text::{Document, Manifest as Text};
use countersign_authority::model::name::{Digest, PartyId};
use countersign_notation::digest::sha256;
use countersign_notation::parse;
use countersign_verify::bundle::Manifest;
use countersign_verify::trust::{self, Item};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::folder::Folder;
use crate::home::Home;
use crate::keeping::{self, Dossier};
use crate::recorded::Recorded;
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
  countersign dossier export talks -o talks.dossier
  countersign dossier export talks --audience public -o public.dossier
  countersign dossier import theirs.dossier
  countersign dossier show talks

In a home (--home DIR, $COUNTERSIGN_HOME, or the current folder) a dossier is kept under its name and every act
goes on the record. Without one, and with --dir, it is a working folder whose acts are on no record.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a dossier: in the home, else as a working folder
    New(New),
    /// Name the home's dossiers
    List,
    /// Show a dossier: parties, acts and where each stands on the record, texts, what is withheld from whom
    Show(show::Args),
    /// Put another text into a dossier: documents and terms under one digest
    Text(AddText),
    /// Ask for timestamps over acts that have none yet
    Stamp(Stamp),
    /// Put in certificates, revocation lists and OCSP answers: evidence for readers, not trust
    Trust(AddTrust),
    /// Pack a dossier into a .dossier bundle, for those who may see it
    Export(export::Args),
    /// Take in a bundle: its acts go on our record too, and the proofs of theirs are kept
    Import(import::Args),
}

#[derive(Debug, clap::Args)]
struct New {
    /// The dossier's id; without a home its folder as well, unless --dir says otherwise
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
    /// A working folder, on no record
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct AddText {
    /// The dossier: its name in the home, or a working folder
    #[arg(value_name = "NAME|DIR")]
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
failure, run it again. --archive asks for one more, over the digests of everything in the dossier: it keeps
the others provable when their authorities are gone. Exit codes: 0 done · 3 something has none yet"
)]
struct Stamp {
    /// The dossier: its name in the home, or a working folder
    #[arg(value_name = "NAME|DIR")]
    dir: PathBuf,
    /// Stamp the whole dossier as well, once every act has a timestamp
    #[arg(long)]
    archive: bool,
    #[command(flatten)]
    tsa: TsaArgs,
}

#[derive(Debug, clap::Args)]
struct AddTrust {
    /// The dossier: its name in the home, or a working folder
    #[arg(value_name = "NAME|DIR")]
    dir: PathBuf,
    /// Certificates (PEM or DER), revocation lists, OCSP answers (DER)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(new) => create(new, shell),
        Verb::List => list::run(shell),
        Verb::Show(args) => show::run(args, shell),
        Verb::Text(text) => {
            let dossier = keeping::open(&text.dir)?;
            let digest = add_text(&*dossier, &text.documents, text.terms.as_deref())?;
            say(shell, json!({"text": digest.map(|d| d.to_string())}), |digest| {
                format!("text {}\n", digest["text"].as_str().unwrap_or("none: give --document or --terms"))
            })
        }
        Verb::Stamp(args) => stamp_acts(args, shell),
        Verb::Trust(args) => add_trust(args, shell),
        Verb::Export(args) => export::run(args, shell),
        Verb::Import(args) => import::run(args, shell),
    }
}

/// Asks for a token for every act that has none, and stops where nobody answers: nobody will a moment later.
fn stamp_acts(args: &Stamp, shell: &mut Shell) -> Result<Exit, Failure> {
    let dossier = keeping::open(&args.dir)?;
    let authorities = args
        .tsa
        .authorities()?
        .ok_or_else(|| Failure::usage("whom to ask? give --tsa URL, and again for a second authority"))?;
    let acts = dossier.acts()?;
    let had = acts.iter().filter(|act| act.tsr.is_some()).count();
    let mut outcomes = Vec::new();
    for act in acts.iter().filter(|act| act.tsr.is_none()) {
        let outcome = authorities.stamp(&*dossier, act)?;
        let failed = outcome.is_err();
        outcomes.push((act.number, outcome));
        if failed {
            break;
        }
    }
    let stamped = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    let left = acts.len().saturating_sub(had).saturating_sub(stamped);
    let archive = if args.archive && left == 0 { Some(authorities.archive(&*dossier)?) } else { None };
    let archived = archive.as_ref().map_or(!args.archive, Result::is_ok);
    if shell.json {
        let asked: Vec<serde_json::Value> = outcomes
            .iter()
            .map(|(number, outcome)| json!({"act": number, "timestamp": stamp::outcome_json(outcome)}))
            .collect();
        shell.print_json(&json!({
            "acts": acts.len(), "had": had, "stamped": stamped, "none_yet": left, "asked": asked,
            "archive": archive.as_ref().map(stamp::outcome_json),
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
        if let Some(outcome) = &archive {
            text.push_str(&format!("archive · {}\n", stamp::outcome_words(outcome)));
        }
        shell.print(&text)?;
    }
    Ok(if left == 0 && archived { Exit::Yes } else { Exit::Undetermined })
}

/// Takes in what readers may need, each file under its digest.
fn add_trust(args: &AddTrust, shell: &mut Shell) -> Result<Exit, Failure> {
    let dossier = keeping::open(&args.dir)?;
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
        dossier.put(&format!("trust/{name}"), bytes)?;
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
    let title = new.title.clone().unwrap_or_else(|| parties.join("–"));
    let manifest = Manifest { id: new.name.clone(), title, parties, origin: None };
    let home = if new.dir.is_none() { Home::find()? } else { None };
    let (dossier, folder): (Box<dyn Dossier>, Option<PathBuf>) = match home {
        Some(home) => (Box::new(Recorded::create(home, &manifest, shell.now())?), None),
        None => {
            let dir = new.dir.clone().unwrap_or_else(|| PathBuf::from(&new.name));
            (Box::new(Folder::create(&dir, manifest)?), Some(dir))
        }
    };
    for map in &new.maps {
        let name = map.file_name().and_then(|name| name.to_str()).unwrap_or("map.authority");
        dossier.put(&format!("maps/{name}"), &input::read_document(map)?)?;
    }
    let text = add_text(&*dossier, &new.documents, new.terms.as_deref())?;
    let place = folder.as_ref().map(|folder| folder.display().to_string());
    let value = json!({
        "dossier": new.name, "folder": place, "text": text.map(|text| text.to_string()),
        "record": dossier.manifest().origin,
    });
    say(shell, value, |value| {
        let text = value["text"].as_str().map_or(String::new(), |text| format!(" · text {text}"));
        let record = match value["record"].as_str() {
            Some(origin) => format!("on record {origin}"),
            None => "on no record: here is no home".to_owned(),
        };
        let name = place.as_deref().unwrap_or(&new.name);
        format!("{name}{text} · {record}\n")
    })
}

/// Takes documents and terms in, and the manifest that binds them; `None` where there are none.
pub(crate) fn add_text(
    dossier: &dyn Dossier,
    documents: &[PathBuf],
    terms: Option<&Path>,
) -> Result<Option<Digest>, Failure> {
    let mut listed = Vec::new();
    for path in documents {
        let bytes = input::read(path)?;
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("bin").to_lowercase();
        let digest = dossier.document(&extension, &bytes)?;
        listed.push(Document {
            digest,
            media_type: crate::recorded::media_type(&extension).to_owned(),
            language: "en".to_owned(),
        });
    }
    let terms = match terms {
        None => None,
        Some(path) => {
            let bytes = input::read_document(path)?;
            parse::terms(&path.display().to_string(), &bytes).map_err(Failure::Documents)?;
            let digest = sha256(&bytes);
            dossier.put(&format!("terms/{}.terms", digest.hex()), &bytes)?;
            Some(digest)
        }
    };
    if listed.is_empty() && terms.is_none() {
        return Ok(None);
    }
    let manifest = Text { documents: listed, terms };
    dossier.document("json", &manifest.canonical()).map(Some)
}
