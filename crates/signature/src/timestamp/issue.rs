//! Making tokens, for those who run an authority: a test's, a demonstration's, a house's.

use super::TimestampRequest;
use crate::cms::generalized_time;
use crate::sign::{Claims, SigningError, sign_content};
use crate::signer::Signer;
use crate::{encode, oid};
use const_oid::ObjectIdentifier;

/// What the authority says of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampFacts {
    /// When, in unix seconds.
    pub at: i64,
    /// A number it never gives twice.
    pub serial: u64,
    /// The policy it stamps under.
    pub policy: ObjectIdentifier,
    /// How far the time may be off, in seconds.
    pub accuracy: u8,
}

/// Answers a request: a `TimeStampResp` with a token (RFC 3161 §2.4.2). Where the request doesn't ask for the
/// certificate it is sent all the same: clients that don't want it don't mind.
pub fn grant(
    request: &TimestampRequest,
    facts: &StampFacts,
    authority: &dyn Signer,
) -> Result<Vec<u8>, SigningError> {
    let time = generalized_time(facts.at).ok_or(SigningError::Time { at: facts.at })?;
    let serial = encode::unsigned(facts.serial);
    let nonce = request.nonce.as_ref().map(|nonce| encode::tlv(encode::INTEGER, &[nonce]));
    let info = encode::sequence(&[
        &encode::small(1),
        &encode::oid(facts.policy),
        &request.imprint.encode(),
        &serial,
        &time,
        &encode::sequence(&[&encode::small(facts.accuracy)]),
        nonce.as_deref().unwrap_or_default(),
    ]);
    let claims = Claims { signing_time: Some(facts.at), ..Claims::default() };
    let digest = authority.algorithm().digest().of(&[&info]);
    let token = sign_content(&digest, oid::TST_INFO, Some(&info), authority, &claims)?;
    Ok(encode::sequence(&[&encode::sequence(&[&encode::small(0)]), &token]))
}

/// Refuses a request, in words: `PKIStatus` rejection with `badRequest`.
pub fn refuse(why: &str) -> Vec<u8> {
    let words = encode::sequence(&[&encode::utf8(why)]);
    // badRequest is bit 2, of three bits in the first octet.
    let failure = encode::tlv(encode::BIT_STRING, &[&[5, 0b0010_0000]]);
    encode::sequence(&[&encode::sequence(&[&encode::small(2), &words, &failure])])
}
