//! How signatures are made, and the public keys that check them.

mod digest;
mod key;

pub use digest::DigestAlgorithm;
pub use key::{BadPublicKey, KeyKind, PublicKey};

use crate::read::{Walk, context};
use crate::{encode, oid};
use const_oid::ObjectIdentifier;
use der::Tag;
use std::fmt;

/// How a signature is made. More will follow: match with a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA, the signature as a DER `Ecdsa-Sig-Value` (RFC 5753 §7.2).
    Ecdsa(DigestAlgorithm),
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS, the mask made with the same digest (RFC 8017 §8.1, RFC 4055 §3.1).
    RsaPss {
        /// Of the message and of the mask.
        digest: DigestAlgorithm,
        /// The salt's length in bytes.
        salt: u8,
    },
    /// Ed25519 (RFC 8032), in CMS with SHA-512 (RFC 8419 §3.1).
    Ed25519,
}

impl Algorithm {
    /// What keys on P-256 sign with.
    pub const ECDSA_SHA_256: Self = Self::Ecdsa(DigestAlgorithm::Sha256);

    /// PSS as nearly everybody writes it: the salt as long as the digest (RFC 8017 §9.1).
    pub fn rsa_pss(digest: DigestAlgorithm) -> Self {
        Self::RsaPss { digest, salt: digest.size() }
    }

    /// The digest that goes with it.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::Ecdsa(digest) | Self::RsaPkcs1(digest) | Self::RsaPss { digest, .. } => digest,
            Self::Ed25519 => DigestAlgorithm::Sha512,
        }
    }

    /// Its `AlgorithmIdentifier`.
    pub(crate) fn identifier(self) -> Vec<u8> {
        match self {
            // RFC 5758 §3.2, RFC 8410 §3: parameters absent.
            Self::Ecdsa(digest) => encode::algorithm(ecdsa(digest)),
            Self::Ed25519 => encode::algorithm(oid::ED25519),
            // RFC 4055 §5: parameters NULL.
            Self::RsaPkcs1(digest) => encode::sequence(&[&encode::oid(rsa(digest)), &encode::null()]),
            Self::RsaPss { digest, salt } => {
                let hash = encode::sequence(&[&encode::oid(digest.oid()), &encode::null()]);
                let mask = encode::sequence(&[&encode::oid(oid::MGF_1), &hash]);
                let parameters = encode::sequence(&[
                    &encode::tlv(encode::CONTEXT, &[&hash]),
                    &encode::tlv(encode::CONTEXT | 1, &[&mask]),
                    &encode::tlv(encode::CONTEXT | 2, &[&encode::small(salt)]),
                ]);
                encode::sequence(&[&encode::oid(oid::RSA_PSS), &parameters])
            }
        }
    }

    /// The algorithm an `AlgorithmIdentifier` names; `Err` holds the identifier that isn't known here.
    pub(crate) fn of(identifier: &[u8]) -> der::Result<Result<Self, ObjectIdentifier>> {
        Self::read(identifier, None)
    }

    /// The same in a CMS signer, where RSA's identifier may leave the digest to the signer's own (RFC 3370 §3.2).
    pub(crate) fn in_cms(
        identifier: &[u8],
        digest: DigestAlgorithm,
    ) -> der::Result<Result<Self, ObjectIdentifier>> {
        Self::read(identifier, Some(digest))
    }

    fn read(
        identifier: &[u8],
        beside: Option<DigestAlgorithm>,
    ) -> der::Result<Result<Self, ObjectIdentifier>> {
        let mut outer = Walk::new(identifier)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let id: ObjectIdentifier = fields.decode()?;
        let all = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        if let Some(digest) = all.into_iter().find(|digest| ecdsa(*digest) == id) {
            fields.finish()?;
            return Ok(Ok(Self::Ecdsa(digest)));
        }
        if let Some(digest) = all.into_iter().find(|digest| rsa(*digest) == id) {
            fields.null_or_nothing()?;
            return Ok(Ok(Self::RsaPkcs1(digest)));
        }
        match (id, beside) {
            (oid::ED25519, _) => {
                fields.finish()?;
                Ok(Ok(Self::Ed25519))
            }
            (oid::RSA_PSS, _) => Ok(read_pss(&mut fields)?.ok_or(id)),
            (oid::RSA, Some(digest)) => {
                fields.null_or_nothing()?;
                Ok(Ok(Self::RsaPkcs1(digest)))
            }
            _ => Ok(Err(id)),
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1). `None` for what isn't accepted here: SHA-1, its default, and masks of another
/// digest.
fn read_pss(fields: &mut Walk<'_>) -> der::Result<Option<Algorithm>> {
    let mut parameters = fields.enter(Tag::Sequence)?;
    let Some(hash) = parameters.take_if(context(0))? else { return Ok(None) };
    let Ok(digest) = DigestAlgorithm::read(&mut Walk::new(hash.value)?)? else { return Ok(None) };
    let Some(mask) = parameters.take_if(context(1))? else { return Ok(None) };
    let mut mask = Walk::new(mask.value)?.enter(Tag::Sequence)?;
    let function: ObjectIdentifier = mask.decode()?;
    if function != oid::MGF_1 || DigestAlgorithm::read(&mut mask)? != Ok(digest) {
        return Ok(None);
    }
    let salt = match parameters.take_if(context(2))? {
        Some(salt) => Walk::new(salt.value)?.decode()?,
        None => 20,
    };
    if let Some(trailer) = parameters.take_if(context(3))? {
        let trailer: u8 = Walk::new(trailer.value)?.decode()?;
        if trailer != 1 {
            return Ok(None);
        }
    }
    parameters.finish()?;
    Ok(Some(Algorithm::RsaPss { digest, salt }))
}

fn ecdsa(digest: DigestAlgorithm) -> ObjectIdentifier {
    match digest {
        DigestAlgorithm::Sha256 => oid::ECDSA_WITH_SHA_256,
        DigestAlgorithm::Sha384 => oid::ECDSA_WITH_SHA_384,
        DigestAlgorithm::Sha512 => oid::ECDSA_WITH_SHA_512,
    }
}

fn rsa(digest: DigestAlgorithm) -> ObjectIdentifier {
    match digest {
        DigestAlgorithm::Sha256 => oid::SHA_256_WITH_RSA,
        DigestAlgorithm::Sha384 => oid::SHA_384_WITH_RSA,
        DigestAlgorithm::Sha512 => oid::SHA_512_WITH_RSA,
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(digest) => write!(f, "ECDSA with {digest}"),
            Self::RsaPkcs1(digest) => write!(f, "RSA PKCS#1 with {digest}"),
            Self::RsaPss { digest, .. } => write!(f, "RSA-PSS with {digest}"),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}
