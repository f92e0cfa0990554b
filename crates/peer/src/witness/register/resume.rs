//! Backups, and going on from one.
//!
//! A register that is older than what was signed from it can be led to sign a second history. So a backup says of itself
//! that it is one, the mark tells other old copies, and neither is served from. What leads on are checkpoints that carry
//! this witness's own cosignature: what the logs published last.

use super::{Register, RegisterError};
use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::note::{KeyRing, SameKeyTwice, VerifierKey, VerifyError};
use countersign_tlog::size::TreeSize;
use rusqlite::{Connection, MAIN_DB, params};
use std::path::Path;

/// Why a register does not go on from these checkpoints.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// A key that is not a log's.
    #[error("{key} is not a log's key: those sign notes, and their name is the log's origin")]
    NotALog {
        /// The key.
        key: VerifierKey,
    },
    /// Logs of which nobody has said what was signed last.
    #[error("nothing says what was last cosigned of {}", listed(.origins))]
    Uncovered {
        /// Which.
        origins: Vec<Origin>,
    },
    /// A checkpoint of another log.
    #[error("the log {origin} is not known here")]
    UnknownLog {
        /// Its origin.
        origin: Origin,
    },
    /// Not by the log.
    #[error("the checkpoint is not signed by the log's key: {0}")]
    NotByLog(#[source] VerifyError),
    /// Not cosigned by this witness.
    #[error("the checkpoint does not carry a cosignature by {witness}: {source}")]
    NotByUs {
        /// This witness's key.
        witness: VerifierKey,
        /// Why.
        source: VerifyError,
    },
    /// Keys that can't be told apart.
    #[error(transparent)]
    SameKey(#[from] SameKeyTwice),
    /// Older than what the backup has.
    #[error("the checkpoint of {origin} has {found} leaves, the register has {kept}: give the latest one")]
    Behind {
        /// Which log.
        origin: Origin,
        /// The checkpoint's size.
        found: TreeSize,
        /// The register's.
        kept: TreeSize,
    },
    /// This witness cosigned two roots at one size: nobody can rely on its key any more.
    #[error("{origin}: this witness cosigned two roots at {size} leaves; make a new key, nobody can rely on this one")]
    SignedTwo {
        /// Which log.
        origin: Origin,
        /// At which size.
        size: TreeSize,
    },
}

impl Register {
    /// Writes a copy while requests go on; the copy says that it is one, and is not served from until it is resumed.
    pub fn backup(&self, to: &Path) -> Result<(), RegisterError> {
        let failed = |source| RegisterError::Database { path: to.to_owned(), source };
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(to)
            .map_err(|source| RegisterError::File { path: to.to_owned(), source })?;
        self.connection().backup(MAIN_DB, to, None::<fn(rusqlite::backup::Progress)>).map_err(failed)?;
        let copy = Connection::open(to).map_err(failed)?;
        // One file, without a log beside it that could be left behind.
        copy.pragma_update(None, "journal_mode", "DELETE").map_err(failed)?;
        copy.pragma_update(None, "synchronous", "EXTRA").map_err(failed)?;
        copy.execute("UPDATE witness SET copied = 1", ()).map_err(failed)?;
        Ok(())
    }

    /// Goes on from an old register: each log that is witnessed must be covered by a checkpoint that carries this witness's
    /// own cosignature, or be named in `never`, if it was never cosigned. That these are the latest, the operator says: no
    /// file can show it.
    pub fn resume(
        dir: &Path,
        mark: Option<&Path>,
        key: &VerifierKey,
        checkpoints: &[SignedCheckpoint],
        never: &[Origin],
    ) -> Result<Self, ResumeError> {
        let register = Self::unchecked(dir, mark, key, false)?;
        let logs = register.logs()?;
        for checkpoint in checkpoints {
            let stated = checkpoint.checkpoint();
            let origin = stated.origin();
            let unknown = || ResumeError::UnknownLog { origin: origin.clone() };
            let log = logs.iter().find(|log| log.origin == *origin).ok_or_else(unknown)?;
            own(checkpoint, &log.keys, key)?;
            let (found, kept) = (stated.size(), log.latest.size());
            if found < kept {
                return Err(ResumeError::Behind { origin: origin.clone(), found, kept });
            }
            if found == kept && stated.root() != log.latest.root() {
                return Err(ResumeError::SignedTwo { origin: origin.clone(), size: found });
            }
        }
        let covered = |origin: &Origin| {
            never.contains(origin)
                || checkpoints.iter().any(|checkpoint| checkpoint.checkpoint().origin() == origin)
        };
        let uncovered = logs.iter().filter(|log| !log.keys.is_empty() && !covered(&log.origin));
        let origins: Vec<Origin> = uncovered.map(|log| log.origin.clone()).collect();
        if !origins.is_empty() {
            return Err(ResumeError::Uncovered { origins });
        }
        let made = register.mark.read().ok().flatten().unwrap_or(0);
        let signed = register.write(|change| {
            for checkpoint in checkpoints {
                let stated = checkpoint.checkpoint();
                let set = "UPDATE log SET size = ?2, root = ?3, note = ?4 WHERE origin = ?1 AND size <= ?2";
                let note = checkpoint.to_string();
                let root = stated.root();
                let values = params![stated.origin().as_str(), stated.size().get(), root.as_bytes(), note];
                change.execute(set, values)?;
            }
            let set = "UPDATE witness SET copied = 0, resumed = 1, signed = max(signed, ?1) RETURNING signed";
            change.query_row(set, [made], |row| row.get::<_, u64>(0))
        })?;
        // A mark that can't be read says nothing any more.
        if register.mark.read().is_err() {
            let path = register.mark.path().to_owned();
            std::fs::remove_file(&path).map_err(|source| RegisterError::File { path, source })?;
        }
        register.raise(signed)?;
        Ok(register)
    }
}

/// Whether a checkpoint is the log's, and cosigned by this witness.
pub(super) fn own(
    checkpoint: &SignedCheckpoint,
    log: &[VerifierKey],
    witness: &VerifierKey,
) -> Result<(), ResumeError> {
    checkpoint.verify(&KeyRing::new(log.iter().cloned())?).map_err(ResumeError::NotByLog)?;
    let ours = KeyRing::new([witness.clone()])?;
    let by_us = checkpoint.verify(&ours);
    by_us.map_err(|source| ResumeError::NotByUs { witness: witness.clone(), source })?;
    Ok(())
}

fn listed(origins: &[Origin]) -> String {
    origins.iter().map(Origin::as_str).collect::<Vec<_>>().join(", ")
}
