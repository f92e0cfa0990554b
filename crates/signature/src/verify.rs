//! Reading and verifying a detached CMS signature.

use crate::algorithm::{Algorithm, BadPublicKey};
use crate::certificate::{Certificate, CertificateError};
use crate::hex::Hex;
use crate::verify::structure::SignedData;
use const_oid::ObjectIdentifier;
use sha2::{Digest, Sha256};

mod attributes;
mod structure;

/// Proof that a key signed these bytes. Made by [`verify_detached`] alone.
///
/// It proves that the key in [`VerifiedSignature::signer`] made the signature over the content with this digest. It
/// does not prove whose key that is ([`crate::path`] does), nor when it was made: the time is the signer's claim.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedSignature {
    signer: Certificate,
    certificates: Vec<Certificate>,
    algorithm: Algorithm,
    content_digest: [u8; 32],
    claimed_signing_time: Option<i64>,
    signing_certificate_bound: bool,
    has_unsigned_attributes: bool,
}

impl VerifiedSignature {
    /// The certificate whose key made the signature.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// Every certificate embedded, the signer's among them, in the order of the file. All but the signer's are not
    /// covered by the signature: they help to find a path and prove nothing by being here.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How it was signed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// SHA-256 of the content.
    pub fn content_digest(&self) -> [u8; 32] {
        self.content_digest
    }

    /// When the signer says they signed, in unix seconds; `None` where they don't say (PAdES does not).
    pub fn claimed_signing_time(&self) -> Option<i64> {
        self.claimed_signing_time
    }

    /// Whether the signature covers which certificate was used (RFC 5035). Where it does not, as in what
    /// `openssl cms -sign` writes without `-cades`, another certificate for the same key could take its place.
    pub fn signing_certificate_bound(&self) -> bool {
        self.signing_certificate_bound
    }

    /// Whether there are unsigned attributes: anybody can add them; none is read here.
    pub fn has_unsigned_attributes(&self) -> bool {
        self.has_unsigned_attributes
    }
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// More than [`SIGNATURE_MAX`].
    #[error("a signature of {length} bytes is larger than {SIGNATURE_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// Not DER, cut off, or with bytes left over.
    #[error("the {part} does not parse as DER")]
    Malformed {
        /// Which part.
        part: &'static str,
        /// What the reader of DER said.
        source: der::Error,
    },
    /// CMS of another type, or over another type of content.
    #[error("the {part} is {found}, expected {expected}")]
    WrongType {
        /// Which part.
        part: &'static str,
        /// The type that must stand there.
        expected: ObjectIdentifier,
        /// The type found.
        found: ObjectIdentifier,
    },
    /// The content is inside.
    #[error("the content is inside the signature; sign detached, so that what is signed is what is shown")]
    NotDetached,
    /// A version that does not fit the shape (RFC 5652 §5.1, §5.3).
    #[error("the {part} says version {found}, its shape is that of version {expected}")]
    Version {
        /// Which part.
        part: &'static str,
        /// What its shape asks for.
        expected: u8,
        /// What it says.
        found: u8,
    },
    /// None or several signers.
    #[error("the signature has {found} signers, expected 1: each signs a file of their own")]
    SignerCount {
        /// How many.
        found: usize,
    },
    /// An algorithm that isn't known here.
    #[error("the {part} is {found}, which is not known here")]
    UnknownAlgorithm {
        /// Which part.
        part: &'static str,
        /// What it names.
        found: ObjectIdentifier,
    },
    /// Revocation lists inside: they are kept beside a signature here, not in it.
    #[error("the signature holds revocation lists; keep them beside it")]
    RevocationInside,
    /// No certificate, or too many.
    #[error("the signature holds {found} certificates, expected 1 to {}", structure::CERTIFICATES_MAX)]
    CertificateCount {
        /// How many.
        found: usize,
    },
    /// A certificate that does not parse.
    #[error("certificate {number} in the signature can't be read")]
    Certificate {
        /// Counted from 1.
        number: usize,
        /// Why.
        source: CertificateError,
    },
    /// The certificate that the signature names isn't there.
    #[error("the signature names a certificate that it does not hold")]
    SignerCertificateMissing,
    /// Two certificates fit what the signature names.
    #[error("two certificates in the signature fit the one it names")]
    SignerCertificateTwice,
    /// A signed attribute is missing (RFC 5652 §11).
    #[error("the signed attribute {attribute} is missing")]
    AttributeMissing {
        /// Which.
        attribute: ObjectIdentifier,
    },
    /// A signed attribute appears twice.
    #[error("the signed attribute {attribute} appears twice")]
    AttributeTwice {
        /// Which.
        attribute: ObjectIdentifier,
    },
    /// A signed attribute must have exactly one value (RFC 5652 §11).
    #[error("the signed attribute {attribute} has {found} values, expected 1")]
    AttributeValues {
        /// Which.
        attribute: ObjectIdentifier,
        /// How many values.
        found: usize,
    },
    /// The signed attributes are not in DER's order: verifiers would disagree on what was signed (RFC 5652 §5.3).
    #[error("the signed attributes are not in DER order")]
    AttributeOrder,
    /// The content isn't what was signed.
    #[error("the content has sha256:{}, the signature is over sha256:{}", Hex(.found), Hex(.signed))]
    ContentChanged {
        /// What the signature says.
        signed: [u8; 32],
        /// SHA-256 of the content given.
        found: [u8; 32],
    },
    /// The message digest has another length than SHA-256's.
    #[error("the signed message digest has {found} bytes, SHA-256 has 32")]
    DigestLength {
        /// Its length in bytes.
        found: usize,
    },
    /// Another certificate than the one that was bound (RFC 5035 §4).
    #[error("the signature binds certificate sha256:{}, it holds sha256:{}", Hex(.bound), Hex(.used))]
    CertificateSwapped {
        /// What signing-certificate-v2 says.
        bound: [u8; 32],
        /// The certificate that the signature names.
        used: [u8; 32],
    },
    /// The issuer and serial in signing-certificate-v2 are another certificate's.
    #[error("the signature binds an issuer and serial that are not those of its certificate")]
    IssuerSwapped,
    /// The signer's key is of no use here.
    #[error("the key of `{subject}` can't be used")]
    PublicKey {
        /// The signer.
        subject: String,
        /// Why.
        source: BadPublicKey,
    },
    /// The key did not make this signature.
    #[error("the signature does not match the key of `{subject}`")]
    NoMatch {
        /// The signer that it names.
        subject: String,
    },
}

/// Bound on a detached signature's bytes: one with a chain of four has 4 KiB; an act and its signature travel together
/// in a record of at most 64 KiB.
pub const SIGNATURE_MAX: usize = 64 * 1024;

/// Verifies a detached CMS signature over `content`.
///
/// Strict: DER to the last byte; exactly one signer; no content inside; SHA-256 and a known algorithm; content-type and
/// message-digest among the signed attributes, each once; the signed attributes are hashed as they came, re-tagged
/// SET OF (RFC 5652 §5.4). signing-certificate-v2 must fit the certificate wherever it is present.
pub fn verify_detached(content: &[u8], p7s: &[u8]) -> Result<VerifiedSignature, SignatureError> {
    if p7s.len() > SIGNATURE_MAX {
        return Err(SignatureError::TooLarge { length: p7s.len() });
    }
    let signed = SignedData::read(p7s)?;
    let found: [u8; 32] = Sha256::digest(content).into();
    if signed.attributes.message_digest != found {
        return Err(SignatureError::ContentChanged { signed: signed.attributes.message_digest, found });
    }
    let signer = signed.signer_certificate()?.clone();
    let bound = signed.attributes.binds(&signer)?;
    let key = signer
        .public_key()
        .map_err(|source| SignatureError::PublicKey { subject: signer.subject(), source: source.clone() })?;
    if !key.verifies(signed.algorithm, &signed.attributes.signed_bytes, signed.signature) {
        return Err(SignatureError::NoMatch { subject: signer.subject() });
    }
    Ok(VerifiedSignature {
        certificates: signed.certificates,
        algorithm: signed.algorithm,
        content_digest: found,
        claimed_signing_time: signed.attributes.signing_time,
        signing_certificate_bound: bound,
        has_unsigned_attributes: signed.has_unsigned_attributes,
        signer,
    })
}
