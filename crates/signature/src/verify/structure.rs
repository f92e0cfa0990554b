//! `SignedData` with one signer (RFC 5652 §5).

use super::SignatureError;
use super::attributes::SignedAttributes;
use crate::algorithm::Algorithm;
use crate::certificate::Certificate;
use crate::oid;
use crate::read::{Tlv, Walk, context, context_primitive};
use const_oid::ObjectIdentifier;
use der::Tag;

/// Bound on embedded certificates: a path here has at most eight.
pub(crate) const CERTIFICATES_MAX: usize = 16;

/// What a p7s says, before anything of it is believed.
pub(crate) struct SignedData<'a> {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) attributes: SignedAttributes<'a>,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: &'a [u8],
    pub(crate) has_unsigned_attributes: bool,
    signer: Identifier<'a>,
}

/// `SignerIdentifier` (RFC 5652 §5.3).
enum Identifier<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    SubjectKey(&'a [u8]),
}

/// Names the part of a signature that a reader of DER stopped in.
pub(crate) fn part(part: &'static str) -> impl Fn(der::Error) -> SignatureError {
    move |source| SignatureError::Malformed { part, source }
}

impl<'a> SignedData<'a> {
    pub(crate) fn read(p7s: &'a [u8]) -> Result<Self, SignatureError> {
        let mut fields = open(p7s)?;
        let at = part("signed data");
        let version: u8 = fields.decode().map_err(&at)?;
        let mut digests = fields.enter(Tag::Set).map_err(&at)?;
        expect_sha_256(&mut digests, "digest algorithm")?;
        digests.finish().map_err(part("list of digest algorithms"))?;
        expect_no_content(fields.enter(Tag::Sequence).map_err(&at)?)?;
        let certificates = match fields.take_if(context(0)).map_err(&at)? {
            Some(set) => read_certificates(set)?,
            None => return Err(SignatureError::CertificateCount { found: 0 }),
        };
        if fields.take_if(context(1)).map_err(&at)?.is_some() {
            return Err(SignatureError::RevocationInside);
        }
        let mut signers = fields.enter(Tag::Set).map_err(&at)?;
        fields.finish().map_err(&at)?;
        let at = part("signer");
        let mut found: usize = 0;
        let mut only = None;
        while !signers.is_done() {
            only = Some(signers.take(Tag::Sequence).map_err(&at)?);
            found = found.saturating_add(1);
        }
        let (Some(signer), 1) = (only, found) else { return Err(SignatureError::SignerCount { found }) };
        Self::read_signer(signer, version, certificates)
    }

    /// `SignerInfo` (RFC 5652 §5.3).
    fn read_signer(
        signer: Tlv<'a>,
        outer_version: u8,
        certificates: Vec<Certificate>,
    ) -> Result<Self, SignatureError> {
        let at = part("signer");
        let mut fields = Walk::new(signer.value).map_err(&at)?;
        let version: u8 = fields.decode().map_err(&at)?;
        let (signer, expected) = match fields.take_if(context_primitive(0)).map_err(&at)? {
            Some(key) => (Identifier::SubjectKey(key.value), 3),
            None => (read_issuer_and_serial(&mut fields).map_err(&at)?, 1),
        };
        for (part, found) in [("signer", version), ("signed data", outer_version)] {
            if found != expected {
                return Err(SignatureError::Version { part, expected, found });
            }
        }
        expect_sha_256(&mut fields, "signer's digest algorithm")?;
        let attributes = match fields.take_if(context(0)).map_err(&at)? {
            Some(attributes) => SignedAttributes::read(attributes)?,
            None => return Err(SignatureError::AttributeMissing { attribute: oid::MESSAGE_DIGEST }),
        };
        let algorithm = fields.take(Tag::Sequence).map_err(&at)?.whole;
        let algorithm = Algorithm::of(algorithm)
            .map_err(part("signature algorithm"))?
            .map_err(|found| SignatureError::UnknownAlgorithm { part: "signature algorithm", found })?;
        let signature = fields.take(Tag::OctetString).map_err(&at)?.value;
        let has_unsigned_attributes = fields.take_if(context(1)).map_err(&at)?.is_some();
        fields.finish().map_err(&at)?;
        Ok(Self { certificates, attributes, algorithm, signature, has_unsigned_attributes, signer })
    }

    /// The one embedded certificate that the signer's identifier names.
    pub(crate) fn signer_certificate(&self) -> Result<&Certificate, SignatureError> {
        let mut fitting = self.certificates.iter().filter(|certificate| match self.signer {
            Identifier::IssuerAndSerial { issuer, serial } => {
                certificate.issuer_der() == issuer && certificate.serial_der() == serial
            }
            Identifier::SubjectKey(key) => certificate.subject_key_identifier() == Some(key),
        });
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(SignatureError::SignerCertificateMissing),
            (Some(_), Some(_)) => Err(SignatureError::SignerCertificateTwice),
        }
    }
}

/// `IssuerAndSerialNumber` (RFC 5652 §10.2.4).
fn read_issuer_and_serial<'a>(fields: &mut Walk<'a>) -> der::Result<Identifier<'a>> {
    let mut named = fields.enter(Tag::Sequence)?;
    let issuer = named.take(Tag::Sequence)?.whole;
    let serial = named.take(Tag::Integer)?.whole;
    named.finish()?;
    Ok(Identifier::IssuerAndSerial { issuer, serial })
}

/// `ContentInfo` (RFC 5652 §3): its type, then `SignedData`'s fields.
fn open(p7s: &[u8]) -> Result<Walk<'_>, SignatureError> {
    let at = part("signature");
    let mut outer = Walk::new(p7s).map_err(&at)?;
    let mut info = outer.enter(Tag::Sequence).map_err(&at)?;
    outer.finish().map_err(&at)?;
    expect_type(info.decode().map_err(&at)?, oid::SIGNED_DATA, "type of the signature")?;
    let mut content = info.enter(context(0)).map_err(&at)?;
    info.finish().map_err(&at)?;
    let fields = content.enter(Tag::Sequence).map_err(&at)?;
    content.finish().map_err(&at)?;
    Ok(fields)
}

/// `EncapsulatedContentInfo` of a detached signature (RFC 5652 §5.2).
fn expect_no_content(mut fields: Walk<'_>) -> Result<(), SignatureError> {
    let at = part("content type");
    expect_type(fields.decode().map_err(&at)?, oid::DATA, "type of the content")?;
    if fields.is_done() { Ok(()) } else { Err(SignatureError::NotDetached) }
}

pub(crate) fn expect_type(
    found: ObjectIdentifier,
    expected: ObjectIdentifier,
    part: &'static str,
) -> Result<(), SignatureError> {
    if found == expected { Ok(()) } else { Err(SignatureError::WrongType { part, expected, found }) }
}

/// `DigestAlgorithmIdentifier` for SHA-256: parameters absent or NULL (RFC 5754 §2 asks to accept both).
pub(crate) fn expect_sha_256(fields: &mut Walk<'_>, name: &'static str) -> Result<(), SignatureError> {
    let at = part(name);
    let mut algorithm = fields.enter(Tag::Sequence).map_err(&at)?;
    let found: ObjectIdentifier = algorithm.decode().map_err(&at)?;
    if found != oid::SHA_256 {
        return Err(SignatureError::UnknownAlgorithm { part: name, found });
    }
    if !algorithm.is_done() {
        let _: der::asn1::Null = algorithm.decode().map_err(&at)?;
    }
    algorithm.finish().map_err(&at)
}

fn read_certificates(set: Tlv<'_>) -> Result<Vec<Certificate>, SignatureError> {
    let at = part("list of certificates");
    let mut walk = Walk::new(set.value).map_err(&at)?;
    let mut found = Vec::new();
    while !walk.is_done() {
        if found.len() >= CERTIFICATES_MAX {
            return Err(SignatureError::CertificateCount { found: found.len().saturating_add(1) });
        }
        // Attribute certificates and the obsolete forms have context tags: refused here.
        let certificate = walk.take(Tag::Sequence).map_err(&at)?.whole;
        let number = found.len().saturating_add(1);
        let certificate = Certificate::from_der(certificate)
            .map_err(|source| SignatureError::Certificate { number, source })?;
        found.push(certificate);
    }
    if found.is_empty() { Err(SignatureError::CertificateCount { found: 0 }) } else { Ok(found) }
}
