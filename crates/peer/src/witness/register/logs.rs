//! Which logs a witness knows.

use super::{Register, RegisterError, latest};
use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::note::VerifierKey;
use countersign_tlog::witness::Latest;
use rusqlite::params;

use super::resume::{ResumeError, own};

/// A log that a witness knows, or knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLog {
    /// Which.
    pub origin: Origin,
    /// The keys that are trusted for it; none where it is no longer witnessed.
    pub keys: Vec<VerifierKey>,
    /// What was signed last.
    pub latest: Latest,
    /// When; `None` where nothing was.
    pub signed: Option<Timestamp>,
}

/// What the operator knows of a log that is added after a backup was taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// This witness's key never cosigned it.
    Never,
    /// It last cosigned this, and its cosignature stands on it.
    At(Box<SignedCheckpoint>),
}

/// What adding a log came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not known.
    New,
    /// It had that key already.
    Already,
    /// The log was known: another key for it, or one that had been taken away. What was signed last still counts.
    AnotherKey,
}

impl Register {
    /// The logs, in order; also those no longer witnessed.
    pub fn logs(&self) -> Result<Vec<KnownLog>, RegisterError> {
        self.logs_where("", ())
    }

    pub(super) fn logs_where(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<KnownLog>, RegisterError> {
        let select = format!(
            "SELECT log.origin, log.size, log.root, log.signed, log_key.vkey
             FROM log LEFT JOIN log_key ON log_key.origin = log.origin {condition} ORDER BY log.origin, log_key.vkey"
        );
        type Row = (String, u64, [u8; 32], u64, Option<String>);
        let rows: Vec<Row> = self.rows(&select, values, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        let mut logs: Vec<KnownLog> = Vec::new();
        for (origin, size, root, signed, key) in rows {
            let origin = Origin::new(&origin).map_err(|error| self.damaged("an origin", &error))?;
            if logs.last().is_none_or(|log| log.origin != origin) {
                let none = || RegisterError::Damaged {
                    path: self.path.clone(),
                    what: format!("the size of {origin}: {size}"),
                };
                let latest = latest(size, root).ok_or_else(none)?;
                let signed = Timestamp::new(signed).map_err(|error| self.damaged("a time", &error))?;
                let signed = (signed.get() > 0).then_some(signed);
                logs.push(KnownLog { origin, keys: Vec::new(), latest, signed });
            }
            if let (Some(key), Some(log)) = (key, logs.last_mut()) {
                log.keys.push(key.parse().map_err(|error| self.damaged("a log's key", &error))?);
            }
        }
        Ok(logs)
    }

    /// Trusts a key for the log whose origin is its name. Once a backup was taken up, a log that is not in it needs a
    /// `start`: it may have been cosigned since.
    pub fn add_log(&self, key: &VerifierKey, start: Option<&Start>) -> Result<Added, ResumeError> {
        if key.signature_type() != countersign_tlog::note::SignatureType::Ed25519 {
            return Err(ResumeError::NotALog { key: key.clone() });
        }
        let origin = Origin::new(key.name().as_str())
            .map_err(|_| ResumeError::NotALog { key: key.clone() })?;
        let known = self.logs_where("WHERE log.origin = ?1", [origin.as_str()])?.pop();
        if let Some(log) = known {
            if log.keys.contains(key) {
                return Ok(Added::Already);
            }
            self.write(|change| insert_key(change, key))?;
            return Ok(Added::AnotherKey);
        }
        let resumed: bool = self.read("SELECT resumed FROM witness", (), |row| row.get(0))?;
        let from = match start {
            None if resumed => return Err(ResumeError::Uncovered { origins: vec![origin] }),
            None | Some(Start::Never) => None,
            Some(Start::At(checkpoint)) => {
                own(checkpoint, std::slice::from_ref(key), self.key())?;
                if *checkpoint.checkpoint().origin() != origin {
                    let offered = checkpoint.checkpoint().origin().clone();
                    return Err(ResumeError::UnknownLog { origin: offered });
                }
                Some(checkpoint)
            }
        };
        let (state, note) = match from {
            None => (Latest::NOTHING, None),
            Some(note) => {
                let checkpoint = note.checkpoint();
                (Latest::new(checkpoint.size(), checkpoint.root()), Some(note.to_string()))
            }
        };
        self.write(|change| {
            let insert = "INSERT OR IGNORE INTO log (origin, size, root, note, signed) VALUES (?1, ?2, ?3, ?4, 0)";
            let root = state.root();
            let values = params![origin.as_str(), state.size().get(), root.as_bytes(), note];
            change.execute(insert, values)?;
            insert_key(change, key)
        })?;
        Ok(Added::New)
    }

    /// Trusts a key no longer; says whether it was trusted. What was signed last is never forgotten.
    pub fn remove_key(&self, key: &VerifierKey) -> Result<bool, RegisterError> {
        let gone = self.write(|change| {
            change.execute("DELETE FROM log_key WHERE vkey = ?1", [key.to_string()])
        })?;
        Ok(gone > 0)
    }
}

fn insert_key(change: &rusqlite::Transaction<'_>, key: &VerifierKey) -> rusqlite::Result<usize> {
    let insert = "INSERT OR IGNORE INTO log_key (vkey, origin) VALUES (?1, ?2)";
    change.execute(insert, params![key.to_string(), key.name().as_str()])
}
