//! `TimeStampToken` and `TSTInfo` (RFC 3161 §2.4.2, RFC 5816).

use super::MessageImprint;
use crate::certificate::Certificate;
use crate::oid;
use crate::read::{Walk, context};
use crate::verify::{SignatureError, VerifiedSignature, attached};
use const_oid::ObjectIdentifier;
use der::Tag;

/// A timestamp whose signature matches the key it carries. Made by [`TimestampToken::read`] alone.
///
/// It proves that the holder of that key says so. Whether that holder is a trusted authority, a path must show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct TimestampToken {
    der: Vec<u8>,
    signature: VerifiedSignature,
    imprint: MessageImprint,
    nanoseconds: i128,
    accuracy_nanoseconds: i128,
    serial: Vec<u8>,
    policy: ObjectIdentifier,
    nonce: Option<Vec<u8>>,
}

/// Why bytes are no timestamp, or not over what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The CMS signature around it.
    #[error("the timestamp's signature: {0}")]
    Signature(#[from] SignatureError),
    /// The token's content.
    #[error("the timestamp's content does not parse as DER")]
    Malformed(#[from] der::Error),
    /// Not version 1.
    #[error("the timestamp has version {found}, expected 1")]
    Version {
        /// What it says.
        found: u8,
    },
    /// Over a digest that isn't known here, or too weak.
    #[error("the timestamp is over a digest {found}, which is not known here")]
    Digest {
        /// Which.
        found: ObjectIdentifier,
    },
    /// The time is no time.
    #[error("`{found}` is no time of a timestamp: YYYYMMDDhhmmss[.fraction]Z")]
    Time {
        /// What stands there.
        found: String,
    },
    /// The signing certificate isn't bound (RFC 3161 §2.4.2 demands it).
    #[error("the timestamp does not bind the certificate of its authority")]
    CertificateNotBound,
    /// The certificate is not one for timestamps alone (RFC 3161 §2.3).
    #[error("the certificate of `{subject}` is not one for timestamping alone (critical extended key usage)")]
    Purpose {
        /// Whose.
        subject: String,
    },
    /// Over something else.
    #[error(
        "the timestamp is over {}:{}, what it should cover has {}:{}",
        .stamped.digest.prefix(), crate::hex::Hex(&.stamped.value), .expected.digest.prefix(), crate::hex::Hex(&.expected.value)
    )]
    OtherImprint {
        /// What it is over.
        stamped: MessageImprint,
        /// What it should be over.
        expected: MessageImprint,
    },
}

impl TimestampToken {
    /// Reads a token and checks its signature, that it binds its certificate, and that this certificate is for
    /// timestamping alone.
    pub fn read(der: &[u8]) -> Result<Self, TimestampError> {
        let (content, signature) = attached(der, oid::TST_INFO)?;
        if !signature.signing_certificate_bound() {
            return Err(TimestampError::CertificateNotBound);
        }
        let signer = signature.signer();
        if !signer.is_for_timestamping_alone() {
            return Err(TimestampError::Purpose { subject: signer.subject() });
        }
        let mut outer = Walk::new(&content)?;
        let mut fields = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let version: u8 = fields.decode()?;
        if version != 1 {
            return Err(TimestampError::Version { found: version });
        }
        let policy = fields.decode()?;
        let imprint = MessageImprint::read(&mut fields)?.map_err(|found| TimestampError::Digest { found })?;
        let serial = fields.take(Tag::Integer)?.value.to_vec();
        let nanoseconds = read_time(fields.take(Tag::GeneralizedTime)?.value)?;
        let accuracy = fields.take_if(Tag::Sequence)?.map(|accuracy| read_accuracy(accuracy.value));
        fields.take_if(Tag::Boolean)?;
        let nonce = fields.take_if(Tag::Integer)?.map(|nonce| nonce.value.to_vec());
        fields.take_if(context(0))?;
        fields.take_if(context(1))?;
        fields.finish()?;
        Ok(Self {
            der: der.to_vec(),
            imprint,
            nanoseconds,
            accuracy_nanoseconds: accuracy.transpose()?.unwrap_or_default(),
            serial,
            policy,
            nonce,
            signature,
        })
    }

    /// That it is over these parts in a row.
    pub fn expect_over(&self, parts: &[&[u8]]) -> Result<(), TimestampError> {
        let expected = MessageImprint::of(self.imprint.digest, parts);
        if self.imprint == expected {
            return Ok(());
        }
        Err(TimestampError::OtherImprint { stamped: self.imprint.clone(), expected })
    }

    /// The token as it came: `openssl ts -verify -token_in` reads it.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// When, in unix seconds, rounded up: what it is over existed then.
    pub fn at(&self) -> i64 {
        let up = self.nanoseconds.saturating_add(NANOSECONDS.saturating_sub(1)).div_euclid(NANOSECONDS);
        i64::try_from(up).unwrap_or(i64::MAX)
    }

    /// When, in nanoseconds since 1970, as the authority wrote it.
    pub fn nanoseconds(&self) -> i128 {
        self.nanoseconds
    }

    /// The latest moment that the authority's own accuracy allows, in unix seconds, rounded up.
    pub fn at_latest(&self) -> i64 {
        let latest = self.nanoseconds.saturating_add(self.accuracy_nanoseconds);
        let up = latest.saturating_add(NANOSECONDS.saturating_sub(1)).div_euclid(NANOSECONDS);
        i64::try_from(up).unwrap_or(i64::MAX)
    }

    /// The earliest moment that the authority's own accuracy allows, in unix seconds, rounded down.
    pub fn at_earliest(&self) -> i64 {
        let earliest = self.nanoseconds.saturating_sub(self.accuracy_nanoseconds).div_euclid(NANOSECONDS);
        i64::try_from(earliest).unwrap_or(i64::MIN)
    }

    /// What it is over.
    pub fn imprint(&self) -> &MessageImprint {
        &self.imprint
    }

    /// The authority's certificate: a claim until a path has proven it.
    pub fn authority(&self) -> &Certificate {
        self.signature.signer()
    }

    /// The signature on it.
    pub fn signature(&self) -> &VerifiedSignature {
        &self.signature
    }

    /// Its number: a DER INTEGER's content.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Under which policy.
    pub fn policy(&self) -> ObjectIdentifier {
        self.policy
    }

    pub(crate) fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

const NANOSECONDS: i128 = 1_000_000_000;

/// `GeneralizedTime` with fractions (RFC 3161 §2.4.2): `YYYYMMDDhhmmss[.f…]Z`, no trailing zero.
fn read_time(value: &[u8]) -> Result<i128, TimestampError> {
    let bad = || TimestampError::Time { found: String::from_utf8_lossy(value).into_owned() };
    let text = std::str::from_utf8(value).map_err(|_| bad())?.strip_suffix('Z').ok_or_else(bad)?;
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || fraction.is_some_and(|f| !digits(f) || f.len() > 18) {
        return Err(bad());
    }
    let number = |range: std::ops::Range<usize>| {
        whole.get(range).and_then(|text| text.parse::<u16>().ok()).ok_or_else(bad)
    };
    let two = |range: std::ops::Range<usize>| number(range).and_then(|n| u8::try_from(n).map_err(|_| bad()));
    let time =
        der::DateTime::new(number(0..4)?, two(4..6)?, two(6..8)?, two(8..10)?, two(10..12)?, two(12..14)?)
            .map_err(|_| bad())?;
    let seconds = i128::from(time.unix_duration().as_secs());
    let places = fraction.unwrap_or_default().bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = places.fold(0_i128, |sum, digit| {
        sum.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0')))
    });
    Ok(seconds.saturating_mul(NANOSECONDS).saturating_add(nanoseconds))
}

/// `Accuracy` (RFC 3161 §2.4.2), in nanoseconds.
fn read_accuracy(value: &[u8]) -> Result<i128, TimestampError> {
    let mut fields = Walk::new(value)?;
    let seconds: u32 = match fields.take_if(Tag::Integer)? {
        Some(seconds) => Walk::new(seconds.whole)?.decode()?,
        None => 0,
    };
    let mut part = |number| -> Result<u16, TimestampError> {
        let Some(tagged) = fields.take_if(crate::read::context_primitive(number))? else { return Ok(0) };
        let whole = crate::encode::tlv(crate::encode::INTEGER, &[tagged.value]);
        Ok(Walk::new(&whole)?.decode()?)
    };
    let (millis, micros) = (part(0)?, part(1)?);
    let parts =
        [(i128::from(seconds), NANOSECONDS), (i128::from(millis), 1_000_000), (i128::from(micros), 1_000)];
    Ok(parts.into_iter().fold(0, |sum, (count, unit)| sum.saturating_add(count.saturating_mul(unit))))
}
