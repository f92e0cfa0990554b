//! A home's database and folders, open.

use std::path::Path;
use std::sync::Arc;

use countersign_peer::witness::circle::Circle;
use countersign_peer::witness::client::Patience;
use countersign_store::directory::Directory;
use countersign_store::objects::Objects;
use countersign_store::sealed::{Cipher, Clear, Key, SealedObjects, file};
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::writer::{Parts, Writer};
use countersign_tlog::note::Signer as _;
use zeroize::Zeroizing;

use super::{DATABASE, DOCUMENTS, Home, KEYS, RECORD, fault};
use crate::exit::Failure;
use crate::input;
use crate::shell::Shell;

/// The key that encrypts acts and documents at rest, where they are: among the keys.
pub(super) const REST: &str = "rest.key";

/// What a home keeps, open.
pub(crate) struct Stores {
    /// Ledger, dossiers, evidence.
    pub(crate) store: Arc<Sqlite>,
    /// Documents by their SHA-256.
    pub(crate) documents: Arc<dyn Objects>,
    /// The log's files.
    pub(crate) record: Arc<dyn Objects>,
}

impl Home {
    /// Opens database and folders.
    pub(crate) fn stores(&self) -> Result<Stores, Failure> {
        let cipher = cipher(&self.path(KEYS), self.config.encrypted)?;
        let access = Access { cipher: cipher.clone(), ..Access::default() };
        let store = Sqlite::open(&self.path(DATABASE), &access).map_err(fault::ledger)?;
        let documents = Directory::open(&self.path(DOCUMENTS)).map_err(fault::objects)?;
        let documents: Arc<dyn Objects> = match self.config.encrypted {
            true => Arc::new(SealedObjects::new(documents, cipher)),
            false => Arc::new(documents),
        };
        let record = Directory::open(&self.path(RECORD)).map_err(fault::objects)?;
        Ok(Stores { store: Arc::new(store), documents, record: Arc::new(record) })
    }

    /// The writer of the record; only with the lock in hand.
    pub(crate) fn writer(&self, stores: &Stores) -> Result<Writer, Failure> {
        let seal = self.seal()?;
        let policy = self.witnesses()?;
        // What each witness said comes back with what was published; what shows an alarm is kept here.
        let alarms = self.alarms.clone();
        let circle = Circle::new(policy, seal.key(), Patience::default(), move |asked| alarms.keep(asked))
            .map_err(|error| Failure::usage(fault::told(&error)))?;
        let parts = Parts {
            ledger: stores.store.clone(),
            objects: stores.record.clone(),
            seal: Arc::new(seal),
            witnesses: Arc::new(circle),
        };
        Writer::open(parts).map_err(fault::write)
    }
}

/// What encrypts at rest, if anything does.
fn cipher(keys: &Path, encrypted: bool) -> Result<Arc<dyn Cipher>, Failure> {
    if !encrypted {
        return Ok(Arc::new(Clear));
    }
    let path = keys.join(REST);
    let bytes = input::read(&path)?;
    let set = Shell::variable("COUNTERSIGN_PASSPHRASE").filter(|set| !set.is_empty()).map(Zeroizing::new);
    let passphrase = match set {
        None if file::is_protected(&bytes) => Shell::secret("Passphrase of the home"),
        set => set,
    };
    let key: Key =
        file::read(&bytes, passphrase.as_ref().map(|passphrase| passphrase.as_str())).map_err(|error| {
            Failure::usage(format!("{}: {}", path.display(), fault::told(&error)))
                .help("COUNTERSIGN_PASSPHRASE holds the passphrase")
        })?;
    Ok(Arc::new(key))
}
