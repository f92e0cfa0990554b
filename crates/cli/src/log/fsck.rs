//! `countersign log fsck DIR`: re-hash a whole log.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use countersign_peer::mirror::{Folder, Served, faults};
use countersign_tlog::fsck::{Findings, fsck};
use serde_json::{Value, json};

use super::source::{self, Progress, Shown};
use super::told;
use super::trust::{Trust, checkpoint_json, escaped, quorum_json, quorum_words, untrusted};
use crate::exit::{Exit, Failure};
use crate::shell::Shell;

/// What `log fsck` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 sound, and signed by the key that was given · 1 something is wrong ·
3 sound, and no known key signed it, or too few witnesses did · 2 usage")]
pub(super) struct Args {
    /// A log's folder: the one that holds `checkpoint` and `tile/`
    dir: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// Faults that are told one by one; of more, their number.
const FAULTS_MAX: usize = 1000;

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let policy = args.trust.policy()?;
    let name = args.dir.display().to_string();
    if !args.dir.is_dir() {
        return Err(Failure::usage(format!("{name}: there is no such folder")));
    }
    let folder = Folder::new(&args.dir);
    let checkpoint = source::checkpoint(&name, &folder)?;
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    let (signed, signed_words, signed_json) = match policy.as_ref().map(|policy| policy.evaluate(&checkpoint))
    {
        None => (Exit::Undetermined, "not checked: give --key or --policy".to_owned(), json!({"by": null})),
        Some(Err(error)) => {
            (untrusted(&error), escaped(&told(&error)), json!({"by": null, "message": told(&error)}))
        }
        Some(Ok(trusted)) => {
            let quorum = trusted.quorum();
            let exit = if quorum.is_met() { Exit::Yes } else { Exit::Undetermined };
            let words = format!("by {}\n  witnessed  {}", trusted.log().name(), quorum_words(quorum));
            (exit, words, json!({"by": trusted.log().to_string(), "quorum": quorum_json(quorum)}))
        }
    };
    let shown = Shown {
        source: &folder,
        progress: Progress::new(),
        prefix: "tile/entries/",
        total: size.get(),
        read: AtomicU64::new(0),
    };
    let findings = fsck(size, root, &Served(&shown)).map_err(|error| Failure::usage(told(&error)))?;
    drop(shown);
    let mut told_faults: Vec<Value> = Vec::new();
    let (sound, words) = match findings {
        Findings::Sound(sound) => (
            Exit::Yes,
            format!("sound: {} bundles and {} tiles hash to the root", sound.bundles, sound.tiles),
        ),
        Findings::Faulty(first) => {
            // Where there is one there may be more: each is named.
            let (mut words, mut count) = (String::new(), 0_u64);
            let mut tell = |path: Option<String>, fault: String| {
                count = count.saturating_add(1);
                if told_faults.len() < FAULTS_MAX {
                    words.push_str(&format!("\n    {fault}"));
                    told_faults.push(json!({"path": path, "fault": fault}));
                }
            };
            faults(checkpoint.checkpoint(), &folder, &mut |fault| {
                tell(fault.path().map(|path| path.to_string()), fault.to_string());
            })
            .map_err(|error| Failure::usage(error.to_string()))?;
            if count == 0 {
                count = 1;
                words = format!("\n    {first}");
                told_faults.push(json!({"path": null, "fault": first.to_string()}));
            }
            let more =
                if count > FAULTS_MAX as u64 { format!("\n    … {count} in all") } else { String::new() };
            (Exit::No, format!("faulty: {count} faults{words}{more}"))
        }
    };
    let exit = signed.max(sound);
    if shell.json {
        shell.print_json(&json!({
            "checkpoint": checkpoint_json(&checkpoint), "signed": signed_json,
            "sound": sound == Exit::Yes, "faults": told_faults,
        }))?;
    } else {
        let origin = escaped(checkpoint.checkpoint().origin().as_str());
        shell.print(&format!("{origin} · {size} entries\n  signed     {signed_words}\n  {words}\n"))?;
    }
    Ok(exit)
}
