//! The one signature algorithm, and public keys.

use crate::encode;
use crate::oid;
use crate::read::Walk;
use const_oid::ObjectIdentifier;
use der::Tag;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use std::fmt;

/// How a signature is made. More will follow: match with a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA on P-256 over SHA-256, the signature as a DER `Ecdsa-Sig-Value` (RFC 5753 §7.2).
    EcdsaP256Sha256,
}

impl Algorithm {
    /// Its `AlgorithmIdentifier`, parameters absent (RFC 5758 §3.2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        match self {
            Self::EcdsaP256Sha256 => encode::algorithm(oid::ECDSA_WITH_SHA_256),
        }
    }

    /// The algorithm an `AlgorithmIdentifier` names; `Err` holds the identifier that isn't known here.
    pub(crate) fn of(identifier: &[u8]) -> der::Result<Result<Self, ObjectIdentifier>> {
        let mut outer = Walk::new(identifier)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let id: ObjectIdentifier = fields.decode()?;
        // RFC 5758 §3.2: the encoding MUST omit the parameters field.
        if id != oid::ECDSA_WITH_SHA_256 {
            return Ok(Err(id));
        }
        fields.finish()?;
        Ok(Ok(Self::EcdsaP256Sha256))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EcdsaP256Sha256 => f.write_str("ECDSA P-256 with SHA-256"),
        }
    }
}

/// A public key: its `SubjectPublicKeyInfo` as it came (RFC 5280 §4.1.2.7).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    spki: Vec<u8>,
    point: Vec<u8>,
}

/// Why bytes are not a public key that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicKey {
    /// Not the DER of a `SubjectPublicKeyInfo`.
    #[error("a public key does not parse as DER")]
    Malformed(#[source] der::Error),
    /// Another kind of key.
    #[error("a public key is of kind {found}, only P-256 ({}) is known here", oid::P_256)]
    Unsupported {
        /// The curve named, or else the kind of key.
        found: ObjectIdentifier,
    },
    /// The bytes are no point of the curve.
    #[error("a public key is not a point of the curve P-256")]
    NotOnCurve,
}

impl From<der::Error> for BadPublicKey {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error)
    }
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`; only uncompressed and compressed P-256 points (RFC 5480 §2.2).
    pub fn from_der(spki: &[u8]) -> Result<Self, BadPublicKey> {
        let mut outer = Walk::new(spki)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let mut algorithm = fields.enter(Tag::Sequence)?;
        let kind: ObjectIdentifier = algorithm.decode()?;
        if kind != oid::EC_PUBLIC_KEY {
            return Err(BadPublicKey::Unsupported { found: kind });
        }
        let curve: ObjectIdentifier = algorithm.decode()?;
        algorithm.finish()?;
        if curve != oid::P_256 {
            return Err(BadPublicKey::Unsupported { found: curve });
        }
        let bits = fields.take(Tag::BitString)?.value;
        fields.finish()?;
        // The first octet counts unused bits: a point has none.
        let Some((0, point)) = bits.split_first() else { return Err(BadPublicKey::NotOnCurve) };
        VerifyingKey::from_sec1_bytes(point).map_err(|_| BadPublicKey::NotOnCurve)?;
        Ok(Self { spki: spki.to_vec(), point: point.to_vec() })
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

    /// The point in SEC 1 form, as it came.
    pub fn point(&self) -> &[u8] {
        &self.point
    }

    /// Whether this key made `signature` over `message`.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::EcdsaP256Sha256 => {
                let (Ok(key), Ok(signature)) =
                    (VerifyingKey::from_sec1_bytes(&self.point), Signature::from_der(signature))
                else {
                    return false;
                };
                key.verify(message, &signature).is_ok()
            }
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", crate::hex::Hex(&self.point))
    }
}
