//! `countersign log mirror SOURCE DIR`: follow a log and keep a full copy.

use std::fs::{OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_peer::mirror::{Mirror, MirrorError, Round, Upstream};
use countersign_store::directory::Directory;
use countersign_tlog::policy::Policy;
use serde_json::{Value, json};

use super::source::{self, Progress};
use super::told;
use super::trust::{Trust, checkpoint_json, quorum_json, quorum_words, untrusted};
use crate::exit::{Exit, Failure};
use crate::shell::Shell;

/// What `log mirror` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is taken in that isn't proven: the checkpoint by the log's key (and the quorum, where the
policy has one), its consistency with the copy's own, each file by the hashes above it. The copy's
checkpoint changes last; after a kill, run it again. Two histories signed by one key are a fork:
both notes are kept in DIR/fork/.

Exit codes: 0 the copy is the log's latest · 1 fork, rollback, a file that isn't what the log
signed · 3 the log can't be reached, its key isn't known, too few witnesses cosigned · 2 usage"
)]
pub(super) struct Args {
    /// The log: the address of its folder (https://…), or the folder
    source: String,
    /// Where the copy is kept; made where it isn't there
    dir: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Go on: look again and again, until Ctrl-C
    #[arg(long)]
    follow: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "follow", value_parser = clap::value_parser!(u32).range(1..))]
    interval: u32,
    /// Look at every file of the copy: what is missing or damaged is fetched again
    #[arg(long, conflicts_with = "follow")]
    repair: bool,
}

/// A round that said something.
struct Told {
    exit: Exit,
    words: String,
    json: Value,
    /// Whether looking again can't help.
    over: bool,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let policy = args.trust.needed()?;
    let source = source::open(&args.source)?;
    std::fs::create_dir_all(&args.dir).map_err(|error| Failure::File { path: args.dir.clone(), error })?;
    let copy = Directory::open(&args.dir).map_err(|error| Failure::usage(told(&error)))?;
    let _alone = alone(&args.dir)?;
    let round = |repair: bool| round(&*source, &copy, &policy, repair);
    if !args.follow {
        return say(&round(args.repair)?, shell);
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let registered = signal_hook::flag::register(signal, Arc::clone(&stop));
        registered.map_err(|error| Failure::usage(format!("signals can't be caught: {error}")))?;
    }
    let mut before = String::new();
    loop {
        let told = round(false)?;
        // What was said at the last look isn't said again.
        if told.words != before {
            say(&told, shell)?;
            before.clone_from(&told.words);
        }
        if told.over {
            return Ok(told.exit);
        }
        for _ in 0..args.interval.saturating_mul(10) {
            if stop.load(Ordering::Relaxed) {
                return Ok(told.exit);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The right to write to the copy, as long as this process lives.
fn alone(dir: &Path) -> Result<std::fs::File, Failure> {
    let path = dir.join(".mirror.lock");
    let failed = |error| Failure::File { path: path.clone(), error };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::usage(format!("{}: another mirror writes here", dir.display()))
                .help("end it first; a copy has one mirror"))
        }
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn say(told: &Told, shell: &mut Shell) -> Result<Exit, Failure> {
    if shell.json {
        shell.print_json(&told.json)?;
    } else {
        shell.print(&format!("{}\n", told.words))?;
    }
    Ok(told.exit)
}

fn round(source: &dyn Upstream, copy: &Directory, policy: &Policy, repair: bool) -> Result<Told, Failure> {
    let progress = Progress::new();
    let tell = |done, total| progress.at(done, total);
    let mirror = Mirror { upstream: source, copy, policy, progress: &tell };
    let found = if repair { mirror.repair() } else { mirror.round() };
    drop(progress);
    Ok(match found {
        Ok(round) => answer(&round),
        Err(error) => failed(&error)?,
    })
}

fn answer(round: &Round) -> Told {
    let (exit, outcome, words, mut more) = match round {
        Round::Grown(grown) => {
            let checkpoint = grown.checkpoint.checkpoint();
            let words = format!(
                "{} · {} entries, {} before · {} files fetched, {} bytes\n  root       {}\n  witnessed  {}",
                checkpoint.origin(),
                checkpoint.size(),
                grown.before,
                grown.files,
                grown.bytes,
                checkpoint.root(),
                quorum_words(&grown.quorum)
            );
            let more = json!({
                "checkpoint": checkpoint_json(&grown.checkpoint), "before": grown.before.get(),
                "files": grown.files, "bytes": grown.bytes, "quorum": quorum_json(&grown.quorum),
            });
            (Exit::Yes, "copied", words, more)
        }
        Round::Same { checkpoint, quorum } => {
            let said = checkpoint.checkpoint();
            let words = format!(
                "{} · {} entries, nothing is new\n  root       {}\n  witnessed  {}",
                said.origin(),
                said.size(),
                said.root(),
                quorum_words(quorum)
            );
            let more = json!({"checkpoint": checkpoint_json(checkpoint), "quorum": quorum_json(quorum)});
            (Exit::Yes, "unchanged", words, more)
        }
        Round::Rollback { ours, offered } => {
            let words = format!(
                "rollback: {} offers {} entries, the copy has {}; the older checkpoint is not accepted",
                ours.checkpoint().origin(),
                offered.checkpoint().size(),
                ours.checkpoint().size()
            );
            let more = json!({"checkpoint": checkpoint_json(ours), "offered": checkpoint_json(offered)});
            (Exit::No, "rollback", words, more)
        }
        Round::Fork(fork) => {
            let words = format!(
                "ALARM {fork}\n  both notes, and why they exclude each other, are kept in {}; show them to the other parties and the witnesses",
                fork.kept
            );
            let more = json!({
                "checkpoint": checkpoint_json(&fork.seen), "offered": checkpoint_json(&fork.offered),
                "kept": fork.kept,
            });
            (Exit::No, "fork", words, more)
        }
        Round::NotWitnessed { offered, quorum } => {
            let said = offered.checkpoint();
            let words = format!(
                "{} · {} entries: not accepted yet\n  witnessed  {}",
                said.origin(),
                said.size(),
                quorum_words(quorum)
            );
            let more = json!({"offered": checkpoint_json(offered), "quorum": quorum_json(quorum)});
            (Exit::Undetermined, "not-witnessed", words, more)
        }
        Round::Faulty(fault) => {
            let words = format!("faulty: {fault}; nothing was accepted");
            let path = fault.path().map(|path| path.to_string());
            (Exit::No, "faulty", words, json!({"path": path, "fault": fault.to_string()}))
        }
    };
    if let Value::Object(fields) = &mut more {
        fields.insert("outcome".to_owned(), json!(outcome));
    }
    Told { exit, words, json: more, over: matches!(round, Round::Fork(_)) }
}

/// What may pass is told; what won't is a failure.
fn failed(error: &MirrorError) -> Result<Told, Failure> {
    let (exit, outcome) = match error {
        MirrorError::Source(_) | MirrorError::NoCheckpoint => (Exit::Undetermined, "unreachable"),
        MirrorError::Untrusted(why) => (untrusted(why), "untrusted"),
        MirrorError::Checkpoint(_) => (Exit::No, "malformed"),
        MirrorError::OwnFiles(_) => {
            let told = Failure::usage(told(error));
            return Err(
                told.help("`countersign log mirror … --repair` fetches again what is missing or damaged")
            );
        }
        _ => return Err(Failure::usage(told(error))),
    };
    let words = told(error);
    let json = json!({"outcome": outcome, "message": words});
    Ok(Told { exit, words: format!("{words}; nothing was accepted"), json, over: false })
}
