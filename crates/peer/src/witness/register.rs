//! What a witness signed last, for each log it knows: SQLite, one file.
//!
//! A cosignature is made in this order: decide, compare and set in one transaction (WAL, `synchronous=FULL`), raise the
//! [mark](RegisterError::Older), sign. Whatever comes between two steps, no two histories are ever signed: what was stored
//! and not signed is signed when the log asks again.

mod logs;
mod resume;

pub use logs::{Added, KnownLog, Start};
pub use resume::ResumeError;

use super::mark::Mark;
use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::cosignature::Timestamp;
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{KeyRing, SameKeyTwice, SignError, SignatureLine, Signer, VerifierKey};
use countersign_tlog::size::TreeSize;
use countersign_tlog::witness::{Accepted, AddCheckpoint, Fork, Latest, Refusal};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A witness's register.
#[derive(Debug)]
pub struct Register {
    connection: Mutex<Connection>,
    mark: Mark,
    path: PathBuf,
    key: VerifierKey,
}

/// Two notes that one log signed at one size. Whoever holds both can show that it rewrote its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which log, at which size, and the two roots.
    pub fork: Fork,
    /// The checkpoint that was cosigned here.
    pub seen: SignedCheckpoint,
    /// The one that was refused.
    pub offered: SignedCheckpoint,
    /// When it came.
    pub at: Timestamp,
}

/// What a request came to. A refusal is an answer.
#[derive(Debug)]
pub enum Witnessed {
    /// The cosignature, made after it was stored.
    Cosigned(SignatureLine),
    /// The reason, and whether it shows a fork that was not known yet.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Set where it is new evidence.
        alarm: Option<Box<Evidence>>,
    },
}

/// Why the register could not be opened, or not asked. Nothing is signed then.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is none.
    #[error("there is no register {}", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Some other database, or one that a later version wrote.
    #[error("{} is not a witness's register of format {FORMAT}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another witness's.
    #[error("{} is the register of {found}, the key here is {expected}", .path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
    /// It counts fewer cosignatures than were made: it was restored, and could be led to sign two histories.
    #[error(
        "{} counts {found} cosignatures, {} says that {made} were made: the register is older than what was signed from it",
        .path.display(), .mark.display()
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// The mark.
        mark: PathBuf,
        /// What the database counts.
        found: u64,
        /// What the mark says.
        made: u64,
    },
    /// The mark is gone, so nobody can tell whether the database has gone back.
    #[error("{} is missing or unreadable, {} cannot be told from an old copy", .mark.display(), .path.display())]
    NoMark {
        /// The database.
        path: PathBuf,
        /// The mark.
        mark: PathBuf,
    },
    /// A backup: more may have been signed since.
    #[error("{} is a backup: more may have been signed since it was made", .path.display())]
    Copied {
        /// The file.
        path: PathBuf,
    },
    /// What is stored can't be read.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What can't be read.
        what: String,
    },
    /// Two keys of a log can't be told apart.
    #[error(transparent)]
    SameKey(#[from] SameKeyTwice),
    /// SQLite.
    #[error("{}: {source}", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The mark or the folder.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others were always faster.
    #[error("{} requests for {origin} came in between", ATTEMPTS_MAX)]
    Contended {
        /// Which log.
        origin: Origin,
    },
    /// It was stored and then not signed; asking again is safe.
    #[error("the checkpoint was stored and could not be signed")]
    Sign(#[from] SignError),
}

/// The database's name in the witness's folder.
pub const REGISTER_FILE: &str = "witness.db";

/// The mark's name in the witness's folder, where none is given.
pub const MARK_FILE: &str = "witness.mark";

/// Marks the file as a register: `cswt`.
const APPLICATION: i64 = 0x6373_7774;

/// The format of the database.
const FORMAT: i64 = 1;

/// How often a request starts again because another was faster: each time, another one got through.
const ATTEMPTS_MAX: usize = 64;

/// How long one waits for another process's transaction, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Forks kept of one log: the first shows all that is to be shown.
const FORKS_MAX: i64 = 64;

impl Register {
    /// Opens the register of a folder, made where there is neither it nor a mark. `mark` is where the mark lies:
    /// beside it where `None`.
    pub fn open(dir: &Path, mark: Option<&Path>, key: &VerifierKey) -> Result<Self, RegisterError> {
        let register = Self::unchecked(dir, mark, key, true)?;
        // The mark first: a process that signs in between raises both, the database before the mark.
        let made = register.mark.read();
        let (signed, copied) = register.read("SELECT signed, copied FROM witness", (), |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, bool>(1)?))
        })?;
        let (path, mark) = (register.path.clone(), register.mark.path().to_owned());
        if copied {
            return Err(RegisterError::Copied { path });
        }
        match made {
            Ok(Some(made)) if made > signed => {
                return Err(RegisterError::Older { path, mark, found: signed, made });
            }
            Ok(Some(_)) => {}
            Ok(None) if signed == 0 => register.raise(0)?,
            _ => return Err(RegisterError::NoMark { path, mark }),
        }
        Ok(register)
    }

    /// Whether a folder has a register.
    pub fn exists(dir: &Path) -> bool {
        dir.join(REGISTER_FILE).exists()
    }

    /// Opens it without asking whether it has gone back.
    fn unchecked(
        dir: &Path,
        mark: Option<&Path>,
        key: &VerifierKey,
        make: bool,
    ) -> Result<Self, RegisterError> {
        let path = dir.join(REGISTER_FILE);
        if !make && !path.exists() {
            return Err(RegisterError::Missing { path });
        }
        let mark = Mark::new(mark.map_or_else(|| dir.join(MARK_FILE), Path::to_owned));
        let failed = |source| RegisterError::Database { path: path.clone(), source };
        let mut connection = Connection::open(&path).map_err(failed)?;
        prepare(&mut connection, key).map_err(failed)?;
        let register = Self { connection: Mutex::new(connection), mark, path, key: key.clone() };
        let pragma = |name: &str| register.read(&format!("PRAGMA {name}"), (), |row| row.get::<_, i64>(0));
        if pragma("application_id")? != APPLICATION || pragma("user_version")? != FORMAT {
            return Err(RegisterError::Foreign { path: register.path.clone() });
        }
        let found = register.read("SELECT vkey FROM witness", (), |row| row.get::<_, String>(0))?;
        let expected = key.to_string();
        if found != expected {
            return Err(RegisterError::OtherKey { path: register.path.clone(), found, expected });
        }
        Ok(register)
    }

    /// Whose register it is.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Decides a request, and cosigns what is accepted: stored first, signed then. `now` never takes the time of a
    /// log's cosignatures back: where the clock has gone back, the time of the last one stands.
    pub fn witness(
        &self,
        request: &AddCheckpoint,
        signer: &dyn Signer,
        now: Timestamp,
    ) -> Result<Witnessed, RegisterError> {
        let checkpoint = request.checkpoint();
        let origin = checkpoint.checkpoint().origin();
        for _ in 0..ATTEMPTS_MAX {
            let known = self.known(origin)?;
            match request.decide(known.as_ref().map(|(keys, latest)| (keys, *latest))) {
                Err(refusal) => {
                    let alarm = match (refusal.fork(), &known) {
                        (Some(fork), Some((keys, _))) => self.keep(fork, &shortened(checkpoint, keys), now)?,
                        _ => None,
                    };
                    return Ok(Witnessed::Refused { refusal, alarm });
                }
                Ok(accepted) => {
                    let note = known.map_or_else(String::new, |(keys, _)| shortened(checkpoint, &keys));
                    if let Some((count, time)) = self.compare_and_set(&accepted, &note, now)? {
                        self.raise(count)?;
                        return Ok(Witnessed::Cosigned(accepted.cosign(signer, time)?));
                    }
                }
            }
        }
        Err(RegisterError::Contended { origin: origin.clone() })
    }

    /// The keys that are trusted for a log, and what was signed last; `None` where there are none.
    fn known(&self, origin: &Origin) -> Result<Option<(KeyRing, Latest)>, RegisterError> {
        let Some(log) = self.logs_where("WHERE log.origin = ?1", [origin.as_str()])?.pop() else {
            return Ok(None);
        };
        if log.keys.is_empty() {
            return Ok(None);
        }
        Ok(Some((KeyRing::new(log.keys)?, log.latest)))
    }

    /// Puts the new state in the place of the one that was decided upon; `None` where another came first. Also where
    /// size and root stay: so each cosignature follows a commit of its own, and what a process left unsynced when it was
    /// killed is durable before it is signed.
    fn compare_and_set(
        &self,
        accepted: &Accepted,
        note: &str,
        now: Timestamp,
    ) -> Result<Option<(u64, Timestamp)>, RegisterError> {
        let (before, after) = (accepted.before(), accepted.after());
        let (old_root, root) = (before.root(), after.root());
        self.write(|change| {
            let set = "UPDATE log SET size = ?4, root = ?5, note = ?6, signed = max(signed, ?7)
                 WHERE origin = ?1 AND size = ?2 AND root = ?3
                   AND EXISTS (SELECT 1 FROM log_key WHERE log_key.origin = log.origin)
                 RETURNING signed";
            let values = params![
                accepted.origin().as_str(),
                before.size().get(),
                old_root.as_bytes(),
                after.size().get(),
                root.as_bytes(),
                note,
                now.get(),
            ];
            let Some(time) = change.query_row(set, values, |row| row.get::<_, u64>(0)).optional()? else {
                return Ok(None);
            };
            let count = "UPDATE witness SET signed = signed + 1 RETURNING signed";
            let count = change.query_row(count, (), |row| row.get::<_, u64>(0))?;
            Ok(Some((count, Timestamp::new(time).unwrap_or(now))))
        })
    }

    /// Keeps both notes of a fork; gives them where they were not kept before.
    fn keep(
        &self,
        fork: &Fork,
        offered: &str,
        now: Timestamp,
    ) -> Result<Option<Box<Evidence>>, RegisterError> {
        let new = self.write(|change| {
            let insert = "INSERT OR IGNORE INTO fork (origin, size, offered, seen_note, offered_note, seen_at)
                SELECT origin, size, ?3, note, ?4, ?5 FROM log
                WHERE origin = ?1 AND size = ?2 AND note IS NOT NULL
                  AND (SELECT count(*) FROM fork WHERE fork.origin = ?1) < ?6";
            let values = params![
                fork.origin.as_str(),
                fork.size.get(),
                fork.offered.as_bytes(),
                offered,
                now.get(),
                FORKS_MAX
            ];
            change.execute(insert, values)
        })?;
        if new == 0 {
            return Ok(None);
        }
        let same = |evidence: &Evidence| evidence.fork == *fork;
        Ok(self.forks()?.into_iter().find(same).map(Box::new))
    }

    /// The checkpoint of a log that was cosigned last, with the log's signatures.
    pub fn cosigned_last(&self, origin: &Origin) -> Result<Option<SignedCheckpoint>, RegisterError> {
        let select = "SELECT note FROM log WHERE origin = ?1 AND note IS NOT NULL";
        let note = self.rows(select, [origin.as_str()], |row| row.get::<_, String>(0))?.pop();
        note.map(|text| SignedCheckpoint::read(text.as_bytes()))
            .transpose()
            .map_err(|error| self.damaged("the checkpoint cosigned last", &error))
    }

    /// The forks seen, the first first.
    pub fn forks(&self) -> Result<Vec<Evidence>, RegisterError> {
        let select = "SELECT seen_note, offered_note, seen_at FROM fork ORDER BY seen_at, origin, size, offered";
        let rows: Vec<(String, String, u64)> = self.rows(select, (), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let evidence = |(seen, offered, at): (String, String, u64)| {
            let note = |text: &str| {
                SignedCheckpoint::read(text.as_bytes()).map_err(|error| self.damaged("a fork's note", &error))
            };
            let (seen, offered) = (note(&seen)?, note(&offered)?);
            let checkpoint = seen.checkpoint();
            let fork = Fork {
                origin: checkpoint.origin().clone(),
                size: checkpoint.size(),
                seen: checkpoint.root(),
                offered: offered.checkpoint().root(),
            };
            let at = Timestamp::new(at).map_err(|error| self.damaged("a fork's time", &error))?;
            Ok(Evidence { fork, seen, offered, at })
        };
        rows.into_iter().map(evidence).collect()
    }

    fn raise(&self, count: u64) -> Result<(), RegisterError> {
        let path = self.mark.path().to_owned();
        self.mark.raise(count).map_err(|source| RegisterError::File { path, source })
    }

    fn damaged(&self, what: &str, error: &dyn std::error::Error) -> RegisterError {
        RegisterError::Damaged { path: self.path.clone(), what: format!("{what}: {error}") }
    }

    fn failed(&self, source: rusqlite::Error) -> RegisterError {
        RegisterError::Database { path: self.path.clone(), source }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut short was rolled back when it was dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One row.
    fn read<T>(
        &self,
        select: &str,
        values: impl rusqlite::Params,
        row: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, RegisterError> {
        self.connection().query_row(select, values, row).map_err(|source| self.failed(source))
    }

    /// All rows.
    fn rows<T>(
        &self,
        select: &str,
        values: impl rusqlite::Params,
        row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, RegisterError> {
        let connection = self.connection();
        let all = connection
            .prepare_cached(select)
            .and_then(|mut statement| statement.query_map(values, row)?.collect());
        all.map_err(|source| self.failed(source))
    }

    /// One transaction, which takes the write lock at once: done and durable, or not done.
    fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, RegisterError> {
        let mut connection = self.connection();
        let done = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = change(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        done().map_err(|source| self.failed(source))
    }
}

/// Sets how durable it is, and makes the tables where there are none.
fn prepare(connection: &mut Connection, key: &VerifierKey) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0))?;
    if tables == 0 {
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.execute("INSERT INTO witness (only_one, vkey) VALUES (1, ?1)", [key.to_string()])?;
    }
    transaction.commit()
}

/// The note with the log's own signatures alone: what others wrote below it is not kept.
fn shortened(checkpoint: &SignedCheckpoint, keys: &KeyRing) -> String {
    let note = checkpoint.note();
    let known = note.signatures().iter().filter(|line| keys.find(line.name(), line.id()).is_some());
    let lines: String = known.map(ToString::to_string).collect();
    format!("{}\n{lines}", note.text())
}

/// Numbers and bytes as they were stored.
fn latest(size: u64, root: [u8; 32]) -> Option<Latest> {
    Some(Latest::new(TreeSize::new(size).ok()?, Hash::new(root)))
}
