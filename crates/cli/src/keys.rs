//! Which keys sign: every verb names a key in one way.
//!
//! `--key NAME` is a key in the folder of keys, `--key FILE.p12` one in a PKCS#12 file, `--key pkcs11:token=…;object=…` one
//! on a device (RFC 7512). Secrets come from the environment, or from the terminal where somebody sits at it; never from
//! the command line, which other users of the machine can read.

use std::path::{Path, PathBuf};

use countersign_keys::device::{DeviceError, KeyUri, Module, PinRequest, PinState};
use countersign_keys::{
    KeyError, KeyName, KeyStore, KeyStoreError, NoteKeyError, PKCS12_MAX, Passphrase, Pkcs12Error,
    SoftwareKey,
};
use countersign_signature::{Certificate, Signer};

use crate::exit::Failure;
use crate::home::{self, Home};
use crate::shell::Shell;

/// The folder of keys: as given, else $`COUNTERSIGN_KEYS`, else the home's, else `countersign/keys` in the user's data
/// folder.
pub(crate) fn folder(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if let Some(keys) = Shell::variable("COUNTERSIGN_KEYS") {
        return Ok(keys.into());
    }
    Ok(match Home::find()? {
        Some(home) => home.path(home::KEYS),
        None => data_folder().join("keys"),
    })
}

/// `countersign` in the user's data folder.
pub(crate) fn data_folder() -> PathBuf {
    let data = Shell::variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(Shell::variable("HOME")?).join(".local/share")));
    data.unwrap_or_default().join("countersign")
}

/// The store of keys.
pub(crate) fn store(given: Option<&Path>) -> Result<KeyStore, Failure> {
    KeyStore::open(folder(given)?).map_err(failure)
}

/// The passphrase of keys, from the environment.
pub(crate) fn passphrase() -> Result<Option<Passphrase>, Failure> {
    from_environment("COUNTERSIGN_PASSPHRASE")
}

fn from_environment(variable: &str) -> Result<Option<Passphrase>, Failure> {
    Shell::variable(variable)
        .map(|text| Passphrase::new(text).map_err(|error| Failure::usage(format!("{variable}: {error}"))))
        .transpose()
}

/// What a person types; nothing typed is nothing.
fn from_terminal(prompt: &str) -> Option<Passphrase> {
    Shell::secret(prompt).and_then(|mut text| Passphrase::new(std::mem::take(&mut *text)).ok())
}

/// The passphrase of a PKCS#12 file: from the environment, else from the terminal.
pub(crate) fn pkcs12_passphrase(prompt: &str) -> Result<Option<Passphrase>, Failure> {
    Ok(from_environment("COUNTERSIGN_P12_PASSPHRASE")?.or_else(|| from_terminal(prompt)))
}

/// Opens something of the store, asking for the passphrase at the terminal where one is needed and none is set.
pub(crate) fn unlocked<T>(
    name: &KeyName,
    open: impl Fn(Option<&Passphrase>) -> Result<T, KeyStoreError>,
) -> Result<T, KeyStoreError> {
    let set = passphrase().ok().flatten();
    match open(set.as_ref()) {
        Err(KeyStoreError::Key { fault: KeyError::PassphraseNeeded, name: at_fault }) => {
            match from_terminal(&format!("Passphrase of the key {name}")) {
                Some(typed) => open(Some(&typed)),
                None => Err(KeyStoreError::Key { fault: KeyError::PassphraseNeeded, name: at_fault }),
            }
        }
        other => other,
    }
}

/// Opens a key of notes with the passphrase that is set, or else with one typed.
pub(crate) fn with_passphrase<T>(
    prompt: &str,
    open: impl Fn(Option<&Passphrase>) -> Result<T, NoteKeyError>,
) -> Result<T, NoteKeyError> {
    let set = passphrase().ok().flatten();
    match open(set.as_ref()) {
        Err(NoteKeyError::Key { fault: KeyError::PassphraseNeeded, path }) => match from_terminal(prompt) {
            Some(typed) => open(Some(&typed)),
            None => Err(NoteKeyError::Key { fault: KeyError::PassphraseNeeded, path }),
        },
        other => other,
    }
}

/// The certificates that one's own keys hang on: authorities of the key folder, and those that vouch for themselves.
pub(crate) fn authorities(given: Option<&Path>) -> Result<Vec<Certificate>, Failure> {
    let folder = folder(given)?;
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = KeyStore::open(folder).and_then(|store| store.list()).map_err(failure)?;
    let certificates = entries.into_iter().filter_map(|entry| entry.certificate.ok());
    Ok(certificates.filter(Certificate::is_self_issued).collect())
}

/// Opens a key to sign with, wherever it is.
pub(crate) fn signer(key: &str, keys: Option<&Path>) -> Result<Box<dyn Signer>, Failure> {
    if KeyUri::is_meant(key) {
        let uri: KeyUri = key.parse().map_err(|error| Failure::usage(format!("{error}")))?;
        let key = module(&uri, None)?.key(&uri, &mut pin).map_err(device_failure)?;
        return Ok(Box::new(key));
    }
    if is_pkcs12(key) {
        return Ok(Box::new(read_pkcs12(Path::new(key))?));
    }
    passphrase()?;
    let name = KeyName::new(key).map_err(|error| {
        Failure::usage(error.to_string())
            .help("--key takes a key's name, a file that ends in .p12 or .pfx, or pkcs11:token=…;object=…")
    })?;
    let store = store(keys)?;
    Ok(Box::new(unlocked(&name, |passphrase| store.signer(&name, passphrase)).map_err(failure)?))
}

fn is_pkcs12(key: &str) -> bool {
    let ending = Path::new(key).extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "p12" || ending == "pfx")
}

/// Reads the key of a PKCS#12 file.
pub(crate) fn read_pkcs12(path: &Path) -> Result<SoftwareKey, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > PKCS12_MAX as u64 {
        return Err(Failure::usage(format!(
            "{}: {size} bytes; at most {PKCS12_MAX} are read",
            path.display()
        )));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let passphrase = pkcs12_passphrase(&format!("Passphrase of {}", path.display()))?;
    SoftwareKey::from_pkcs12(&bytes, passphrase.as_ref()).map_err(|error| {
        let failure = Failure::usage(format!("{}: {error}", path.display()));
        match error {
            Pkcs12Error::WrongPassphrase => {
                failure.help("COUNTERSIGN_P12_PASSPHRASE holds the passphrase of PKCS#12 files")
            }
            _ => failure,
        }
    })
}

/// Loads a device's library: as the URI says, as the flag says, else $`COUNTERSIGN_PKCS11_MODULE`.
pub(crate) fn module(uri: &KeyUri, given: Option<&Path>) -> Result<Module, Failure> {
    let path = uri.module.clone().or_else(|| given.map(Path::to_owned));
    let path = path.or_else(|| Shell::variable("COUNTERSIGN_PKCS11_MODULE").map(PathBuf::from));
    let path = path.ok_or_else(|| {
        Failure::usage("which library reaches the device is not said").help(
            "set COUNTERSIGN_PKCS11_MODULE to the library's path, or add ?module-path=… to the URI; \
             its maker's documentation names it",
        )
    })?;
    Module::load(&path).map_err(device_failure)
}

/// A token's PIN: from the environment, else from the terminal. Where one wrong PIN would lock the token, the terminal
/// alone is asked: what lies in the environment may be stale.
pub(crate) fn pin(request: &PinRequest<'_>) -> Option<Passphrase> {
    let set = Shell::variable("COUNTERSIGN_PIN").and_then(|pin| Passphrase::new(pin).ok());
    match request.state {
        PinState::FinalTry => from_terminal(&format!("PIN of {}{}", request.token, request.state)),
        state => set.or_else(|| from_terminal(&format!("PIN of {}{state}", request.token))),
    }
}

/// What to do about a store's fault.
pub(crate) fn failure(error: KeyStoreError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        KeyStoreError::Key { fault: KeyError::PassphraseNeeded | KeyError::WrongPassphrase, .. } => {
            failure.help("COUNTERSIGN_PASSPHRASE holds the passphrase")
        }
        KeyStoreError::Unknown { .. } => {
            failure.help("`countersign key list` shows the keys there are; `countersign key new` makes one")
        }
        _ => failure,
    }
}

/// What to do about a device's fault.
pub(crate) fn device_failure(error: DeviceError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        DeviceError::NoPin { .. } => failure.help("COUNTERSIGN_PIN holds the PIN, or sit at a terminal"),
        DeviceError::WrongPin { .. } => failure.help("it was tried once and is not tried again by itself"),
        DeviceError::NoToken { .. } | DeviceError::SeveralTokens { .. } => {
            failure.help("`countersign key device list` shows the tokens there are")
        }
        DeviceError::NoKey { .. } | DeviceError::SeveralKeys { .. } => {
            failure.help("`countersign key device list pkcs11:token=…` shows the keys on a token")
        }
        DeviceError::NoCertificate { .. } => {
            failure.help("put its certificate on the token with the key's id, as its issuer describes")
        }
        _ => failure,
    }
}
