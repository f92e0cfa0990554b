//! Certificate revocation lists (RFC 5280 §5).

use super::entries::{self, Entry, Survey};
use super::point::IssuingPoint;
use crate::algorithm::{Algorithm, PublicKey};
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::name::DistinguishedName;
use crate::oid;
use crate::read::{Walk, context};
use crate::time;
use const_oid::ObjectIdentifier;
use der::asn1::BitStringRef;
use der::{Decode, Tag};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::name::Name;

/// A revocation list (RFC 5280 §5.1). Cheap to clone.
///
/// Its entries stay where they are in the DER: reading a list of a million takes no second copy of it. Parsing asserts
/// nothing about who issued it.
#[derive(Clone)]
pub struct Crl(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    fingerprint: [u8; 32],
    tbs: Range<usize>,
    entries: Range<usize>,
    survey: Survey,
    issuer: DistinguishedName,
    this_update: i64,
    next_update: Option<i64>,
    algorithm: Result<Algorithm, ObjectIdentifier>,
    signature: Range<usize>,
    extensions: Extensions,
}

#[derive(Default)]
struct Extensions {
    number: Option<Vec<u8>>,
    base: Option<Vec<u8>>,
    point: Option<IssuingPoint>,
    authority_key: Option<Vec<u8>>,
    keeps_expired_since: Option<i64>,
    refused: Option<ObjectIdentifier>,
}

/// Why bytes are not a revocation list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// More than [`CRL_MAX`].
    #[error("a revocation list of {length} bytes is larger than {CRL_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// Not the DER of a list.
    #[error("a revocation list's {part} does not parse")]
    Malformed {
        /// Where reading stopped.
        part: &'static str,
        /// What the reader of DER said.
        source: der::Error,
    },
    /// Not PEM with the label `X509 CRL`.
    #[error("this is not a PEM revocation list (-----BEGIN X509 CRL-----)")]
    NotPem,
    /// The algorithm is named twice, differently (RFC 5280 §5.1.1.2).
    #[error("a revocation list names one signature algorithm inside and another outside")]
    TwoAlgorithms,
    /// An extension appears twice (RFC 5280 §5.2).
    #[error("a revocation list has the extension {extension} twice")]
    ExtensionTwice {
        /// Which.
        extension: ObjectIdentifier,
    },
    /// An entry that is none.
    #[error("an entry of a revocation list does not parse")]
    Entry,
}

/// Bound on a list's bytes: three million entries. The largest in use have one.
pub const CRL_MAX: usize = 128 * 1024 * 1024;

impl Crl {
    /// Reads a DER list, to the last byte and entry.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        if der.len() > CRL_MAX {
            return Err(CrlError::TooLarge { length: der.len() });
        }
        let part = |part| move |source| CrlError::Malformed { part, source };
        let raw = Raw::read(der).map_err(part("structure"))?;
        if raw.inner_algorithm != raw.outer_algorithm {
            return Err(CrlError::TwoAlgorithms);
        }
        let survey = entries::survey(raw.entries).ok_or(CrlError::Entry)?;
        let mut extensions = match raw.extensions {
            Some(list) => Extensions::read(list)?,
            None => Extensions::default(),
        };
        let indirect = extensions.point.as_ref().is_some_and(|point| point.indirect);
        extensions.refused = extensions.refused.or(survey.refused);
        if survey.names_issuers && !indirect {
            // RFC 5280 §5.3.3: entries of other issuers belong in indirect lists.
            extensions.refused = extensions.refused.or(Some(oid::CERTIFICATE_ISSUER));
        }
        let name = Name::from_der(raw.issuer).map_err(part("issuer"))?;
        Ok(Self(Arc::new(Parsed {
            fingerprint: Sha256::digest(der).into(),
            tbs: range(der, raw.tbs),
            entries: range(der, raw.entries),
            survey,
            issuer: DistinguishedName::from_name(&name, raw.issuer.to_vec()),
            this_update: raw.this_update,
            next_update: raw.next_update,
            algorithm: Algorithm::of(raw.outer_algorithm).map_err(part("signature algorithm"))?,
            signature: range(der, raw.signature),
            extensions,
            der: der.to_vec(),
        })))
    }

    /// Reads one PEM list (RFC 7468 §7).
    pub fn from_pem(pem: &str) -> Result<Self, CrlError> {
        match der::pem::decode_vec(pem.as_bytes()) {
            Ok(("X509 CRL", der)) => Self::from_der(&der),
            _ => Err(CrlError::NotPem),
        }
    }

    /// The list as it came.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// Who says so. A claim until its signature is checked.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// When it was issued, in unix seconds.
    pub fn this_update(&self) -> i64 {
        self.0.this_update
    }

    /// When the next one is due, in unix seconds, if it says.
    pub fn next_update(&self) -> Option<i64> {
        self.0.next_update
    }

    /// Its number (RFC 5280 §5.2.3): a DER INTEGER's content.
    pub fn number(&self) -> Option<&[u8]> {
        self.0.extensions.number.as_deref()
    }

    /// Whether it only says what changed since another (RFC 5280 §5.2.4).
    pub fn is_delta(&self) -> bool {
        self.0.extensions.base.is_some()
    }

    /// Whether it speaks for other issuers too (RFC 5280 §5.2.5).
    pub fn is_indirect(&self) -> bool {
        self.0.extensions.point.as_ref().is_some_and(|point| point.indirect)
    }

    /// How many certificates it lists.
    pub fn len(&self) -> usize {
        self.0.survey.count
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From when on certificates stay on it after they expire, in unix seconds (X.509 §9.5.2.8), if it says.
    pub fn keeps_expired_since(&self) -> Option<i64> {
        self.0.extensions.keeps_expired_since
    }

    /// What it says of a certificate, signature and scope left aside.
    pub(super) fn entry(&self, certificate: &Certificate) -> Option<Entry> {
        let Parsed { der, entries, survey, issuer, .. } = &*self.0;
        let entries = der.get(entries.clone()).unwrap_or_default();
        let of = certificate.issuer_name().comparable();
        entries::find(entries, survey, issuer.comparable(), of, certificate.serial())
    }

    /// The number of the list that this delta completes.
    pub(super) fn base(&self) -> Option<&[u8]> {
        self.0.extensions.base.as_deref()
    }

    pub(super) fn point(&self) -> Option<&IssuingPoint> {
        self.0.extensions.point.as_ref()
    }

    pub(super) fn authority_key(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key.as_deref()
    }

    /// A critical extension, its own or an entry's, that isn't understood.
    pub(super) fn refused(&self) -> Option<ObjectIdentifier> {
        self.0.extensions.refused
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, ObjectIdentifier> {
        self.0.algorithm
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey, checks: &Checks) -> bool {
        let Parsed { der, tbs, signature, algorithm, .. } = &*self.0;
        let (Some(tbs), Some(signature), Ok(algorithm)) =
            (der.get(tbs.clone()), der.get(signature.clone()), algorithm)
        else {
            return false;
        };
        checks.verifies(key, *algorithm, tbs, signature)
    }
}

/// Where a part stands in the whole that it borrows from.
fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr().addr()).saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}

struct Raw<'a> {
    tbs: &'a [u8],
    inner_algorithm: &'a [u8],
    outer_algorithm: &'a [u8],
    signature: &'a [u8],
    issuer: &'a [u8],
    this_update: i64,
    next_update: Option<i64>,
    entries: &'a [u8],
    extensions: Option<&'a [u8]>,
}

impl<'a> Raw<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut outer = Walk::new(der)?;
        let mut list = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let tbs = list.take(Tag::Sequence)?;
        let outer_algorithm = list.take(Tag::Sequence)?.whole;
        let signature: BitStringRef<'a> = list.decode()?;
        list.finish()?;
        let mut fields = Walk::new(tbs.value)?;
        let version = fields.take_if(Tag::Integer)?;
        if version.is_some_and(|version| version.value != [1]) {
            return Err(Tag::Integer.value_error().into());
        }
        let inner_algorithm = fields.take(Tag::Sequence)?.whole;
        let issuer = fields.take(Tag::Sequence)?.whole;
        let this_update = time::read(&mut fields)?;
        let next_update = match fields.next_tag() {
            Some(Tag::UtcTime | Tag::GeneralizedTime) => Some(time::read(&mut fields)?),
            _ => None,
        };
        let entries = fields.take_if(Tag::Sequence)?.map_or(&[][..], |entries| entries.value);
        let extensions = fields.take_if(context(0))?;
        fields.finish()?;
        if extensions.is_some() && version.is_none() {
            return Err(Tag::Integer.value_error().into());
        }
        let extensions = match extensions {
            Some(tagged) => {
                let mut explicit = Walk::new(tagged.value)?;
                let list = explicit.take(Tag::Sequence)?.value;
                explicit.finish()?;
                Some(list)
            }
            None => None,
        };
        let signature = signature.as_bytes().ok_or(Tag::BitString.value_error())?;
        Ok(Self {
            tbs: tbs.whole,
            inner_algorithm,
            outer_algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            entries,
            extensions,
        })
    }
}

impl Extensions {
    fn read(list: &[u8]) -> Result<Self, CrlError> {
        let part = |part| move |source| CrlError::Malformed { part, source };
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        let mut list = Walk::new(list).map_err(part("extensions"))?;
        while !list.is_done() {
            let extension: x509_cert::ext::Extension = list.decode().map_err(part("extensions"))?;
            let (id, value) = (extension.extn_id, extension.extn_value.as_bytes());
            if !seen.insert(id) {
                return Err(CrlError::ExtensionTwice { extension: id });
            }
            match id {
                oid::CRL_NUMBER => found.number = Some(number(value).map_err(part("number"))?),
                oid::DELTA_CRL_INDICATOR => {
                    found.base = Some(number(value).map_err(part("delta indicator"))?);
                }
                oid::ISSUING_DISTRIBUTION_POINT => {
                    let point = IssuingPoint::read(value).map_err(part("issuing distribution point"))?;
                    found.point = Some(point);
                }
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    let key =
                        AuthorityKeyIdentifier::from_der(value).map_err(part("authority key identifier"))?;
                    found.authority_key = key.key_identifier.map(|key| key.as_bytes().to_vec());
                }
                oid::EXPIRED_CERTS_ON_CRL => {
                    let since = Walk::new(value).and_then(|mut value| time::read_generalized(&mut value));
                    found.keeps_expired_since = Some(since.map_err(part("expired since"))?);
                }
                _ if extension.critical => found.refused = found.refused.or(Some(id)),
                _ => {}
            }
        }
        Ok(found)
    }
}

/// A non-negative INTEGER's content, without a leading zero: those compare by length, then by octets.
fn number(value: &[u8]) -> der::Result<Vec<u8>> {
    let mut walk = Walk::new(value)?;
    let digits = walk.take(Tag::Integer)?.value;
    walk.finish()?;
    match digits {
        [] | [0x80..=0xff, ..] => Err(Tag::Integer.value_error().into()),
        [0, rest @ ..] => Ok(rest.to_vec()),
        digits => Ok(digits.to_vec()),
    }
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, unix {}, {} entries)", self.0.issuer, self.0.this_update, self.len())
    }
}
