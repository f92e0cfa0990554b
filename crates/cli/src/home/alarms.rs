//! What witnesses said against the record, kept in the home: one folder an alarm, with what others need to check it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_peer::witness::outcome::Asked;
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
    /// Its folder, or why there is none.
    pub(crate) folder: Result<PathBuf, String>,
    /// Whether the witness showed a checkpoint that proves it.
    pub(crate) proven: bool,
}

impl Alarms {
    /// Kept in a folder, which is made when there is one.
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, kept: Arc::default() }
    }

    /// Keeps those among the answers.
    pub(super) fn keep(&self, asked: &Asked) {
        for alarm in asked.alarms() {
            let folder = alarm.keep_in(&self.dir);
            let folder = folder.map_err(|error| format!("{}: {error}", self.dir.display()));
            let kept = Kept { witness: alarm.witness.clone(), folder, proven: alarm.seen.is_some() };
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        }
    }

    /// Those so far.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A line for each.
    pub(crate) fn words(&self) -> Vec<String> {
        self.kept().iter().map(Kept::words).collect()
    }
}

impl Kept {
    /// Where it is kept, and what it shows.
    pub(crate) fn words(&self) -> String {
        match (&self.folder, self.proven) {
            (Err(why), _) => format!("the alarm could not be kept: {why}"),
            (Ok(folder), true) => format!(
                "both notes, each signed by this record's key, are kept in {}; add nothing more, and show them to the other parties",
                folder.display()
            ),
            (Ok(folder), false) => format!(
                "what it was asked is kept in {}; it shows no checkpoint, so it is its word against the record's",
                folder.display()
            ),
        }
    }
}
