//! Public keys.

use super::{Algorithm, DigestAlgorithm};
use crate::read::Walk;
use crate::{encode, oid};
use const_oid::ObjectIdentifier;
use der::Tag;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss};
use sha2::{Sha256, Sha384, Sha512};
use std::fmt;

/// A public key: its `SubjectPublicKeyInfo` as it came (RFC 5280 §4.1.2.7).
#[derive(Clone)]
pub struct PublicKey {
    spki: Vec<u8>,
    bits: Vec<u8>,
    key: Key,
}

#[derive(Clone)]
enum Key {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Rsa { key: rsa::PublicKey, pss_only: bool },
    Ed25519(ed25519_dalek::VerifyingKey),
}

/// What kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// A point of P-256 (FIPS 186-5).
    P256,
    /// A point of P-384.
    P384,
    /// RSA with a modulus of so many bits.
    Rsa(u32),
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// Why bytes are not a public key that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadPublicKey {
    /// Not the DER of a `SubjectPublicKeyInfo`.
    #[error("a public key does not parse as DER")]
    Malformed(#[source] der::Error),
    /// Another kind of key.
    #[error("a public key is of kind {found}; P-256, P-384, RSA and Ed25519 are known here")]
    Unsupported {
        /// The curve named, or else the kind of key.
        found: ObjectIdentifier,
    },
    /// The bytes are no point of the curve.
    #[error("a public key is not a point of its curve")]
    NotOnCurve,
    /// An RSA modulus too short to be safe or longer than is checked here, or an exponent out of bounds.
    #[error(
        "an RSA key has {bits} bits, {RSA_BITS_MIN} to {RSA_BITS_MAX} with a common exponent are accepted"
    )]
    RsaSize {
        /// The modulus's length.
        bits: u32,
    },
}

/// NIST SP 800-131A: at least 112 bits of security.
const RSA_BITS_MIN: u32 = 2048;
/// Bound on the work of one check.
const RSA_BITS_MAX: u32 = 4096;

impl From<der::Error> for BadPublicKey {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error)
    }
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5480 §2.2, RFC 4055 §1.2, RFC 8410 §4).
    pub fn from_der(spki: &[u8]) -> Result<Self, BadPublicKey> {
        let mut outer = Walk::new(spki)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let mut algorithm = fields.enter(Tag::Sequence)?;
        let kind: ObjectIdentifier = algorithm.decode()?;
        let bits = fields.take(Tag::BitString)?.value;
        fields.finish()?;
        // The first octet counts unused bits: a key has none.
        let Some((0, bits)) = bits.split_first() else { return Err(BadPublicKey::NotOnCurve) };
        let key = match kind {
            oid::EC_PUBLIC_KEY => {
                let curve: ObjectIdentifier = algorithm.decode()?;
                algorithm.finish()?;
                read_point(curve, bits)?
            }
            oid::RSA => {
                algorithm.null_or_nothing()?;
                read_rsa(bits, false)?
            }
            oid::RSA_PSS => read_rsa(bits, true)?,
            oid::ED25519 => {
                algorithm.finish()?;
                let bytes = <[u8; 32]>::try_from(bits).map_err(|_| BadPublicKey::NotOnCurve)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes);
                Key::Ed25519(key.map_err(|_| BadPublicKey::NotOnCurve)?)
            }
            found => return Err(BadPublicKey::Unsupported { found }),
        };
        Ok(Self { spki: spki.to_vec(), bits: bits.to_vec(), key })
    }

    /// Makes one from a P-256 point in SEC 1 form (65 bytes uncompressed, 33 compressed).
    pub fn from_p256_point(point: &[u8]) -> Result<Self, BadPublicKey> {
        let algorithm = encode::sequence(&[&encode::oid(oid::EC_PUBLIC_KEY), &encode::oid(oid::P_256)]);
        let bits = encode::tlv(encode::BIT_STRING, &[&[0], point]);
        Self::from_der(&encode::sequence(&[&algorithm, &bits]))
    }

    /// The `SubjectPublicKeyInfo` in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.spki
    }

    /// The `subjectPublicKey` bits: what key identifiers are digests of (RFC 5280 §4.2.1.2).
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// What kind of key.
    pub fn kind(&self) -> KeyKind {
        match &self.key {
            Key::P256(_) => KeyKind::P256,
            Key::P384(_) => KeyKind::P384,
            Key::Rsa { key, .. } => KeyKind::Rsa(bits_of(key.n())),
            Key::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// Whether this key made `signature` over `message`. `false` too where the algorithm is another kind of key's.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let hash = |digest: DigestAlgorithm| digest.of(&[message]);
        match (&self.key, algorithm) {
            (Key::P256(key), Algorithm::Ecdsa(digest)) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash(digest), &signature).is_ok()),
            (Key::P384(key), Algorithm::Ecdsa(digest)) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash(digest), &signature).is_ok()),
            (Key::Rsa { key, pss_only: false }, Algorithm::RsaPkcs1(digest)) => {
                let scheme = match digest {
                    DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.verify(scheme, &hash(digest), signature).is_ok()
            }
            (Key::Rsa { key, .. }, Algorithm::RsaPss { digest, salt }) => {
                let salt = usize::from(salt);
                let hash = hash(digest);
                match digest {
                    DigestAlgorithm::Sha256 => {
                        key.verify(Pss::<Sha256>::new_with_salt(salt), &hash, signature)
                    }
                    DigestAlgorithm::Sha384 => {
                        key.verify(Pss::<Sha384>::new_with_salt(salt), &hash, signature)
                    }
                    DigestAlgorithm::Sha512 => {
                        key.verify(Pss::<Sha512>::new_with_salt(salt), &hash, signature)
                    }
                }
                .is_ok()
            }
            (Key::Ed25519(key), Algorithm::Ed25519) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            _ => false,
        }
    }
}

fn read_point(curve: ObjectIdentifier, bits: &[u8]) -> Result<Key, BadPublicKey> {
    match curve {
        oid::P_256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(bits).map(Key::P256),
        oid::P_384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(bits).map(Key::P384),
        found => return Err(BadPublicKey::Unsupported { found }),
    }
    .map_err(|_| BadPublicKey::NotOnCurve)
}

/// `RSAPublicKey` (RFC 8017 §A.1.1).
fn read_rsa(bits: &[u8], pss_only: bool) -> Result<Key, BadPublicKey> {
    let mut outer = Walk::new(bits)?;
    let mut fields = outer.enter(Tag::Sequence)?;
    outer.finish()?;
    let mut number = || -> der::Result<BoxedUint> {
        let bytes = fields.take(Tag::Integer)?.value;
        Ok(BoxedUint::from_be_slice_vartime(bytes))
    };
    let (modulus, exponent) = (number()?, number()?);
    fields.finish()?;
    let bits = bits_of(&modulus);
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        return Err(BadPublicKey::RsaSize { bits });
    }
    let key = rsa::PublicKey::new(modulus, exponent).map_err(|_| BadPublicKey::RsaSize { bits })?;
    Ok(Key::Rsa { key, pss_only })
}

fn bits_of(number: &BoxedUint) -> u32 {
    number.bit_width_vartime()
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::Rsa(bits) => write!(f, "RSA-{bits}"),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl std::hash::Hash for PublicKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.spki.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.kind(), crate::hex::Hex(&self.bits))
    }
}
