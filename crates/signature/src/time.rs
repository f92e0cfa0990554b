//! Moments in certificates, lists and answers (RFC 5280 §4.1.2.5).

use crate::read::{Tlv, Walk};
use der::{DateTime, Tag};

/// `Time`: `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, in unix seconds.
pub(crate) fn read(fields: &mut Walk<'_>) -> der::Result<i64> {
    match fields.take_if(Tag::UtcTime)? {
        Some(utc) => utc_time(utc),
        None => read_generalized(fields),
    }
}

/// `GeneralizedTime` alone.
pub(crate) fn read_generalized(fields: &mut Walk<'_>) -> der::Result<i64> {
    let Tlv { value, .. } = fields.take(Tag::GeneralizedTime)?;
    let bad = || der::Error::from(Tag::GeneralizedTime.value_error());
    let (century, rest) = value.split_at_checked(2).ok_or_else(bad)?;
    seconds(two(century).ok_or_else(bad)?, rest).ok_or_else(bad)
}

/// Years from 50 on lie in the last century.
fn utc_time(Tlv { value, .. }: Tlv<'_>) -> der::Result<i64> {
    let bad = || der::Error::from(Tag::UtcTime.value_error());
    let year = value.get(..2).and_then(two).ok_or_else(bad)?;
    seconds(if year < 50 { 20 } else { 19 }, value).ok_or_else(bad)
}

/// `YYMMDDHHMMSSZ` in a century.
fn seconds(century: u8, text: &[u8]) -> Option<i64> {
    let ([pairs @ .., b'Z'], 13) = (text, text.len()) else { return None };
    let mut pairs = pairs.chunks_exact(2).map(two);
    let mut next = || pairs.next().flatten();
    let (year, month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let year = u16::from(century).checked_mul(100)?.checked_add(u16::from(year))?;
    if year >= EPOCH {
        return i64::try_from(
            DateTime::new(year, month, day, hour, minute, second).ok()?.unix_duration().as_secs(),
        )
        .ok();
    }
    // The calendar repeats every 400 years, which `DateTime` knows from the epoch on.
    let cycles = (EPOCH - 1).checked_sub(year)?.div_euclid(400).checked_add(1)?;
    let later = year.checked_add(cycles.checked_mul(400)?)?;
    let later = DateTime::new(later, month, day, hour, minute, second).ok()?.unix_duration().as_secs();
    i64::try_from(later).ok()?.checked_sub(i64::from(cycles).checked_mul(CYCLE)?)
}

const EPOCH: u16 = 1970;

/// Seconds in 400 years.
const CYCLE: i64 = 146_097 * 86_400;

fn two(digits: &[u8]) -> Option<u8> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(tens.wrapping_sub(b'0').wrapping_mul(10).wrapping_add(ones.wrapping_sub(b'0')))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::tlv;

    fn at(tag: u8, text: &str) -> Option<i64> {
        let der = tlv(tag, &[text.as_bytes()]);
        let mut walk = Walk::new(&der).unwrap();
        read(&mut walk).ok()
    }

    #[test]
    fn both_forms_are_unix_seconds_before_the_epoch_too() {
        for (tag, text, expected) in [
            (0x17, "700101000000Z", 0),
            (0x17, "491231235959Z", 2_524_607_999),
            (0x17, "500101120100Z", -631_108_740),
            (0x18, "20000229000000Z", 951_782_400),
            (0x18, "19000228000000Z", -2_203_977_600),
            (0x18, "99991231235959Z", 253_402_300_799),
            (0x18, "00010101000000Z", -62_135_596_800),
        ] {
            assert_eq!(at(tag, text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for (tag, text) in [
            (0x17, "7001010000Z"),
            (0x17, "700101000000"),
            (0x17, "700101000000+0000"),
            (0x17, "701301000000Z"),
            (0x18, "19000229000000Z"),
            (0x18, "20000101000000.5Z"),
            (0x18, "2000010100000Z"),
            (0x18, "-0000101000000Z"),
            (0x13, "700101000000Z"),
        ] {
            assert_eq!(at(tag, text), None, "{text}");
        }
    }
}
