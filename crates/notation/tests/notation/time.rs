//! RFC 3339 and zones.

use countersign_authority::model::time::{Day, Instant, Zone};
use countersign_notation::time::{instant, instant_or_day, nearest_zone, rfc3339, zone};

#[test]
fn instants_are_printed_in_utc_with_fractions_only_where_there_are_any() {
    for (written, printed) in [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01t10:00:00z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01T10:00:00.500000-01:30", "2026-03-01T11:30:00.5Z"),
        ("2026-03-01T10:00:00.000000001Z", "2026-03-01T10:00:00.000000001Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ] {
        let read = instant(written).unwrap();
        assert_eq!(rfc3339(read), printed);
        assert_eq!(instant(printed).unwrap(), read);
    }
    assert_eq!(rfc3339(instant_or_day("2026-03-01").unwrap()), "2026-03-01T00:00:00Z");
}

#[test]
fn what_is_not_rfc_3339_is_refused() {
    for word in [
        "2026-03-01",
        "2026-03-01T10:00:00",
        "2026-03-01T10:00Z",
        "2026-03-01 10:00:00Z",
        "2026-03-01T10:00:00+0200",
        "2026-03-01T10:00:00+02",
        "2026-03-01T10:00:00.Z",
        "2026-03-01T10:00:00.0000000001Z",
        "2026-02-30T10:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:00Z[Europe/Zurich]",
        "+002026-03-01T10:00:00Z",
        "0000-12-31T10:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "",
        "…………………………………",
    ] {
        assert!(instant(word).is_err(), "{word}");
    }
}

#[test]
fn days_begin_in_the_zone() {
    let day = Day::new(2026, 3, 29).unwrap();
    let zurich = zone("Europe/Zurich").unwrap();
    assert_eq!(rfc3339(zurich.start_of(day)), "2026-03-28T23:00:00Z");
    assert_eq!(zurich.day_of(instant("2026-03-28T23:00:00Z").unwrap()), Some(day));
    // 2018-11-04 has no midnight in São Paulo.
    let gap = Day::new(2018, 11, 4).unwrap();
    let paulo = zone("America/Sao_Paulo").unwrap();
    assert_eq!(rfc3339(paulo.start_of(gap)), "2018-11-04T03:00:00Z");
    assert_eq!(paulo.day_of(paulo.start_of(gap)), Some(gap));
    assert_eq!(zurich.day_of(Instant::MAX), None);
}

#[test]
fn zones_come_from_the_database_inside() {
    assert_eq!(zone("europe/zurich").unwrap().name(), "Europe/Zurich");
    assert_eq!(
        zone("Europe/Zürich").unwrap_err().to_string(),
        "`Europe/Zürich` is not a time zone of the IANA database"
    );
    assert_eq!(nearest_zone("Europe/Zurch").as_deref(), Some("Europe/Zurich"));
    assert!(zone("").is_err() && zone("../../etc/passwd").is_err());
}
