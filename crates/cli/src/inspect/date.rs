//! Dates of PDF (ISO 32000-2 §7.9.4), as people and programs read them.

use countersign_notation::time::{self, rfc3339};

/// A date that a signer claims.
pub(super) struct Date {
    /// `2026-11-24 14:05:00 +01:00`: as on the signer's own clock, with the zone.
    pub(super) words: String,
    /// The same moment, RFC 3339 in UTC; `None` where no zone is said, and so no moment.
    pub(super) moment: Option<String>,
}

/// Reads `D:20261124140500+01'00'`; `None` where it is no date.
///
/// What is left out at the end is the least it can be, as the standard has it.
pub(super) fn read(words: &str) -> Option<Date> {
    let mut rest = words.strip_prefix("D:").unwrap_or(words);
    let mut part = |length: usize, least: &'static str| -> Option<String> {
        if rest.is_empty() || rest.starts_with(['Z', '+', '-']) {
            return Some(least.to_owned());
        }
        let digits = rest.get(..length).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        rest = rest.get(length..)?;
        Some(digits.to_owned())
    };
    let (year, month, day) = (part(4, "")?, part(2, "01")?, part(2, "01")?);
    let (hour, minute, second) = (part(2, "00")?, part(2, "00")?, part(2, "00")?);
    let (day, clock) = (format!("{year}-{month}-{day}"), format!("{hour}:{minute}:{second}"));
    let zone = zone(rest)?;
    let at = time::instant(&format!("{day}T{clock}{}", zone.as_deref().unwrap_or("Z"))).ok()?;
    let said = match zone.as_deref() {
        None => ", in which zone is not said",
        Some("Z") => " UTC",
        Some(offset) => &format!(" {offset}"),
    };
    Some(Date { words: format!("{day} {clock}{said}"), moment: zone.map(|_| rfc3339(at)) })
}

/// `Z`, or `+01'00'` with or without the apostrophes, as RFC 3339 has it; within is `None` where nothing is said.
#[expect(clippy::option_option, reason = "no zone, and a zone that is wrong, are two things")]
fn zone(words: &str) -> Option<Option<String>> {
    let digits: String = words.chars().skip(1).filter(|c| *c != '\'').collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    match (words.chars().next(), digits.len()) {
        (None, _) => Some(None),
        (Some('Z'), 0) => Some(Some("Z".to_owned())),
        (Some('Z'), _) if digits.bytes().all(|byte| byte == b'0') => Some(Some("Z".to_owned())),
        (Some(sign @ ('+' | '-')), 2) if is_number => Some(Some(format!("{sign}{digits}:00"))),
        (Some(sign @ ('+' | '-')), 4) if is_number => {
            let (hours, minutes) = digits.split_at_checked(2)?;
            Some(Some(format!("{sign}{hours}:{minutes}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn dates_of_pdf_are_read_with_their_zone_or_not_at_all() {
        let rows = [
            ("D:20261124141045Z", "2026-11-24 14:10:45 UTC", Some("2026-11-24T14:10:45Z")),
            ("D:20261124141045+01'00'", "2026-11-24 14:10:45 +01:00", Some("2026-11-24T13:10:45Z")),
            ("D:20261124141045-03'30", "2026-11-24 14:10:45 -03:30", Some("2026-11-24T17:40:45Z")),
            ("D:20261124141045+0100", "2026-11-24 14:10:45 +01:00", Some("2026-11-24T13:10:45Z")),
            ("D:20261124141045Z00'00'", "2026-11-24 14:10:45 UTC", Some("2026-11-24T14:10:45Z")),
            ("D:20261124", "2026-11-24 00:00:00, in which zone is not said", None),
            ("2026", "2026-01-01 00:00:00, in which zone is not said", None),
        ];
        for (raw, words, moment) in rows {
            let date = read(raw);
            let read = date.as_ref().map(|date| (date.words.as_str(), date.moment.as_deref()));
            assert_eq!(read, Some((words, moment)), "{raw}");
        }
        for raw in
            ["", "D:", "D:20261324", "D:20260230", "D:202", "D:20261124141045+1", "yesterday", "D:2026é1"]
        {
            assert!(read(raw).is_none(), "{raw}");
        }
    }
}
