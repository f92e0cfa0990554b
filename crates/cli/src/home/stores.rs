//! A home's database and folders, open.

use std::path::Path;
use std::sync::Arc;

use countersign_peer::witness::circle::Circle;
use countersign_peer::witness::client::Patience;
use countersign_store::directory::Directory;
use countersign_store::ledger::{Elsewhere, Ledger as _};
use countersign_store::objects::Objects;
use countersign_store::seal::RememberingSeal;
use countersign_store::sealed::{Cipher, Clear, Key, SealedObjects, file};
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::witnesses::Witnesses;
use countersign_store::writer::{Parts, Writer};
use countersign_tlog::note::Signer as _;
use zeroize::Zeroizing;

use super::{Config, DATABASE, DOCUMENTS, Home, KEYS, RECORD, fault};
use crate::exit::Failure;
use crate::input;
use crate::shell::Shell;

/// The key that encrypts acts and documents at rest, where they are: among the keys.
pub(super) const REST: &str = "rest.key";

/// The size and root that the seal signed last.
const LAST: &str = "seal.last";

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
        let documents: Arc<dyn Objects> = if self.config.encrypted {
            Arc::new(SealedObjects::new(documents, cipher))
        } else {
            Arc::new(documents)
        };
        let record = Directory::open(&self.path(RECORD)).map_err(fault::objects)?;
        Ok(Stores { store: Arc::new(store), documents, record: Arc::new(record) })
    }

    /// The writer of the record; only with the lock in hand.
    pub(crate) fn writer(&self, stores: &Stores) -> Result<Writer, Failure> {
        Writer::open(self.parts(stores)?).map_err(fault::write)
    }

    /// What the writer is made of. The seal remembers what it signed, apart from the database.
    pub(crate) fn parts(&self, stores: &Stores) -> Result<Parts, Failure> {
        let seal = RememberingSeal::open(self.seal()?, &self.path(KEYS).join(LAST))
            .map_err(|error| Failure::usage(fault::told(&error)))?;
        let last = seal.last().map_err(|error| Failure::usage(fault::told(&error)))?;
        // What was sequenced and signed and then cut short is signed again, to the same bytes; more than that is elsewhere.
        let sequenced = stores.store.head().map_err(fault::ledger)?.sequenced;
        if let Some(last) = last.filter(|last| last.size > sequenced) {
            stores.store.hear(Elsewhere::Signed(last.size)).map_err(fault::ledger)?;
        }
        let witnesses: Arc<dyn Witnesses> = match &self.present {
            Some(present) => present.clone(),
            // What each witness said comes back with what was published; what shows an alarm is kept here.
            None => {
                let alarms = self.alarms.clone();
                let keep = move |asked: &_| alarms.keep(asked);
                let circle = Circle::new(self.witnesses()?, seal.key(), Patience::default(), keep);
                Arc::new(circle.map_err(|error| Failure::usage(fault::told(&error)))?)
            }
        };
        Ok(Parts {
            ledger: stores.store.clone(),
            objects: stores.record.clone(),
            seal: Arc::new(seal),
            witnesses,
        })
    }

    /// How the database is opened.
    pub(crate) fn access(&self) -> Result<Access, Failure> {
        access(&self.dir, &self.config)
    }
}

/// How the database of a home is opened, with the keys in its folder.
pub(crate) fn access(dir: &Path, config: &Config) -> Result<Access, Failure> {
    Ok(Access { cipher: cipher(&dir.join(KEYS), config.encrypted)?, ..Access::default() })
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
