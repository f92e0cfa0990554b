//! `countersign decide`: unsigned facts against maps and a policy, for what-if questions and tests.

use std::path::PathBuf;

use countersign_agreement::facts;
use countersign_authority::model::act::{Act, Capacity};
use countersign_authority::model::name::PartyId;
use countersign_authority::model::time::Instant;
use countersign_authority::{Ask, Question, World, decide};
use countersign_notation::resolve::{Names, UnknownName};
use countersign_verify::decision::{Overall, Rendering};
use countersign_verify::recorded::KnownAt;

use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

/// What `decide` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign decide --map ruritania.authority --acts acts.jsonl
  countersign decide --map a.authority b.authority --policy ours.policy --acts acts.jsonl --json
  countersign decide --map ruritania.authority --acts acts.jsonl --ask act:a1 --as-of 2026-04-20

Exit codes: 0 every headline is attributable · 3 none is worse than undetermined
            1 otherwise · 2 usage")]
pub(crate) struct Args {
    /// A map (.authority); may be given several times
    #[arg(long = "map", required = true, value_name = "FILE", num_args = 1..)]
    maps: Vec<PathBuf>,
    /// Whose maps are recognised, under which law, what is demanded
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The acts, one JSON object a line
    #[arg(long, value_name = "FILE")]
    acts: PathBuf,
    /// Ignore acts after this time; the latest time among the acts where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    as_of: Option<Instant>,
    /// Ignore maps not known by this time
    #[arg(long, value_name = "TIME", value_parser = input::known_at)]
    known_at: Option<KnownAt>,
    /// What is asked: `text`, `mandate` or `act:ID`
    #[arg(long, value_name = "WHAT", default_value = "text", value_parser = ask)]
    ask: Ask,
    /// Report these parties only; may be given several times
    #[arg(long = "party", value_name = "PARTY", num_args = 1..)]
    parties: Vec<String>,
}

fn ask(word: &str) -> Result<Ask, String> {
    match word.split_once(':') {
        None if word == "text" => Ok(Ask::Text),
        None if word == "mandate" => Ok(Ask::Mandate),
        Some(("act", id)) if !id.is_empty() => Ok(Ask::Act(id.into())),
        _ => Err(format!("`{word}` is not a question; expected `text`, `mandate` or `act:ID`")),
    }
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let documents = input::documents(&args.maps, args.policy.as_deref())?;
    let acts = facts::read(&input::read(&args.acts)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", args.acts.display())))?;
    check_names(&acts, &documents.names, args)?;
    if let Ask::Act(id) = &args.ask
        && !acts.iter().any(|act| act.id == *id)
    {
        return Err(Failure::usage(format!("--ask act:{id}: no act in {} has that id", args.acts.display())));
    }
    let known_at = match args.known_at {
        Some(KnownAt::Index(index)) => {
            return Err(Failure::usage(format!(
                "--known-at {index} is an index of a record, and unsigned facts are in none"
            ))
            .help("give a time, as in 2026-04-20; `verify` takes an index"));
        }
        known_at => known_at.and_then(KnownAt::time),
    };
    let mut parties = Vec::new();
    for word in args.parties.iter().flat_map(|words| words.split(',')) {
        documents.names.party(word).map_err(|unknown| Failure::usage(format!("--party: {unknown}")))?;
        parties.push(PartyId::new(word).map_err(|error| Failure::usage(error.to_string()))?);
    }
    if let (Ask::Act(id), true) = (&args.ask, parties.is_empty()) {
        parties.extend(acts.iter().find(|act| act.id == *id).map(|act| act.on_behalf_of.clone()));
    }
    let world = World::new(&documents.maps, documents.policy.as_ref(), documents.zone.as_ref())
        .map_err(|error| Failure::usage(error.to_string()))?;
    let question =
        Question { ask: args.ask.clone(), as_of: args.as_of, known_at, parties, milestones: Vec::new() };
    let decision = decide(&world, &acts, &question);
    let rendering = Rendering { world: &world, acts: &acts };
    if shell.json {
        shell.print_json(&rendering.json(&decision))?;
    } else {
        shell.print(&rendering.text(&decision))?;
    }
    Ok(Overall::of(&decision).into())
}

/// Names of acts resolve against every map given, accepted or not.
fn check_names(acts: &[Act], names: &Names, args: &Args) -> Result<(), Failure> {
    let file = args.acts.display();
    for act in acts {
        let check = || -> Result<(), UnknownName> {
            names.party(act.on_behalf_of.as_str())?;
            act.with.iter().try_for_each(|party| names.party(party.as_str()))?;
            names.person(act.by.as_str())?;
            if let Some(Capacity::Office(office)) = &act.capacity {
                names.office(office.as_str())?;
            }
            act.under.iter().try_for_each(|grant| names.grant(grant.as_str()))?;
            act.matter.iter().try_for_each(|matter| names.matter(matter))
        };
        check().map_err(|unknown| Failure::usage(format!("{file}: act {}: {unknown}", act.id)))?;
    }
    Ok(())
}
