//! Making a CMS signature with CAdES baseline attributes (ETSI EN 319 122-1 §6).

use crate::algorithm::DigestAlgorithm;
use crate::cms::write::{Parts, content_info};
use crate::cms::{attribute, encode_time};
use crate::signed_facts::{Claim, Commitment, Location};
use crate::signer::{SignError, Signer};
use crate::verify::{CMS_MAX, SIGNATURE_MAX};
use crate::{encode, oid};
use const_oid::ObjectIdentifier;

/// What a signer says under the signature, beside the digest and the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// When, in unix seconds: CAdES has it here (EN 319 122-1 §6.3), PAdES does not (EN 319 142-1 §6.3).
    pub signing_time: Option<i64>,
    /// What signing means.
    pub commitment: Option<Commitment>,
    /// Where.
    pub location: Option<Location>,
    /// In what capacity, for what kind of act.
    pub attributes: Vec<Claim>,
}

/// Why no signature was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// A time before 1970 or after 9999.
    #[error("unix second {at} can't be written as a signing time")]
    Time {
        /// The moment.
        at: i64,
    },
    /// The key did not sign.
    #[error("the key of `{subject}` did not sign")]
    Key {
        /// Whose key.
        subject: String,
        /// Why.
        source: SignError,
    },
    /// The chain makes the signature larger than any verifier here would read.
    #[error("the signature would have {length} bytes, the limit is {most}: embed a shorter chain")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit.
        most: usize,
    },
}

/// Signs an act's `content`: a detached CMS `SignedData` in DER (RFC 5652 §5), the content not inside.
///
/// `signing_time` is the signer's claim, in unix seconds, and becomes part of what is signed. The signer's certificate
/// is bound by signing-certificate-v2 (RFC 5035 §3), it and its chain are embedded. The same input gives the same bytes
/// wherever the key signs without random numbers.
pub fn sign_detached(
    content: &[u8],
    signer: &dyn Signer,
    signing_time: i64,
) -> Result<Vec<u8>, SigningError> {
    let claims = Claims { signing_time: Some(signing_time), ..Claims::default() };
    within(sign_parts(&[content], signer, &claims)?, SIGNATURE_MAX)
}

/// Signs parts in a row, as a PDF's byte ranges are, with what the signer claims.
pub fn sign_parts(parts: &[&[u8]], signer: &dyn Signer, claims: &Claims) -> Result<Vec<u8>, SigningError> {
    let digest = signer.algorithm().digest();
    sign_content(&digest.of(parts), oid::DATA, None, signer, claims)
}

/// A signature over a digest, the content of some type outside or inside.
pub(crate) fn sign_content(
    message_digest: &[u8],
    content_type: ObjectIdentifier,
    content: Option<&[u8]>,
    signer: &dyn Signer,
    claims: &Claims,
) -> Result<Vec<u8>, SigningError> {
    let attributes = signed_attributes(message_digest, content_type, signer, claims)?;
    let key = |source| SigningError::Key { subject: signer.certificate().subject(), source };
    let signature = signer.sign(&attributes).map_err(key)?;
    let parts = Parts { content_type, content, attributes, signature: &signature, certificates: true };
    within(content_info(signer, parts), CMS_MAX)
}

fn within(p7s: Vec<u8>, most: usize) -> Result<Vec<u8>, SigningError> {
    if p7s.len() > most { Err(SigningError::TooLarge { length: p7s.len(), most }) } else { Ok(p7s) }
}

/// The signed attributes as a SET OF: these bytes are signed (RFC 5652 §5.4).
fn signed_attributes(
    message_digest: &[u8],
    content_type: ObjectIdentifier,
    signer: &dyn Signer,
    claims: &Claims,
) -> Result<Vec<u8>, SigningError> {
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, encode::oid(content_type)),
        attribute(oid::MESSAGE_DIGEST, encode::tlv(encode::OCTET_STRING, &[message_digest])),
        attribute(oid::SIGNING_CERTIFICATE_V2, signing_certificate(signer)),
    ];
    if let Some(at) = claims.signing_time {
        let time = encode_time(at).ok_or(SigningError::Time { at })?;
        attributes.push(attribute(oid::SIGNING_TIME, time));
    }
    if let Some(commitment) = claims.commitment {
        let indication = encode::sequence(&[&encode::oid(commitment.oid())]);
        attributes.push(attribute(oid::COMMITMENT_TYPE, indication));
    }
    if let Some(location) = &claims.location {
        attributes.push(attribute(oid::SIGNER_LOCATION, signer_location(location)));
    }
    if !claims.attributes.is_empty() {
        attributes.push(attribute(oid::SIGNER_ATTRIBUTES_V2, signer_attributes(&claims.attributes)));
    }
    Ok(encode::set_of(attributes))
}

/// `SigningCertificateV2 { certs { ESSCertIDv2 { hashAlgorithm DEFAULT sha256, certHash } } }`, by the signature's own
/// digest.
fn signing_certificate(signer: &dyn Signer) -> Vec<u8> {
    let digest = signer.algorithm().digest();
    let hash = encode::tlv(encode::OCTET_STRING, &[&digest.of(&[signer.certificate().as_der()])]);
    let algorithm = match digest {
        DigestAlgorithm::Sha256 => Vec::new(),
        other => other.identifier(),
    };
    encode::sequence(&[&encode::sequence(&[&encode::sequence(&[&algorithm, &hash])])])
}

fn signer_location(location: &Location) -> Vec<u8> {
    let place = |number: u8, text: &Option<String>| {
        text.as_ref().map(|text| encode::tlv(encode::CONTEXT | number, &[&encode::utf8(text)]))
    };
    let (country, locality) = (place(0, &location.country), place(1, &location.locality));
    encode::sequence(&[country.as_deref().unwrap_or_default(), locality.as_deref().unwrap_or_default()])
}

/// `SignerAttributeV2` with claimed attributes.
fn signer_attributes(claims: &[Claim]) -> Vec<u8> {
    let claimed: Vec<Vec<u8>> =
        claims.iter().map(|claim| attribute(claim.attribute, encode::utf8(&claim.text))).collect();
    let claimed: Vec<&[u8]> = claimed.iter().map(Vec::as_slice).collect();
    encode::sequence(&[&encode::tlv(encode::CONTEXT, &claimed)])
}
