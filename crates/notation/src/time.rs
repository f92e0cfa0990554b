//! RFC 3339 for people's files, and zones by `jiff` with the time zone data it carries: the same days on every
//! machine.

use std::sync::LazyLock;

use countersign_authority::model::rfc3339;
use countersign_authority::model::time::{Day, Instant, Utc, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Why a word is no instant, or no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an RFC 3339 date-time with an offset, or outside the years 1 to 9999.
    #[error("`{word}` is not an RFC 3339 instant (2026-03-01T10:00:00Z)")]
    NotAnInstant {
        /// The word at fault.
        word: String,
    },
    /// Not a zone of the IANA database.
    #[error("`{name}` is not a time zone of the IANA database")]
    NoSuchZone {
        /// The name at fault.
        name: String,
    },
}

/// Reads an RFC 3339 instant (§5.6): date, `T`, time with at most nine fractional digits, `Z` or an offset.
pub fn instant(word: &str) -> Result<Instant, TimeError> {
    rfc3339::instant(word).ok_or_else(|| TimeError::NotAnInstant { word: word.chars().take(80).collect() })
}

/// Reads an instant, or an ISO day as its first moment in UTC.
pub fn instant_or_day(word: &str) -> Result<Instant, TimeError> {
    match Day::parse(word) {
        Some(day) => Ok(Utc.start_of(day)),
        None => instant(word),
    }
}

/// Prints an instant in UTC, fractions only where there are any: `2026-03-01T10:00:00Z`.
pub fn rfc3339(instant: Instant) -> String {
    rfc3339::written(instant).unwrap_or_else(|| instant.to_string())
}

/// The calendar of an IANA time zone.
#[derive(Debug, Clone)]
pub struct IanaZone {
    zone: TimeZone,
    name: String,
}

impl IanaZone {
    /// The zone's name, as the database spells it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Looks a zone up in the database that is compiled in.
pub fn zone(name: &str) -> Result<IanaZone, TimeError> {
    if name == "UTC" {
        return Ok(IanaZone { zone: TimeZone::UTC, name: name.to_owned() });
    }
    let none = || TimeError::NoSuchZone { name: name.chars().take(80).collect() };
    let zone = ZONES.get(name).map_err(|_| none())?;
    let name = zone.iana_name().ok_or_else(none)?.to_owned();
    Ok(IanaZone { zone, name })
}

/// The zone whose name is nearest to a word, if one is near.
pub fn nearest_zone(word: &str) -> Option<String> {
    let names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
    crate::diagnostic::nearest(word, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The bundled database alone: what a machine has installed changes no verdict.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone for IanaZone {
    /// Where clocks skip midnight, the first moment after it.
    fn start_of(&self, day: Day) -> Instant {
        let midnight = Date::new(day.year(), day.month().cast_signed(), day.day().cast_signed())
            .and_then(|date| date.to_zoned_datetime(self.zone.clone()));
        match midnight {
            Ok(zoned) => Instant(zoned.timestamp().as_nanosecond()),
            Err(_) => Utc.start_of(day),
        }
    }

    fn day_of(&self, at: Instant) -> Option<Day> {
        let date = self.zone.to_datetime(Timestamp::from_nanosecond(at.0).ok()?).date();
        Day::new(date.year(), date.month().cast_unsigned(), date.day().cast_unsigned())
    }
}
