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
    #[error("the timestamp authority refused (status {status}{})", .reason.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Refused {
        /// `PKIStatus`: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u8,
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

/// Reads an authority's answer and holds it against the request: granted, its token matching its key, over the imprint
/// asked for, with the nonce asked for. Whether the authority is to be trusted is asked apart.
pub fn read_response(request: &TimestampRequest, der: &[u8]) -> Result<TimestampToken, TimestampRefused> {
    let mut outer = Walk::new(der)?;
    let mut fields = outer.enter(Tag::Sequence)?;
    outer.finish()?;
    let mut status = fields.enter(Tag::Sequence)?;
    let code: u8 = status.decode()?;
    // 0 granted, 1 granted with modifications: the token says what was granted.
    if code > 1 {
        return Err(TimestampRefused::Refused { status: code, reason: words(&mut status)? });
    }
    if fields.is_done() {
        return Err(TimestampRefused::NoToken);
    }
    let token = TimestampToken::read(fields.take(Tag::Sequence)?.whole)?;
    fields.finish()?;
    if *token.imprint() != request.imprint {
        return Err(TimestampRefused::OtherImprint);
    }
    if request.nonce.is_some() && token.nonce() != request.nonce.as_deref() {
        return Err(TimestampRefused::OtherNonce);
    }
    Ok(token)
}

/// `PKIFreeText`, the first line of it.
fn words(status: &mut Walk<'_>) -> der::Result<Option<String>> {
    let Some(text) = status.take_if(Tag::Sequence)? else { return Ok(None) };
    let Some(first) = Walk::new(text.value)?.take_if(Tag::Utf8String)? else { return Ok(None) };
    Ok(Some(crate::name::escape(&String::from_utf8_lossy(first.value))))
}
