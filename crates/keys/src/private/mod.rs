//! Private keys in memory.

mod file;
#[cfg(feature = "seeded")]
mod seeded;

pub use file::Passphrase;

use crate::kind::Kind;
use countersign_signature::{Algorithm, BadPublicKey, DigestAlgorithm, KeyKind, PublicKey, SignError};
use getrandom::SysRng;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use pkcs8::EncodePublicKey as _;
use rsa::{Pkcs1v15Sign, Pss};
use sha2::{Sha256, Sha384, Sha512};
use std::fmt;
use zeroize::Zeroizing;

/// A private key: P-256, P-384, RSA or Ed25519. Wiped when dropped; its `Debug` shows nothing of it.
pub struct PrivateKey(Secret);

enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

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
    /// Not a PKCS#8 key in PEM.
    #[error("this is not a private key in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)")]
    NotAKey,
    /// A key of another kind, or of a size that is not used here.
    #[error(
        "the private key is of kind {found}; P-256, P-384, RSA of 2048 to 4096 bits and Ed25519 are known here"
    )]
    Unsupported {
        /// The identifier of its algorithm or curve, or its size.
        found: String,
    },
    /// The key derivation asks for more work than any writer here asks for.
    #[error("the key file's encryption asks for too much work to open it")]
    TooCostly,
    /// Writing PKCS#8 failed.
    #[error("the key can't be written as PKCS#8")]
    NotWritable,
}

impl PrivateKey {
    /// Draws a P-256 key from the operating system's random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        Self::generate_kind(Kind::P256)
    }

    /// Draws a key of some kind from the operating system's random numbers. RSA takes a second or several.
    pub fn generate_kind(kind: Kind) -> Result<Self, KeyError> {
        let secret = match kind {
            Kind::P256 => {
                Secret::P256(draw(|bytes: &[u8; 32]| p256::ecdsa::SigningKey::from_slice(bytes).ok())?)
            }
            Kind::P384 => {
                Secret::P384(draw(|bytes: &[u8; 48]| p384::ecdsa::SigningKey::from_slice(bytes).ok())?)
            }
            Kind::Ed25519 => Secret::Ed25519(draw(|bytes| Some(Box::new(bytes.into())))?),
            Kind::Rsa2048 => rsa_key(2048, &mut SysRng)?,
            Kind::Rsa3072 => rsa_key(3072, &mut SysRng)?,
            Kind::Rsa4096 => rsa_key(4096, &mut SysRng)?,
        };
        Ok(Self(secret))
    }

    /// Its public key.
    pub fn public_key(&self) -> Result<PublicKey, BadPublicKey> {
        let written = match &self.0 {
            Secret::P256(key) => key.verifying_key().to_public_key_der(),
            Secret::P384(key) => key.verifying_key().to_public_key_der(),
            Secret::Rsa(key) => key.as_public_key().to_public_key_der(),
            Secret::Ed25519(key) => key.verifying_key().to_public_key_der(),
        };
        // A key of ours is always written; what can't be reads as nothing, and says so.
        PublicKey::from_der(written.as_ref().map(pkcs8::Document::as_bytes).unwrap_or_default())
    }

    /// How it signs unless told otherwise: ECDSA with the digest of its curve's size, RSA by PKCS#1 with SHA-256.
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Secret::P256(_) => Algorithm::ECDSA_SHA_256,
            Secret::P384(_) => Algorithm::Ecdsa(DigestAlgorithm::Sha384),
            Secret::Rsa(_) => Algorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            Secret::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Signs a message as [`PrivateKey::algorithm`] says: the same message, the same signature.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign_with(self.algorithm(), message)
    }

    /// Signs a message: ECDSA in DER with the nonce by RFC 6979, PSS with a random salt, RSA blinded. Refused where the
    /// algorithm is another kind of key's.
    pub fn sign_with(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let hash = algorithm.digest().of(&[message]);
        let made = match (&self.0, algorithm) {
            (Secret::P256(key), Algorithm::Ecdsa(_)) => key.sign_prehash(&hash).map(der_p256).ok(),
            (Secret::P384(key), Algorithm::Ecdsa(_)) => key.sign_prehash(&hash).map(der_p384).ok(),
            (Secret::Rsa(key), Algorithm::RsaPkcs1(digest)) => {
                let scheme = match digest {
                    DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.sign_with_rng(&mut SysRng, scheme, &hash).ok()
            }
            (Secret::Rsa(key), Algorithm::RsaPss { digest, salt }) => {
                let salt = usize::from(salt);
                match digest {
                    DigestAlgorithm::Sha256 => {
                        key.sign_with_rng(&mut SysRng, Pss::<Sha256>::new_blinded_with_salt(salt), &hash)
                    }
                    DigestAlgorithm::Sha384 => {
                        key.sign_with_rng(&mut SysRng, Pss::<Sha384>::new_blinded_with_salt(salt), &hash)
                    }
                    DigestAlgorithm::Sha512 => {
                        key.sign_with_rng(&mut SysRng, Pss::<Sha512>::new_blinded_with_salt(salt), &hash)
                    }
                }
                .ok()
            }
            (Secret::Ed25519(key), Algorithm::Ed25519) => {
                use ed25519_dalek::Signer as _;
                Some(key.sign(message).to_bytes().to_vec())
            }
            _ => return Err(SignError::OtherKind { algorithm, key: self.kind() }),
        };
        made.ok_or_else(|| SignError::Refused { reason: "the arithmetic of the signature failed".to_owned() })
    }

    /// The 32 bytes of an Ed25519 public key (RFC 8032 §5.1.2); `None` where it is of another kind.
    pub(crate) fn ed25519(&self) -> Option<[u8; 32]> {
        match &self.0 {
            Secret::Ed25519(key) => Some(key.verifying_key().to_bytes()),
            _ => None,
        }
    }

    /// What kind of key.
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Secret::P256(_) => KeyKind::P256,
            Secret::P384(_) => KeyKind::P384,
            Secret::Rsa(key) => {
                use rsa::traits::PublicKeyParts as _;
                KeyKind::Rsa(key.n().bit_width_vartime())
            }
            Secret::Ed25519(_) => KeyKind::Ed25519,
        }
    }
}

fn der_p256(signature: p256::ecdsa::Signature) -> Vec<u8> {
    signature.to_der().as_bytes().to_vec()
}

fn der_p384(signature: p384::ecdsa::Signature) -> Vec<u8> {
    signature.to_der().as_bytes().to_vec()
}

/// Draws bytes from the operating system's random numbers: salts.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    draw(|bytes: &[u8; N]| Some(*bytes))
}

/// Draws bytes until they make a key (FIPS 186-5 A.2.2): out of range with a chance of 2^-32.
fn draw<const N: usize, K>(key: impl Fn(&[u8; N]) -> Option<K>) -> Result<K, KeyError> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    loop {
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyError::NoRandomness)?;
        if let Some(key) = key(&bytes) {
            return Ok(key);
        }
    }
}

/// Two random primes, exponent 65537.
fn rsa_key(bits: usize, random: &mut impl rsa::rand_core::TryCryptoRng) -> Result<Secret, KeyError> {
    let key = rsa::PrivateKey::new(random, bits).map_err(|_| KeyError::NoRandomness)?;
    Ok(Secret::Rsa(Box::new(key)))
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, …)", self.kind())
    }
}
