//! `countersign witness log …`: which logs are witnessed.

use std::path::PathBuf;

use countersign_peer::witness::register::{Added, KnownLog, Start};
use countersign_tlog::note::{Signer as _, VerifierKey};
use countersign_tlog::policy::Policy;
use serde_json::{Value, json};

use super::{Place, checkpoint, moment, register_failure, resume_failure};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// Witness logs from now on
    Add(Add),
    /// Witness a log no longer under this key; what was cosigned last is never forgotten
    Remove(Remove),
    /// List the logs, with what was cosigned last
    List(Place),
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// A log's verifier key, `origin+id+base64`
    #[arg(required_unless_present = "policy", value_name = "VKEY")]
    keys: Vec<VerifierKey>,
    /// A policy (C2SP tlog-policy) whose `log` lines are taken
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// After `resume`: the log's latest checkpoint, with this witness's cosignature on it
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "never_cosigned")]
    from: Option<PathBuf>,
    /// After `resume`: this witness's key never cosigned the log
    #[arg(long)]
    never_cosigned: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Args)]
pub(super) struct Remove {
    /// The log's verifier key
    #[arg(value_name = "VKEY")]
    key: VerifierKey,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(verb: &Verb, shell: &mut Shell) -> Result<Exit, Failure> {
    match verb {
        Verb::Add(args) => add(args, shell),
        Verb::Remove(args) => remove(args, shell),
        Verb::List(place) => {
            let key = place.key(None, shell)?;
            let logs = place.register(key.key())?.logs().map_err(register_failure)?;
            print(&logs, shell)?;
            Ok(Exit::Yes)
        }
    }
}

fn add(args: &Add, shell: &mut Shell) -> Result<Exit, Failure> {
    let mut keys = args.keys.clone();
    if let Some(path) = &args.policy {
        let policy = Policy::read(&input::read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        keys.extend(policy.logs().iter().map(|log| log.key().clone()));
    }
    let start = match &args.from {
        Some(path) => Some(Start::At(Box::new(checkpoint(path)?))),
        None => args.never_cosigned.then_some(Start::Never),
    };
    let own = args.place.key(None, shell)?;
    let register = args.place.register(own.key())?;
    for key in &keys {
        let added = register.add_log(key, start.as_ref()).map_err(resume_failure)?;
        shell.tell(&match added {
            Added::New => format!("{} is witnessed from now on", key.name()),
            Added::Already => format!("{} is witnessed already", key.name()),
            Added::AnotherKey => format!("{} is witnessed under this key too", key.name()),
        });
    }
    if shell.json {
        print(&register.logs().map_err(register_failure)?, shell)?;
    }
    Ok(Exit::Yes)
}

fn remove(args: &Remove, shell: &mut Shell) -> Result<Exit, Failure> {
    let own = args.place.key(None, shell)?;
    let register = args.place.register(own.key())?;
    if !register.remove_key(&args.key).map_err(register_failure)? {
        let what = format!("{} is not witnessed under that key", args.key.name());
        return Err(Failure::usage(what).help("`countersign witness log list --json` shows the keys"));
    }
    shell.tell(&format!("{} is witnessed no longer under that key", args.key.name()));
    if shell.json {
        print(&register.logs().map_err(register_failure)?, shell)?;
    }
    Ok(Exit::Yes)
}

/// One line a log.
pub(super) fn print(logs: &[KnownLog], shell: &mut Shell) -> Result<(), Failure> {
    if shell.json {
        return shell.print_json(&json!({"logs": logs.iter().map(as_json).collect::<Vec<Value>>()}));
    }
    for log in logs {
        let keys = match log.keys.len() {
            0 => ", no longer witnessed".to_owned(),
            1 => String::new(),
            many => format!(", {many} keys"),
        };
        let when =
            log.signed.map_or_else(|| "never cosigned".to_owned(), |at| format!("cosigned {}", moment(at)));
        shell.print(&format!("{}  {} entries, {when}{keys}\n", log.origin, log.latest.size()))?;
    }
    if logs.is_empty() {
        shell.tell("no log is known: `countersign witness log add VKEY`");
    }
    Ok(())
}

pub(super) fn as_json(log: &KnownLog) -> Value {
    json!({
        "origin": log.origin.as_str(),
        "keys": log.keys.iter().map(ToString::to_string).collect::<Vec<String>>(),
        "size": log.latest.size().get(),
        "root": log.latest.root().to_string(),
        "cosigned": log.signed.map(moment),
    })
}
