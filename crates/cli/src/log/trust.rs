//! Whose checkpoints count, and what they are found to be.

use std::path::PathBuf;

use countersign_authority::model::time::Instant;
use countersign_notation::time::rfc3339;
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::{VerifierKey, VerifyError};
use countersign_tlog::policy::{Policy, Quorum, UntrustedError};
use serde_json::{Value, json};

use super::told;
use crate::exit::{Exit, Failure};
use crate::input;

/// Whom to believe.
#[derive(Debug, clap::Args)]
pub(super) struct Trust {
    /// The log's verifier key: name+id+base64
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifierKey>,
    /// A C2SP tlog-policy: which logs and witnesses count, and how many it takes
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// What asks for no cosignature.
const ALONE: &[u8] = b"quorum none\n";

impl Trust {
    /// The policy given; `None` where nobody is named.
    pub(super) fn policy(&self) -> Result<Option<Policy>, Failure> {
        let policy = match (&self.policy, &self.key) {
            (None, None) => return Ok(None),
            (None, Some(_)) => Policy::read(ALONE).map_err(|error| Failure::usage(told(&error)))?,
            (Some(path), _) => Policy::read(&input::read(path)?).map_err(|error| {
                Failure::usage(format!("{}: {}", path.display(), told(&error)))
                    .help("a C2SP tlog-policy: lines `log VKEY`, `witness NAME VKEY`, `group …`, `quorum NAME|none`")
            })?,
        };
        match &self.key {
            None => Ok(Some(policy)),
            Some(key) if policy.logs().iter().any(|log| log.key() == key) => Ok(Some(policy)),
            Some(key) => {
                let policy = policy.with_log(key.clone());
                policy.map(Some).map_err(|error| Failure::usage(format!("--key: {}", told(&error))))
            }
        }
    }

    /// The policy given; somebody must be named.
    pub(super) fn needed(&self) -> Result<Policy, Failure> {
        self.policy()?.ok_or_else(|| {
            Failure::usage("whose checkpoints count? nobody is named")
                .help("give --key VKEY (the log's verifier key) or --policy FILE (a C2SP tlog-policy)")
        })
    }
}

/// How it ends where a checkpoint counts for nothing: a key that nobody named may be right, one that didn't sign is wrong.
pub(super) fn untrusted(error: &UntrustedError) -> Exit {
    match error {
        UntrustedError::UnknownLog { .. } | UntrustedError::Signatures(VerifyError::NoKnownKey { .. }) => {
            Exit::Undetermined
        }
        UntrustedError::Signatures(_) | UntrustedError::NotSignedByLog { .. } => Exit::No,
    }
}

pub(super) fn checkpoint_json(checkpoint: &SignedCheckpoint) -> Value {
    let checkpoint = checkpoint.checkpoint();
    json!({
        "origin": checkpoint.origin().as_str(),
        "size": checkpoint.size().get(),
        "root": checkpoint.root().to_string(),
    })
}

pub(super) fn quorum_json(quorum: &Quorum) -> Value {
    let signed: Vec<Value> = quorum
        .signed()
        .iter()
        .map(|signed| json!({"witness": signed.name.to_string(), "at": time(signed.time.get())}))
        .collect();
    let missing: Vec<String> = quorum.missing().iter().map(ToString::to_string).collect();
    json!({"asked": quorum.asked().is_some(), "met": quorum.is_met(), "cosigned": signed, "missing": missing})
}

/// `yes: near (2026-…Z), far (2026-…Z)`
pub(super) fn quorum_words(quorum: &Quorum) -> String {
    let signed: Vec<String> = quorum
        .signed()
        .iter()
        .map(|signed| format!("{} at {}", escaped(&signed.name.to_string()), time(signed.time.get())))
        .collect();
    let signed = if signed.is_empty() { "nobody known cosigned".to_owned() } else { signed.join(", ") };
    match quorum.asked() {
        None => format!("not asked for ({signed})"),
        Some(_) if quorum.is_met() => format!("yes: {signed}"),
        Some(asked) => format!("no: {signed}; {}", escaped(&asked.to_string())),
    }
}

fn time(seconds: u64) -> String {
    rfc3339(Instant(i128::from(seconds) * 1_000_000_000))
}

/// Words of others, fit for a terminal.
pub(super) fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
