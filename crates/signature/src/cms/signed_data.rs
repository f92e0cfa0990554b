//! `SignedData` with one signer (RFC 5652 §5).

use super::attributes::SignedAttributes;
use super::unsigned::UnsignedAttributes;
use crate::algorithm::{Algorithm, DigestAlgorithm};
use crate::certificate::Certificate;
use crate::oid;
use crate::read::{Tlv, Walk, context, context_primitive};
use crate::verify::SignatureError;
use const_oid::ObjectIdentifier;
use der::Tag;

/// What a signature says, before anything of it is believed.
pub(crate) struct SignedData<'a> {
    pub(crate) version: u8,
    pub(crate) content_type: ObjectIdentifier,
    /// `eContentType`, whole.
    pub(crate) content_type_der: &'a [u8],
    /// The content where it is inside.
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) certificates: Vec<Certificate>,
    /// How many certificates stand in the signature, those that can't be read among them.
    pub(crate) certificates_found: usize,
    /// The first that can't be read.
    pub(crate) certificate_fault: Option<SignatureError>,
    /// Revocation lists, and OCSP answers (RFC 5940), as they came.
    pub(crate) crls: Vec<&'a [u8]>,
    pub(crate) ocsps: Vec<&'a [u8]>,
    pub(crate) signer: SignerInfo<'a>,
    pub(crate) raw: RawSignedData<'a>,
}

/// The parts of `SignedData` as they came.
pub(crate) struct RawSignedData<'a> {
    pub(crate) version: &'a [u8],
    pub(crate) digests: &'a [u8],
    pub(crate) content: &'a [u8],
    pub(crate) certificates: Option<Tlv<'a>>,
    pub(crate) revocation: Option<Tlv<'a>>,
}

/// `SignerInfo` (RFC 5652 §5.3).
pub(crate) struct SignerInfo<'a> {
    pub(crate) version: u8,
    pub(crate) identifier: Identifier<'a>,
    pub(crate) digest: DigestAlgorithm,
    pub(crate) attributes: SignedAttributes<'a>,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: &'a [u8],
    pub(crate) unsigned: UnsignedAttributes<'a>,
    /// Version, identifier, digest algorithm, signed attributes, signature algorithm and signature, as they came.
    pub(crate) fields: [&'a [u8]; 6],
}

/// `SignerIdentifier` (RFC 5652 §5.3).
pub(crate) enum Identifier<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    SubjectKey(&'a [u8]),
}

/// Names the part of a signature that a reader of DER stopped in.
pub(crate) fn part(part: &'static str) -> impl Fn(der::Error) -> SignatureError {
    move |source| SignatureError::Malformed { part, source }
}

/// Bound on embedded certificates.
pub(crate) const CERTIFICATES_MAX: usize = 64;

/// Bound on embedded revocation lists and answers.
const REVOCATIONS_MAX: usize = 64;

impl<'a> SignedData<'a> {
    pub(crate) fn read(p7s: &'a [u8]) -> Result<Self, SignatureError> {
        let mut fields = open(p7s)?;
        let at = part("signed data");
        let version = fields.take(Tag::Integer).map_err(&at)?;
        let digests = fields.take(Tag::Set).map_err(&at)?.whole;
        let encapsulated = fields.take(Tag::Sequence).map_err(&at)?;
        let certificates = fields.take_if(context(0)).map_err(&at)?;
        let revocation = fields.take_if(context(1)).map_err(&at)?;
        let mut signers = fields.enter(Tag::Set).map_err(&at)?;
        fields.finish().map_err(&at)?;
        let mut found: usize = 0;
        let mut only = None;
        while !signers.is_done() {
            only = Some(signers.take(Tag::Sequence).map_err(part("signer"))?);
            found = found.saturating_add(1);
        }
        let (Some(signer), 1) = (only, found) else { return Err(SignatureError::SignerCount { found }) };
        let (content_type, content_type_der, content) = read_content(encapsulated)?;
        let (crls, ocsps) = read_revocation(revocation)?;
        let mut this = Self {
            version: small(version, "signed data")?,
            content_type,
            content_type_der,
            content,
            certificates: Vec::new(),
            certificates_found: 0,
            certificate_fault: None,
            crls,
            ocsps,
            signer: SignerInfo::read(signer, content_type)?,
            raw: RawSignedData {
                version: version.whole,
                digests,
                content: encapsulated.whole,
                certificates,
                revocation,
            },
        };
        this.read_certificates()?;
        Ok(this)
    }

    /// The one embedded certificate that the signer's identifier names.
    pub(crate) fn signer_certificate(&self) -> Result<&Certificate, SignatureError> {
        let mut fitting = self.certificates.iter().filter(|certificate| match self.signer.identifier {
            Identifier::IssuerAndSerial { issuer, serial } => {
                certificate.issuer_der() == issuer && certificate.serial_der() == serial
            }
            Identifier::SubjectKey(key) => certificate.subject_key_identifier() == Some(key),
        });
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) if one == other => Ok(one),
            (None, _) => Err(SignatureError::SignerCertificateMissing),
            (Some(_), Some(_)) => Err(SignatureError::SignerCertificateTwice),
        }
    }

    fn read_certificates(&mut self) -> Result<(), SignatureError> {
        let at = part("list of certificates");
        let Some(set) = self.raw.certificates else { return Ok(()) };
        let mut walk = Walk::new(set.value).map_err(&at)?;
        while !walk.is_done() {
            self.certificates_found = self.certificates_found.saturating_add(1);
            let number = self.certificates_found;
            if number > CERTIFICATES_MAX {
                return Err(SignatureError::CertificateCount { found: number, most: CERTIFICATES_MAX });
            }
            // Attribute certificates and the obsolete forms have context tags: they vouch for nothing here.
            match Certificate::from_der(walk.take_any().map_err(&at)?) {
                Ok(certificate) => self.certificates.push(certificate),
                Err(source) if self.certificate_fault.is_none() => {
                    self.certificate_fault = Some(SignatureError::Certificate { number, source });
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl<'a> SignerInfo<'a> {
    fn read(signer: Tlv<'a>, content_type: ObjectIdentifier) -> Result<Self, SignatureError> {
        let at = part("signer");
        let mut fields = Walk::new(signer.value).map_err(&at)?;
        let version = fields.take(Tag::Integer).map_err(&at)?;
        let (identifier, identifier_der) = match fields.take_if(context_primitive(0)).map_err(&at)? {
            Some(key) => (Identifier::SubjectKey(key.value), key.whole),
            None => {
                let named = fields.take(Tag::Sequence).map_err(&at)?;
                (read_issuer_and_serial(named).map_err(&at)?, named.whole)
            }
        };
        let digest_der = fields.take(Tag::Sequence).map_err(&at)?.whole;
        let digest = read_digest(digest_der, "signer's digest algorithm")?;
        let set = fields.take_if(context(0)).map_err(&at)?;
        let set = set.ok_or(SignatureError::AttributeMissing { attribute: oid::MESSAGE_DIGEST })?;
        let attributes = SignedAttributes::read(set, content_type, digest)?;
        let algorithm_der = fields.take(Tag::Sequence).map_err(&at)?.whole;
        let algorithm = Algorithm::in_cms(algorithm_der, digest)
            .map_err(part("signature algorithm"))?
            .map_err(|found| SignatureError::UnknownAlgorithm { part: "signature algorithm", found })?;
        attributes.protects(digest_der, algorithm_der)?;
        let signature = fields.take(Tag::OctetString).map_err(&at)?;
        let unsigned = UnsignedAttributes::read(fields.take_if(context(1)).map_err(&at)?)?;
        fields.finish().map_err(&at)?;
        Ok(Self {
            version: small(version, "signer")?,
            identifier,
            digest,
            attributes,
            algorithm,
            signature: signature.value,
            unsigned,
            fields: [version.whole, identifier_der, digest_der, set.whole, algorithm_der, signature.whole],
        })
    }
}

/// `IssuerAndSerialNumber` (RFC 5652 §10.2.4).
fn read_issuer_and_serial(named: Tlv<'_>) -> der::Result<Identifier<'_>> {
    let mut named = Walk::new(named.value)?;
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

/// The type of a content, its encoding, and the content where it is inside.
type Content<'a> = (ObjectIdentifier, &'a [u8], Option<&'a [u8]>);

/// `EncapsulatedContentInfo` (RFC 5652 §5.2): the type, its encoding, and the content where it is inside.
fn read_content(encapsulated: Tlv<'_>) -> Result<Content<'_>, SignatureError> {
    let at = part("content type");
    let mut fields = Walk::new(encapsulated.value).map_err(&at)?;
    let type_der = fields.take(Tag::ObjectIdentifier).map_err(&at)?.whole;
    let content_type = Walk::new(type_der).and_then(|mut walk| walk.decode()).map_err(&at)?;
    let content = match fields.take_if(context(0)).map_err(&at)? {
        Some(inside) => {
            let mut inside = Walk::new(inside.value).map_err(&at)?;
            let content = inside.take(Tag::OctetString).map_err(&at)?.value;
            inside.finish().map_err(&at)?;
            Some(content)
        }
        None => None,
    };
    fields.finish().map_err(&at)?;
    Ok((content_type, type_der, content))
}

/// Revocation lists, and OCSP answers.
type Revocations<'a> = (Vec<&'a [u8]>, Vec<&'a [u8]>);

/// `RevocationInfoChoices` (RFC 5652 §10.2.1): lists, and OCSP answers as `OtherRevocationInfoFormat` (RFC 5940 §2.1).
fn read_revocation(set: Option<Tlv<'_>>) -> Result<Revocations<'_>, SignatureError> {
    let at = part("revocation data");
    let (mut crls, mut ocsps) = (Vec::new(), Vec::new());
    let Some(set) = set else { return Ok((crls, ocsps)) };
    let mut walk = Walk::new(set.value).map_err(&at)?;
    while !walk.is_done() {
        if crls.len().saturating_add(ocsps.len()) >= REVOCATIONS_MAX {
            return Err(SignatureError::TooMuchRevocationData { most: REVOCATIONS_MAX });
        }
        if let Some(other) = walk.take_if(context(1)).map_err(&at)? {
            let mut fields = Walk::new(other.value).map_err(&at)?;
            let format: ObjectIdentifier = fields.decode().map_err(&at)?;
            if format == oid::OCSP_IN_CMS {
                ocsps.push(fields.take(Tag::Sequence).map_err(&at)?.whole);
            }
        } else {
            crls.push(walk.take(Tag::Sequence).map_err(&at)?.whole);
        }
    }
    Ok((crls, ocsps))
}

/// The list or answer in one `RevocationInfoChoice`: the answer out of its wrapping, anything else as it came.
pub(crate) fn revocation_inside(choice: &[u8]) -> &[u8] {
    let answer = || -> der::Result<&[u8]> {
        let mut fields = Walk::new(choice)?.enter(context(1))?;
        fields.take(Tag::ObjectIdentifier)?;
        Ok(fields.take(Tag::Sequence)?.whole)
    };
    answer().unwrap_or(choice)
}

pub(crate) fn expect_type(
    found: ObjectIdentifier,
    expected: ObjectIdentifier,
    part: &'static str,
) -> Result<(), SignatureError> {
    if found == expected { Ok(()) } else { Err(SignatureError::WrongType { part, expected, found }) }
}

/// A `DigestAlgorithmIdentifier`.
pub(crate) fn read_digest(identifier: &[u8], name: &'static str) -> Result<DigestAlgorithm, SignatureError> {
    let read = || DigestAlgorithm::read(&mut Walk::new(identifier)?);
    read().map_err(part(name))?.map_err(|found| SignatureError::UnknownAlgorithm { part: name, found })
}

/// The one digest that `SignedData` names.
pub(crate) fn only_digest(set: &[u8]) -> Result<DigestAlgorithm, SignatureError> {
    let at = part("list of digest algorithms");
    let mut fields = Walk::new(set).and_then(|mut walk| walk.enter(Tag::Set)).map_err(&at)?;
    let only = fields.take(Tag::Sequence).map_err(&at)?.whole;
    fields.finish().map_err(&at)?;
    read_digest(only, "digest algorithm")
}

fn small(version: Tlv<'_>, name: &'static str) -> Result<u8, SignatureError> {
    Walk::new(version.whole).and_then(|mut walk| walk.decode()).map_err(part(name))
}
