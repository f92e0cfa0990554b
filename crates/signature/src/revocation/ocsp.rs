//! OCSP answers (RFC 6960 §4.2).

use super::source::RevocationReason;
use crate::algorithm::{Algorithm, DigestAlgorithm, PublicKey};
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::name::DistinguishedName;
use crate::oid;
use crate::read::{Walk, context, context_primitive};
use crate::time::read_generalized;
use const_oid::ObjectIdentifier;
use der::asn1::BitStringRef;
use der::{Decode, Tag};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use x509_cert::ext::Extension;
use x509_cert::name::Name;

/// An OCSP answer (`BasicOCSPResponse`). Cheap to clone. Parsing asserts nothing about who signed it.
#[derive(Clone)]
pub struct OcspResponse(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    fingerprint: [u8; 32],
    tbs: Vec<u8>,
    responder: Responder,
    produced_at: i64,
    answers: Vec<Answer>,
    refused: Option<ObjectIdentifier>,
    algorithm: Result<Algorithm, ObjectIdentifier>,
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
}

/// `ResponderID`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Responder {
    Name(DistinguishedName),
    /// SHA-1 of the key's bits.
    Key(Vec<u8>),
}

/// `SingleResponse`.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Of the two hashes; `Err` where it isn't known here.
    digest: Result<IdentifierDigest, ObjectIdentifier>,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    serial: Vec<u8>,
    pub(super) says: Says,
    pub(super) this_update: i64,
    pub(super) next_update: Option<i64>,
    /// Statuses of certificates that expired since then are kept (RFC 6960 §4.4.4).
    pub(super) archive_cutoff: Option<i64>,
    pub(super) refused: Option<ObjectIdentifier>,
}

/// What identifies an issuer in an answer. Nothing rests on its strength: the answer is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdentifierDigest {
    Sha1,
    Sha2(DigestAlgorithm),
}

/// `CertStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Good,
    Revoked { at: i64, reason: RevocationReason },
    Unknown,
}

/// Why bytes are not an OCSP answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspError {
    /// More than [`OCSP_MAX`].
    #[error("an OCSP answer of {length} bytes is larger than {OCSP_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// Not the DER of an answer.
    #[error("an OCSP answer's {part} does not parse")]
    Malformed {
        /// Where reading stopped.
        part: &'static str,
        /// What the reader of DER said.
        source: der::Error,
    },
    /// The responder gave none (RFC 6960 §4.2.1).
    #[error("the responder gave no answer: {}", refusal(*.status))]
    Refused {
        /// `OCSPResponseStatus`: 1 malformed request, 2 internal error, 3 try later, 5 signature required, 6 unauthorized.
        status: u8,
    },
    /// Another kind of answer than the basic one.
    #[error("the OCSP answer is of kind {found}, only the basic one is known here")]
    Kind {
        /// Which.
        found: ObjectIdentifier,
    },
    /// About more certificates than anybody asks about.
    #[error("the OCSP answer is about more than {ANSWERS_MAX} certificates")]
    TooManyAnswers,
}

/// Bound on an answer's bytes: one is a few kilobytes, with its responder's certificates.
pub const OCSP_MAX: usize = 1024 * 1024;

/// Bound on the certificates one answer is about; responders are asked about one, seldom about a chain.
const ANSWERS_MAX: usize = 1_000;

/// Bound on the certificates an answer brings along.
const CERTIFICATES_MAX: usize = 16;

fn refusal(status: u8) -> &'static str {
    match status {
        1 => "it found the request malformed",
        2 => "internal error",
        3 => "try later",
        5 => "it wants signed requests",
        6 => "it is not authorised to",
        _ => "a status that nobody defined",
    }
}

impl OcspResponse {
    /// Reads an `OCSPResponse`, or the `BasicOCSPResponse` inside one, in DER to the last byte.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspError> {
        if der.len() > OCSP_MAX {
            return Err(OcspError::TooLarge { length: der.len() });
        }
        let part = |part| move |source| OcspError::Malformed { part, source };
        let mut outer = Walk::new(der).map_err(part("structure"))?;
        let mut response = outer.enter(Tag::Sequence).map_err(part("structure"))?;
        outer.finish().map_err(part("structure"))?;
        let Some(status) = response.take_if(Tag::Enumerated).map_err(part("status"))? else {
            return Self::read_basic(der, der);
        };
        match status.value {
            [0] => {}
            [status] => return Err(OcspError::Refused { status: *status }),
            _ => return Err(part("status")(Tag::Enumerated.value_error().into())),
        }
        let (kind, basic) = response_bytes(&mut response).map_err(part("structure"))?;
        response.finish().map_err(part("structure"))?;
        if kind != oid::OCSP_BASIC {
            return Err(OcspError::Kind { found: kind });
        }
        Self::read_basic(der, basic)
    }

    fn read_basic(der: &[u8], basic: &[u8]) -> Result<Self, OcspError> {
        let part = |part| move |source| OcspError::Malformed { part, source };
        let raw = Raw::read(basic).map_err(part("structure"))?;
        let mut fields = Walk::new(raw.tbs_content).map_err(part("structure"))?;
        // Only version 1 exists, and DER leaves it out; some write it.
        fields.take_if(context(0)).map_err(part("version"))?;
        let responder = Responder::read(&mut fields).map_err(part("responder"))?;
        let produced_at = read_generalized(&mut fields).map_err(part("time"))?;
        let mut list = fields.enter(Tag::Sequence).map_err(part("answers"))?;
        let mut answers = Vec::new();
        while !list.is_done() {
            if answers.len() >= ANSWERS_MAX {
                return Err(OcspError::TooManyAnswers);
            }
            answers.push(Answer::read(&mut list).map_err(part("answers"))?);
        }
        let refused = match fields.take_if(context(1)).map_err(part("extensions"))? {
            Some(extensions) => read_extensions(extensions.value).map_err(part("extensions"))?.refused,
            None => None,
        };
        fields.finish().map_err(part("structure"))?;
        Ok(Self(Arc::new(Parsed {
            der: der.to_vec(),
            fingerprint: Sha256::digest(der).into(),
            tbs: raw.tbs.to_vec(),
            responder,
            produced_at,
            answers,
            refused,
            algorithm: Algorithm::of(raw.algorithm).map_err(part("signature algorithm"))?,
            signature: raw.signature.to_vec(),
            certificates: raw.certificates,
        })))
    }

    /// The answer as it came: with its status around it, or bare.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// Who says so: a name in RFC 4514's text form, or `key sha1:…`. A claim until its signature is checked.
    pub fn responder(&self) -> String {
        match &self.0.responder {
            Responder::Name(name) => name.to_string(),
            Responder::Key(hash) => format!("key sha1:{}", crate::hex::Hex(hash)),
        }
    }

    /// When it was signed, in unix seconds.
    pub fn produced_at(&self) -> i64 {
        self.0.produced_at
    }

    /// As of when its oldest status holds, in unix seconds; `None` where it holds none.
    pub fn this_update(&self) -> Option<i64> {
        self.0.answers.iter().map(|answer| answer.this_update).min()
    }

    /// When newer news is due for the first of its statuses, in unix seconds, if it says.
    pub fn next_update(&self) -> Option<i64> {
        self.0.answers.iter().filter_map(|answer| answer.next_update).min()
    }

    /// The certificates it brings along: claims until a path has proven them.
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// Whether each of its answers is about one of these certificates, by serial number and issuer's name: it tells of no
    /// other. One without an answer tells of none.
    pub fn is_about_none_but(&self, certificates: &[&Certificate]) -> bool {
        let about = |answer: &Answer| certificates.iter().any(|certificate| answer.may_be_about(certificate));
        self.0.answers.iter().all(about)
    }

    /// Every answer about a certificate, by what identifies its issuer: a responder may give several, and the worst counts.
    pub(super) fn answers(
        &self,
        certificate: &Certificate,
        issuer: &PublicKey,
    ) -> impl Iterator<Item = &Answer> {
        self.0.answers.iter().filter(|answer| answer.is_about(certificate, issuer))
    }

    /// Whether a key that bears this name may be the one that signed.
    pub(super) fn names_responder(&self, name: &DistinguishedName, key: &PublicKey) -> bool {
        match &self.0.responder {
            Responder::Name(responder) => responder.matches(name),
            Responder::Key(hash) => *hash == crate::sha1::digest(key.bits()),
        }
    }

    pub(super) fn refused(&self) -> Option<ObjectIdentifier> {
        self.0.refused
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, ObjectIdentifier> {
        self.0.algorithm
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey, checks: &Checks) -> bool {
        let Parsed { algorithm, tbs, signature, .. } = &*self.0;
        algorithm.is_ok_and(|algorithm| checks.verifies(key, algorithm, tbs, signature))
    }
}

/// `[0] ResponseBytes`.
fn response_bytes<'a>(response: &mut Walk<'a>) -> der::Result<(ObjectIdentifier, &'a [u8])> {
    let mut bytes = response.enter(context(0))?.enter(Tag::Sequence)?;
    let kind = bytes.decode()?;
    let basic = bytes.take(Tag::OctetString)?.value;
    bytes.finish()?;
    Ok((kind, basic))
}

struct Raw<'a> {
    tbs: &'a [u8],
    tbs_content: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    certificates: Vec<Certificate>,
}

impl<'a> Raw<'a> {
    fn read(basic: &'a [u8]) -> der::Result<Self> {
        let mut outer = Walk::new(basic)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let tbs = fields.take(Tag::Sequence)?;
        let algorithm = fields.take(Tag::Sequence)?.whole;
        let signature: BitStringRef<'a> = fields.decode()?;
        let signature = signature.as_bytes().ok_or(Tag::BitString.value_error())?;
        let mut certificates = Vec::new();
        if let Some(tagged) = fields.take_if(context(0))? {
            let mut list = Walk::new(tagged.value)?.enter(Tag::Sequence)?;
            while !list.is_done() && certificates.len() < CERTIFICATES_MAX {
                // One that can't be read vouches for nothing.
                certificates.extend(Certificate::from_der(list.take_any()?));
            }
        }
        fields.finish()?;
        Ok(Self { tbs: tbs.whole, tbs_content: tbs.value, algorithm, signature, certificates })
    }
}

impl Responder {
    fn read(fields: &mut Walk<'_>) -> der::Result<Self> {
        if let Some(name) = fields.take_if(context(1))? {
            return Ok(Self::Name(DistinguishedName::from_name(
                &Name::from_der(name.value)?,
                name.value.to_vec(),
            )));
        }
        let mut key = fields.enter(context(2))?;
        let hash = key.take(Tag::OctetString)?.value.to_vec();
        key.finish()?;
        Ok(Self::Key(hash))
    }
}

impl Answer {
    fn read(list: &mut Walk<'_>) -> der::Result<Self> {
        let mut fields = list.enter(Tag::Sequence)?;
        let mut id = fields.enter(Tag::Sequence)?;
        let mut algorithm = id.enter(Tag::Sequence)?;
        let digest: ObjectIdentifier = algorithm.decode()?;
        let digest = match digest {
            oid::SHA_1 => Ok(IdentifierDigest::Sha1),
            other => DigestAlgorithm::of_oid(other).map(IdentifierDigest::Sha2).ok_or(other),
        };
        let issuer_name = id.take(Tag::OctetString)?.value.to_vec();
        let issuer_key = id.take(Tag::OctetString)?.value.to_vec();
        let serial = id.take(Tag::Integer)?.value.to_vec();
        id.finish()?;
        let says = Says::read(&mut fields)?;
        let this_update = read_generalized(&mut fields)?;
        let next_update = match fields.take_if(context(0))? {
            Some(tagged) => Some(read_generalized(&mut Walk::new(tagged.value)?)?),
            None => None,
        };
        let extensions = match fields.take_if(context(1))? {
            Some(tagged) => read_extensions(tagged.value)?,
            None => ReadExtensions::default(),
        };
        fields.finish()?;
        let ReadExtensions { archive_cutoff, refused } = extensions;
        Ok(Self {
            digest,
            issuer_name,
            issuer_key,
            serial,
            says,
            this_update,
            next_update,
            archive_cutoff,
            refused,
        })
    }

    fn is_about(&self, certificate: &Certificate, issuer: &PublicKey) -> bool {
        self.may_be_about(certificate)
            && self.digest.is_ok_and(|digest| self.issuer_key == digest.of(issuer.bits()))
    }

    /// By what can be told without the issuer's key.
    fn may_be_about(&self, certificate: &Certificate) -> bool {
        self.serial == certificate.serial()
            && self.digest.is_ok_and(|digest| self.issuer_name == digest.of(certificate.issuer_der()))
    }
}

impl IdentifierDigest {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => crate::sha1::digest(bytes).to_vec(),
            Self::Sha2(digest) => digest.of(&[bytes]),
        }
    }
}

impl Says {
    fn read(fields: &mut Walk<'_>) -> der::Result<Self> {
        if fields.take_if(context_primitive(0))?.is_some() {
            return Ok(Self::Good);
        }
        if let Some(revoked) = fields.take_if(context(1))? {
            let mut revoked = Walk::new(revoked.value)?;
            let at = read_generalized(&mut revoked)?;
            let reason = match revoked.take_if(context(0))? {
                Some(tagged) => match Walk::new(tagged.value)?.take(Tag::Enumerated)?.value {
                    [code] => RevocationReason::of(*code),
                    _ => RevocationReason::Unspecified,
                },
                None => RevocationReason::Unspecified,
            };
            return Ok(Self::Revoked { at, reason });
        }
        fields.take(context_primitive(2))?;
        Ok(Self::Unknown)
    }
}

#[derive(Default)]
struct ReadExtensions {
    archive_cutoff: Option<i64>,
    refused: Option<ObjectIdentifier>,
}

/// `[1] EXPLICIT Extensions`. The nonce is for who asked; an answer at hand is judged by its times.
fn read_extensions(tagged: &[u8]) -> der::Result<ReadExtensions> {
    let mut explicit = Walk::new(tagged)?;
    let mut list = explicit.enter(Tag::Sequence)?;
    explicit.finish()?;
    let mut found = ReadExtensions::default();
    while !list.is_done() {
        let extension: Extension = list.decode()?;
        match extension.extn_id {
            oid::OCSP_ARCHIVE_CUTOFF => {
                found.archive_cutoff =
                    Some(read_generalized(&mut Walk::new(extension.extn_value.as_bytes())?)?);
            }
            oid::OCSP_NONCE | oid::OCSP_EXTENDED_REVOKE => {}
            id if extension.critical => found.refused = found.refused.or(Some(id)),
            _ => {}
        }
    }
    Ok(found)
}

impl PartialEq for OcspResponse {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for OcspResponse {}

impl fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OcspResponse({}, unix {})", self.responder(), self.0.produced_at)
    }
}
