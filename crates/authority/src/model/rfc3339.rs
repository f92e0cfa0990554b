//! RFC 3339 instants: the one reader and the one written form of every crate.

use alloc::format;
use alloc::string::String;

use super::time::{Day, Instant, NANOS_PER_DAY, Utc, Zone};

/// Reads an RFC 3339 instant (§5.6): date, `T`, time with at most nine fractional digits, `Z` or an offset.
///
/// A leap second (`:60`) is read as the last nanosecond before it ends, since the UTC time line here has none. `None`
/// outside the years 1 to 9999.
#[must_use]
pub fn instant(text: &str) -> Option<Instant> {
    let midnight = Utc.start_of(Day::parse(text.get(..10)?)?);
    let rest = text.get(10..)?;
    let clock = rest.strip_prefix(['T', 't'])?;
    let two = |range: core::ops::Range<usize>, max: i128| -> Option<i128> {
        let part = clock.get(range)?;
        let n: i128 =
            if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok()? } else { return None };
        (n <= max).then_some(n)
    };
    let (hours, minutes, seconds) = (two(0..2, 23)?, two(3..5, 59)?, two(6..8, 60)?);
    if clock.get(2..3)? != ":" || clock.get(5..6)? != ":" {
        return None;
    }
    let rest = clock.get(8..)?;
    let (nanos, rest) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, rest) = rest.split_at_checked(digits)?;
            if digits == 0 || digits > 9 {
                return None;
            }
            let scale = 10_i128.checked_pow(u32::try_from(9_usize.checked_sub(digits)?).ok()?)?;
            (fraction.parse::<i128>().ok()?.checked_mul(scale)?, rest)
        }
    };
    let offset = offset(rest)?;
    let (seconds, nanos) = if seconds == 60 { (59, 999_999_999) } else { (seconds, nanos) };
    let clock = ((hours * 60 + minutes - offset) * 60 + seconds) * 1_000_000_000 + nanos;
    let at = Instant(midnight.0.checked_add(clock)?);
    Utc.day_of(at).map(|_| at)
}

/// Minutes east of UTC.
fn offset(text: &str) -> Option<i128> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |part: &str, max: i128| -> Option<i128> {
        let n: i128 = if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) {
            part.parse().ok()?
        } else {
            return None;
        };
        (n <= max).then_some(n)
    };
    Some(sign * (two(hours, 23)? * 60 + two(minutes, 59)?))
}

/// The one written form: UTC with `Z`, a fraction only where there is one, without trailing zeros.
/// `None` outside years 1 to 9999.
#[must_use]
pub fn written(at: Instant) -> Option<String> {
    let day = Utc.day_of(at)?;
    let nanos = at.0.rem_euclid(NANOS_PER_DAY);
    let seconds = nanos / 1_000_000_000;
    let mut text = format!("{day}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = nanos % 1_000_000_000;
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    Some(text)
}
