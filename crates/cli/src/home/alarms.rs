//! What witnesses said against the record, kept in the home: one folder an alarm, with what others need to check it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use countersign_peer::witness::outcome::{Asked, Outcome};
use countersign_tlog::note::VerifierKey;

/// The alarms of this process: where each is kept.
#[derive(Debug, Clone)]
pub(crate) struct Alarms {
    dir: PathBuf,
    kept: Arc<Mutex<Vec<Kept>>>,
}

/// One alarm.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// Who raised it.
    pub(crate) witness: VerifierKey,
    /// What it says.
    pub(crate) says: String,
    /// What is kept of it.
    pub(crate) evidence: Evidence,
}

/// What an alarm rests on.
#[derive(Debug, Clone)]
pub(crate) enum Evidence {
    /// Both notes, in this folder.
    Both(PathBuf),
    /// Our note, in this folder; the witness showed none.
    Ours(PathBuf),
    /// A size that the witness said.
    Word,
    /// It could not be kept.
    Lost(String),
}

impl Alarms {
    /// Kept in a folder, which is made when there is one.
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, kept: Arc::default() }
    }

    /// Keeps those among the answers.
    pub(super) fn keep(&self, asked: &Asked) {
        for answered in &asked.answers {
            let evidence = match &answered.outcome {
                Outcome::Behind { .. } => Evidence::Word,
                Outcome::Fork(alarm) => match alarm.keep_in(&self.dir) {
                    Ok(folder) if alarm.seen.is_some() => Evidence::Both(folder),
                    Ok(folder) => Evidence::Ours(folder),
                    Err(error) => Evidence::Lost(format!("{}: {error}", self.dir.display())),
                },
                _ => continue,
            };
            let kept = Kept { witness: answered.key.clone(), says: answered.outcome.to_string(), evidence };
            let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            // The last that it said.
            all.retain(|before| before.witness != kept.witness);
            all.push(kept);
        }
    }

    /// Those so far.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A line for each.
    pub(crate) fn words(&self) -> Vec<String> {
        self.kept().iter().map(|kept| format!("witness {}: {}", kept.witness.name(), kept.words())).collect()
    }
}

impl Kept {
    /// The folder.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.evidence {
            Evidence::Both(folder) | Evidence::Ours(folder) => Some(folder),
            Evidence::Word | Evidence::Lost(_) => None,
        }
    }

    /// Where it is kept, and what it shows.
    pub(crate) fn words(&self) -> String {
        match &self.evidence {
            Evidence::Lost(why) => format!("the alarm could not be kept: {why}"),
            Evidence::Word => {
                "it says a size and shows no note: ask its operator for the checkpoint".to_owned()
            }
            Evidence::Both(folder) => format!(
                "both notes, each signed by this record's key, are kept in {}; add nothing more, and show them to the other parties",
                folder.display()
            ),
            Evidence::Ours(folder) => format!(
                "what it was asked is kept in {}; it shows no checkpoint, so it is its word against the record's",
                folder.display()
            ),
        }
    }
}
