//! `TimeStampResp` (RFC 3161 §2.4.2).

use super::{TimestampError, TimestampRequest, TimestampToken};
use crate::read::Walk;
use der::Tag;

/// Why an authority's answer is no timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampRefused {
    /// Not the DER of an answer.
    #[error("the timestamp authority's answer does not parse as DER")]
    Malformed(#[from] der::Error),
    /// The authority said no.
    #[error(
        "the timestamp authority refused (status {status}{}{})",
        listed(.failures),
        .reason.as_ref().map(|words| format!(": {words}")).unwrap_or_default()
    )]
    Refused {
        /// `PKIStatus`: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u8,
        /// `PKIFailureInfo`: which reasons of the closed list it gives.
        failures: Vec<FailureInfo>,
        /// Its words, fit for a terminal.
        reason: Option<String>,
    },
    /// Granted, with no token.
    #[error("the timestamp authority granted a timestamp and sent none")]
    NoToken,
    /// The token is over something else.
    #[error("the timestamp is over another digest than the one asked for")]
    OtherImprint,
    /// The token repeats another nonce: it may be an old one.
    #[error("the timestamp does not repeat the nonce of the request: it may be an old answer")]
    OtherNonce,
    /// The token does not hold.
    #[error("the timestamp token does not hold")]
    Token(#[from] TimestampError),
}

/// A bit of `PKIFailureInfo` (RFC 3161 §2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureInfo {
    /// The digest's algorithm is not known there.
    BadAlg,
    /// The transaction is not permitted or not supported.
    BadRequest,
    /// The request has the wrong format.
    BadDataFormat,
    /// The authority's own source of time is not there.
    TimeNotAvailable,
    /// The policy asked for is not supported.
    UnacceptedPolicy,
    /// An extension asked for is not supported.
    UnacceptedExtension,
    /// Information asked for could not be understood or is not there.
    AddInfoNotAvailable,
    /// The authority can't handle the request because of a failure of its own.
    SystemFailure,
    /// A bit that the standard does not name.
    Other(u8),
}

impl FailureInfo {
    const NAMED: [(u8, Self, &'static str); 8] = [
        (0, Self::BadAlg, "badAlg"),
        (2, Self::BadRequest, "badRequest"),
        (5, Self::BadDataFormat, "badDataFormat"),
        (14, Self::TimeNotAvailable, "timeNotAvailable"),
        (15, Self::UnacceptedPolicy, "unacceptedPolicy"),
        (16, Self::UnacceptedExtension, "unacceptedExtension"),
        (17, Self::AddInfoNotAvailable, "addInfoNotAvailable"),
        (25, Self::SystemFailure, "systemFailure"),
    ];

    /// As the standard spells it.
    pub fn word(self) -> String {
        let named = Self::NAMED.iter().find(|(_, info, _)| *info == self);
        match (named, self) {
            (Some((_, _, word)), _) => (*word).to_owned(),
            (None, Self::Other(bit)) => format!("failure bit {bit}"),
            (None, _) => String::new(),
        }
    }

    fn of_bit(bit: u8) -> Self {
        Self::NAMED
            .iter()
            .find(|(number, _, _)| *number == bit)
            .map_or(Self::Other(bit), |(_, info, _)| *info)
    }
}

/// `, badRequest, …`
fn listed(failures: &[FailureInfo]) -> String {
    failures.iter().fold(String::new(), |words, failure| words + ", " + &failure.word())
}

/// Reads an authority's answer and holds it against the request: granted, its token matching its key, over the imprint
/// asked for, with the nonce asked for. Whether the authority is to be trusted is asked apart.
pub fn read_response(request: &TimestampRequest, der: &[u8]) -> Result<TimestampToken, TimestampRefused> {
    let token = read_token(der)?;
    if *token.imprint() != request.imprint {
        return Err(TimestampRefused::OtherImprint);
    }
    if request.nonce.is_some() && token.nonce() != request.nonce.as_deref() {
        return Err(TimestampRefused::OtherNonce);
    }
    Ok(token)
}

/// Reads the token of an answer that was kept (a `.tsr` file), its request long gone: granted, the token matching its key.
/// Over what it is, [`TimestampToken::expect_over`] checks.
pub fn read_token(der: &[u8]) -> Result<TimestampToken, TimestampRefused> {
    let mut outer = Walk::new(der)?;
    let mut fields = outer.enter(Tag::Sequence)?;
    outer.finish()?;
    let mut status = fields.enter(Tag::Sequence)?;
    let code: u8 = status.decode()?;
    // 0 granted, 1 granted with modifications: the token says what was granted.
    if code > 1 {
        let (reason, failures) = (words(&mut status)?, failures(&mut status)?);
        return Err(TimestampRefused::Refused { status: code, failures, reason });
    }
    if fields.is_done() {
        return Err(TimestampRefused::NoToken);
    }
    let token = TimestampToken::read(fields.take(Tag::Sequence)?.whole)?;
    fields.finish()?;
    Ok(token)
}

/// `PKIFailureInfo`: the bits that are set, at most the 32 that a word holds.
fn failures(status: &mut Walk<'_>) -> der::Result<Vec<FailureInfo>> {
    let Some(bits) = status.take_if(Tag::BitString)? else { return Ok(Vec::new()) };
    let octets = bits.value.iter().skip(1).take(4);
    let set = (0_u8..).step_by(8).zip(octets).flat_map(|(first, octet)| {
        (0_u8..8)
            .filter(move |bit| octet & (0x80 >> bit) != 0)
            .map(move |bit| FailureInfo::of_bit(first + bit))
    });
    Ok(set.collect())
}

/// `PKIFreeText`, the first line of it.
fn words(status: &mut Walk<'_>) -> der::Result<Option<String>> {
    let Some(text) = status.take_if(Tag::Sequence)? else { return Ok(None) };
    let Some(first) = Walk::new(text.value)?.take_if(Tag::Utf8String)? else { return Ok(None) };
    Ok(Some(crate::name::escape(&String::from_utf8_lossy(first.value))))
}
