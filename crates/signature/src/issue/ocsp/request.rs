//! What a responder is asked (RFC 6960 §4.1).

use crate::certificate::Certificate;
use crate::read::{Walk, context};
use crate::{DigestAlgorithm, encode, oid, sha1};
use const_oid::ObjectIdentifier;
use der::Tag;

/// A question about certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub ids: Vec<CertificateId>,
    /// The asker's number, sent back in the answer (RFC 9654 §2.1): 1 to 128 octets.
    pub nonce: Option<Vec<u8>>,
}

/// Which certificate is asked about: its serial number, and its issuer by digests (RFC 6960 §4.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    /// As it was asked: an answer repeats it to the byte.
    der: Vec<u8>,
    hash: ObjectIdentifier,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Vec<u8>,
}

/// Why bytes are no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// More than [`REQUEST_MAX`].
    #[error("an OCSP request of {length} bytes is larger than {REQUEST_MAX}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// Not the DER of an `OCSPRequest`.
    #[error("an OCSP request does not parse")]
    Malformed(#[from] der::Error),
    /// No certificate, or more than [`CERTIFICATES_MAX`].
    #[error("an OCSP request asks about {count} certificates, 1 to {CERTIFICATES_MAX} are answered")]
    Count {
        /// How many.
        count: usize,
    },
    /// A nonce of no octets or more than 128 (RFC 9654 §2.1).
    #[error("an OCSP request has a nonce of {length} bytes, 1 to {NONCE_MAX} are answered")]
    Nonce {
        /// Its length in bytes.
        length: usize,
    },
    /// A critical extension that is not known here.
    #[error("an OCSP request demands the extension {extension}, which is not understood here")]
    Extension {
        /// Which.
        extension: ObjectIdentifier,
    },
}

/// Bound on a request: one about a few certificates, signed, with its signer's chain.
pub const REQUEST_MAX: usize = 16 * 1024;
/// Bound on the certificates asked about at once: a signature's chain is shorter.
pub const CERTIFICATES_MAX: usize = 16;
/// RFC 9654 §2.1.
const NONCE_MAX: usize = 128;

impl Request {
    /// Reads an `OCSPRequest`. Who asks, and whether they signed, makes no difference: everyone is answered.
    pub fn read(der: &[u8]) -> Result<Self, RequestError> {
        if der.len() > REQUEST_MAX {
            return Err(RequestError::TooLarge { length: der.len() });
        }
        let mut outer = Walk::new(der)?;
        let mut request = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let mut fields = request.enter(Tag::Sequence)?;
        request.take_if(context(0))?;
        request.finish()?;
        fields.take_if(context(0))?;
        fields.take_if(context(1))?;
        let mut list = fields.enter(Tag::Sequence)?;
        let extensions = fields.take_if(context(2))?;
        fields.finish()?;
        let mut ids = Vec::new();
        while !list.is_done() {
            if ids.len() == CERTIFICATES_MAX {
                return Err(RequestError::Count { count: ids.len().saturating_add(1) });
            }
            let mut one = list.enter(Tag::Sequence)?;
            ids.push(CertificateId::read(one.take(Tag::Sequence)?.whole)?);
            if let Some(extensions) = one.take_if(context(0))? {
                read_extensions(extensions.value)?;
            }
            one.finish()?;
        }
        if ids.is_empty() {
            return Err(RequestError::Count { count: 0 });
        }
        let nonce = extensions.map(|found| read_extensions(found.value)).transpose()?.flatten();
        Ok(Self { ids, nonce })
    }

    /// A question about one certificate.
    pub fn about(id: CertificateId) -> Self {
        Self { ids: vec![id], nonce: None }
    }
}

/// The nonce among extensions; one that is critical and not known here is an error.
fn read_extensions(list: &[u8]) -> Result<Option<Vec<u8>>, RequestError> {
    let mut outer = Walk::new(list)?;
    let mut list = outer.enter(Tag::Sequence)?;
    outer.finish()?;
    let mut nonce = None;
    while !list.is_done() {
        let mut one = list.enter(Tag::Sequence)?;
        let id: ObjectIdentifier = one.decode()?;
        let critical = one.take_if(Tag::Boolean)?.is_some_and(|flag| flag.value != [0]);
        let value = one.take(Tag::OctetString)?.value;
        one.finish()?;
        match id {
            oid::OCSP_NONCE => nonce = Some(read_nonce(value)?),
            extension if critical => return Err(RequestError::Extension { extension }),
            _ => {}
        }
    }
    Ok(nonce)
}

/// `Nonce ::= OCTET STRING` inside the extension's value.
fn read_nonce(value: &[u8]) -> Result<Vec<u8>, RequestError> {
    let mut walk = Walk::new(value)?;
    let nonce = walk.take(Tag::OctetString)?.value;
    walk.finish()?;
    match nonce.len() {
        1..=NONCE_MAX => Ok(nonce.to_vec()),
        length => Err(RequestError::Nonce { length }),
    }
}

impl CertificateId {
    /// Names a certificate as everybody names them: its issuer by SHA-1, which is an index here and no proof of anything.
    pub fn of(certificate: &Certificate, issuer: &Certificate) -> Self {
        let hash = oid::SHA_1;
        let name_hash = sha1::digest(issuer.subject_name().as_der());
        let key_hash = sha1::digest(issuer.public_key().map_or(&[][..], |key| key.bits()));
        let serial = certificate.serial().to_vec();
        let octets = |hash: &[u8]| encode::tlv(encode::OCTET_STRING, &[hash]);
        let der = encode::sequence(&[
            &encode::sequence(&[&encode::oid(hash), &encode::null()]),
            &octets(&name_hash),
            &octets(&key_hash),
            &encode::tlv(encode::INTEGER, &[&serial]),
        ]);
        Self { der, hash, name_hash, key_hash, serial }
    }

    fn read(der: &[u8]) -> der::Result<Self> {
        let mut outer = Walk::new(der)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let mut algorithm = fields.enter(Tag::Sequence)?;
        let hash = algorithm.decode()?;
        algorithm.null_or_nothing()?;
        let name_hash = fields.take(Tag::OctetString)?.value.to_vec();
        let key_hash = fields.take(Tag::OctetString)?.value.to_vec();
        let serial = fields.take(Tag::Integer)?.value.to_vec();
        fields.finish()?;
        Ok(Self { der: der.to_vec(), hash, name_hash, key_hash, serial })
    }

    /// The serial number: a DER INTEGER's content.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Whether it names a certificate of this issuer's. `false` too where the digest isn't known here.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        let Ok(key) = issuer.public_key() else { return false };
        let (name, key) = (issuer.subject_name().as_der(), key.bits());
        let digest = |bytes: &[u8]| match DigestAlgorithm::of_oid(self.hash) {
            Some(digest) => Some(digest.of(&[bytes])),
            None => (self.hash == oid::SHA_1).then(|| sha1::digest(bytes)),
        };
        digest(name).is_some_and(|hash| hash == self.name_hash)
            && digest(key).is_some_and(|hash| hash == self.key_hash)
    }

    pub(super) fn as_der(&self) -> &[u8] {
        &self.der
    }
}
