//! When a deadline falls due: at the end of its last day, in the zone it is counted in.

use crate::model::policy::DayCount;
use crate::model::terms::{Span, SpanUnit};
use crate::model::time::{Day, Instant, Zone};

/// Most days a deadline may count; more is a mistake, and the bound keeps the count short.
pub const DAYS_MAX: u32 = 100_000;

/// The instant at which the `days`-th day after `start`'s day ends; days after the event, the event's own day not
/// counted. `None` outside the calendar (years 1 to 9999) or beyond [`DAYS_MAX`].
pub fn due(days: u32, count: DayCount, start: Instant, zone: &dyn Zone) -> Option<Instant> {
    if days > DAYS_MAX {
        return None;
    }
    let mut day = zone.day_of(start)?.days_since_epoch();
    match count {
        DayCount::Calendar => day = day.checked_add(i64::from(days))?,
        DayCount::Business => {
            let mut left = days;
            while left > 0 {
                day = day.checked_add(1)?;
                // 1970-01-01 was a Thursday; 0 is Monday.
                let weekday = day.checked_add(3)?.rem_euclid(7);
                left = left.saturating_sub(u32::from(weekday < 5));
            }
        }
    }
    Some(zone.start_of(Day::from_days_since_epoch(day.checked_add(1)?)?))
}

/// The day that lies a span of calendar units after `day`; where the month is too short, its last day.
#[must_use]
pub fn after(day: Day, span: Span) -> Option<Day> {
    let months = match span.unit {
        SpanUnit::Days => {
            return Day::from_days_since_epoch(day.days_since_epoch().checked_add(i64::from(span.count))?);
        }
        SpanUnit::Months => i64::from(span.count),
        SpanUnit::Years => i64::from(span.count).checked_mul(12)?,
    };
    let total =
        i64::from(day.year()).checked_mul(12)?.checked_add(i64::from(day.month()))?.checked_add(months)?;
    let zero_based = total.checked_sub(1)?;
    let year = i16::try_from(zero_based.div_euclid(12)).ok()?;
    let month = u8::try_from(zero_based.rem_euclid(12)).ok()?.checked_add(1)?;
    (28..=day.day()).rev().chain([day.day()]).find_map(|d| Day::new(year, month, d))
}
