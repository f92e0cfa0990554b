//! The entries of a revocation list, read where they stand: a list may have a million.

use super::source::RevocationReason;
use crate::comparable::Comparable;
use crate::general_name::GeneralName;
use crate::oid;
use crate::read::{Walk, is_shortest_integer};
use crate::time;
use const_oid::ObjectIdentifier;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// One value: its tag, content, and what follows it.
struct Value<'a> {
    tag: u8,
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

/// The next value: definite lengths of at most four octets, as short as may be. Nothing else occurs in an entry.
fn value(bytes: &[u8]) -> Option<Value<'_>> {
    let (&[tag, first], _) = bytes.split_first_chunk::<2>()?;
    let (head, length) = match first {
        0..=0x7f => (2, usize::from(first)),
        0x81 => match bytes.get(2)? {
            digit @ 0x80..=0xff => (3, usize::from(*digit)),
            _ => return None,
        },
        0x82..=0x84 => {
            let count = usize::from(first & 0x7f);
            let digits = bytes.get(2..)?.get(..count)?;
            if digits.first() == Some(&0) {
                return None;
            }
            let length = digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            (count.checked_add(2)?, length)
        }
        _ => return None,
    };
    let (whole, rest) = bytes.split_at_checked(length.checked_add(head)?)?;
    Some(Value { tag, whole, content: whole.get(head..)?, rest })
}

/// The content of the next value if it has this tag, and what follows.
fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let value = value(bytes)?;
    (value.tag == tag).then_some((value.content, value.rest))
}

/// One entry: `revokedCertificates` (RFC 5280 §5.1.2.6).
pub(super) struct RawEntry<'a> {
    pub(super) serial: &'a [u8],
    date: &'a [u8],
    extensions: &'a [u8],
}

/// What an entry says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: i64,
    pub(super) reason: RevocationReason,
}

/// What must be known of all entries before one of them is believed.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) count: usize,
    /// A critical extension that isn't understood: then no entry counts (RFC 5280 §5.3).
    pub(super) refused: Option<ObjectIdentifier>,
    /// Whether entries name issuers of their own.
    pub(super) names_issuers: bool,
}

fn next(bytes: &[u8]) -> Option<(RawEntry<'_>, &[u8])> {
    let (entry, rest) = take(bytes, SEQUENCE)?;
    let (serial, after) = take(entry, INTEGER)?;
    let date = value(after)?;
    if !matches!(date.tag, UTC_TIME | GENERALIZED_TIME) || !is_shortest_integer(serial) {
        return None;
    }
    let extensions = match date.rest {
        [] => &[][..],
        rest => match take(rest, SEQUENCE)? {
            (extensions, []) => extensions,
            _ => return None,
        },
    };
    Some((RawEntry { serial, date: date.whole, extensions }, rest))
}

/// Reads all entries once; `None` where one is not what it should be.
pub(super) fn survey(entries: &[u8]) -> Option<Survey> {
    let (mut found, mut left) = (Survey::default(), entries);
    while !left.is_empty() {
        let (entry, rest) = next(left)?;
        found.count = found.count.saturating_add(1);
        let mut extensions = entry.extensions;
        while !extensions.is_empty() {
            let (extension, rest) = extension(extensions)?;
            match extension.id {
                id if id == oid::CERTIFICATE_ISSUER.as_bytes() => {
                    // Unreadable, it would leave certificates out.
                    issuers(extension.value)?;
                    found.names_issuers = true;
                }
                id if id == oid::CRL_REASON.as_bytes() || id == oid::INVALIDITY_DATE.as_bytes() => {}
                id if extension.critical => {
                    found.refused = found.refused.or(Some(ObjectIdentifier::from_bytes(id).ok()?));
                }
                _ => {}
            }
            extensions = rest;
        }
        left = rest;
    }
    Some(found)
}

struct Extension<'a> {
    id: &'a [u8],
    critical: bool,
    value: &'a [u8],
}

fn extension(bytes: &[u8]) -> Option<(Extension<'_>, &[u8])> {
    let (extension, rest) = take(bytes, SEQUENCE)?;
    let (id, after) = take(extension, OBJECT_IDENTIFIER)?;
    let (critical, after) = match take(after, BOOLEAN) {
        Some((flag, after)) => (flag != [0], after),
        None => (false, after),
    };
    let (value, []) = take(after, OCTET_STRING)? else { return None };
    Some((Extension { id, critical, value }, rest))
}

/// The value of one of an entry's extensions.
fn extension_of<'a>(entry: &RawEntry<'a>, id: ObjectIdentifier) -> Option<&'a [u8]> {
    let mut left = entry.extensions;
    while let Some((extension, rest)) = extension(left) {
        if extension.id == id.as_bytes() {
            return Some(extension.value);
        }
        left = rest;
    }
    None
}

/// Looks for a certificate by its issuer and serial number (a DER INTEGER's content). An entry's issuer is the list's, until
/// one names another (RFC 5280 §5.3.3).
pub(super) fn find(
    entries: &[u8],
    survey: &Survey,
    list_issuer: &Comparable,
    issuer: &Comparable,
    serial: &[u8],
) -> Option<Entry> {
    let mut of_issuer = list_issuer == issuer;
    let mut left = entries;
    while let Some((entry, rest)) = next(left) {
        if survey.names_issuers
            && let Some(names) = extension_of(&entry, oid::CERTIFICATE_ISSUER)
        {
            of_issuer =
                issuers(names).is_some_and(|names| names.iter().any(|name| name.directory() == Some(issuer)));
        }
        if of_issuer && entry.serial == serial {
            return Some(read(&entry));
        }
        left = rest;
    }
    None
}

/// `certificateIssuer`.
fn issuers(value: &[u8]) -> Option<Vec<GeneralName>> {
    match take(value, SEQUENCE)? {
        (names, []) => GeneralName::read_all(names).ok(),
        _ => None,
    }
}

/// A date or reason that can't be read leaves the certificate revoked: since ever, for no reason given.
fn read(entry: &RawEntry<'_>) -> Entry {
    let at = Walk::new(entry.date).and_then(|mut date| time::read(&mut date)).unwrap_or(i64::MIN);
    let reason = extension_of(entry, oid::CRL_REASON).and_then(|value| take(value, ENUMERATED));
    let reason = match reason {
        Some(([code], [])) => RevocationReason::of(*code),
        _ => RevocationReason::Unspecified,
    };
    Entry { at, reason }
}
