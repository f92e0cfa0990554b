//! Private keys as PKCS#8 (RFC 5958), in the clear or encrypted (RFC 8018).

use super::{KeyError, PrivateKey, Secret};
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{
    EncodePrivateKey, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef,
    SecretDocument,
};
use std::fmt;
use zeroize::Zeroizing;

/// What a key file is encrypted with. Wiped when dropped; its `Debug` shows nothing of it.
pub struct Passphrase(Zeroizing<String>);

/// scrypt's cost: N = 2^14, r = 8, p = 5 is 16 MiB and five passes (OWASP's row for 16 MiB); openssl's own limit of
/// 32 MiB still opens it.
const SCRYPT: (u8, u32, u32) = (14, 8, 5);

/// Bound on foreign scrypt memory, 128·N·r bytes: 256 MiB, twice the largest recommended setting.
const SCRYPT_BYTES_MAX: u64 = 256 << 20;

/// Bound on foreign scrypt passes and PBKDF2 rounds: ten times OWASP's recommendation.
const ROUNDS_MAX: u32 = 10_000_000;

/// Bound on a key's PKCS#8: RSA of 4096 bits takes 2400 bytes, and checking larger numbers takes minutes.
const PKCS8_MAX: usize = 4096;

impl Passphrase {
    /// Takes a passphrase; an empty one is refused.
    pub fn new(text: String) -> Result<Self, KeyError> {
        let text = Zeroizing::new(text);
        if text.is_empty() { Err(KeyError::EmptyPassphrase) } else { Ok(Self(text)) }
    }

    /// The secret itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl PrivateKey {
    /// The key as PKCS#8 PEM, encrypted where there is a passphrase.
    pub fn to_pem(&self, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, KeyError> {
        let plain = self.to_pkcs8()?;
        let Some(passphrase) = passphrase else {
            return plain.to_pem(PLAIN, LineEnding::LF).map_err(|_| KeyError::NotWritable);
        };
        let (mut salt, mut iv) = ([0_u8; 16], [0_u8; 16]);
        getrandom::fill(&mut salt).map_err(|_| KeyError::NoRandomness)?;
        getrandom::fill(&mut iv).map_err(|_| KeyError::NoRandomness)?;
        let (log_n, r, p) = SCRYPT;
        let cost = scrypt::Params::new(log_n, r, p).map_err(|_| KeyError::NotWritable)?;
        let scheme =
            Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|_| KeyError::NotWritable)?;
        PrivateKeyInfoRef::try_from(plain.as_bytes())
            .map_err(|_| KeyError::NotWritable)?
            .encrypt_with_params(scheme, passphrase.0.as_bytes())
            .map_err(|_| KeyError::NotWritable)?
            .to_pem(ENCRYPTED, LineEnding::LF)
            .map_err(|_| KeyError::NotWritable)
    }

    /// Reads PKCS#8 PEM. A passphrase given for a key that is not encrypted is not used.
    pub fn from_pem(pem: &str, passphrase: Option<&Passphrase>) -> Result<Self, KeyError> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| KeyError::NotAKey)?;
        if label == PLAIN {
            return Self::from_pkcs8(document.as_bytes());
        }
        if label != ENCRYPTED {
            return Err(KeyError::NotAKey);
        }
        let sealed =
            EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| KeyError::NotAKey)?;
        let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
        affordable(&sealed.encryption_algorithm)?;
        let plain = sealed.decrypt(passphrase.0.as_bytes()).map_err(|_| KeyError::WrongPassphrase)?;
        Self::from_pkcs8(plain.as_bytes()).map_err(|fault| match fault {
            // What a wrong passphrase leaves looks like anything.
            KeyError::NotAKey => KeyError::WrongPassphrase,
            fault => fault,
        })
    }

    /// The key as PKCS#8 in the clear. Without the public key beside it (version 1): openssl 3.0 reads no other.
    pub(crate) fn to_pkcs8(&self) -> Result<SecretDocument, KeyError> {
        match &self.0 {
            Secret::P256(key) => p256::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
            Secret::P384(key) => p384::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
            Secret::Rsa(key) => key.to_pkcs8_der(),
            Secret::Ed25519(key) => {
                ed25519_dalek::pkcs8::KeypairBytes { secret_key: key.to_bytes(), public_key: None }
                    .to_pkcs8_der()
            }
        }
        .map_err(|_| KeyError::NotWritable)
    }

    /// Reads PKCS#8 in the clear.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if der.len() > PKCS8_MAX {
            return Err(KeyError::Unsupported { found: format!("{} bytes of PKCS#8", der.len()) });
        }
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| KeyError::NotAKey)?;
        let unsupported = |found: ObjectIdentifier| KeyError::Unsupported { found: found.to_string() };
        let secret = match info.algorithm.oid {
            EC => match info.algorithm.parameters_oid().map_err(|_| KeyError::NotAKey)? {
                P_256 => p256::ecdsa::SigningKey::try_from(info).map(Secret::P256),
                P_384 => p384::ecdsa::SigningKey::try_from(info).map(Secret::P384),
                curve => return Err(unsupported(curve)),
            },
            RSA => rsa::PrivateKey::try_from(info).map(|key| Secret::Rsa(Box::new(key))),
            ED25519 => ed25519_dalek::SigningKey::try_from(info).map(|key| Secret::Ed25519(Box::new(key))),
            other => return Err(unsupported(other)),
        };
        let key = Self(secret.map_err(|_| KeyError::NotAKey)?);
        match key.public_key() {
            Ok(_) => Ok(key),
            Err(_) => Err(KeyError::Unsupported { found: key.kind().to_string() }),
        }
    }

    /// Whether a PEM text says that its key is encrypted.
    pub(crate) fn is_encrypted(pem: &str) -> bool {
        pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }
}

const PLAIN: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// RFC 5480 §2.1.1, RFC 8017 §A.1, RFC 8410 §3: what PKCS#8 names a key by.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Refuses a key file whose opening would take minutes or gigabytes.
fn affordable(scheme: &EncryptionScheme) -> Result<(), KeyError> {
    let EncryptionScheme::Pbes2(parameters) = scheme else { return Err(KeyError::NotAKey) };
    let fits = match &parameters.kdf {
        Kdf::Scrypt(scrypt) => {
            let bytes = scrypt
                .cost_parameter
                .checked_mul(128)
                .and_then(|bytes| bytes.checked_mul(u64::from(scrypt.block_size)));
            let passes = u32::from(scrypt.parallelization);
            bytes.is_some_and(|bytes| bytes <= SCRYPT_BYTES_MAX) && passes <= 64
        }
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= ROUNDS_MAX,
        _ => false,
    };
    if fits { Ok(()) } else { Err(KeyError::TooCostly) }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}
