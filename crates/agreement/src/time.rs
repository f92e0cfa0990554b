//! Moments of acts: RFC 3339 instants and ISO days.

use countersign_authority::model::rfc3339;
use countersign_authority::model::time::{Day, Instant, Utc, Zone};

/// What a moment looks like, for error messages.
pub const ACCEPTED: &str = "a UTC moment is written like 2026-05-01T10:00:00Z, with an offset like 2026-05-01T12:00:00+02:00, or as a day";

/// Reads an RFC 3339 instant, or an ISO day: 00:00 UTC of it.
pub fn parse(text: &str) -> Option<Instant> {
    Day::parse(text).map(|day| Utc.start_of(day)).or_else(|| rfc3339::instant(text))
}
