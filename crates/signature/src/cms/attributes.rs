//! The signed attributes (RFC 5652 §5.3, §11; RFC 5035; RFC 6211; ETSI EN 319 122-1 §5.2).

use super::signed_data::{expect_type, part, read_digest};
use crate::algorithm::DigestAlgorithm;
use crate::certificate::Certificate;
use crate::oid;
use crate::read::{Tlv, Walk, context};
use crate::signed_facts::{Claim, Commitment, Location};
use crate::verify::SignatureError;
use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Tag, Tagged as _};
use x509_cert::time::Time;

/// What the signer's signature covers.
pub(crate) struct SignedAttributes<'a> {
    /// The attributes as they came, re-tagged SET OF: what was signed (RFC 5652 §5.4).
    pub(crate) signed_bytes: Vec<u8>,
    pub(crate) message_digest: &'a [u8],
    pub(crate) signing_time: Option<i64>,
    pub(crate) commitment: Option<Commitment>,
    pub(crate) location: Option<Location>,
    pub(crate) claims: Vec<Claim>,
    /// Revocation lists and OCSP answers that the signer put under the signature, as Adobe's programs do.
    pub(crate) archived: (Vec<&'a [u8]>, Vec<&'a [u8]>),
    bound: Option<Bound<'a>>,
    protection: Option<&'a [u8]>,
}

/// The first `ESSCertIDv2` of signing-certificate-v2, or `ESSCertID` of its first version: the signer's (RFC 5035 §3).
struct Bound<'a> {
    /// `None`: SHA-1, the first version's.
    digest: Option<DigestAlgorithm>,
    hash: &'a [u8],
    issuer_and_serial: Option<(&'a [u8], &'a [u8])>,
}

/// One place for each attribute that is read.
#[derive(Default)]
struct Found<'a> {
    content_type: Option<&'a [u8]>,
    digest: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
    certificate: Option<&'a [u8]>,
    certificate_v1: Option<&'a [u8]>,
    protection: Option<&'a [u8]>,
    commitment: Option<&'a [u8]>,
    location: Option<&'a [u8]>,
    claims: Option<&'a [u8]>,
    archived: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn slot(&mut self, id: ObjectIdentifier) -> Option<&mut Option<&'a [u8]>> {
        Some(match id {
            oid::CONTENT_TYPE => &mut self.content_type,
            oid::MESSAGE_DIGEST => &mut self.digest,
            oid::SIGNING_TIME => &mut self.time,
            oid::SIGNING_CERTIFICATE_V2 => &mut self.certificate,
            oid::SIGNING_CERTIFICATE => &mut self.certificate_v1,
            oid::ALGORITHM_PROTECTION => &mut self.protection,
            oid::COMMITMENT_TYPE => &mut self.commitment,
            oid::SIGNER_LOCATION => &mut self.location,
            oid::SIGNER_ATTRIBUTES_V2 => &mut self.claims,
            oid::ADOBE_REVOCATION => &mut self.archived,
            _ => return None,
        })
    }
}

impl<'a> SignedAttributes<'a> {
    pub(crate) fn read(
        set: Tlv<'a>,
        content_type: ObjectIdentifier,
        digest: DigestAlgorithm,
    ) -> Result<Self, SignatureError> {
        let at = part("signed attributes");
        let mut found = Found::default();
        let mut seen = Vec::new();
        let mut before: &[u8] = &[];
        let mut walk = Walk::new(set.value).map_err(&at)?;
        while !walk.is_done() {
            let attribute = walk.take(Tag::Sequence).map_err(&at)?;
            // X.690 §11.6: ascending; two equal ones are one attribute twice, named below.
            if attribute.whole < before {
                return Err(SignatureError::AttributeOrder);
            }
            before = attribute.whole;
            let mut fields = Walk::new(attribute.value).map_err(&at)?;
            let id: ObjectIdentifier = fields.decode().map_err(&at)?;
            if seen.contains(&id) {
                return Err(SignatureError::AttributeTwice { attribute: id });
            }
            seen.push(id);
            let values = fields.enter(Tag::Set).map_err(&at)?;
            fields.finish().map_err(&at)?;
            if let Some(slot) = found.slot(id) {
                *slot = Some(only_value(values, id)?);
            }
        }
        let missing = |attribute| SignatureError::AttributeMissing { attribute };
        let said = found.content_type.ok_or(missing(oid::CONTENT_TYPE))?;
        let said = ObjectIdentifier::from_der(said).map_err(part("content-type attribute"))?;
        expect_type(said, content_type, "content-type attribute")?;
        let bound = match (found.certificate, found.certificate_v1) {
            (Some(value), _) => Some(Bound::read(value, true)?),
            (None, Some(value)) => Some(Bound::read(value, false)?),
            (None, None) => None,
        };
        let location = found.location.map(read_location).transpose();
        let claims = found.claims.map(read_claims).transpose();
        let archived = found.archived.map(read_archived).transpose();
        Ok(Self {
            signed_bytes: crate::encode::retag(0x31, set.whole.to_vec()),
            message_digest: read_message_digest(found.digest.ok_or(missing(oid::MESSAGE_DIGEST))?, digest)?,
            signing_time: found.time.map(read_time).transpose()?,
            commitment: found.commitment.map(read_commitment).transpose()?,
            location: location.map_err(part("signer-location attribute"))?,
            claims: claims.map_err(part("signer-attributes-v2 attribute"))?.unwrap_or_default(),
            archived: archived.map_err(part("revocation-info-archival attribute"))?.unwrap_or_default(),
            bound,
            protection: found.protection,
        })
    }

    /// Whether the signature covers this certificate: `false` where it says nothing, an error where it names another.
    pub(crate) fn binds(&self, used: &Certificate) -> Result<bool, SignatureError> {
        let Some(bound) = &self.bound else { return Ok(false) };
        let hash = match bound.digest {
            Some(digest) => digest.of(&[used.as_der()]),
            None => crate::sha1::digest(used.as_der()),
        };
        if bound.hash != hash {
            return Err(SignatureError::CertificateSwapped { bound: bound.hash.to_vec(), used: hash });
        }
        match bound.issuer_and_serial {
            Some((issuer, serial)) if issuer != used.issuer_der() || serial != used.serial_der() => {
                Err(SignatureError::IssuerSwapped)
            }
            _ => Ok(true),
        }
    }

    /// That cms-algorithm-protection, where present, names the algorithms that stand outside (RFC 6211 §3).
    pub(crate) fn protects(&self, digest: &[u8], algorithm: &[u8]) -> Result<(), SignatureError> {
        let Some(value) = self.protection else { return Ok(()) };
        let at = part("cms-algorithm-protection attribute");
        let mut fields = Walk::new(value).and_then(|mut walk| walk.enter(Tag::Sequence)).map_err(&at)?;
        let named = fields.take(Tag::Sequence).map_err(&at)?.whole;
        let named_algorithm = fields.take_if(context(1)).map_err(&at)?;
        let outside = Walk::new(algorithm).and_then(|mut walk| walk.take(Tag::Sequence)).map_err(&at)?;
        let name = "cms-algorithm-protection's digest algorithm";
        let same_digest = read_digest(named, name)? == read_digest(digest, name)?;
        let same_algorithm = named_algorithm.is_some_and(|named| named.value == outside.value);
        if same_digest && same_algorithm { Ok(()) } else { Err(SignatureError::AlgorithmSwapped) }
    }
}

impl<'a> Bound<'a> {
    /// `SigningCertificateV2` (RFC 5035 §3) or `SigningCertificate` (§5). Further certificates and policies in it are not
    /// read: they limit what the signer's own software may use, and the path is found anew here.
    fn read(value: &'a [u8], second: bool) -> Result<Self, SignatureError> {
        let at = part("signing-certificate attribute");
        let mut outer = Walk::new(value).map_err(&at)?;
        let mut fields = outer.enter(Tag::Sequence).map_err(&at)?;
        outer.finish().map_err(&at)?;
        let mut certificates = fields.enter(Tag::Sequence).map_err(&at)?;
        fields.take_if(Tag::Sequence).map_err(&at)?;
        fields.finish().map_err(&at)?;
        let mut first = certificates.enter(Tag::Sequence).map_err(&at)?;
        let digest = match (second, first.take_if(Tag::Sequence).map_err(&at)?) {
            (true, Some(algorithm)) => {
                Some(read_digest(algorithm.whole, "signing-certificate-v2's digest algorithm")?)
            }
            // hashAlgorithm DEFAULT SHA-256 (RFC 5035 §4).
            (true, None) => Some(DigestAlgorithm::Sha256),
            (false, _) => None,
        };
        let hash = first.take(Tag::OctetString).map_err(&at)?.value;
        let issuer_and_serial = match first.take_if(Tag::Sequence).map_err(&at)? {
            Some(issuer_serial) => Some(read_issuer_serial(issuer_serial).map_err(&at)?),
            None => None,
        };
        first.finish().map_err(&at)?;
        while !certificates.is_done() {
            certificates.take(Tag::Sequence).map_err(&at)?;
        }
        Ok(Self { digest, hash, issuer_and_serial })
    }
}

/// `IssuerSerial` (RFC 5035 §5): the issuer is one directory name, `[4]`.
fn read_issuer_serial(value: Tlv<'_>) -> der::Result<(&[u8], &[u8])> {
    let mut fields = Walk::new(value.value)?;
    let mut names = fields.enter(Tag::Sequence)?;
    let mut directory = names.enter(context(4))?;
    names.finish()?;
    let issuer = directory.take(Tag::Sequence)?.whole;
    directory.finish()?;
    let serial = fields.take(Tag::Integer)?.whole;
    fields.finish()?;
    Ok((issuer, serial))
}

fn only_value(mut values: Walk<'_>, attribute: ObjectIdentifier) -> Result<&[u8], SignatureError> {
    let at = part("signed attributes");
    let (mut only, mut found) = (None, 0_usize);
    while !values.is_done() {
        only = Some(values.take_any().map_err(&at)?);
        found = found.saturating_add(1);
    }
    match (only, found) {
        (Some(value), 1) => Ok(value),
        _ => Err(SignatureError::AttributeValues { attribute, found }),
    }
}

fn read_message_digest(value: &[u8], algorithm: DigestAlgorithm) -> Result<&[u8], SignatureError> {
    let at = part("message-digest attribute");
    let mut walk = Walk::new(value).map_err(&at)?;
    let digest = walk.take(Tag::OctetString).map_err(&at)?.value;
    walk.finish().map_err(&at)?;
    if digest.len() == usize::from(algorithm.size()) {
        return Ok(digest);
    }
    Err(SignatureError::DigestLength { algorithm, found: digest.len() })
}

fn read_time(value: &[u8]) -> Result<i64, SignatureError> {
    let time = Time::from_der(value).map_err(part("signing-time attribute"))?;
    Ok(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// `CommitmentTypeIndication` (EN 319 122-1 §5.2.3): the identifier; qualifiers are not read.
fn read_commitment(value: &[u8]) -> Result<Commitment, SignatureError> {
    let read = || -> der::Result<ObjectIdentifier> { Walk::new(value)?.enter(Tag::Sequence)?.decode() };
    Ok(Commitment::of(read().map_err(part("commitment-type attribute"))?))
}

/// `SignerLocation` (EN 319 122-1 §5.2.5).
fn read_location(value: &[u8]) -> der::Result<Location> {
    let mut fields = Walk::new(value)?.enter(Tag::Sequence)?;
    let mut place = |number| -> der::Result<Option<String>> {
        let Some(tagged) = fields.take_if(context(number))? else { return Ok(None) };
        Ok(text(Walk::new(tagged.value)?.take_any()?))
    };
    Ok(Location { country: place(0)?, locality: place(1)? })
}

/// `SignerAttributeV2` (EN 319 122-1 §5.2.6.1): the claimed attributes that are text.
fn read_claims(value: &[u8]) -> der::Result<Vec<Claim>> {
    let mut choices = Walk::new(value)?.enter(Tag::Sequence)?;
    let mut claims = Vec::new();
    while !choices.is_done() {
        let Some(claimed) = choices.take_if(context(0))? else {
            choices.take_any()?;
            continue;
        };
        let mut attributes = Walk::new(claimed.value)?;
        while !attributes.is_done() {
            let mut fields = attributes.enter(Tag::Sequence)?;
            let attribute: ObjectIdentifier = fields.decode()?;
            let mut values = fields.enter(Tag::Set)?;
            while !values.is_done() {
                claims.extend(text(values.take_any()?).map(|text| Claim { attribute, text }));
            }
        }
    }
    Ok(claims)
}

/// Lists and answers that the signer put under the signature.
type Archived<'a> = (Vec<&'a [u8]>, Vec<&'a [u8]>);

/// Adobe's `RevocationInfoArchival` (ISO 32000-2 §12.8.3.3.2).
fn read_archived(value: &[u8]) -> der::Result<Archived<'_>> {
    let mut fields = Walk::new(value)?.enter(Tag::Sequence)?;
    let mut list = |number| -> der::Result<Vec<&[u8]>> {
        let Some(tagged) = fields.take_if(context(number))? else { return Ok(Vec::new()) };
        let mut values = Walk::new(tagged.value)?.enter(Tag::Sequence)?;
        let mut found = Vec::new();
        while !values.is_done() {
            found.push(values.take(Tag::Sequence)?.whole);
        }
        Ok(found)
    };
    Ok((list(0)?, list(1)?))
}

/// A string of one of the kinds that directories use (X.520), where it is UTF-8 or ASCII.
fn text(value: &[u8]) -> Option<String> {
    let any = AnyRef::from_der(value).ok()?;
    match any.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            String::from_utf8(any.value().to_vec()).ok().map(|text| crate::name::escape(&text))
        }
        _ => None,
    }
}
