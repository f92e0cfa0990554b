//! Answering which certificates are revoked (RFC 6960): what an authority's responder does.

mod answer;
mod request;

pub use answer::{AnswerError, Moment, Refusal, Status, answer, expect_responder, refuse};
pub use request::{CERTIFICATES_MAX, CertificateId, REQUEST_MAX, Request, RequestError};
