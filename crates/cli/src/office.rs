//! `countersign home …`: what a home is called, who witnesses its record, whom it knows.

use std::path::{Path, PathBuf};

use countersign_store::backup::{Copied, back_up};
use countersign_store::directory::Directory;
use countersign_store::ledger::Ledger as _;
use countersign_store::writer::Writer;
use countersign_tlog::note::VerifierKey;
use countersign_tlog::policy::Policy;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::home::{self, Home, WITNESSES};
use crate::recorded::publishing;
use crate::shell::Shell;
use crate::{init, input};

/// What `home` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign home show
  countersign home witness witness-1f2e3d4c+9a8b7c6d+BJ…=https://witness.example/
  countersign home trust kravonia.example/record+6f1d…+AX…

Who witnesses and whom the home knows lies in its witnesses.policy (C2SP tlog-policy), which can be edited.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print origin, the record's key, its size and its witnesses
    Show,
    /// Let another witness cosign the record, beside those there are
    Witness(Witness),
    /// Know another record's key: proofs in bundles from there are verified on the way in
    Trust(Trust),
    /// Publish what could not be published yet, and ask witnesses again that were silent
    Publish,
    /// Copy database, record and documents while they are in use; no keys
    Backup(Backup),
    /// After a restore: take over what was signed since from a mirror's folder, or ask the witnesses whether there is nothing
    Rejoin(Rejoin),
}

#[derive(Debug, clap::Args)]
struct Backup {
    /// The folder to make
    dir: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Rejoin {
    /// A mirror of the record (`countersign log mirror`), or the record's own folder; the witnesses are asked where not given
    mirror: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Witness {
    /// Its key and where it answers
    #[arg(required = true, value_name = "VKEY=URL")]
    witnesses: Vec<String>,
    /// How many of all witnesses it takes; all where not given
    #[arg(long, value_name = "N")]
    quorum: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Trust {
    /// The key, as its keeper prints it
    #[arg(value_name = "VKEY")]
    key: String,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let home = Home::needed()?;
    match &args.verb {
        Verb::Show => show(&home, shell),
        Verb::Witness(args) => {
            let _lock = home.lock()?;
            witness(&home, args)?;
            show(&home, shell)
        }
        Verb::Trust(args) => {
            let _lock = home.lock()?;
            trust(&home, args)?;
            show(&home, shell)
        }
        Verb::Publish => publish(&home, shell),
        Verb::Backup(args) => backup(&home, &args.dir, shell),
        Verb::Rejoin(args) => rejoin(&home, args.mirror.as_deref(), shell),
    }
}

fn show(home: &Home, shell: &mut Shell) -> Result<Exit, Failure> {
    let key = home.verifier()?;
    let head = home.stores()?.store.head().map_err(home::ledger)?;
    let policy = publishing(home)?;
    let text =
        |octets: &countersign_tlog::policy::Octets| String::from_utf8_lossy(octets.as_bytes()).into_owned();
    let witnesses: Vec<Value> = policy
        .witnesses()
        .iter()
        .map(|witness| json!({"name": text(witness.name()), "vkey": witness.key().to_string(), "url": witness.url().map(text)}))
        .collect();
    let known: Vec<String> =
        policy.logs().iter().filter(|log| *log.key() != key).map(|log| log.key().to_string()).collect();
    let published = head.published_size().get();
    if shell.json {
        shell.print_json(&json!({
            "home": home.dir.display().to_string(), "origin": home.config.origin.as_str(), "vkey": key.to_string(),
            "parties": home.config.parties.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "encrypted": home.config.encrypted, "sequenced": head.sequenced.get(), "published": published,
            "witnesses": witnesses, "known": known,
        }))?;
        return Ok(Exit::Yes);
    }
    let mut out = format!(
        "home    {}\norigin  {}\nvkey    {key}\nrecord  {} entries, {published} of them published\n",
        home.dir.display(),
        home.config.origin,
        head.sequenced.get(),
    );
    for witness in &witnesses {
        let word = |name: &str| witness[name].as_str().unwrap_or("no URL").to_owned();
        out.push_str(&format!("witness {} {}\n", word("vkey"), word("url")));
    }
    for key in &known {
        out.push_str(&format!("knows   {key}\n"));
    }
    shell.print(&out)?;
    Ok(Exit::Yes)
}

/// `witnesses.policy` with more witnesses; logs that are known stay.
fn witness(home: &Home, args: &Witness) -> Result<(), Failure> {
    let before = home.witnesses()?;
    let mut all: Vec<(VerifierKey, String)> = Vec::new();
    for witness in before.witnesses() {
        let url = witness.url().map(|url| String::from_utf8_lossy(url.as_bytes()).into_owned());
        all.push((witness.key().clone(), url.unwrap_or_default()));
    }
    for word in &args.witnesses {
        let (key, url) = init::witness(word)?;
        all.retain(|(known, _)| known.public_key() != key.public_key());
        all.push((key, url));
    }
    let logs = before.logs().iter().map(|log| log.key().clone()).collect::<Vec<_>>();
    replace(home, &logs, &init::policy(&all, args.quorum)?)
}

fn trust(home: &Home, args: &Trust) -> Result<(), Failure> {
    let wrong = |what: String| {
        Failure::usage(format!("{}: {what}", args.key))
            .help("expected the key that `countersign init` printed there: NAME+ID+BASE64")
    };
    let key: VerifierKey =
        args.key.parse().map_err(|error: countersign_tlog::note::BadKey| wrong(error.to_string()))?;
    let path = home.path(WITNESSES);
    let text = String::from_utf8_lossy(&input::read(&path)?).into_owned();
    let policy = home.witnesses()?;
    if policy.logs().iter().any(|log| *log.key() == key) {
        return Ok(());
    }
    if policy.logs().iter().any(|log| log.origin().as_str() == key.name().as_str()) {
        return Err(wrong(format!("another key of {} is known already", key.name()))
            .help("a record keeps its key for ever: ask its keeper which one is theirs before you edit witnesses.policy"));
    }
    let text = format!("log {key}\n{text}");
    Policy::read(text.as_bytes()).map_err(|error| wrong(home::told(&error)))?;
    input::replace(&path, text.as_bytes())
}

fn replace(home: &Home, logs: &[VerifierKey], text: &str) -> Result<(), Failure> {
    let logs: String = logs.iter().map(|key| format!("log {key}\n")).collect();
    let text = format!("{logs}{text}");
    Policy::read(text.as_bytes()).map_err(|error| Failure::usage(home::told(&error)))?;
    input::replace(&home.path(WITNESSES), text.as_bytes())
}

fn publish(home: &Home, shell: &mut Shell) -> Result<Exit, Failure> {
    let _lock = home.lock()?;
    let stores = home.stores()?;
    let published = home.writer(&stores)?.publish().map_err(home::write)?;
    let (told, troubled) = crate::recorded::silent(&published);
    for told in told.iter().chain(&home.alarms.words()) {
        shell.tell(told);
    }
    show(home, shell)?;
    Ok(if troubled { Exit::Undetermined } else { Exit::Yes })
}

/// Copies all but the keys.
fn backup(home: &Home, to: &Path, shell: &mut Shell) -> Result<Exit, Failure> {
    let stores = home.stores()?;
    let documents = Directory::open(&home.path(home::DOCUMENTS)).map_err(home::objects)?;
    let copied = back_up(&stores.store, &*stores.record, &documents, to, &home.access()?)
        .map_err(|error| Failure::usage(home::told(&error)).help("name a folder that isn't there yet"))?;
    for name in [home::CONFIG, WITNESSES] {
        input::create(&to.join(name), &input::read(&home.path(name))?)?;
    }
    shell
        .tell("keys/ is not in it: keep a copy of that folder apart; nothing is opened or signed without it");
    said(shell, to, &copied)
}

/// Puts a backup into a folder that has the keys.
pub(crate) fn restore(from: &Path, to: &Path, shell: &mut Shell) -> Result<Exit, Failure> {
    if !to.join(home::KEYS).is_dir() {
        return Err(Failure::usage(format!("{}: there are no keys", to.join(home::KEYS).display()))
            .help("put the copy of keys/ there first: a backup has none"));
    }
    let config = home::Config::read(&from.join(home::CONFIG), &input::read(&from.join(home::CONFIG))?)?;
    let access = home::access(to, &config)?;
    let copied = countersign_store::backup::restore(from, to, &access).map_err(|error| {
        Failure::usage(home::told(&error))
            .help("nothing is ever written over: move the old database away first")
    })?;
    for name in [WITNESSES, home::CONFIG] {
        if !to.join(name).exists() {
            input::create(&to.join(name), &input::read(&from.join(name))?)?;
        }
    }
    shell.tell("the record signs nothing before it is known what was signed since the backup:");
    shell.tell("  help: `countersign home rejoin MIRROR` takes it over from a mirror, `countersign home rejoin` asks the witnesses");
    said(shell, to, &copied)
}

fn said(shell: &mut Shell, dir: &Path, copied: &Copied) -> Result<Exit, Failure> {
    let (size, sequenced) = (copied.tree.size.get(), copied.sequenced.get());
    if shell.json {
        shell.print_json(&json!({
            "folder": dir.display().to_string(), "integrated": size, "sequenced": sequenced,
            "documents": copied.documents,
        }))?;
    } else {
        let words =
            format!("{} · {size} entries, re-hashed · {} documents\n", dir.display(), copied.documents);
        shell.print(&words)?;
    }
    Ok(Exit::Yes)
}

fn rejoin(home: &Home, mirror: Option<&Path>, shell: &mut Shell) -> Result<Exit, Failure> {
    let _lock = home.lock()?;
    let stores = home.stores()?;
    let parts = home.parts(&stores)?;
    match mirror {
        Some(mirror) => {
            let from = Directory::open(mirror).map_err(home::objects)?;
            let (_, rejoined) = Writer::rejoin(parts, &from).map_err(|error| {
                Failure::usage(home::told(&error))
                    .help("`countersign log mirror` of whoever follows the record has it all")
            })?;
            if !rejoined.lost.is_empty() {
                shell.tell(&format!(
                    "entries {} to {} of the record are lost from this database: no dossier that it has is written to before they are back",
                    rejoined.lost.start,
                    rejoined.lost.end.saturating_sub(1)
                ));
                shell.tell("  help: `countersign dossier import BUNDLE`, for the newest bundle of each dossier that this record exported");
            }
        }
        None => {
            let mut writer = Writer::open(parts).map_err(home::write)?;
            writer.confirm().map_err(home::write)?;
        }
    }
    show(home, shell)
}
