//! Reading and verifying a CMS signature.

use crate::algorithm::{Algorithm, BadPublicKey, DigestAlgorithm};
use crate::certificate::{Certificate, CertificateError};
use crate::cms::ber;
use crate::cms::signed_data::{self, Identifier, SignedData, expect_type};
use crate::hex::Hex;
use crate::oid;
use crate::signed_facts::{Claim, Commitment, Location};
use const_oid::ObjectIdentifier;

/// Proof that a key signed these bytes. Made by [`verify_detached`] and [`verify_parts`] alone.
///
/// It proves that the key in [`VerifiedSignature::signer`] made the signature over the content with this digest. It
/// does not prove whose key that is ([`crate::path`] does), nor when it was made: the time is the signer's claim.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedSignature {
    signer: Certificate,
    certificates: Vec<Certificate>,
    algorithm: Algorithm,
    digest: DigestAlgorithm,
    content_digest: Vec<u8>,
    value: Vec<u8>,
    claimed_signing_time: Option<i64>,
    signing_certificate_bound: bool,
    commitment: Option<Commitment>,
    location: Option<Location>,
    claims: Vec<Claim>,
    crls: Vec<Vec<u8>>,
    ocsps: Vec<Vec<u8>>,
    timestamps: Vec<Vec<u8>>,
    archive_timestamps: Vec<Vec<u8>>,
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

    /// What the content was digested with.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The digest of the content.
    pub fn content_digest(&self) -> &[u8] {
        &self.content_digest
    }

    /// The signature itself: what a signature timestamp is over.
    pub fn value(&self) -> &[u8] {
        &self.value
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

    /// What the signer says that signing meant.
    pub fn commitment(&self) -> Option<Commitment> {
        self.commitment
    }

    /// Where the signer says they signed.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// What the signer claims to be, and to sign.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The capacity the signer claims under the signature.
    pub fn claimed_capacity(&self) -> Option<&str> {
        self.claims.iter().find(|claim| claim.is_capacity()).map(|claim| claim.text.as_str())
    }

    /// The kind of act the signer claims under the signature.
    pub fn claimed_act(&self) -> Option<&str> {
        self.claims.iter().find(|claim| claim.is_act()).map(|claim| claim.text.as_str())
    }

    /// Revocation lists embedded, in DER; those that no signature covers prove themselves or nothing.
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// OCSP answers embedded (`BasicOCSPResponse` or `OCSPResponse`), in DER.
    pub fn ocsps(&self) -> &[Vec<u8>] {
        &self.ocsps
    }

    /// Tokens that say they are over the signature value, unverified (EN 319 122-1 §5.3).
    pub fn timestamps(&self) -> &[Vec<u8>] {
        &self.timestamps
    }

    /// Archive timestamps, version 3, unverified (EN 319 122-1 §5.5.3).
    pub fn archive_timestamps(&self) -> &[Vec<u8>] {
        &self.archive_timestamps
    }

    /// Whether there are unsigned attributes: anybody can add them.
    pub fn has_unsigned_attributes(&self) -> bool {
        self.has_unsigned_attributes
    }
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Larger than is read here.
    #[error("a signature of {length} bytes is larger than {most}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit: [`SIGNATURE_MAX`] or [`CMS_MAX`].
        most: usize,
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
    /// Revocation lists inside an act's signature: they are kept beside it, so that it never changes.
    #[error("the signature holds revocation lists; keep them beside it")]
    RevocationInside,
    /// More revocation lists and answers than are read here.
    #[error("the signature holds more than {most} revocation lists and answers")]
    TooMuchRevocationData {
        /// The limit.
        most: usize,
    },
    /// More unsigned attributes, or values of one, than are read here.
    #[error("the signature has more than {most} unsigned attributes")]
    TooManyUnsigned {
        /// The limit.
        most: usize,
    },
    /// The content is neither given nor inside.
    #[error("the content is not inside the signature: give the file that was signed")]
    Detached,
    /// No certificate, or too many.
    #[error("the signature holds {found} certificates, expected 1 to {most}")]
    CertificateCount {
        /// How many.
        found: usize,
        /// The limit.
        most: usize,
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
    #[error("the content has {}:{}, the signature is over {}:{}", .digest.prefix(), Hex(.found), .digest.prefix(), Hex(.signed))]
    ContentChanged {
        /// By which digest.
        digest: DigestAlgorithm,
        /// What the signature says.
        signed: Vec<u8>,
        /// The digest of the content given.
        found: Vec<u8>,
    },
    /// The message digest has another length than its algorithm's.
    #[error("the signed message digest has {found} bytes, {algorithm} has {}", .algorithm.size())]
    DigestLength {
        /// The algorithm named.
        algorithm: DigestAlgorithm,
        /// Its length in bytes.
        found: usize,
    },
    /// Another certificate than the one that was bound (RFC 5035 §4).
    #[error("the signature binds the certificate with digest {}, it holds one with {}", Hex(.bound), Hex(.used))]
    CertificateSwapped {
        /// What signing-certificate-v2 says.
        bound: Vec<u8>,
        /// The certificate that the signature names, by the same digest.
        used: Vec<u8>,
    },
    /// Algorithms other than those that the signature protects (RFC 6211).
    #[error("the signature's algorithms are not those that its cms-algorithm-protection names")]
    AlgorithmSwapped,
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

/// Bound on an act's signature in bytes: one with a chain of four has 4 KiB; an act and its signature travel together
/// in a record of at most 64 KiB.
pub const SIGNATURE_MAX: usize = 64 * 1024;

/// Bound on any signature in bytes: those in PDFs carry revocation lists and timestamps.
pub const CMS_MAX: usize = 16 * 1024 * 1024;

/// Bound on the certificates in an act's signature: a path here has at most eight.
const ACT_CERTIFICATES_MAX: usize = 16;

/// The DER inside a PEM block that holds CMS (RFC 7468 §8 and §9); `None` where there is none.
pub fn unarmoured(bytes: &[u8]) -> Option<Vec<u8>> {
    match der::pem::decode_vec(bytes) {
        Ok(("CMS" | "PKCS7", der)) => Some(der),
        _ => None,
    }
}

/// Verifies an act's signature: a detached CMS signature over `content`.
///
/// Strict: DER to the last byte; exactly one signer; no content inside; versions as RFC 5652 §5.1 has them; every embedded
/// certificate readable; content-type and message-digest among the signed attributes, each once; the signed attributes
/// are hashed as they came, re-tagged SET OF (RFC 5652 §5.4). signing-certificate-v2 must fit the certificate wherever it
/// is present.
pub fn verify_detached(content: &[u8], p7s: &[u8]) -> Result<VerifiedSignature, SignatureError> {
    expect_size(p7s, SIGNATURE_MAX)?;
    let signed = SignedData::read(p7s)?;
    expect_act_shape(&signed)?;
    check(&signed, &[content])
}

/// Verifies anybody's detached signature over parts in a row, as a PDF's byte ranges are.
///
/// As [`verify_detached`], but reads what other programs write: BER, version numbers that don't fit the shape, revocation
/// data inside, certificates that can't be read (they vouch for nothing).
pub fn verify_parts(parts: &[&[u8]], p7s: &[u8]) -> Result<VerifiedSignature, SignatureError> {
    expect_size(p7s, CMS_MAX)?;
    let der = ber::to_der(p7s);
    let signed = SignedData::read(&der)?;
    expect_type(signed.content_type, oid::DATA, "type of the content")?;
    if signed.content.is_some() {
        return Err(SignatureError::NotDetached);
    }
    check(&signed, parts)
}

/// Verifies a signature that has its content inside, and gives that content; [`SignatureError::Detached`] where it is not
/// there.
pub fn verify_attached(p7s: &[u8]) -> Result<(Vec<u8>, VerifiedSignature), SignatureError> {
    attached(p7s, oid::DATA)
}

/// The same for a content of some type.
pub(crate) fn attached(
    p7s: &[u8],
    content_type: ObjectIdentifier,
) -> Result<(Vec<u8>, VerifiedSignature), SignatureError> {
    expect_size(p7s, CMS_MAX)?;
    let der = ber::to_der(p7s);
    let signed = SignedData::read(&der)?;
    expect_type(signed.content_type, content_type, "type of the content")?;
    let content = signed.content.ok_or(SignatureError::Detached)?;
    Ok((content.to_vec(), check(&signed, &[content])?))
}

fn expect_size(p7s: &[u8], most: usize) -> Result<(), SignatureError> {
    if p7s.len() > most { Err(SignatureError::TooLarge { length: p7s.len(), most }) } else { Ok(()) }
}

/// The one shape of an act's signature.
fn expect_act_shape(signed: &SignedData<'_>) -> Result<(), SignatureError> {
    expect_type(signed.content_type, oid::DATA, "type of the content")?;
    if signed.content.is_some() {
        return Err(SignatureError::NotDetached);
    }
    if signed.raw.revocation.is_some() {
        return Err(SignatureError::RevocationInside);
    }
    let expected = match signed.signer.identifier {
        Identifier::IssuerAndSerial { .. } => 1,
        Identifier::SubjectKey(_) => 3,
    };
    for (part, found) in [("signer", signed.signer.version), ("signed data", signed.version)] {
        if found != expected {
            return Err(SignatureError::Version { part, expected, found });
        }
    }
    if let Some(fault) = &signed.certificate_fault {
        return Err(fault.clone());
    }
    let (found, most) = (signed.certificates_found, ACT_CERTIFICATES_MAX);
    if found == 0 || found > most {
        return Err(SignatureError::CertificateCount { found, most });
    }
    let digests = signed_data::only_digest(signed.raw.digests)?;
    if digests != signed.signer.digest {
        return Err(SignatureError::AlgorithmSwapped);
    }
    Ok(())
}

fn check(signed: &SignedData<'_>, parts: &[&[u8]]) -> Result<VerifiedSignature, SignatureError> {
    let (info, attributes) = (&signed.signer, &signed.signer.attributes);
    let digest = info.digest;
    let found = digest.of(parts);
    if attributes.message_digest != found {
        let signed = attributes.message_digest.to_vec();
        return Err(SignatureError::ContentChanged { digest, signed, found });
    }
    let signer = signed.signer_certificate()?.clone();
    let bound = attributes.binds(&signer)?;
    let key = signer
        .public_key()
        .map_err(|source| SignatureError::PublicKey { subject: signer.subject(), source: source.clone() })?;
    if !key.verifies(info.algorithm, &attributes.signed_bytes, info.signature) {
        return Err(SignatureError::NoMatch { subject: signer.subject() });
    }
    let owned = |under: &[&[u8]], beside: &[&[u8]]| {
        under.iter().chain(beside).map(|one| one.to_vec()).collect::<Vec<_>>()
    };
    Ok(VerifiedSignature {
        certificates: signed.certificates.clone(),
        algorithm: info.algorithm,
        digest,
        content_digest: found,
        value: info.signature.to_vec(),
        claimed_signing_time: attributes.signing_time,
        signing_certificate_bound: bound,
        commitment: attributes.commitment,
        location: attributes.location.clone(),
        claims: attributes.claims.clone(),
        crls: owned(&attributes.archived.0, &signed.crls),
        ocsps: owned(&attributes.archived.1, &signed.ocsps),
        timestamps: info.unsigned.signature_timestamps(),
        archive_timestamps: info.unsigned.archive_timestamps(),
        has_unsigned_attributes: !info.unsigned.0.is_empty(),
        signer,
    })
}
