//! The file of a home's key: a JSON Web Key (RFC 7517, `oct` of RFC 7518 §6.4), and with a passphrase that text in an age file.
//!
//! ```text
//! {"alg":"XC20P","k":"<43 characters of base64url>","kid":"<16 hex digits>","kty":"oct"}
//! ```

use serde_json::{Value, json};
use zeroize::Zeroizing;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::SealError;
pub use super::age::AgeError;
use super::age::{self, Fresh};
use super::key::{KEY_LENGTH, Key, KeyId};

/// Longest that is read of a key file.
pub const FILE_MAX: usize = 4096;

/// How much work a passphrase costs whoever guesses it, and whoever opens the file: 2ⁿ times 1 KiB of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work(u8);

impl Work {
    /// What age takes: 256 MiB, about a second.
    pub const USUAL: Self = Self(age::LOG_N_DEFAULT);

    /// For tests: no passphrase withstands guessing at this.
    pub const LEAST: Self = Self(1);
}

/// Why a key file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It is under a passphrase, and none was given.
    #[error("the home's key is under a passphrase, and none was given")]
    NoPassphrase,
    /// The age file.
    #[error("the home's key can't be opened: {0}")]
    Age(#[from] AgeError),
    /// Neither form.
    #[error("no key of a home: {why}")]
    Form {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The key isn't the one that the file says it is.
    #[error("the key file says it holds the key {said}, and holds {found}")]
    Id {
        /// Its `kid`.
        said: String,
        /// The key's own.
        found: KeyId,
    },
}

/// The file's bytes, readable by whoever reads the file: keep it apart from the home.
#[must_use]
pub fn write(key: &Key) -> Zeroizing<String> {
    let k = Zeroizing::new(Base64UrlUnpadded::encode_string(key.secret()));
    let jwk = json!({"kty": "oct", "alg": "XC20P", "kid": key.id().to_string(), "k": &*k});
    Zeroizing::new(format!("{jwk}\n"))
}

/// The file's bytes under a passphrase: `age --decrypt` opens it too.
///
/// # Errors
/// [`SealError::Random`].
pub fn write_protected(key: &Key, passphrase: &str, work: Work) -> Result<Vec<u8>, SealError> {
    let fresh = Fresh::random()?;
    let text = write(key);
    age::encrypt(text.as_bytes(), passphrase.as_bytes(), work.0, &fresh)
        .map_err(|_| SealError::TooLong { bytes: text.len() })
}

/// Whether a key file asks for a passphrase.
#[must_use]
pub fn is_protected(file: &[u8]) -> bool {
    file.starts_with(age::MAGIC.as_bytes())
}

/// Reads a key file of either form; the passphrase is asked for by [`is_protected`] alone.
///
/// # Errors
/// [`KeyFileError`].
pub fn read(file: &[u8], passphrase: Option<&str>) -> Result<Key, KeyFileError> {
    if file.len() > FILE_MAX {
        return Err(KeyFileError::Form { why: "it is longer than 4 KiB" });
    }
    if !is_protected(file) {
        return jwk(file);
    }
    let passphrase = passphrase.ok_or(KeyFileError::NoPassphrase)?;
    jwk(&age::decrypt(file, passphrase.as_bytes())?)
}

fn jwk(text: &[u8]) -> Result<Key, KeyFileError> {
    let form = |why| KeyFileError::Form { why };
    let value: Value =
        serde_json::from_slice(text).map_err(|_| form("neither a JSON Web Key nor an age file"))?;
    let word = |name: &str| value.get(name).and_then(Value::as_str);
    if word("kty") != Some("oct") || word("alg") != Some("XC20P") {
        return Err(form("its kty is not oct, or its alg not XC20P"));
    }
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    let read = Base64UrlUnpadded::decode(word("k").unwrap_or_default(), bytes.as_mut_slice());
    if !read.is_ok_and(|read| read.len() == KEY_LENGTH) {
        return Err(form("its k is not 32 bytes of base64url without padding"));
    }
    let key = Key::new(*bytes);
    match word("kid") {
        Some(said) if KeyId::parse(said) != Some(key.id()) => {
            Err(KeyFileError::Id { said: said.to_owned(), found: key.id() })
        }
        _ => Ok(key),
    }
}

#[cfg(test)]
mod tests;
