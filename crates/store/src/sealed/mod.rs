//! Encryption at rest, an option of a home: acts and documents are sealed under the home's key before they reach a disk.
//!
//! ```text
//! sealed value  version (1) ‖ key id (8) ‖ nonce (24) ‖ ciphertext ‖ tag (16)     XChaCha20-Poly1305
//! bound to it   version ‖ key id ‖ context                                        the associated data
//! name          HMAC-SHA256(context ‖ 0 ‖ name)                                   where a name is looked up
//! subkeys       HKDF-SHA256(home's key): of sealing, of names, the key's id
//! ```
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, RFC 8439) and not AES-256-GCM-SIV (RFC 8452): its nonces are long enough to
//! be drawn at random without counting how many were, it runs in constant time on machines without instructions for AES, and
//! the file of a passphrase ([`file`]) needs the same cipher, so one implementation does.
//!
//! **What it keeps from whoever takes the disk**: the acts, their signatures and salts, who and which dossier, documents and
//! their names. **What it doesn't**: how many there are and how long each is; the record's own folder, whose entries are
//! commitments and which is made to be published; that a value was put back to an older one of the same place.

use std::sync::Arc;

mod age;
pub mod file;
mod key;
mod objects;

pub use key::{Key, KeyId};
pub use objects::SealedObjects;

/// Seals what is written, opens what is read, and gives the names under which sealed things are looked up.
///
/// A context says what a value is and where it belongs (`act‖index`, …): sealed in one, it opens in no other, so values can't be
/// swapped. [`Key`] does it, [`Clear`] leaves all as it is.
pub trait Cipher: Send + Sync {
    /// Seals bytes; twice the same gives two different values.
    fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError>;

    /// Opens what was sealed in the same context.
    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError>;

    /// What stands for a name in an index: the same for the same name and context, and telling nothing of it.
    fn name(&self, context: &[u8], name: &[u8]) -> Vec<u8>;
}

/// No encryption: the home's owner trusts the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clear;

impl Cipher for Clear {
    fn seal(&self, _: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(plain.to_vec())
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        Ok(sealed.to_vec())
    }

    fn name(&self, _: &[u8], name: &[u8]) -> Vec<u8> {
        name.to_vec()
    }
}

impl<C: Cipher + ?Sized> Cipher for Arc<C> {
    fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        (**self).seal(context, plain)
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        (**self).open(context, sealed)
    }

    fn name(&self, context: &[u8], name: &[u8]) -> Vec<u8> {
        (**self).name(context, name)
    }
}

/// Why nothing could be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The operating system gave no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[from] getrandom::Error),
    /// More than the cipher takes: 256 GiB.
    #[error("{bytes} bytes are too many to be sealed at once")]
    TooLong {
        /// How many.
        bytes: usize,
    },
}

/// Why a value could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or of no version known: it was never sealed, or is cut off.
    #[error("this is no sealed value ({bytes} bytes): it was stored without encryption, or is damaged")]
    NotSealed {
        /// How many.
        bytes: usize,
    },
    /// Sealed under another key.
    #[error("sealed under the key {sealed}; the key at hand is {ours}")]
    OtherKey {
        /// The key it needs.
        sealed: KeyId,
        /// The key that was tried.
        ours: KeyId,
    },
    /// Under this key, but changed since, or put in another value's place.
    #[error("the sealed value was altered, or belongs in another place")]
    Altered,
}
