//! The lines of a register.

use super::register::RegisterError;
use countersign_signature::issue::Revoked;
use pkcs8::der::DateTime;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::time::Duration;

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its serial number: a DER INTEGER's content.
    pub serial: Vec<u8>,
    /// Whom it is for.
    pub subject: String,
    /// SHA-256 of it.
    pub fingerprint: [u8; 32],
    /// First second of validity, unix seconds.
    pub not_before: i64,
    /// Last second of validity, unix seconds.
    pub not_after: i64,
}

/// Where certificates say that revocation can be asked: URIs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Where the revocation list lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crl: Option<String>,
    /// Where the OCSP responder answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocsp: Option<String>,
    /// Where the authority's certificate lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// One line's worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    Issued(Issued),
    Revoked(Revoked),
    List { number: u64, this_update: i64, next_update: i64 },
    Places(Places),
}

/// A line without its end.
pub(super) struct Line<'a>(pub(super) &'a [u8]);

/// The same as people read it: hex digits, RFC 3339 times, words.
#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
enum Written {
    Issued {
        serial: String,
        subject: String,
        fingerprint: String,
        not_before: String,
        not_after: String,
    },
    Revoked {
        serial: String,
        at: String,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invalid_since: Option<String>,
    },
    List {
        number: u64,
        this_update: String,
        next_update: String,
    },
    Places {
        places: Places,
    },
}

impl Event {
    /// The line, with its end.
    pub(super) fn line(&self) -> Result<String, RegisterError> {
        let written = match self {
            Self::Issued(issued) => Written::Issued {
                serial: hex(&issued.serial),
                subject: issued.subject.clone(),
                fingerprint: hex(&issued.fingerprint),
                not_before: time(issued.not_before)?,
                not_after: time(issued.not_after)?,
            },
            Self::Revoked(revoked) => Written::Revoked {
                serial: hex(&revoked.serial),
                at: time(revoked.at)?,
                reason: revoked.reason.to_string(),
                invalid_since: revoked.invalid_since.map(time).transpose()?,
            },
            Self::List { number, this_update, next_update } => Written::List {
                number: *number,
                this_update: time(*this_update)?,
                next_update: time(*next_update)?,
            },
            Self::Places(places) => Written::Places { places: places.clone() },
        };
        // Strings and numbers alone: there is nothing that JSON can't say.
        let mut line = serde_json::to_string(&written).unwrap_or_default();
        line.push('\n');
        Ok(line)
    }
}

impl Line<'_> {
    /// What it says, or what is wrong with it.
    pub(super) fn read(&self) -> Result<Event, String> {
        let written: Written = serde_json::from_slice(self.0).map_err(|error| error.to_string())?;
        Ok(match written {
            Written::Issued { serial, subject, fingerprint, not_before, not_after } => {
                let fingerprint = unhex(&fingerprint)?;
                Event::Issued(Issued {
                    serial: unhex(&serial)?,
                    subject,
                    fingerprint: fingerprint.try_into().map_err(|_| "a fingerprint has 64 hex digits")?,
                    not_before: seconds(&not_before)?,
                    not_after: seconds(&not_after)?,
                })
            }
            Written::Revoked { serial, at, reason, invalid_since } => Event::Revoked(Revoked {
                serial: unhex(&serial)?,
                at: seconds(&at)?,
                reason: reason.parse().map_err(|error| format!("{error}"))?,
                invalid_since: invalid_since.as_deref().map(seconds).transpose()?,
            }),
            Written::List { number, this_update, next_update } => Event::List {
                number,
                this_update: seconds(&this_update)?,
                next_update: seconds(&next_update)?,
            },
            Written::Places { places } => Event::Places(places),
        })
    }
}

fn time(at: i64) -> Result<String, RegisterError> {
    let unwritable = RegisterError::Time { at };
    let Ok(seconds) = u64::try_from(at) else { return Err(unwritable) };
    match DateTime::from_unix_duration(Duration::from_secs(seconds)) {
        Ok(time) => Ok(time.to_string()),
        Err(_) => Err(unwritable),
    }
}

fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time like 2026-04-24T03:06:40Z");
    let time: DateTime = text.parse().map_err(|_| wrong())?;
    i64::try_from(time.unix_duration().as_secs()).map_err(|_| wrong())
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Reads hex digits, of either case.
fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` is not made of pairs of hex digits");
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Err(wrong());
    }
    let pair =
        |at: usize| text.get(at..at.saturating_add(2)).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(|at| pair(at).ok_or_else(wrong)).collect()
}
