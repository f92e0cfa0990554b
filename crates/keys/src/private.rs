//! A P-256 private key in memory and as PKCS#8.

use countersign_signature::{BadPublicKey, PublicKey};
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{DecodePrivateKey, EncodePrivateKey, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use std::fmt;
use zeroize::Zeroizing;

/// A P-256 private key. Wiped when dropped; its `Debug` shows nothing of it.
pub struct PrivateKey(SigningKey);

/// What a key file is encrypted with. Wiped when dropped; its `Debug` shows nothing of it.
pub struct Passphrase(Zeroizing<String>);

/// Why a private key can't be made, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
    /// A passphrase of no characters.
    #[error("the passphrase is empty: give one, or none at all")]
    EmptyPassphrase,
    /// Encrypted, and no passphrase was given.
    #[error("the key is encrypted: give its passphrase")]
    PassphraseNeeded,
    /// Decryption gave no key.
    #[error("the passphrase is wrong, or the key file is damaged")]
    WrongPassphrase,
    /// Not a PKCS#8 P-256 key in PEM.
    #[error("this is not a P-256 private key in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)")]
    NotAKey,
    /// The key derivation asks for more work than any writer here asks for.
    #[error("the key file's encryption asks for too much work to open it")]
    TooCostly,
    /// Writing PKCS#8 failed.
    #[error("the key can't be written as PKCS#8")]
    NotWritable,
}

/// scrypt's cost: N = 2^14, r = 8, p = 5 is 16 MiB and five passes (OWASP's row for 16 MiB); openssl's own limit of
/// 32 MiB still opens it.
const SCRYPT: (u8, u32, u32) = (14, 8, 5);

/// Bound on foreign scrypt memory, 128·N·r bytes: 256 MiB, twice the largest recommended setting.
const SCRYPT_BYTES_MAX: u64 = 256 << 20;

/// Bound on foreign scrypt passes and PBKDF2 rounds: ten times OWASP's recommendation.
const ROUNDS_MAX: u32 = 10_000_000;

impl Passphrase {
    /// Takes a passphrase; an empty one is refused.
    pub fn new(text: String) -> Result<Self, KeyError> {
        let text = Zeroizing::new(text);
        if text.is_empty() { Err(KeyError::EmptyPassphrase) } else { Ok(Self(text)) }
    }
}

impl PrivateKey {
    /// Draws a key from the operating system's random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let mut scalar = Zeroizing::new([0_u8; 32]);
        loop {
            getrandom::fill(scalar.as_mut_slice()).map_err(|_| KeyError::NoRandomness)?;
            // Out of range with a chance of 2^-32: draw again (FIPS 186-5 A.2.2).
            if let Ok(key) = SigningKey::from_slice(scalar.as_slice()) {
                return Ok(Self(key));
            }
        }
    }

    /// Makes the key that belongs to a seed: **for tests and for play**, whoever knows the seed has the key.
    #[cfg(feature = "seeded")]
    pub fn from_seed(seed: &str) -> Result<Self, KeyError> {
        use sha2::{Digest, Sha256};
        for round in 0_u8..=u8::MAX {
            let scalar = Sha256::new()
                .chain_update(b"countersign seeded key, for tests and for play\0")
                .chain_update(seed.as_bytes())
                .chain_update([0, round])
                .finalize();
            if let Ok(key) = SigningKey::from_slice(&scalar) {
                return Ok(Self(key));
            }
        }
        Err(KeyError::NotAKey)
    }

    /// Its public key.
    pub fn public_key(&self) -> Result<PublicKey, BadPublicKey> {
        PublicKey::from_p256_point(self.0.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// Signs a message: ECDSA over its SHA-256, the nonce by RFC 6979, in DER.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(message);
        signature.as_bytes().to_vec()
    }

    /// The key as PKCS#8 PEM, encrypted where there is a passphrase.
    pub fn to_pem(&self, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, KeyError> {
        let secret = SecretKey::from(self.0.as_nonzero_scalar());
        let Some(passphrase) = passphrase else {
            return secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::NotWritable);
        };
        let (mut salt, mut iv) = ([0_u8; 16], [0_u8; 16]);
        getrandom::fill(&mut salt).map_err(|_| KeyError::NoRandomness)?;
        getrandom::fill(&mut iv).map_err(|_| KeyError::NoRandomness)?;
        let (log_n, r, p) = SCRYPT;
        let cost = scrypt::Params::new(log_n, r, p).map_err(|_| KeyError::NotWritable)?;
        let scheme =
            Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|_| KeyError::NotWritable)?;
        let plain = secret.to_pkcs8_der().map_err(|_| KeyError::NotWritable)?;
        PrivateKeyInfoRef::try_from(plain.as_bytes())
            .map_err(|_| KeyError::NotWritable)?
            .encrypt_with_params(scheme, passphrase.0.as_bytes())
            .map_err(|_| KeyError::NotWritable)?
            .to_pem(ENCRYPTED, LineEnding::LF)
            .map_err(|_| KeyError::NotWritable)
    }

    /// Reads PKCS#8 PEM. A passphrase given for a key that is not encrypted is not used.
    pub fn from_pem(pem: &str, passphrase: Option<&Passphrase>) -> Result<Self, KeyError> {
        let (label, document) = pkcs8::SecretDocument::from_pem(pem).map_err(|_| KeyError::NotAKey)?;
        if label == PLAIN {
            let secret = SecretKey::from_pkcs8_der(document.as_bytes()).map_err(|_| KeyError::NotAKey)?;
            return Ok(Self(SigningKey::from(secret)));
        }
        if label != ENCRYPTED {
            return Err(KeyError::NotAKey);
        }
        let sealed =
            EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| KeyError::NotAKey)?;
        let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
        affordable(&sealed.encryption_algorithm)?;
        let plain = sealed.decrypt(passphrase.0.as_bytes()).map_err(|_| KeyError::WrongPassphrase)?;
        let secret = SecretKey::from_pkcs8_der(plain.as_bytes()).map_err(|_| KeyError::WrongPassphrase)?;
        Ok(Self(SigningKey::from(secret)))
    }

    /// Whether a PEM text says that its key is encrypted.
    pub(crate) fn is_encrypted(pem: &str) -> bool {
        pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }
}

const PLAIN: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

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

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}
