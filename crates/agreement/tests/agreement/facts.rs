//! Unsigned facts, a line each: every wrong line is named with its number.

use countersign_agreement::facts;

const GOOD: &str =
    r#"{"id":"a1","kind":"sign","on_behalf_of":"RUR","by":"dahl","at":"2026-03-02T10:00:00Z"}"#;

#[test]
fn blank_lines_and_line_ends_of_any_kind_are_no_facts() {
    assert_eq!(facts::read(format!("\n{GOOD}\r\n\n").as_bytes()).unwrap().len(), 1);
    assert_eq!(facts::read(b"").unwrap().len(), 0);
}

#[test]
fn a_fact_has_what_it_says_and_nothing_that_it_does_not() {
    let act = facts::read(GOOD.as_bytes()).unwrap().remove(0);
    assert_eq!((&*act.id, act.by.as_str(), act.at), ("a1", "dahl", act.not_after));
    assert_eq!((act.capacity, act.in_person, act.visibility), (None, None, None));
}

#[test]
fn each_wrong_line_is_named_with_its_number_and_words() {
    let rows = [
        ("\"id\":\"a1\",", "", "id"),
        ("\"kind\":\"sign\"", "\"kind\":\"sigh\"", "sigh"),
        ("\"by\":\"dahl\"", "\"by\":7", "by"),
        ("\"by\":\"dahl\"", "\"by\":\"dahl\",\"by\":\"berg\"", "by"),
        ("Z\"}", "Z\",\"not_after\":\"2026-03-01T00:00:00Z\"}", "not_after"),
        ("Z\"}", "Z\",\"amount\":{\"currency\":\"EUR\",\"value\":\"1.001\"}}", "1.001"),
        ("Z\"}", "Z\",\"amount\":{\"currency\":\"eur\",\"value\":\"1\"}}", "eur"),
        ("Z\"}", "Z\",\"amount\":{\"currency\":\"EUR\",\"value\":\"-1\"}}", "-1"),
        ("Z\"}", "Z\",\"text\":\"sha256:xyz\"}", "sha256:xyz"),
        ("Z\"}", "Z\",\"qualifier\":\"maybe\"}", "maybe"),
        ("Z\"}", "Z\",\"in_person\":\"yes\"}", "in_person"),
        ("Z\"}", "Z\"", "line 2"),
        ("Z\"}", "Z\"}{", "line 2"),
    ];
    for (from, to, named) in rows {
        let bad = GOOD.replacen(from, to, 1);
        assert_ne!(bad, GOOD, "{from}");
        let error =
            facts::read(format!("{}\n{bad}\n", GOOD.replace("a1", "a0")).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains(named), "{to}: {error}");
    }
}

#[test]
fn an_id_given_twice_is_refused() {
    let error = facts::read(format!("{GOOD}\n{GOOD}\n").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("a1"), "{error}");
}
