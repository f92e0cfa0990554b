//! The seal: the Ed25519 key that signs the record's checkpoints, kept beside the other keys. Its name is the origin.

use std::path::Path;

use countersign_keys::{KeyName, NoteKey, NoteKeyError, Passphrase};
use countersign_notation::digest::sha256;
use countersign_tlog::note::{self, SignatureType, Signer as _, VerifierKey};

use crate::exit::Failure;
use crate::input;

/// What the seal's files are called among the keys.
const NAME: &str = "seal";

/// Makes the seal. Where no name is given the origin follows from the key: unlike any other, and it tells nothing.
pub(super) fn create(
    keys: &Path,
    origin: Option<&note::KeyName>,
    passphrase: Option<&Passphrase>,
) -> Result<NoteKey, Failure> {
    let short = |public: &[u8; 32]| sha256(public).hex().chars().take(16).collect::<String>();
    let named = |public: &[u8; 32]| match origin {
        Some(origin) => origin.clone(),
        #[expect(clippy::expect_used, reason = "letters, digits and a hyphen")]
        None => note::KeyName::new(&format!("record-{}", short(public))).expect("a key's name"),
    };
    NoteKey::create(keys, &name()?, SignatureType::Ed25519, named, passphrase).map_err(failure)
}

/// Opens the seal; its passphrase is asked for where it has one and none is set.
pub(super) fn open(keys: &Path) -> Result<NoteKey, Failure> {
    let name = name()?;
    let opened = crate::keys::with_passphrase("Passphrase of the record's seal", |passphrase| {
        NoteKey::open(keys, &name, passphrase)
    });
    opened.map_err(failure)
}

/// What verifies the record, without opening the seal.
pub(super) fn verifier(keys: &Path) -> Result<VerifierKey, Failure> {
    let (_, path) = NoteKey::files(keys, &name()?);
    let text = String::from_utf8_lossy(&input::read(&path)?).into_owned();
    text.trim_end().parse().map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Refuses a seal of another record than the home's.
pub(super) fn expect(seal: &NoteKey, origin: &str) -> Result<(), Failure> {
    let found = seal.key().name().as_str();
    if found == origin {
        return Ok(());
    }
    Err(Failure::usage(format!("the seal is that of {found}, the home's record is {origin}"))
        .help("put the seal's own files back into keys/, from a backup of the home"))
}

fn name() -> Result<KeyName, Failure> {
    KeyName::new(NAME).map_err(|error| Failure::usage(error.to_string()))
}

fn failure(error: NoteKeyError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        NoteKeyError::Key { .. } => failure.help("COUNTERSIGN_PASSPHRASE holds the passphrase"),
        NoteKeyError::Missing { .. } | NoteKeyError::NoVerifier { .. } => {
            failure.help("put the seal's files back into keys/, from a backup of the home: no other key signs for this record")
        }
        _ => failure,
    }
}
