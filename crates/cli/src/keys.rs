//! Which keys sign: the key store and its passphrase.

use std::path::{Path, PathBuf};

use countersign_keys::{KeyName, KeyStore, Passphrase, SoftwareKey};
use countersign_signature::Certificate;

use crate::exit::Failure;
use crate::shell::Shell;

/// The folder of keys: as given, else $`COUNTERSIGN_KEYS`, else `countersign/keys` in the user's data folder.
pub(crate) fn folder(given: Option<&Path>) -> PathBuf {
    if let Some(given) = given {
        return given.to_owned();
    }
    if let Some(keys) = Shell::variable("COUNTERSIGN_KEYS") {
        return keys.into();
    }
    let data = Shell::variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(Shell::variable("HOME")?).join(".local/share")));
    data.unwrap_or_default().join("countersign/keys")
}

/// The passphrase of keys, from the environment.
pub(crate) fn passphrase() -> Result<Option<Passphrase>, Failure> {
    Shell::variable("COUNTERSIGN_PASSPHRASE")
        .map(|text| {
            Passphrase::new(text).map_err(|error| Failure::usage(format!("COUNTERSIGN_PASSPHRASE: {error}")))
        })
        .transpose()
}

/// The certificates that one's own keys hang on: authorities of the key folder, and those that vouch for themselves.
pub(crate) fn authorities(given: Option<&Path>) -> Result<Vec<Certificate>, Failure> {
    let folder = folder(given);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = KeyStore::open(folder).and_then(|store| store.list());
    let entries = entries.map_err(|error| Failure::usage(error.to_string()))?;
    let certificates = entries.into_iter().filter_map(|entry| entry.certificate.ok());
    Ok(certificates.filter(Certificate::is_self_issued).collect())
}

/// Opens a key to sign with.
pub(crate) fn signer(name: &str, given: Option<&Path>) -> Result<SoftwareKey, Failure> {
    let store = KeyStore::open(folder(given)).map_err(|error| Failure::usage(error.to_string()))?;
    let key = KeyName::new(name).map_err(|error| Failure::usage(error.to_string()))?;
    store.signer(&key, passphrase()?.as_ref()).map_err(|error| {
        Failure::usage(error.to_string())
            .help("`countersign key list` shows the keys there are; `key new` makes one")
    })
}
