//! Moments as written, instants as compared, and the zone between the two.

use core::fmt;

/// A point on the UTC time line: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i128);

impl Instant {
    /// Before every other instant.
    pub const MIN: Self = Self(i128::MIN);
    /// After every other instant.
    pub const MAX: Self = Self(i128::MAX);

    /// This instant moved by `days` of 24 hours, saturating.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(NANOS_PER_DAY.saturating_mul(i128::from(days))))
    }
}

/// Nanoseconds in 24 hours.
pub const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// A day of the proleptic Gregorian calendar, checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: i16,
    month: u8,
    of_month: u8,
}

impl Day {
    /// `None` where the calendar has no such day, or the year is outside 1 to 9999.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let fits = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month);
        fits.then_some(Self { year, month, of_month: day })
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 10 || digits.get(4) != Some(&b'-') || digits.get(7) != Some(&b'-') {
            return None;
        }
        let number = |range: core::ops::Range<usize>| -> Option<i16> {
            let part = text.get(range)?;
            if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        Self::new(number(0..4)?, u8::try_from(number(5..7)?).ok()?, u8::try_from(number(8..10)?).ok()?)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }
    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }
    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.of_month
    }

    /// Days since 1970-01-01 (Hinnant, `days_from_civil`).
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.of_month) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day that lies `days` after 1970-01-01 (Hinnant, `civil_from_days`); `None` outside years 1 to 9999.
    #[must_use]
    pub fn from_days_since_epoch(days: i64) -> Option<Self> {
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era.checked_mul(400)?.checked_add(year_of_era)?.checked_add(i64::from(month <= 2))?;
        Self::new(i16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }
}

fn days_in_month(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A moment as written in a map: a day (00:00 in the policy's zone) or an exact instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A calendar day; it begins at 00:00 in the policy's zone.
    Day(Day),
    /// An RFC 3339 instant.
    Instant(Instant),
}

impl Moment {
    /// Where the moment lies on the UTC time line.
    pub fn instant(self, zone: &dyn Zone) -> Instant {
        match self {
            Self::Day(day) => zone.start_of(day),
            Self::Instant(instant) => instant,
        }
    }
}

/// A validity interval as written, [from, until); an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Validity {
    /// First moment at which the fact holds.
    pub from: Option<Moment>,
    /// First moment at which it no longer holds.
    pub until: Option<Moment>,
}

/// A half-open interval of instants, [from, until).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// First instant inside.
    pub from: Instant,
    /// First instant after.
    pub until: Instant,
}

impl Interval {
    /// All of time.
    pub const ALWAYS: Self = Self { from: Instant::MIN, until: Instant::MAX };

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether the two share an instant.
    #[must_use]
    pub fn overlaps(&self, other: &Interval) -> bool {
        self.from < other.until && other.from < self.until
    }
}

/// The calendar that days are read in. The caller brings it, so that no time zone data is read here.
pub trait Zone {
    /// The instant at which `day` begins.
    fn start_of(&self, day: Day) -> Instant;
    /// The day that contains `at`, as far as the calendar reaches.
    fn day_of(&self, at: Instant) -> Option<Day>;
}

/// Coordinated universal time, the default zone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Utc;

impl Zone for Utc {
    fn start_of(&self, day: Day) -> Instant {
        Instant(i128::from(day.days_since_epoch()) * NANOS_PER_DAY)
    }

    fn day_of(&self, at: Instant) -> Option<Day> {
        Day::from_days_since_epoch(i64::try_from(at.0.div_euclid(NANOS_PER_DAY)).ok()?)
    }
}

impl fmt::Display for Instant {
    /// `2026-05-02` at midnight UTC, else `2026-05-02 10:00:00 UTC`; open ends are words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MIN => return f.write_str("the beginning"),
            Self::MAX => return f.write_str("the end of time"),
            _ => {}
        }
        let Some(day) = Utc.day_of(*self) else { return f.write_str("a time outside years 1 to 9999") };
        let nanos = self.0.rem_euclid(NANOS_PER_DAY);
        if nanos == 0 {
            return write!(f, "{day}");
        }
        let seconds = nanos / 1_000_000_000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{day} {hours:02}:{minutes:02}:{:02} UTC", seconds % 60)
    }
}
