//! Keys of notes (C2SP signed-note): a log's seal, a witness's key. Ed25519, with a name and what it signs.
//!
//! ```text
//! DIR/NAME.note.pem   PKCS#8 (RFC 5958), mode 0600; encrypted where a passphrase was given
//! DIR/NAME.vkey       the verifier key, one line: what others are given
//! ```

use crate::file::{self, Access};
use crate::kind::Kind;
use crate::name::KeyName;
use crate::private::{KeyError, Passphrase, PrivateKey};
use countersign_tlog::note::{self, BadKey, ED25519_LENGTH, Refused, SignatureType, VerifierKey};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An Ed25519 key that signs notes or checkpoints under a name. Wiped when dropped.
pub struct NoteKey {
    private: PrivateKey,
    verifier: VerifierKey,
}

/// Why a key of notes was not made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteKeyError {
    /// Nothing is ever written over.
    #[error("{} is there already", .path.display())]
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// Not made yet.
    #[error("there is no key {}", .path.display())]
    Missing {
        /// The file that isn't there.
        path: PathBuf,
    },
    /// The private key lies alone.
    #[error("{} is missing: the making of this key was cut short; remove the .note.pem beside it and make it again", .path.display())]
    NoVerifier {
        /// The file that isn't there.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{} can't be used ({kind})", .path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The private key.
    #[error("{}: {fault}", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: KeyError,
    },
    /// A key of another kind.
    #[error("{} is no Ed25519 key", .path.display())]
    NotEd25519 {
        /// The file.
        path: PathBuf,
    },
    /// The verifier key.
    #[error("{}: {fault}", .path.display())]
    Verifier {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: BadKey,
    },
    /// Private and verifier key are not one another's.
    #[error("{} is not the key that {} belongs to", .private.display(), .verifier.display())]
    Mismatch {
        /// The private key's file.
        private: PathBuf,
        /// The verifier key's file.
        verifier: PathBuf,
    },
}

impl NoteKey {
    /// Draws a key and writes its two files. `named` makes the name on its signatures out of the public key.
    pub fn create(
        dir: &Path,
        file: &KeyName,
        signs: SignatureType,
        named: impl FnOnce(&[u8; 32]) -> note::KeyName,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, NoteKeyError> {
        let (private_path, verifier_path) = paths(dir, file);
        let at_private = |fault| NoteKeyError::Key { path: private_path.clone(), fault };
        let private = PrivateKey::generate_kind(Kind::Ed25519).map_err(at_private)?;
        let public = private.ed25519().ok_or_else(|| at_private(KeyError::NotWritable))?;
        let verifier = VerifierKey::new(named(&public), signs, &public)
            .map_err(|fault| NoteKeyError::Verifier { path: verifier_path.clone(), fault })?;
        let pem = private.to_pem(passphrase).map_err(at_private)?;
        file::create_dir(dir).map_err(|error| failed(dir, &error))?;
        file::create(&private_path, pem.as_bytes(), Access::Owner)
            .map_err(|error| failed(&private_path, &error))?;
        file::create(&verifier_path, format!("{verifier}\n").as_bytes(), Access::Everyone)
            .map_err(|error| failed(&verifier_path, &error))?;
        file::sync_dir(dir);
        Ok(Self { private, verifier })
    }

    /// Opens a key that was made before.
    pub fn open(dir: &Path, file: &KeyName, passphrase: Option<&Passphrase>) -> Result<Self, NoteKeyError> {
        let (private_path, verifier_path) = paths(dir, file);
        let pem = file::read(&private_path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => NoteKeyError::Missing { path: private_path.clone() },
            _ => failed(&private_path, &error),
        })?;
        let private = PrivateKey::from_pem(&pem, passphrase)
            .map_err(|fault| NoteKeyError::Key { path: private_path.clone(), fault })?;
        let verifier = file::read(&verifier_path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => NoteKeyError::NoVerifier { path: verifier_path.clone() },
            _ => failed(&verifier_path, &error),
        })?;
        let verifier: VerifierKey = verifier
            .trim_end()
            .parse()
            .map_err(|fault| NoteKeyError::Verifier { path: verifier_path.clone(), fault })?;
        let public =
            private.ed25519().ok_or_else(|| NoteKeyError::NotEd25519 { path: private_path.clone() })?;
        if *verifier.public_key() != public {
            return Err(NoteKeyError::Mismatch { private: private_path, verifier: verifier_path });
        }
        Ok(Self { private, verifier })
    }

    /// Where a key's private and verifier halves lie.
    pub fn files(dir: &Path, file: &KeyName) -> (PathBuf, PathBuf) {
        paths(dir, file)
    }
}

impl note::Signer for NoteKey {
    fn key(&self) -> &VerifierKey {
        &self.verifier
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
        let signature = self.private.sign(message).map_err(|error| Refused { reason: error.to_string() })?;
        let length = signature.len();
        signature.try_into().map_err(|_| Refused { reason: format!("a signature of {length} bytes") })
    }
}

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteKey({}, …)", self.verifier)
    }
}

fn paths(dir: &Path, file: &KeyName) -> (PathBuf, PathBuf) {
    (dir.join(format!("{file}.note.pem")), dir.join(format!("{file}.vkey")))
}

fn failed(path: &Path, error: &io::Error) -> NoteKeyError {
    let (path, kind) = (path.to_owned(), error.kind());
    match kind {
        io::ErrorKind::AlreadyExists => NoteKeyError::Exists { path },
        _ => NoteKeyError::File { path, kind },
    }
}
