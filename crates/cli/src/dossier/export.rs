//! `countersign dossier export`: a bundle, for those who may see it.

use std::path::PathBuf;

use countersign_authority::model::name::PartyId;
use countersign_notation::digest::sha256;
use countersign_verify::audience::{Audience, Dossier, disclose};
use countersign_verify::bundle::{self, Bundle};
use serde_json::{Value, json};

use super::say;
use crate::exit::{Exit, Failure};
use crate::folder;
use crate::home::Home;
use crate::input;
use crate::recorded::{Export, Recorded};
use crate::shell::Shell;

/// What `dossier export` is given.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The dossier: its name in the home, or a working folder
    #[arg(value_name = "NAME|DIR")]
    name: PathBuf,
    /// The bundle; the dossier's name with `.dossier` where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Who will read it; what fewer may see stays out, and the bundle says how many acts that are
    #[arg(long, value_enum, value_name = "WHO")]
    audience: Option<Who>,
    /// With --audience own: which side; the home's where it has one
    #[arg(long = "for", value_name = "PARTY", requires = "audience")]
    party: Option<String>,
}

/// Who will read a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Who {
    /// One side itself
    Own,
    /// The parties
    Parties,
    /// Everyone
    Public,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let word = args.name.to_str().filter(|word| !word.contains(['/', '\\']));
    let recorded = match (Home::find()?, word) {
        (Some(home), Some(word)) => Recorded::open(home, word)?,
        _ => None,
    };
    let (bundle, withheld, path) = match &recorded {
        Some(dossier) => of_home(dossier, args, shell)?,
        None => of_folder(args)?,
    };
    let path = args.output.clone().unwrap_or(path);
    let bytes = bundle::write(&bundle).map_err(|error| Failure::usage(error.to_string()))?;
    input::replace(&path, &bytes)?;
    let value = json!({
        "bundle": path.display().to_string(), "acts": bundle.acts.len(), "digest": sha256(&bytes).to_string(),
        "withheld": withheld, "record": bundle.manifest.origin,
    });
    say(shell, value, |value| {
        let withheld = match withheld.len() {
            0 => String::new(),
            many => format!(" · {many} withheld"),
        };
        format!(
            "{} · {} acts{withheld} · {}\n",
            value["bundle"].as_str().unwrap_or(""),
            value["acts"],
            value["digest"].as_str().unwrap_or("")
        )
    })
}

type Packed = (Bundle, Vec<Value>, PathBuf);

fn of_home(dossier: &Recorded, args: &Args, shell: &Shell) -> Result<Packed, Failure> {
    let name = PathBuf::from(format!("{}.dossier", args.name.display()));
    let mut export = Export::of(dossier)?;
    if !export.unpublished.is_empty() {
        let (told, _) = dossier.publish()?;
        for told in &told {
            shell.tell(told);
        }
        export = Export::of(dossier)?;
    }
    for number in &export.unpublished {
        shell.tell(&format!("act {number} is not under a published checkpoint yet and stays out"));
    }
    let audience = audience(args, dossier.home.config.parties.first())?;
    let (bundle, withheld) = disclosed(&export, &audience);
    Ok((bundle, withheld, name))
}

fn of_folder(args: &Args) -> Result<Packed, Failure> {
    let all = folder::open(&args.name)?;
    let name = args.name.with_extension("dossier");
    if args.audience.is_none() {
        // A working folder is packed as it is: nothing in it says what was kept from whom.
        return Ok((all, Vec::new(), name));
    }
    let export = Export { all, own: std::collections::BTreeMap::new(), unpublished: Vec::new() };
    let (bundle, withheld) = disclosed(&export, &audience(args, None)?);
    Ok((bundle, withheld, name))
}

fn disclosed(export: &Export, audience: &Audience) -> (Bundle, Vec<Value>) {
    let disclosure = disclose(Dossier { all: &export.all, own: &export.own }, audience);
    let withheld = disclosure.withheld.iter();
    let withheld = withheld.map(|act| json!({"act": act.number, "why": act.reason.to_string()})).collect();
    (disclosure.bundle, withheld)
}

fn audience(args: &Args, ours: Option<&PartyId>) -> Result<Audience, Failure> {
    let party = match &args.party {
        Some(word) => Some(PartyId::new(word).map_err(|error| Failure::usage(format!("--for: {error}")))?),
        None => ours.cloned(),
    };
    Ok(match args.audience {
        None | Some(Who::Parties) => Audience::Parties,
        Some(Who::Public) => Audience::Public,
        Some(Who::Own) => Audience::Own(party.ok_or_else(|| {
            Failure::usage("--audience own: whose?").help("say which side with --for PARTY")
        })?),
    })
}
