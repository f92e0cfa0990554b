//! Making a home: everything or nothing, and never over another.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_authority::model::name::PartyId;
use countersign_keys::{NoteKey, Passphrase};
use countersign_store::directory::Directory;
use countersign_store::ledger::Tree;
use countersign_store::objects::Objects as _;
use countersign_store::sealed::{Cipher, Clear, Key, file};
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::writer::CHECKPOINT;
use countersign_tlog::checkpoint::{Checkpoint, Origin};
use countersign_tlog::note::{self, Signer as _, VerifierKey};

use super::{CONFIG, Config, DATABASE, DOCUMENTS, KEYS, LOCK, RECORD, WITNESSES, fault, seal, stores};
use crate::exit::Failure;
use crate::{input, keys};

/// What is asked for.
pub(crate) struct New {
    pub(crate) dir: PathBuf,
    pub(crate) parties: Vec<PartyId>,
    pub(crate) origin: Option<note::KeyName>,
    /// `witnesses.policy`.
    pub(crate) witnesses: String,
    pub(crate) encrypted: bool,
}

/// What was made.
pub(crate) struct Made {
    pub(crate) origin: Origin,
    pub(crate) verifier: VerifierKey,
}

/// Makes a home. `house` adds what else lies among its keys, before the home is there.
pub(crate) fn create(new: &New, house: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<Made, Failure> {
    let dir = &new.dir;
    for name in [CONFIG, DATABASE, RECORD, DOCUMENTS, KEYS, WITNESSES, LOCK] {
        let path = dir.join(name);
        if path.symlink_metadata().is_ok() {
            let what = if name == CONFIG { "a home already" } else { "in the way" };
            return Err(Failure::usage(format!("{}: {what}", path.display()))
                .help("name another folder; nothing is ever written over"));
        }
    }
    let passphrase = keys::passphrase()?;
    if new.encrypted && passphrase.is_none() {
        return Err(Failure::usage("--encrypt: no passphrase is set")
            .help("set COUNTERSIGN_PASSPHRASE: a key that lies open beside what it encrypts keeps nothing"));
    }
    let existed = dir.is_dir();
    std::fs::create_dir_all(dir).map_err(|error| Failure::File { path: dir.clone(), error })?;
    let made = fill(new, passphrase.as_ref(), house);
    if made.is_err() {
        // All of it is ours and just made.
        for name in [DATABASE, "countersign.db-wal", "countersign.db-shm", WITNESSES, LOCK] {
            let _ = std::fs::remove_file(dir.join(name));
        }
        for name in [RECORD, DOCUMENTS, KEYS] {
            let _ = std::fs::remove_dir_all(dir.join(name));
        }
        if !existed {
            let _ = std::fs::remove_dir(dir);
        }
    }
    made
}

fn fill(
    new: &New,
    passphrase: Option<&Passphrase>,
    house: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<Made, Failure> {
    let keys = new.dir.join(KEYS);
    let seal = seal::create(&keys, new.origin.as_ref(), passphrase)?;
    let origin =
        Origin::new(seal.key().name().as_str()).map_err(|error| Failure::usage(error.to_string()))?;
    house(&keys)?;
    let cipher: Arc<dyn Cipher> = if new.encrypted { Arc::new(rest(&keys)?) } else { Arc::new(Clear) };
    let access = Access { cipher, ..Access::default() };
    Sqlite::create(&new.dir.join(DATABASE), &access).map_err(fault::ledger)?;
    Directory::make(&new.dir.join(DOCUMENTS)).map_err(fault::objects)?;
    let record = Directory::make(&new.dir.join(RECORD)).map_err(fault::objects)?;
    publish_nothing(&record, &origin, &seal)?;
    input::create(&new.dir.join(WITNESSES), new.witnesses.as_bytes())?;
    let config = Config { origin: origin.clone(), parties: new.parties.clone(), encrypted: new.encrypted };
    // Last: from now on it is a home.
    input::create(&new.dir.join(CONFIG), config.to_toml()?.as_bytes())?;
    Ok(Made { origin, verifier: seal.key().clone() })
}

/// The checkpoint of the empty tree: witnesses and mirrors can follow from the start.
fn publish_nothing(record: &Directory, origin: &Origin, seal: &NoteKey) -> Result<(), Failure> {
    let empty = Checkpoint::new(origin.clone(), Tree::EMPTY.size, Tree::EMPTY.root);
    let signed = empty.sign(seal).map_err(|error| Failure::usage(fault::told(&error)))?;
    record.replace(CHECKPOINT, None, signed.to_string().as_bytes()).map_err(fault::objects)?;
    Ok(())
}

/// Draws the key that encrypts at rest, and keeps it under the passphrase.
fn rest(keys: &Path) -> Result<Key, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::usage(fault::told(error));
    let key = Key::random().map_err(|error| failed(&error))?;
    let passphrase = crate::shell::Shell::variable("COUNTERSIGN_PASSPHRASE").unwrap_or_default();
    let file = file::write_protected(&key, &passphrase, file::Work::USUAL).map_err(|error| failed(&error))?;
    input::create(&keys.join(stores::REST), &file)?;
    Ok(key)
}
