//! Making a detached CMS signature.

use crate::cms::{attribute, encode_time};
use crate::signer::{SignError, Signer};
use crate::verify::SIGNATURE_MAX;
use crate::{encode, oid};
use sha2::{Digest, Sha256};

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
    #[error("the signature would have {length} bytes, the limit is {SIGNATURE_MAX}: embed a shorter chain")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
}

/// Signs `content`: a detached CMS `SignedData` in DER (RFC 5652 §5), the content not inside.
///
/// `signing_time` is the signer's claim, in unix seconds, and becomes part of what is signed. The signer's certificate
/// is bound by signing-certificate-v2 (RFC 5035 §3), it and its chain are embedded. The same input gives the same bytes
/// wherever the key signs by RFC 6979.
pub fn sign_detached(
    content: &[u8],
    signer: &dyn Signer,
    signing_time: i64,
) -> Result<Vec<u8>, SigningError> {
    let attributes = signed_attributes(content, signer, signing_time)?;
    let key = |source| SigningError::Key { subject: signer.certificate().subject(), source };
    let signature = signer.sign(&attributes).map_err(key)?;
    let p7s = content_info(signer, attributes, &signature);
    if p7s.len() > SIGNATURE_MAX {
        return Err(SigningError::TooLarge { length: p7s.len() });
    }
    Ok(p7s)
}

/// The signed attributes as a SET OF: these bytes are signed (RFC 5652 §5.4).
fn signed_attributes(content: &[u8], signer: &dyn Signer, at: i64) -> Result<Vec<u8>, SigningError> {
    let digest: [u8; 32] = Sha256::digest(content).into();
    let time = encode_time(at).ok_or(SigningError::Time { at })?;
    // SigningCertificateV2 { certs { ESSCertIDv2 { hashAlgorithm DEFAULT sha256, certHash } } }
    let hash = encode::tlv(encode::OCTET_STRING, &[&signer.certificate().fingerprint()]);
    let bound = encode::sequence(&[&encode::sequence(&[&encode::sequence(&[&hash])])]);
    Ok(encode::set_of(vec![
        attribute(oid::CONTENT_TYPE, encode::oid(oid::DATA)),
        attribute(oid::SIGNING_TIME, time),
        attribute(oid::MESSAGE_DIGEST, encode::tlv(encode::OCTET_STRING, &[&digest])),
        attribute(oid::SIGNING_CERTIFICATE_V2, bound),
    ]))
}

/// `ContentInfo` around `SignedData`. Version 1: id-data, one signer by issuer and serial (RFC 5652 §5.1).
fn content_info(signer: &dyn Signer, attributes: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    let leaf = signer.certificate();
    let issuer_and_serial = encode::sequence(&[leaf.issuer_der(), leaf.serial_der()]);
    let sha_256 = encode::algorithm(oid::SHA_256);
    let signer_info = encode::sequence(&[
        &encode::small(1),
        &issuer_and_serial,
        &sha_256,
        &encode::retag(encode::CONTEXT, attributes),
        &signer.algorithm().identifier(),
        &encode::tlv(encode::OCTET_STRING, &[signature]),
    ]);
    let mut certificates = vec![leaf.as_der().to_vec()];
    certificates.extend(signer.chain().iter().map(|above| above.as_der().to_vec()));
    let signed_data = encode::sequence(&[
        &encode::small(1),
        &encode::set_of(vec![sha_256]),
        &encode::sequence(&[&encode::oid(oid::DATA)]),
        &encode::retag(encode::CONTEXT, encode::set_of(certificates)),
        &encode::set_of(vec![signer_info]),
    ]);
    encode::sequence(&[&encode::oid(oid::SIGNED_DATA), &encode::tlv(encode::CONTEXT, &[&signed_data])])
}
