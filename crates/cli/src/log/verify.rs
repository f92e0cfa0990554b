//! `countersign log verify`: a proof, or that one checkpoint follows from another.

use std::path::{Path, PathBuf};

use countersign_agreement::record::{Commitment, ENTRY_LENGTH, Salt};
use countersign_peer::mirror::{Consistency, MirrorError, consistency};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::spicy::{SpicyError, TlogProof};
use serde_json::json;

use super::trust::{Trust, checkpoint_json, escaped, quorum_json, quorum_words, untrusted};
use super::{source, told};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::shell::Shell;

/// What `log verify` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An act's entry is SHA-256 of its salt, its bytes and its signature: `cat X.salt X.json X.p7s | sha256sum`.

Exit codes: 0 included, and witnessed as the policy asks · 1 not included, or wrongly signed ·
3 included and too few witnesses cosigned, or the log's key isn't known · 2 usage
With --consistency: 0 NEW follows from OLD · 1 it doesn't · 3 a key isn't known, the source can't be read"
)]
pub(super) struct Args {
    /// The proof: a .tlog-proof file
    #[arg(required_unless_present = "consistency", conflicts_with = "consistency")]
    proof: Option<PathBuf>,
    #[command(flatten)]
    entry: Entry,
    /// Two checkpoints: whether the second follows from the first
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], requires = "source", conflicts_with_all = ["entry", "salt"])]
    consistency: Option<Vec<PathBuf>>,
    /// Where the tiles that show it are: an address or a folder
    #[arg(long, value_name = "SOURCE", requires = "consistency")]
    source: Option<String>,
    #[command(flatten)]
    trust: Trust,
}

/// Which entry.
#[derive(Debug, clap::Args)]
pub(super) struct Entry {
    /// The entry's own bytes
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// An act's salt
    #[arg(long, value_name = "FILE", requires_all = ["act", "p7s"], conflicts_with = "entry")]
    salt: Option<PathBuf>,
    /// The act
    #[arg(long, value_name = "FILE", requires = "salt")]
    act: Option<PathBuf>,
    /// The act's signature
    #[arg(long, value_name = "FILE", requires = "salt")]
    p7s: Option<PathBuf>,
}

impl Entry {
    /// The leaf of the entry given; `None` where none is.
    pub(super) fn leaf(&self) -> Result<Option<Hash>, Failure> {
        if let Some(path) = &self.entry {
            return Ok(Some(Hash::leaf(&input::read(path)?)));
        }
        let (Some(salt), Some(act), Some(p7s)) = (&self.salt, &self.act, &self.p7s) else { return Ok(None) };
        let bytes = input::read(salt)?;
        let bytes = <[u8; ENTRY_LENGTH]>::try_from(bytes.as_slice()).map_err(|_| {
            let found = bytes.len();
            Failure::usage(format!(
                "{}: a salt has {ENTRY_LENGTH} bytes, this file has {found}",
                salt.display()
            ))
        })?;
        let entry = Commitment::of(&Salt::new(bytes), &input::read(act)?, &input::read(p7s)?);
        Ok(Some(Hash::leaf(entry.as_bytes())))
    }
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let policy = args.trust.needed()?;
    if let (Some([old, new]), Some(source)) = (args.consistency.as_deref(), &args.source) {
        return follows(old, new, source, &policy, shell);
    }
    let Some(path) = &args.proof else { return Ok(Exit::Usage) };
    let leaf = args.entry.leaf()?.ok_or_else(|| {
        Failure::usage("the proof of which entry?").help(
            "give --entry FILE, or --salt FILE --act FILE --p7s FILE: a proof doesn't say what it proves",
        )
    })?;
    let proof = TlogProof::read(&input::read(path)?)
        .map_err(|error| Failure::usage(format!("{}: {}", path.display(), told(&error))))?;
    let (index, checkpoint) = (proof.index(), proof.checkpoint());
    let (exit, included, words, quorum) = match proof.verify_inclusion(leaf, &policy) {
        Ok(included) => {
            let quorum = included.quorum();
            let exit = if quorum.is_met() { Exit::Yes } else { Exit::Undetermined };
            let words = format!("the proof leads to the root of {} entries", included.size());
            (exit, Some(true), words, Some(quorum.clone()))
        }
        Err(SpicyError::Untrusted(error)) => (untrusted(&error), None, told(&error), None),
        Err(error) => (Exit::No, Some(false), told(&error), None),
    };
    let witnessed = quorum.as_ref().filter(|quorum| quorum.asked().is_some()).map(|quorum| quorum.is_met());
    if shell.json {
        shell.print_json(&json!({
            "sequenced": included.filter(|included| *included), "included": included, "witnessed": witnessed, "index": index.get(), "leaf": leaf.to_string(),
            "checkpoint": checkpoint_json(checkpoint), "quorum": quorum.as_ref().map(quorum_json),
            "message": words,
        }))?;
    } else {
        let word = match included {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let witnessed = quorum.as_ref().map_or_else(|| "unknown".to_owned(), quorum_words);
        // A proof that leads nowhere doesn't say that the entry has no place: only that it isn't shown.
        let place = match included {
            Some(true) => {
                format!("yes: entry {index} of {}", escaped(checkpoint.checkpoint().origin().as_str()))
            }
            _ => "unknown".to_owned(),
        };
        shell.print(&format!("sequenced  {place}\nincluded   {word}: {words}\nwitnessed  {witnessed}\n"))?;
    }
    Ok(exit)
}

/// Whether one checkpoint follows from another.
fn follows(old: &Path, new: &Path, word: &str, policy: &Policy, shell: &mut Shell) -> Result<Exit, Failure> {
    let read = |path: &Path| {
        SignedCheckpoint::read(&input::read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {}", path.display(), told(&error))))
    };
    let (small, large) = (read(old)?, read(new)?);
    let source = source::open(word)?;
    let (exit, words) =
        judged((old, &small), (new, &large), policy, || consistency(&small, &large, &*source));
    if shell.json {
        let consistent = match exit {
            Exit::Yes => Some(true),
            Exit::No => Some(false),
            Exit::Undetermined | Exit::Usage => None,
        };
        shell.print_json(&json!({
            "consistent": consistent, "old": checkpoint_json(&small), "new": checkpoint_json(&large),
            "message": words,
        }))?;
    } else {
        shell.print(&format!("{words}\n"))?;
    }
    Ok(exit)
}

fn judged(
    (old, small): (&Path, &SignedCheckpoint),
    (new, large): (&Path, &SignedCheckpoint),
    policy: &Policy,
    found: impl FnOnce() -> Result<Consistency, MirrorError>,
) -> (Exit, String) {
    for (path, checkpoint) in [(old, small), (new, large)] {
        if let Err(error) = policy.evaluate(checkpoint) {
            return (untrusted(&error), format!("unknown: {}: {}", path.display(), told(&error)));
        }
    }
    let (before, after) = (small.checkpoint(), large.checkpoint());
    if before.origin() != after.origin() {
        return (Exit::No, format!("no: they are of two logs, {} and {}", before.origin(), after.origin()));
    }
    if before.size() > after.size() {
        let words = format!(
            "no: {} has {} entries, {} has fewer, {}",
            old.display(),
            before.size(),
            new.display(),
            after.size()
        );
        return (Exit::No, words);
    }
    if before.size() == after.size() {
        let (origin, size) = (before.origin(), before.size());
        return if before.root() == after.root() {
            (Exit::Yes, format!("yes: both are of the same {size} entries"))
        } else {
            (Exit::No, format!("no: FORK: {origin} signed two roots at {size} entries"))
        };
    }
    match found() {
        Ok(Consistency::Consistent) => {
            (Exit::Yes, format!("yes: {} entries follow from {}", after.size(), before.size()))
        }
        Ok(Consistency::Inconsistent(root, _)) => {
            let words = format!(
                "no: FORK: the tree of {} entries had the root {root} at {}, not {}",
                after.size(),
                before.size(),
                before.root()
            );
            (Exit::No, words)
        }
        Ok(Consistency::Faulty(fault)) => {
            (Exit::Undetermined, format!("unknown: the source is faulty: {fault}"))
        }
        Err(error) => (Exit::Undetermined, format!("unknown: {}", told(&error))),
    }
}
