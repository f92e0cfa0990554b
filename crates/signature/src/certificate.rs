//! An X.509 certificate: what it says, beside the bytes it came in.

use crate::algorithm::{Algorithm, BadPublicKey, PublicKey};
use crate::checks::Checks;
use crate::extensions::Extensions;
use crate::general_name::GeneralName;
use crate::hex::Hex;
use crate::name::DistinguishedName;
use crate::oid;
use crate::read::{Walk, context, context_primitive, is_shortest_integer};
use crate::time;
use const_oid::ObjectIdentifier;
use der::asn1::BitStringRef;
use der::pem::LineEnding;
use der::{Decode, Tag};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use x509_cert::name::Name;

/// A certificate (RFC 5280 §4.1). Cheap to clone.
///
/// Equality and hashes go by the original bytes. Parsing asserts nothing about who issued it: see [`crate::path`].
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

/// What was read, once.
struct Parsed {
    der: Vec<u8>,
    fingerprint: [u8; 32],
    /// The bytes the issuer signed.
    tbs: Vec<u8>,
    /// The issuer's name and the serial number, in DER.
    issuer_der: Vec<u8>,
    serial_der: Vec<u8>,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    not_before: i64,
    not_after: i64,
    /// The key, or why it is of no use here: such a certificate can still be shown and stored.
    public_key: Result<PublicKey, BadPublicKey>,
    /// The issuer's algorithm, or the identifier that isn't known here.
    algorithm: Result<Algorithm, ObjectIdentifier>,
    signature: Vec<u8>,
    extensions: Extensions,
}

/// Why bytes are not a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// More than [`CERTIFICATE_MAX`].
    #[error("a certificate of {length} bytes is larger than {CERTIFICATE_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// Not the DER of a certificate.
    #[error("a certificate's {part} does not parse")]
    Malformed {
        /// Where reading stopped.
        part: &'static str,
        /// What the reader of DER said.
        source: der::Error,
    },
    /// Not PEM with the label `CERTIFICATE`.
    #[error("this is not a PEM certificate (-----BEGIN CERTIFICATE-----)")]
    NotPem,
    /// The algorithm is named twice, differently (RFC 5280 §4.1.1.2).
    #[error("a certificate names one signature algorithm inside and another outside")]
    TwoAlgorithms,
    /// An extension appears twice (RFC 5280 §4.2).
    #[error("a certificate has the extension {extension} twice")]
    ExtensionTwice {
        /// Which.
        extension: ObjectIdentifier,
    },
    /// The last moment lies before the first.
    #[error("a certificate ends (unix {not_after}) before it begins (unix {not_before})")]
    EndsBeforeItBegins {
        /// First second of validity.
        not_before: i64,
        /// Last second of validity.
        not_after: i64,
    },
}

/// Bound on a certificate's bytes: those in use are a few kilobytes, and a signature of 64 KiB must hold several.
pub const CERTIFICATE_MAX: usize = 32 * 1024;

/// Bound on a serial number: 20 octets (RFC 5280 §4.1.2.2), and one for those who forgot that it is signed.
const SERIAL_MAX: usize = 21;

impl Certificate {
    /// Reads a DER certificate, to the last byte.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > CERTIFICATE_MAX {
            return Err(CertificateError::TooLarge { length: der.len() });
        }
        let part = |part| move |source| CertificateError::Malformed { part, source };
        let raw = Raw::read(der).map_err(part("structure"))?;
        if raw.inner_algorithm != raw.outer_algorithm {
            return Err(CertificateError::TwoAlgorithms);
        }
        let Raw { not_before, not_after, .. } = raw;
        let name = |der: &[u8]| -> der::Result<DistinguishedName> {
            Ok(DistinguishedName::from_name(&Name::from_der(der)?, der.to_vec()))
        };
        if not_after < not_before {
            return Err(CertificateError::EndsBeforeItBegins { not_before, not_after });
        }
        Ok(Self(Arc::new(Parsed {
            der: der.to_vec(),
            fingerprint: Sha256::digest(der).into(),
            tbs: raw.tbs.to_vec(),
            issuer_der: raw.issuer.to_vec(),
            serial_der: raw.serial.to_vec(),
            subject: name(raw.subject).map_err(part("subject"))?,
            issuer: name(raw.issuer).map_err(part("issuer"))?,
            not_before,
            not_after,
            public_key: PublicKey::from_der(raw.public_key),
            algorithm: Algorithm::of(raw.outer_algorithm).map_err(part("signature algorithm"))?,
            signature: raw.signature.to_vec(),
            extensions: Extensions::read(raw.extensions)?,
        })))
    }

    /// Reads one PEM certificate (RFC 7468 §5).
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        match der::pem::decode_vec(pem.as_bytes()) {
            Ok(("CERTIFICATE", der)) => Self::from_der(&der),
            _ => Err(CertificateError::NotPem),
        }
    }

    /// The certificate as it came, in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The certificate in PEM, lines ended by `\n`.
    pub fn to_pem(&self) -> String {
        // Encoding fails only beyond sizes that `from_der` refuses.
        der::pem::encode_string("CERTIFICATE", LineEnding::LF, &self.0.der).unwrap_or_default()
    }

    /// SHA-256 of the DER: what a map's `key sha256:…` and a policy's `trust … sha256:…` name.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// Whom it is for, in RFC 4514's text form, fit for a terminal.
    pub fn subject(&self) -> String {
        self.0.subject.to_string()
    }

    /// Who issued it, in RFC 4514's text form, fit for a terminal.
    pub fn issuer(&self) -> String {
        self.0.issuer.to_string()
    }

    /// Whom it is for.
    pub fn subject_name(&self) -> &DistinguishedName {
        &self.0.subject
    }

    /// Who says so. A claim until [`crate::path`] has proven it.
    pub fn issuer_name(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// The serial number: a DER INTEGER's content.
    pub fn serial(&self) -> &[u8] {
        // The header is two bytes: a serial number has at most 21 octets.
        self.0.serial_der.get(2..).unwrap_or_default()
    }

    /// First second of validity, in unix seconds.
    pub fn not_before(&self) -> i64 {
        self.0.not_before
    }

    /// Last second of validity, in unix seconds (RFC 5280 §4.1.2.5: both ends belong to it).
    pub fn not_after(&self) -> i64 {
        self.0.not_after
    }

    /// Whether it says that its key may issue certificates (RFC 5280 §4.2.1.9).
    pub fn is_ca(&self) -> bool {
        self.0.extensions.basic_constraints.as_ref().is_some_and(|basic| basic.ca)
    }

    /// Whether subject and issuer are one name. Says nothing about who signed it.
    pub fn is_self_issued(&self) -> bool {
        self.0.subject.matches(&self.0.issuer)
    }

    /// Whether it is self-issued, and by its own key: an authority may bear the name of whom it vouches for.
    pub fn is_self_signed(&self) -> bool {
        self.is_self_issued() && self.public_key().is_ok_and(|key| self.is_signed_by(key, &Checks::default()))
    }

    /// The policies it was issued under (RFC 5280 §4.2.1.4); 2.5.29.32.0 is any of them. Empty where it names none.
    pub fn policies(&self) -> &[ObjectIdentifier] {
        self.0.extensions.policies.as_deref().unwrap_or_default()
    }

    /// The subject's further names (RFC 5280 §4.2.1.6).
    pub fn alternative_names(&self) -> &[GeneralName] {
        &self.0.extensions.alternative_names
    }

    /// The purposes that its extended key usage names (RFC 5280 §4.2.1.12); `None` where it has no such extension.
    pub fn extended_key_usage(&self) -> Option<&[ObjectIdentifier]> {
        self.0.extensions.extended_key_usage.as_deref()
    }

    /// Whether its key may sign these bytes' likes: digital signatures or commitments (RFC 5280 §4.2.1.3).
    pub fn may_sign(&self) -> bool {
        let usage = self.0.extensions.key_usage.as_ref();
        usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// Whether its issuer asks nobody to check its revocation (id-pkix-ocsp-nocheck, RFC 6960 §4.2.2.2.1).
    pub fn is_never_checked(&self) -> bool {
        self.0.extensions.no_check
    }

    /// Whether its one purpose is timestamping, and must be heeded (RFC 3161 §2.3).
    pub fn is_for_timestamping_alone(&self) -> bool {
        let extensions = &self.0.extensions;
        extensions.extended_key_usage_critical
            && extensions.extended_key_usage.as_deref() == Some(&[oid::TIME_STAMPING][..])
    }

    /// Its public key; `Err` says why that key is of no use here.
    pub fn public_key(&self) -> Result<&PublicKey, &BadPublicKey> {
        self.0.public_key.as_ref()
    }

    /// The subject key identifier (RFC 5280 §4.2.1.2), if it has one.
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key.as_deref()
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    pub(crate) fn serial_der(&self) -> &[u8] {
        &self.0.serial_der
    }

    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.0.issuer_der
    }

    /// The algorithm its issuer used, or the identifier that isn't known here.
    pub(crate) fn algorithm(&self) -> Result<Algorithm, ObjectIdentifier> {
        self.0.algorithm
    }

    /// Whether `key` signed this certificate. `false` too where the algorithm isn't known.
    pub(crate) fn is_signed_by(&self, key: &PublicKey, checks: &Checks) -> bool {
        let Parsed { algorithm, tbs, signature, .. } = &*self.0;
        algorithm.is_ok_and(|algorithm| checks.verifies(key, algorithm, tbs, signature))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl std::hash::Hash for Certificate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.fingerprint.hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, sha256:{})", self.0.subject, Hex(&self.0.fingerprint))
    }
}

/// The parts whose original bytes count.
struct Raw<'a> {
    tbs: &'a [u8],
    inner_algorithm: &'a [u8],
    outer_algorithm: &'a [u8],
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    not_before: i64,
    not_after: i64,
    public_key: &'a [u8],
    /// The content of the list; empty where there is none.
    extensions: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Raw<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut outer = Walk::new(der)?;
        let mut certificate = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let tbs = certificate.take(Tag::Sequence)?;
        let outer_algorithm = certificate.take(Tag::Sequence)?.whole;
        let signature: BitStringRef<'a> = certificate.decode()?;
        certificate.finish()?;
        let mut fields = Walk::new(tbs.value)?;
        let version = fields.take_if(context(0))?.map(|version| version.value);
        let serial = fields.take(Tag::Integer)?;
        if serial.value.len() > SERIAL_MAX || !is_shortest_integer(serial.value) {
            return Err(Tag::Integer.value_error().into());
        }
        let inner_algorithm = fields.take(Tag::Sequence)?.whole;
        let issuer = fields.take(Tag::Sequence)?.whole;
        let mut validity = fields.enter(Tag::Sequence)?;
        let (not_before, not_after) = (time::read(&mut validity)?, time::read(&mut validity)?);
        validity.finish()?;
        let subject = fields.take(Tag::Sequence)?.whole;
        let public_key = fields.take(Tag::Sequence)?.whole;
        // Identifiers that nobody uses any more (§4.1.2.8).
        fields.take_if(context_primitive(1))?;
        fields.take_if(context_primitive(2))?;
        let extensions = fields.take_if(context(3))?;
        fields.finish()?;
        // Extensions came with version 3 (§4.1.2.1).
        if !matches!((version, &extensions), (Some([2, 1, 2]), _) | (None | Some([2, 1, 1]), None)) {
            return Err(Tag::Integer.value_error().into());
        }
        let extensions = match extensions {
            Some(tagged) => {
                let mut explicit = Walk::new(tagged.value)?;
                let list = explicit.take(Tag::Sequence)?.value;
                explicit.finish()?;
                list
            }
            None => &[],
        };
        let signature = signature.as_bytes().ok_or(Tag::BitString.value_error())?;
        Ok(Self {
            tbs: tbs.whole,
            inner_algorithm,
            outer_algorithm,
            serial: serial.whole,
            issuer,
            subject,
            not_before,
            not_after,
            public_key,
            extensions,
            signature,
        })
    }
}
