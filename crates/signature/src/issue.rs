//! Certificates for those who bring none (RFC 5280 §4).

use crate::certificate::{Certificate, CertificateError};
use crate::name::DistinguishedName;
use crate::signer::{SignError, Signer};
use crate::{Algorithm, PublicKey, encode, oid};
use sha2::{Digest, Sha256};

/// What a new certificate says. The caller draws the serial number and reads the clock.
#[derive(Debug, Clone)]
pub struct Template {
    /// Whom it is for.
    pub subject: DistinguishedName,
    /// The key it speaks of.
    pub public_key: PublicKey,
    /// Sixteen octets, at least 64 bits of them random (RFC 5280 §4.1.2.2 asks for uniqueness; hard to guess is
    /// what protects the hash). The top bit is cleared and the next set: positive, and always sixteen octets.
    pub serial: [u8; 16],
    /// First second of validity, unix seconds.
    pub not_before: i64,
    /// Last second of validity, unix seconds.
    pub not_after: i64,
    /// What the key may do.
    pub kind: Subject,
}

/// What a certificate's key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Issue certificates for people, and no further authorities: CA true, path length 0, keyCertSign and cRLSign.
    Authority,
    /// Sign in person: CA false, digitalSignature and nonRepudiation.
    Person,
    /// Sign timestamps and nothing else: CA false, digitalSignature, and the critical extended key usage timeStamping
    /// (RFC 3161 §2.3).
    TimestampAuthority,
}

/// Why no certificate was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The issuer may not issue.
    #[error("`{issuer}` is not a certificate authority")]
    NotAnAuthority {
        /// Its subject.
        issuer: String,
    },
    /// A time before 1970 or after 9999.
    #[error("unix second {at} can't be written in a certificate")]
    Time {
        /// The moment.
        at: i64,
    },
    /// The new certificate would outlive its issuer.
    #[error("the certificate would end at unix {not_after}, after its issuer does at {issuer_ends}")]
    OutlivesIssuer {
        /// Its last second.
        not_after: i64,
        /// The issuer's last second.
        issuer_ends: i64,
    },
    /// The key did not sign.
    #[error("the issuer's key did not sign")]
    Sign(#[from] SignError),
    /// What was made is not a certificate, or is not signed by the key that should have signed it.
    #[error("the certificate made does not read back")]
    Unreadable(#[from] CertificateError),
    /// The key that signed is not the one in the issuer's certificate.
    #[error("the issuer's key does not match the issuer's certificate")]
    WrongKey,
}

/// Issues a certificate under an authority.
pub fn issue(template: &Template, issuer: &dyn Signer) -> Result<Certificate, IssueError> {
    let above = issuer.certificate();
    if !above.is_ca() {
        return Err(IssueError::NotAnAuthority { issuer: above.subject() });
    }
    if template.not_after > above.not_after() {
        return Err(IssueError::OutlivesIssuer {
            not_after: template.not_after,
            issuer_ends: above.not_after(),
        });
    }
    let tbs =
        to_be_signed(template, above.subject_name(), above.subject_key_identifier(), issuer.algorithm())?;
    let certificate = seal(&tbs, issuer.algorithm(), &issuer.sign(&tbs)?)?;
    match above.public_key() {
        Ok(key) if certificate.is_signed_by(key) => Ok(certificate),
        _ => Err(IssueError::WrongKey),
    }
}

/// Makes a certificate that its own key signs: a house CA, or a person who is pinned by fingerprint.
pub fn self_sign(
    template: &Template,
    algorithm: Algorithm,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, SignError>,
) -> Result<Certificate, IssueError> {
    let own = key_identifier(&template.public_key);
    let tbs = to_be_signed(template, &template.subject, Some(&own), algorithm)?;
    let certificate = seal(&tbs, algorithm, &sign(&tbs)?)?;
    if certificate.is_signed_by(&template.public_key) { Ok(certificate) } else { Err(IssueError::WrongKey) }
}

fn seal(tbs: &[u8], algorithm: Algorithm, signature: &[u8]) -> Result<Certificate, CertificateError> {
    let signature = encode::tlv(encode::BIT_STRING, &[&[0], signature]);
    Certificate::from_der(&encode::sequence(&[tbs, &algorithm.identifier(), &signature]))
}

/// `TBSCertificate` (RFC 5280 §4.1.2), version 3.
fn to_be_signed(
    template: &Template,
    issuer: &DistinguishedName,
    issuer_key: Option<&[u8]>,
    algorithm: Algorithm,
) -> Result<Vec<u8>, IssueError> {
    let version = encode::tlv(encode::CONTEXT, &[&encode::small(2)]);
    let mut serial = template.serial;
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    let validity = encode::sequence(&[&encode_time(template.not_before)?, &encode_time(template.not_after)?]);
    let extensions = extensions(template, issuer_key);
    Ok(encode::sequence(&[
        &version,
        &encode::tlv(encode::INTEGER, &[&serial]),
        &algorithm.identifier(),
        issuer.as_der(),
        &validity,
        template.subject.as_der(),
        template.public_key.as_der(),
        &encode::tlv(encode::CONTEXT | 3, &[&extensions]),
    ]))
}

fn encode_time(at: i64) -> Result<Vec<u8>, IssueError> {
    crate::cms::encode_time(at).ok_or(IssueError::Time { at })
}

fn extensions(template: &Template, issuer_key: Option<&[u8]>) -> Vec<u8> {
    let own = encode::tlv(encode::OCTET_STRING, &[&key_identifier(&template.public_key)]);
    let yes = encode::tlv(encode::BOOLEAN, &[&[0xff]]);
    let (basic, usage) = match template.kind {
        // Bits: keyCertSign (5) and cRLSign (6), one bit of the octet unused.
        Subject::Authority => (encode::sequence(&[&yes, &encode::small(0)]), [1, 0b0000_0110]),
        // Bits: digitalSignature (0) and nonRepudiation (1), six unused.
        Subject::Person => (encode::sequence(&[]), [6, 0b1100_0000]),
        Subject::TimestampAuthority => (encode::sequence(&[]), [7, 0b1000_0000]),
    };
    let usage = encode::tlv(encode::BIT_STRING, &[&usage]);
    let extension = |id, critical: Option<&[u8]>, value: &[u8]| {
        let value = encode::tlv(encode::OCTET_STRING, &[value]);
        encode::sequence(&[&encode::oid(id), critical.unwrap_or_default(), &value])
    };
    let basic = extension(oid::BASIC_CONSTRAINTS, Some(&yes), &basic);
    let usage = extension(oid::KEY_USAGE, Some(&yes), &usage);
    let own = extension(oid::SUBJECT_KEY_IDENTIFIER, None, &own);
    let above = issuer_key.map(|key| {
        let key = encode::tlv(encode::CONTEXT_PRIMITIVE, &[key]);
        extension(oid::AUTHORITY_KEY_IDENTIFIER, None, &encode::sequence(&[&key]))
    });
    let purpose = (template.kind == Subject::TimestampAuthority).then(|| {
        let purposes = encode::sequence(&[&encode::oid(oid::TIME_STAMPING)]);
        extension(oid::EXTENDED_KEY_USAGE, Some(&yes), &purposes)
    });
    encode::sequence(&[
        &basic,
        &usage,
        purpose.as_deref().unwrap_or_default(),
        &own,
        above.as_deref().unwrap_or_default(),
    ])
}

/// RFC 7093 §2 (1): the leftmost 160 bits of the key's SHA-256.
fn key_identifier(key: &PublicKey) -> [u8; 20] {
    let digest: [u8; 32] = Sha256::digest(key.bits()).into();
    let mut out = [0; 20];
    out.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    out
}
