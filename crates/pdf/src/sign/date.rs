//! When the signer says they signed, in their own zone (ISO 32000-2 §7.9.4).

use jiff::tz::Offset;
use jiff::{Timestamp, civil};
use std::fmt;

/// A moment and the zone it is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningDate {
    there: civil::DateTime,
    offset: Offset,
}

/// Not a date that a PDF can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "unix second {at} at {offset_minutes} minutes from UTC is no date of a PDF: years 0 to 9999, zones to a day"
)]
pub struct BadDate {
    /// The moment.
    pub at: i64,
    /// The zone.
    pub offset_minutes: i32,
}

impl SigningDate {
    /// A moment in unix seconds, told in a zone so many minutes east of UTC.
    pub fn new(at: i64, offset_minutes: i32) -> Result<Self, BadDate> {
        let bad = || BadDate { at, offset_minutes };
        let seconds = offset_minutes.checked_mul(60).ok_or_else(bad)?;
        let offset = Offset::from_seconds(seconds).map_err(|_| bad())?;
        let there = offset.to_datetime(Timestamp::from_second(at).map_err(|_| bad())?);
        // A PDF's years have four digits, its zones less than 24 hours.
        if there.year() < 0 || seconds.abs() >= 86_400 { Err(bad()) } else { Ok(Self { there, offset }) }
    }

    /// The same, told in UTC.
    pub fn utc(at: i64) -> Result<Self, BadDate> {
        Self::new(at, 0)
    }

    /// `D:20261124140500+01'00'`.
    pub(crate) fn to_pdf(self) -> String {
        let civil = self.there;
        let (sign, hours, minutes) = self.zone();
        let zone = if self.offset == Offset::UTC {
            "Z".to_owned()
        } else {
            format!("{sign}{hours:02}'{minutes:02}'")
        };
        format!(
            "D:{:04}{:02}{:02}{:02}{:02}{:02}{zone}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second()
        )
    }

    fn zone(self) -> (char, i32, i32) {
        let minutes = self.offset.seconds().abs() / 60;
        (if self.offset.is_negative() { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}

impl fmt::Display for SigningDate {
    /// `2026-11-24 14:05:00 +01:00`; `UTC` where it is told in that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.there.date(), self.there.time())?;
        let (sign, hours, minutes) = self.zone();
        if self.offset == Offset::UTC {
            f.write_str("UTC")
        } else {
            write!(f, "{sign}{hours:02}:{minutes:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_with_their_zone() {
        for (at, minutes, pdf, shown) in [
            (1_795_525_500, 60, "D:20261124140500+01'00'", "2026-11-24 14:05:00 +01:00"),
            (1_795_525_500, 0, "D:20261124130500Z", "2026-11-24 13:05:00 UTC"),
            (1_795_525_500, -210, "D:20261124093500-03'30'", "2026-11-24 09:35:00 -03:30"),
            (0, 0, "D:19700101000000Z", "1970-01-01 00:00:00 UTC"),
        ] {
            let date = SigningDate::new(at, minutes).unwrap();
            assert_eq!((date.to_pdf().as_str(), date.to_string().as_str()), (pdf, shown));
        }
    }

    #[test]
    fn what_a_pdf_has_no_date_for_is_refused() {
        for (at, offset_minutes) in
            [(i64::MAX, 0), (0, 1_440), (0, -1_440), (0, i32::MAX), (-70_000_000_000, 0)]
        {
            assert_eq!(SigningDate::new(at, offset_minutes), Err(BadDate { at, offset_minutes }));
        }
    }
}
