//! The signed attributes (RFC 5652 §5.3, §11; RFC 5035).

use super::SignatureError;
use super::structure::{expect_sha_256, expect_type, part};
use crate::certificate::Certificate;
use crate::oid;
use crate::read::{Tlv, Walk, context};
use const_oid::ObjectIdentifier;
use der::{Decode, Tag};
use x509_cert::time::Time;

/// What the signer's signature covers.
pub(crate) struct SignedAttributes<'a> {
    /// The attributes as they came, re-tagged SET OF: what was signed (RFC 5652 §5.4).
    pub(crate) signed_bytes: Vec<u8>,
    pub(crate) message_digest: [u8; 32],
    pub(crate) signing_time: Option<i64>,
    bound: Option<Bound<'a>>,
}

/// The first `ESSCertIDv2` of signing-certificate-v2: the signer's (RFC 5035 §3).
struct Bound<'a> {
    hash: [u8; 32],
    issuer_and_serial: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> SignedAttributes<'a> {
    pub(crate) fn read(set: Tlv<'a>) -> Result<Self, SignatureError> {
        let at = part("signed attributes");
        let (mut content_type, mut digest, mut time, mut bound) = (None, None, None, None);
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
            let slot = match id {
                oid::CONTENT_TYPE => &mut content_type,
                oid::MESSAGE_DIGEST => &mut digest,
                oid::SIGNING_TIME => &mut time,
                oid::SIGNING_CERTIFICATE_V2 => &mut bound,
                _ => continue,
            };
            *slot = Some(only_value(values, id)?);
        }
        let missing = |attribute| SignatureError::AttributeMissing { attribute };
        let content_type = content_type.ok_or(missing(oid::CONTENT_TYPE))?;
        let content_type =
            ObjectIdentifier::from_der(content_type).map_err(part("content-type attribute"))?;
        expect_type(content_type, oid::DATA, "content-type attribute")?;
        Ok(Self {
            signed_bytes: crate::encode::retag(0x31, set.whole.to_vec()),
            message_digest: read_digest(digest.ok_or(missing(oid::MESSAGE_DIGEST))?)?,
            signing_time: time.map(read_time).transpose()?,
            bound: bound.map(Bound::read).transpose()?,
        })
    }

    /// Whether the signature covers this certificate: `false` where it says nothing, an error where it names another.
    pub(crate) fn binds(&self, used: &Certificate) -> Result<bool, SignatureError> {
        let Some(bound) = &self.bound else { return Ok(false) };
        if bound.hash != used.fingerprint() {
            return Err(SignatureError::CertificateSwapped { bound: bound.hash, used: used.fingerprint() });
        }
        match bound.issuer_and_serial {
            Some((issuer, serial)) if issuer != used.issuer_der() || serial != used.serial_der() => {
                Err(SignatureError::IssuerSwapped)
            }
            _ => Ok(true),
        }
    }
}

impl<'a> Bound<'a> {
    /// `SigningCertificateV2` (RFC 5035 §3). Further certificates and policies in it are not read: they limit what the
    /// signer's own software may use, and the path is found anew here.
    fn read(value: &'a [u8]) -> Result<Self, SignatureError> {
        let at = part("signing-certificate-v2 attribute");
        let mut outer = Walk::new(value).map_err(&at)?;
        let mut fields = outer.enter(Tag::Sequence).map_err(&at)?;
        outer.finish().map_err(&at)?;
        let mut certificates = fields.enter(Tag::Sequence).map_err(&at)?;
        fields.take_if(Tag::Sequence).map_err(&at)?;
        fields.finish().map_err(&at)?;
        let mut first = certificates.enter(Tag::Sequence).map_err(&at)?;
        // hashAlgorithm DEFAULT SHA-256 (RFC 5035 §4): some writers name it all the same.
        if let Some(algorithm) = first.take_if(Tag::Sequence).map_err(&at)? {
            let mut algorithm = Walk::new(algorithm.whole).map_err(&at)?;
            expect_sha_256(&mut algorithm, "signing-certificate-v2's digest algorithm")?;
        }
        let hash = first.take(Tag::OctetString).map_err(&at)?;
        let hash = <[u8; 32]>::try_from(hash.value)
            .map_err(|_| SignatureError::DigestLength { found: hash.value.len() })?;
        let issuer_and_serial = match first.take_if(Tag::Sequence).map_err(&at)? {
            Some(issuer_serial) => Some(read_issuer_serial(issuer_serial).map_err(&at)?),
            None => None,
        };
        first.finish().map_err(&at)?;
        while !certificates.is_done() {
            certificates.take(Tag::Sequence).map_err(&at)?;
        }
        Ok(Self { hash, issuer_and_serial })
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

fn read_digest(value: &[u8]) -> Result<[u8; 32], SignatureError> {
    let at = part("message-digest attribute");
    let mut walk = Walk::new(value).map_err(&at)?;
    let digest = walk.take(Tag::OctetString).map_err(&at)?.value;
    walk.finish().map_err(&at)?;
    <[u8; 32]>::try_from(digest).map_err(|_| SignatureError::DigestLength { found: digest.len() })
}

fn read_time(value: &[u8]) -> Result<i64, SignatureError> {
    let time = Time::from_der(value).map_err(part("signing-time attribute"))?;
    Ok(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}
