//! What a responder says (RFC 6960 §4.2).

use super::request::Request;
use crate::certificate::Certificate;
use crate::issue::extensions::{Weight, extension};
use crate::issue::{Reason, bits, is_issued_by};
use crate::signer::{SignError, Signer};
use crate::{cms, encode, oid, sha1};

/// What the authority knows of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Issued, and not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// When, unix seconds.
        at: i64,
        /// Why.
        reason: Reason,
    },
    /// Never issued here.
    Unknown,
}

/// When an answer is made, and for how long it may be used; unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it is signed.
    pub produced_at: i64,
    /// When what it says was known to be so.
    pub this_update: i64,
    /// When newer news will be there; without it, newer news is there always.
    pub next_update: Option<i64>,
    /// Since when what is said holds of expired certificates too (RFC 6960 §4.4.4).
    pub archive_cutoff: Option<i64>,
}

/// Why a question gets no answer (RFC 6960 §4.2.1, `OCSPResponseStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// What was sent is no question.
    MalformedRequest,
    /// The responder failed.
    InternalError,
    /// Not now.
    TryLater,
    /// Not authorised to answer for that authority.
    Unauthorized,
}

/// Why no answer was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Neither the authority, nor a responder that it certified.
    #[error("`{responder}` may not answer for `{authority}`")]
    NotTheResponder {
        /// Who would sign.
        responder: String,
        /// For whom.
        authority: String,
    },
    /// A time before 1970 or after 9999.
    #[error("unix second {at} can't be written in an OCSP answer")]
    Time {
        /// The moment.
        at: i64,
    },
    /// The key did not sign.
    #[error("the responder's key did not sign")]
    Sign(#[from] SignError),
    /// The key that signed is not the one in the responder's certificate.
    #[error("the responder's key does not match its certificate")]
    WrongKey,
}

/// Answers a question about certificates of `authority`: an `OCSPResponse` in DER.
///
/// `status` is asked the serial number of every certificate that `authority` issued by the request's words; what
/// another issued is unknown. `responder`: the authority itself, or who it certified for this (RFC 6960 §4.2.2.2); its
/// certificate goes with the answer. The nonce, if there is one, is sent back.
pub fn answer(
    request: &Request,
    authority: &Certificate,
    moment: Moment,
    responder: &dyn Signer,
    status: impl Fn(&[u8]) -> Status,
) -> Result<Vec<u8>, AnswerError> {
    let own = responder.certificate();
    expect_responder(own, authority)?;
    let this_update = time(moment.this_update)?;
    let next_update = match moment.next_update {
        Some(at) => encode::tlv(encode::CONTEXT, &[&time(at)?]),
        None => Vec::new(),
    };
    let cutoff = match moment.archive_cutoff {
        Some(at) => {
            let list = encode::sequence(&[&extension(oid::OCSP_ARCHIVE_CUTOFF, Weight::Plain, &time(at)?)]);
            encode::tlv(encode::CONTEXT | 1, &[&list])
        }
        None => Vec::new(),
    };
    let mut single = Vec::new();
    for id in &request.ids {
        let found = if id.is_issued_by(authority) { status(id.serial()) } else { Status::Unknown };
        let status = encode_status(found)?;
        single.push(encode::sequence(&[id.as_der(), &status, &this_update, &next_update, &cutoff]));
    }
    let single: Vec<&[u8]> = single.iter().map(Vec::as_slice).collect();
    let Ok(key) = own.public_key() else { return Err(AnswerError::WrongKey) };
    // responderID by key: SHA-1 of the key's bits (RFC 6960 §4.2.1).
    let key_hash = encode::tlv(encode::OCTET_STRING, &[&sha1::digest(key.bits())]);
    let data = encode::sequence(&[
        &encode::tlv(encode::CONTEXT | 2, &[&key_hash]),
        &time(moment.produced_at)?,
        &encode::sequence(&single),
        &nonce(request),
    ]);
    let signature = responder.sign(&data)?;
    if !key.verifies(responder.algorithm(), &data, &signature) {
        return Err(AnswerError::WrongKey);
    }
    let certificates = encode::tlv(encode::CONTEXT, &[&encode::sequence(&[own.as_der()])]);
    let basic = encode::sequence(&[
        &data,
        &responder.algorithm().identifier(),
        &bits(&signature),
        if own == authority { &[] } else { &certificates },
    ]);
    let response =
        encode::sequence(&[&encode::oid(oid::OCSP_BASIC), &encode::tlv(encode::OCTET_STRING, &[&basic])]);
    Ok(encode::sequence(&[&enumerated(0), &encode::tlv(encode::CONTEXT, &[&response])]))
}

/// Sends a question away: an `OCSPResponse` without an answer, and unsigned, as RFC 6960 has it.
pub fn refuse(why: Refusal) -> Vec<u8> {
    encode::sequence(&[&enumerated(match why {
        Refusal::MalformedRequest => 1,
        Refusal::InternalError => 2,
        Refusal::TryLater => 3,
        Refusal::Unauthorized => 6,
    })])
}

/// Refuses who may not answer for an authority: who is neither the authority itself, nor certified by it for this purpose
/// (RFC 6960 §4.2.2.2).
pub fn expect_responder(responder: &Certificate, authority: &Certificate) -> Result<(), AnswerError> {
    let purposes = &responder.extensions().extended_key_usage;
    let appointed = purposes.as_ref().is_some_and(|purposes| purposes.contains(&oid::OCSP_SIGNING))
        && is_issued_by(responder, authority);
    if responder == authority || appointed {
        return Ok(());
    }
    Err(AnswerError::NotTheResponder { responder: responder.subject(), authority: authority.subject() })
}

/// `CertStatus`.
fn encode_status(status: Status) -> Result<Vec<u8>, AnswerError> {
    Ok(match status {
        Status::Good => encode::tlv(encode::CONTEXT_PRIMITIVE, &[]),
        Status::Revoked { at, reason } => {
            let reason = match reason {
                Reason::Unspecified => Vec::new(),
                reason => encode::tlv(encode::CONTEXT, &[&enumerated(reason.code())]),
            };
            encode::tlv(encode::CONTEXT | 1, &[&time(at)?, &reason])
        }
        Status::Unknown => encode::tlv(encode::CONTEXT_PRIMITIVE | 2, &[]),
    })
}

/// `responseExtensions` with the nonce; absent without one.
fn nonce(request: &Request) -> Vec<u8> {
    let Some(nonce) = &request.nonce else { return Vec::new() };
    let value = encode::tlv(encode::OCTET_STRING, &[nonce]);
    let list = encode::sequence(&[&extension(oid::OCSP_NONCE, Weight::Plain, &value)]);
    encode::tlv(encode::CONTEXT | 1, &[&list])
}

fn enumerated(value: u8) -> Vec<u8> {
    encode::tlv(encode::ENUMERATED, &[&[value]])
}

fn time(at: i64) -> Result<Vec<u8>, AnswerError> {
    cms::generalized_time(at).ok_or(AnswerError::Time { at })
}
