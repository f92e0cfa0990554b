//! Answering for a house CA (RFC 6960).

use super::HouseCa;
use super::register::Register;
use countersign_signature::issue::ocsp::{
    AnswerError, Moment, Refusal, Request, Status, answer, expect_responder, refuse,
};
use countersign_signature::{Certificate, Signer};
use std::fmt;

/// Answers which certificates of an authority are revoked, from its register.
pub struct Responder<'a> {
    authority: &'a Certificate,
    key: &'a dyn Signer,
    register: &'a Register,
}

/// How long an answer may be used: how long a revocation may go unnoticed by those who keep answers.
const ANSWER_SECONDS: i64 = 60 * 60;

impl<'a> Responder<'a> {
    /// `key`: the authority's own, or one that it certified for this; another is refused.
    pub fn new(
        authority: &'a Certificate,
        key: &'a dyn Signer,
        register: &'a Register,
    ) -> Result<Self, AnswerError> {
        expect_responder(key.certificate(), authority)?;
        Ok(Self { authority, key, register })
    }

    /// The authority itself.
    pub(super) fn of(house: &'a HouseCa) -> Self {
        Self { authority: house.certificate(), key: house.key(), register: house.register() }
    }

    /// Answers a request of a moment (unix seconds): an `OCSPResponse` in DER, whatever was sent. Where the register can't
    /// be read, or the key doesn't sign, it says so and never *good*.
    pub fn respond(&self, request: &[u8], now: i64) -> Vec<u8> {
        let Ok(request) = Request::read(request) else { return refuse(Refusal::MalformedRequest) };
        let Ok(held) = self.register.read() else { return refuse(Refusal::InternalError) };
        let next_update = Some(now.saturating_add(ANSWER_SECONDS));
        // The register forgets nothing.
        let archive_cutoff = Some(self.authority.not_before());
        let moment = Moment { produced_at: now, this_update: now, next_update, archive_cutoff };
        let status = |serial: &[u8]| match (held.revocation(serial), held.certificate(serial)) {
            (Some(revoked), _) => Status::Revoked { at: revoked.at, reason: revoked.reason },
            (None, Some(_)) => Status::Good,
            (None, None) => Status::Unknown,
        };
        answer(&request, self.authority, moment, self.key, status)
            .unwrap_or_else(|_| refuse(Refusal::InternalError))
    }
}

impl fmt::Debug for Responder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responder({} for {})", self.key.certificate().subject(), self.authority.subject())
    }
}
