//! Revocation lists (RFC 5280 §5): complete, direct, version 2.

use super::extensions::{Weight, authority_key_identifier, extension};
use super::{Reason, bits};
use crate::signer::{SignError, Signer};
use crate::{cms, encode, oid};

/// What a complete list says. The caller keeps the register and reads the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Greater than that of every list before it (RFC 5280 §5.2.3).
    pub number: u64,
    /// When it is issued, unix seconds.
    pub this_update: i64,
    /// When the next one is there at the latest, unix seconds.
    pub next_update: i64,
    /// Every certificate revoked, expired ones too: signatures outlive certificates.
    pub revoked: Vec<Revoked>,
    /// That certificates which expired since then, unix seconds, are still on it (X.509 §9.5.2.8). Without it a list says
    /// nothing of expired certificates.
    pub keeps_expired_since: Option<i64>,
}

/// A certificate revoked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Revoked {
    /// Its serial number, a DER INTEGER's content, as [`crate::Certificate::serial`] gives it.
    pub serial: Vec<u8>,
    /// When it was revoked, unix seconds.
    pub at: i64,
    /// Why.
    pub reason: Reason,
    /// Since when the key was, or may have been, in other hands (RFC 5280 §5.3.2), unix seconds.
    pub invalid_since: Option<i64>,
}

/// Why no list was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationListError {
    /// The issuer may not issue lists.
    #[error("`{issuer}` is not a certificate authority")]
    NotAnAuthority {
        /// Its subject.
        issuer: String,
    },
    /// A time before 1970 or after 9999.
    #[error("unix second {at} can't be written in a revocation list")]
    Time {
        /// The moment.
        at: i64,
    },
    /// The next list is due before this one.
    #[error("the next list would be due (unix {next_update}) no later than this one (unix {this_update})")]
    NextBeforeThis {
        /// When this one is issued.
        this_update: i64,
        /// When the next one is due.
        next_update: i64,
    },
    /// A certificate stands on it twice.
    #[error("serial number {serial} would stand on the list twice")]
    Twice {
        /// The serial number in hex.
        serial: String,
    },
    /// The key did not sign.
    #[error("the issuer's key did not sign")]
    Sign(#[from] SignError),
    /// The key that signed is not the one in the issuer's certificate.
    #[error("the issuer's key does not match the issuer's certificate")]
    WrongKey,
}

impl RevocationList {
    /// Signs the list: a `CertificateList` in DER.
    pub fn issue(&self, issuer: &dyn Signer) -> Result<Vec<u8>, RevocationListError> {
        let above = issuer.certificate();
        if !above.is_ca() {
            return Err(RevocationListError::NotAnAuthority { issuer: above.subject() });
        }
        let (this_update, next_update) = (self.this_update, self.next_update);
        if next_update <= this_update {
            return Err(RevocationListError::NextBeforeThis { this_update, next_update });
        }
        let algorithm = issuer.algorithm();
        let mut extensions: Vec<Vec<u8>> =
            above.subject_key_identifier().map(authority_key_identifier).into_iter().collect();
        extensions.push(extension(oid::CRL_NUMBER, Weight::Plain, &encode::unsigned(self.number)));
        if let Some(at) = self.keeps_expired_since {
            let since = cms::generalized_time(at).ok_or(RevocationListError::Time { at })?;
            extensions.push(extension(oid::EXPIRED_CERTS_ON_CRL, Weight::Plain, &since));
        }
        let tbs = encode::sequence(&[
            &encode::small(1),
            &algorithm.identifier(),
            above.subject_name().as_der(),
            &time(this_update)?,
            &time(next_update)?,
            &self.entries()?,
            &encode::tlv(encode::CONTEXT, &[&in_a_row(&extensions)]),
        ]);
        let signature = issuer.sign(&tbs)?;
        match above.public_key() {
            Ok(key) if key.verifies(algorithm, &tbs, &signature) => {
                Ok(encode::sequence(&[&tbs, &algorithm.identifier(), &bits(&signature)]))
            }
            _ => Err(RevocationListError::WrongKey),
        }
    }

    /// `revokedCertificates`: absent where nothing is revoked (RFC 5280 §5.1.2.6).
    fn entries(&self) -> Result<Vec<u8>, RevocationListError> {
        let mut sorted: Vec<&Revoked> = self.revoked.iter().collect();
        sorted.sort_unstable_by(|a, b| a.serial.cmp(&b.serial));
        for (one, next) in sorted.iter().zip(sorted.iter().skip(1)) {
            if one.serial == next.serial {
                return Err(RevocationListError::Twice { serial: crate::hex::Hex(&one.serial).to_string() });
            }
        }
        let entries: Vec<Vec<u8>> = sorted.into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok(if entries.is_empty() { Vec::new() } else { in_a_row(&entries) })
    }
}

fn entry(revoked: &Revoked) -> Result<Vec<u8>, RevocationListError> {
    let mut extensions = Vec::new();
    // RFC 5280 §5.3.1: left out rather than unspecified.
    if revoked.reason != Reason::Unspecified {
        let reason = encode::tlv(encode::ENUMERATED, &[&[revoked.reason.code()]]);
        extensions.push(extension(oid::CRL_REASON, Weight::Plain, &reason));
    }
    if let Some(at) = revoked.invalid_since {
        let since = cms::generalized_time(at).ok_or(RevocationListError::Time { at })?;
        extensions.push(extension(oid::INVALIDITY_DATE, Weight::Plain, &since));
    }
    let extensions = if extensions.is_empty() { Vec::new() } else { in_a_row(&extensions) };
    let serial = encode::tlv(encode::INTEGER, &[&revoked.serial]);
    Ok(encode::sequence(&[&serial, &time(revoked.at)?, &extensions]))
}

fn time(at: i64) -> Result<Vec<u8>, RevocationListError> {
    cms::encode_time(at).ok_or(RevocationListError::Time { at })
}

fn in_a_row(values: &[Vec<u8>]) -> Vec<u8> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    encode::sequence(&values)
}
