//! A home: the folder in which one organisation keeps its record, its dossiers and its seal.
//!
//! ```text
//! home.toml           origin, parties, options: what `init` wrote
//! countersign.db      ledger, dossiers, what belongs to them (SQLite)
//! record/             the log as any static file server can publish it (C2SP tlog-tiles)
//! documents/          documents, maps, certificates …, each under its SHA-256
//! keys/               the house CA, and the seal: the record's Ed25519 key
//! witnesses.policy    who witnesses the record, and how many it takes (C2SP tlog-policy)
//! countersign.lock    held by the process that writes
//! alarms/             what witnesses said against the record
//! ```
//! It is found by `--home DIR`, else `$COUNTERSIGN_HOME`, else the current folder where it holds a `home.toml`.

mod alarms;
mod config;
mod create;
mod fault;
mod lock;
mod seal;
mod stores;

pub(crate) use alarms::Alarms;
pub(crate) use config::Config;
pub(crate) use create::{New, create};
pub(crate) use fault::{ledger, objects, told, write};
pub(crate) use lock::Lock;
pub(crate) use stores::{Stores, access};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_keys::NoteKey;
use countersign_store::witnesses::Witnesses;
use countersign_tlog::note::VerifierKey;
use countersign_tlog::policy::Policy;

use crate::exit::Failure;
use crate::input;
use crate::shell::Shell;

/// What `init` wrote.
pub(crate) const CONFIG: &str = "home.toml";
/// The database.
pub(crate) const DATABASE: &str = "countersign.db";
/// The log's files.
pub(crate) const RECORD: &str = "record";
/// What is kept under its digest.
pub(crate) const DOCUMENTS: &str = "documents";
/// Keys.
pub(crate) const KEYS: &str = "keys";
/// Who witnesses.
pub(crate) const WITNESSES: &str = "witnesses.policy";
/// What witnesses said against the record.
pub(crate) const ALARMS: &str = "alarms";
/// Held by the process that writes.
pub(crate) const LOCK: &str = "countersign.lock";

/// A home that is there.
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
    pub(crate) alarms: Alarms,
    /// Witnesses in this very process, in the place of those that are reached over HTTP.
    present: Option<Arc<dyn Witnesses>>,
}

impl Home {
    /// The home of this command, if there is one. One that is named must be there.
    pub(crate) fn find() -> Result<Option<Self>, Failure> {
        if let Some(dir) = Shell::home() {
            return Self::open(dir, "--home").map(Some);
        }
        if let Some(dir) = Shell::variable("COUNTERSIGN_HOME").filter(|dir| !dir.is_empty()) {
            return Self::open(Path::new(&dir), "COUNTERSIGN_HOME").map(Some);
        }
        let here = Path::new(".");
        if here.join(CONFIG).is_file() { Self::open(here, ".").map(Some) } else { Ok(None) }
    }

    /// The home of this command, which can't do without.
    pub(crate) fn needed() -> Result<Self, Failure> {
        Self::find()?.ok_or_else(|| {
            Failure::usage("there is no home here").help(
                "`countersign init` makes one; --home DIR or COUNTERSIGN_HOME says where one is, else it is the current folder",
            )
        })
    }

    fn open(dir: &Path, named_by: &str) -> Result<Self, Failure> {
        let path = dir.join(CONFIG);
        if !path.exists() {
            return Err(Failure::usage(format!(
                "{named_by}: {} is no home: it has no {CONFIG}",
                dir.display()
            ))
            .help(format!("`countersign init {}` makes one", dir.display())));
        }
        let config = Config::read(&path, &input::read(&path)?)?;
        Ok(Self { dir: dir.to_owned(), config, alarms: Alarms::new(dir.join(ALARMS)), present: None })
    }

    /// The home in a folder.
    pub(crate) fn at(dir: &Path) -> Result<Self, Failure> {
        Self::open(dir, "the folder")
    }

    /// The same home, asking witnesses that are in this process.
    pub(crate) fn witnessed_by(self, witnesses: Arc<dyn Witnesses>) -> Self {
        Self { present: Some(witnesses), ..self }
    }

    /// A file or folder of the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The record's seal, asking for the passphrase where it has one.
    pub(crate) fn seal(&self) -> Result<NoteKey, Failure> {
        let seal = seal::open(&self.path(KEYS))?;
        seal::expect(&seal, self.config.origin.as_str())?;
        Ok(seal)
    }

    /// What verifies the record: the key to give to others.
    pub(crate) fn verifier(&self) -> Result<VerifierKey, Failure> {
        seal::verifier(&self.path(KEYS))
    }

    /// Who witnesses the record.
    pub(crate) fn witnesses(&self) -> Result<Policy, Failure> {
        let path = self.path(WITNESSES);
        let bytes = input::read(&path)?;
        Policy::read(&bytes).map_err(|error| {
            Failure::usage(format!("{}: {}", path.display(), told(&error)))
                .help("a C2SP tlog-policy: lines `witness NAME VKEY URL`, `group …`, `quorum NAME|none`")
        })
    }

    /// The right to write, waited for.
    pub(crate) fn lock(&self) -> Result<Lock, Failure> {
        Lock::wait(&self.path(LOCK))
    }
}
