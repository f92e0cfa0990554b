//! What an authority issues: certificates (RFC 5280 §4), revocation lists (§5), OCSP answers (RFC 6960).
//!
//! Pure: serial numbers, times and what is revoked are arguments; whoever keeps the register is elsewhere.

mod crl;
mod extensions;
pub mod ocsp;
mod reason;

pub use crl::{RevocationList, RevocationListError, Revoked};
pub use extensions::{NameConstraints, Particulars, Subject, key_identifier};
pub use reason::{BadReason, Reason};

use crate::certificate::{Certificate, CertificateError};
use crate::checks::Checks;
use crate::name::DistinguishedName;
use crate::signer::{SignError, Signer};
use crate::{Algorithm, PublicKey, encode};
use extensions::extensions;

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
    /// What else it says.
    pub particulars: Particulars,
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
        Ok(key) if certificate.is_signed_by(key, &Checks::default()) => Ok(certificate),
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
    if certificate.is_signed_by(&template.public_key, &Checks::default()) {
        Ok(certificate)
    } else {
        Err(IssueError::WrongKey)
    }
}

/// Whether `issuer` is who a certificate names above it, and its key signed it. Says nothing about times, purposes or who
/// trusts the issuer: that is [`crate::path`]'s.
pub fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    certificate.issuer_name() == issuer.subject_name()
        && issuer.public_key().is_ok_and(|key| certificate.is_signed_by(key, &Checks::default()))
}

fn seal(tbs: &[u8], algorithm: Algorithm, signature: &[u8]) -> Result<Certificate, CertificateError> {
    Certificate::from_der(&encode::sequence(&[tbs, &algorithm.identifier(), &bits(signature)]))
}

/// A BIT STRING of whole octets.
fn bits(octets: &[u8]) -> Vec<u8> {
    encode::tlv(encode::BIT_STRING, &[&[0], octets])
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
