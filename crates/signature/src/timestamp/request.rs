//! `TimeStampReq` (RFC 3161 §2.4.1).

use super::MessageImprint;
use crate::encode;
use crate::read::{Walk, context};
use const_oid::ObjectIdentifier;
use der::Tag;

/// A request for a timestamp over a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRequest {
    /// What is to be stamped.
    pub imprint: MessageImprint,
    /// A random number that the answer must repeat, so that no old answer fits: a DER INTEGER's content.
    pub nonce: Option<Vec<u8>>,
    /// Whether the answer is to hold the authority's certificate.
    pub certificates: bool,
    /// The policy asked for.
    pub policy: Option<ObjectIdentifier>,
}

/// Why bytes are no request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTimestampRequest {
    /// Not the DER of a request.
    #[error("the timestamp request does not parse as DER")]
    Malformed(#[from] der::Error),
    /// Not version 1.
    #[error("the timestamp request has version {found}, expected 1")]
    Version {
        /// What it says.
        found: u8,
    },
    /// A digest that isn't known, or too weak.
    #[error("the timestamp request is over a digest {found}; SHA-256, SHA-384 and SHA-512 are known here")]
    Digest {
        /// Which.
        found: ObjectIdentifier,
    },
    /// The digest has another length than its algorithm's.
    #[error("the digest in the timestamp request has {found} bytes, expected {expected}")]
    DigestLength {
        /// Its length.
        found: usize,
        /// The algorithm's.
        expected: u8,
    },
}

/// Bound on a nonce: RFC 3161 asks for a large random number; 64 bits are common.
const NONCE_MAX: usize = 32;

impl TimestampRequest {
    /// A request over an imprint with a nonce of the caller's random numbers; the certificate is asked for.
    pub fn new(imprint: MessageImprint, nonce: [u8; 8]) -> Self {
        // Positive, and the shortest encoding for certain: the top byte is 0x40 to 0x7f.
        let mut nonce = nonce.to_vec();
        if let Some(first) = nonce.first_mut() {
            *first = (*first & 0x3f) | 0x40;
        }
        Self { imprint, nonce: Some(nonce), certificates: true, policy: None }
    }

    /// In DER.
    pub fn to_der(&self) -> Vec<u8> {
        let policy = self.policy.map(encode::oid).unwrap_or_default();
        let nonce = self.nonce.as_ref().map(|nonce| encode::tlv(encode::INTEGER, &[nonce]));
        let certificates = if self.certificates { encode::yes() } else { Vec::new() };
        encode::sequence(&[
            &encode::small(1),
            &self.imprint.encode(),
            &policy,
            nonce.as_deref().unwrap_or_default(),
            &certificates,
        ])
    }

    /// Reads a request from DER, to the last byte.
    pub fn from_der(der: &[u8]) -> Result<Self, BadTimestampRequest> {
        let mut outer = Walk::new(der)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let version: u8 = fields.decode()?;
        if version != 1 {
            return Err(BadTimestampRequest::Version { found: version });
        }
        let imprint =
            MessageImprint::read(&mut fields)?.map_err(|found| BadTimestampRequest::Digest { found })?;
        let (found, expected) = (imprint.value.len(), imprint.digest.size());
        if found != usize::from(expected) {
            return Err(BadTimestampRequest::DigestLength { found, expected });
        }
        let policy = fields.take_if(Tag::ObjectIdentifier)?.map(|policy| policy.whole);
        let policy = policy.map(|whole| Walk::new(whole)?.decode()).transpose()?;
        let nonce = fields.take_if(Tag::Integer)?.map(|nonce| nonce.value.to_vec());
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_MAX) {
            return Err(der::Error::from(Tag::Integer.length_error()).into());
        }
        let certificates = fields.take_if(Tag::Boolean)?.is_some_and(|flag| flag.value == [0xff]);
        // Extensions change what is asked for in ways not known here; none is in use.
        fields.take_if(context(0))?;
        fields.finish()?;
        Ok(Self { imprint, nonce, certificates, policy })
    }
}
