//! Answering for a house CA (RFC 6960).

use super::HouseCa;
use super::register::{Register, RegisterError};
use countersign_signature::issue::ocsp::{
    AnswerError, Moment, Refusal, Request, RequestError, Status, answer, expect_responder, refuse,
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

    /// Answers a request of a moment (unix seconds): an `OCSPResponse` in DER.
    pub fn answer(&self, request: &[u8], now: i64) -> Result<Vec<u8>, RespondError> {
        let request = Request::read(request)?;
        let held = self.register.read()?;
        let next_update = Some(now.saturating_add(ANSWER_SECONDS));
        // The register forgets nothing.
        let archive_cutoff = Some(self.authority.not_before());
        let moment = Moment { produced_at: now, this_update: now, next_update, archive_cutoff };
        let status = |serial: &[u8]| match (held.revocation(serial), held.certificate(serial)) {
            (Some(revoked), _) => Status::Revoked { at: revoked.at, reason: revoked.reason },
            (None, Some(_)) => Status::Good,
            (None, None) => Status::Unknown,
        };
        Ok(answer(&request, self.authority, moment, self.key, status)?)
    }

    /// The same, whatever was sent: what gets no answer gets a refusal, and never *good*.
    pub fn respond(&self, request: &[u8], now: i64) -> Vec<u8> {
        self.answer(request, now).unwrap_or_else(|fault| fault.refusal())
    }
}

/// Why a request went without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RespondError {
    /// What was sent.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The register can't be read.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Signing.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl RespondError {
    /// What the asker is told instead of an answer: an `OCSPResponse` in DER.
    pub fn refusal(&self) -> Vec<u8> {
        refuse(match self {
            Self::Request(_) => Refusal::MalformedRequest,
            Self::Register(_) | Self::Answer(_) => Refusal::InternalError,
        })
    }
}

impl fmt::Debug for Responder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responder({} for {})", self.key.certificate().subject(), self.authority.subject())
    }
}
