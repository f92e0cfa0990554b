//! RFC 3339 and zones, by `jiff` with the time zone data it carries.

use countersign_authority::model::time::{Day, Instant, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Why a word is no instant, or no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an RFC 3339 date-time with an offset.
    #[error("`{word}` is not an RFC 3339 instant (2026-03-01T10:00:00Z)")]
    NotAnInstant {
        /// The word at fault.
        word: String,
    },
    /// Not a zone of the IANA database.
    #[error("`{name}` is not a time zone of the IANA database (UTC, Europe/Zurich)")]
    NoSuchZone {
        /// The name at fault.
        name: String,
    },
}

/// Reads an RFC 3339 instant (RFC 3339 §5.6, an offset or `Z` is mandatory).
pub fn instant(word: &str) -> Result<Instant, TimeError> {
    let not = || TimeError::NotAnInstant { word: word.chars().take(80).collect() };
    let bytes = word.as_bytes();
    let shape = bytes.len() >= 20
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && matches!(bytes.get(10), Some(b'T' | b't'))
        && bytes.get(13) == Some(&b':')
        && bytes.get(16) == Some(&b':')
        && !word.contains('[');
    if !shape {
        return Err(not());
    }
    let timestamp: Timestamp = word.parse().map_err(|_| not())?;
    Ok(Instant(timestamp.as_nanosecond()))
}

/// Reads an instant, or an ISO day as its first moment in UTC.
pub fn instant_or_day(word: &str) -> Result<Instant, TimeError> {
    match Day::parse(word) {
        Some(day) => Ok(countersign_authority::model::time::Utc.start_of(day)),
        None => instant(word),
    }
}

/// Prints an instant in UTC, fractions only where there are any: `2026-03-01T10:00:00Z`.
pub fn rfc3339(instant: Instant) -> String {
    match Timestamp::from_nanosecond(instant.0) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => instant.to_string(),
    }
}

/// A calendar of the IANA time zone database.
#[derive(Debug, Clone)]
pub struct IanaZone(TimeZone);

/// Looks a zone up in the database that is compiled in.
pub fn zone(name: &str) -> Result<IanaZone, TimeError> {
    if name == "UTC" {
        return Ok(IanaZone(TimeZone::UTC));
    }
    TimeZone::get(name).map(IanaZone).map_err(|_| TimeError::NoSuchZone { name: name.to_owned() })
}

impl Zone for IanaZone {
    fn start_of(&self, day: Day) -> Instant {
        let midnight = Date::new(day.year(), day.month().cast_signed(), day.day().cast_signed())
            .and_then(|date| date.to_zoned_datetime(self.0.clone()));
        match midnight {
            Ok(zoned) => Instant(zoned.timestamp().as_nanosecond()),
            Err(_) => countersign_authority::model::time::Utc.start_of(day),
        }
    }

    fn day_of(&self, at: Instant) -> Option<Day> {
        let date = self.0.to_datetime(Timestamp::from_nanosecond(at.0).ok()?).date();
        Day::new(date.year(), date.month().cast_unsigned(), date.day().cast_unsigned())
    }
}
