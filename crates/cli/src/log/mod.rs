//! `countersign log …`: the record: proofs out of it, its files re-hashed, a copy kept.

mod fsck;
mod mirror;
mod prove;
mod source;
mod trust;
mod verify;
mod witness;

use crate::exit::{Exit, Failure};
use crate::shell::Shell;

/// What `log` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign log mirror https://log.ruritania.example/record copy --key VKEY
  countersign log mirror https://log.ruritania.example/record copy --policy theirs.policy --follow
  countersign log fsck copy --key VKEY
  countersign log prove copy --index 27 -o act.tlog-proof
  countersign log verify act.tlog-proof --salt act.salt --act act.json --p7s act.p7s \\
      --policy theirs.policy
  countersign log verify --consistency old.checkpoint new.checkpoint --source copy --key VKEY

VKEY is the log's verifier key (C2SP signed-note), name+id+base64; its name is the log's origin.
A policy is a C2SP tlog-policy: lines `log VKEY`, `witness NAME VKEY`, `group …`, `quorum NAME|none`.

Exit codes: 0 yes · 1 verdict no · 2 usage · 3 undetermined")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Follow a log and keep a full copy, each byte of it proven
    Mirror(mirror::Args),
    /// Make the proof that an entry is in a log
    Prove(prove::Args),
    /// Check a proof offline, or that one checkpoint follows from another
    Verify(verify::Args),
    /// Re-hash a whole log and name what is wrong
    Fsck(fsck::Args),
    /// Ask the home's witnesses to cosign the record's latest checkpoint now
    Witness(witness::Args),
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Mirror(args) => mirror::run(args, shell),
        Verb::Prove(args) => prove::run(args, shell),
        Verb::Verify(args) => verify::run(args, shell),
        Verb::Fsck(args) => fsck::run(args, shell),
        Verb::Witness(args) => witness::run(args, shell),
    }
}

/// An error with what it stems from, in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(&format!(": {cause_text}"));
        }
        source = cause.source();
    }
    text
}
