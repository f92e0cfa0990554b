//! RFC 3161 timestamps: asking for one, reading one, and (for those who run an authority) making one.
//!
//! Sending the request is the caller's: over HTTP it is a `POST` of `application/timestamp-query` answered by
//! `application/timestamp-reply` (RFC 3161 §3.4).

mod issue;
mod request;
mod response;
mod token;

pub use issue::{StampFacts, grant, refuse};
pub use request::{BadTimestampRequest, TimestampRequest};
pub use response::{FailureInfo, TimestampRefused, read_response, read_token};
pub use token::{TimestampError, TimestampToken};

use crate::algorithm::DigestAlgorithm;
use crate::encode;
use crate::read::Walk;
use const_oid::ObjectIdentifier;
use der::Tag;

/// The digest of what is stamped (RFC 3161 §2.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageImprint {
    /// By which digest.
    pub digest: DigestAlgorithm,
    /// Its value.
    pub value: Vec<u8>,
}

impl std::fmt::Display for MessageImprint {
    /// `sha256:…`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.digest.prefix(), crate::hex::Hex(&self.value))
    }
}

impl MessageImprint {
    /// The imprint of parts in a row.
    pub fn of(digest: DigestAlgorithm, parts: &[&[u8]]) -> Self {
        Self { digest, value: digest.of(parts) }
    }

    fn encode(&self) -> Vec<u8> {
        let value = encode::tlv(encode::OCTET_STRING, &[&self.value]);
        encode::sequence(&[&self.digest.identifier(), &value])
    }

    fn read(fields: &mut Walk<'_>) -> der::Result<Result<Self, ObjectIdentifier>> {
        let mut imprint = fields.enter(Tag::Sequence)?;
        let digest = DigestAlgorithm::read(&mut imprint)?;
        let value = imprint.take(Tag::OctetString)?.value.to_vec();
        imprint.finish()?;
        Ok(digest.map(|digest| Self { digest, value }))
    }
}
