//! The process for CMS files, and for a timestamp token alone.

use super::process::{verify, verify_stamp};
use super::proof::Covers;
use super::question::{Evidence, Question, Rules, Stamp};
use super::verdict::{StampStatus, Validation};
use crate::augment::{covered_by_archive_timestamp, verify_archive_timestamp};
use crate::verify::{SignatureError, VerifiedSignature, verify_attached, verify_parts};

/// Verifies a CMS signature (`.p7s`, `.p7m`) with everything in it, and timestamps that stand beside it (`.tsr`).
///
/// `content`: what was signed, in parts in a row; `None` where it is inside.
pub fn verify_cms(
    p7s: &[u8],
    content: Option<&[&[u8]]>,
    beside: &[&[u8]],
    rules: &Rules<'_>,
) -> (Validation, Result<VerifiedSignature, SignatureError>) {
    let read = match content {
        Some(parts) => verify_parts(parts, p7s).map(|signature| (None, signature)),
        None => verify_attached(p7s).map(|(content, signature)| (Some(content), signature)),
    };
    let (inside, signature) = match read {
        Ok(read) => read,
        Err(error) => return (Validation::failed(&error, rules.at), Err(error)),
    };
    let inside = inside.as_deref().map(|content| [content]);
    let content = content.or(inside.as_ref().map(<[&[u8]; 1]>::as_slice)).unwrap_or_default();
    let stamps = stamps(p7s, content, &signature, beside);
    let validation = verify(&Question {
        signature: &signature,
        stamps: &stamps,
        evidence: &Evidence::default(),
        collected: rules.collected,
        trust: rules.trust,
        constraints: rules.constraints,
        made_after: None,
        at: rules.at,
    });
    (validation, Ok(signature))
}

/// The timestamps in a CMS signature and beside it.
fn stamps(p7s: &[u8], content: &[&[u8]], signature: &VerifiedSignature, beside: &[&[u8]]) -> Vec<Stamp> {
    let tokens = signature.timestamps().iter().map(Vec::as_slice).chain(beside.iter().copied());
    let over = tokens.map(|token| Stamp::over_signature(token, signature));
    let archive = signature.archive_timestamps().iter().map(|token| {
        let covers = covered_by_archive_timestamp(p7s, token).unwrap_or_default().into();
        Stamp::archive(verify_archive_timestamp(p7s, content, token), covers)
    });
    over.chain(archive).collect()
}

/// Verifies one timestamp over bytes: a token, or the answer of an authority that holds one (`.tsr`).
pub fn verify_token(tsr: &[u8], over: &[&[u8]], rules: &Rules<'_>) -> StampStatus {
    let stamp = Stamp::over_bytes(tsr, over, Covers::default());
    verify_stamp(&stamp, rules)
}
