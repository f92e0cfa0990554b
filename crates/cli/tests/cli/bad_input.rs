//! Bad input, a row a fault: a clear error that names the words at fault, or a verdict; never a panic.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{countersign, json, text};

const MAP: &str = r#"map "M" version 1
source "S" as of 2026-01-01
party RUR "Ruritania" state
party KRA "Kravonia" state
matter trade
office MFA "Minister" of RUR decides as foreign-minister basis "Constitution"
person dahl "C. Dahl"
dahl holds MFA from 2024-01-01 basis "Gazette"
MFA may sign on trade up to EUR 100 basis "Act"
"#;
const ACT: &str = r#"{"id":"a1","kind":"sign","on_behalf_of":"RUR","with":["KRA"],"by":"dahl","capacity":"MFA","matter":"trade","text":"sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1","amount":{"currency":"EUR","value":"50.00"},"at":"2026-03-02T10:00:00Z"}"#;

/// `decide` on a map, acts and perhaps a policy.
fn decide(map: &[u8], acts: &str, policy: Option<&str>) -> (Option<i32>, String) {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("m.authority", map);
    write("a.jsonl", acts.as_bytes());
    let mut arguments = vec!["decide", "--map", "m.authority", "--acts", "a.jsonl"];
    if let Some(policy) = policy {
        write("p.policy", policy.as_bytes());
        arguments.extend(["--policy", "p.policy"]);
    }
    let output = countersign(dir.path(), &arguments);
    (output.status.code(), text(&output.stderr))
}

#[test]
fn the_rows_start_from_input_that_is_good() {
    assert_eq!(decide(MAP.as_bytes(), ACT, None), (Some(0), String::new()));
}

#[test]
fn files_of_other_systems_read_the_same() {
    let (map, acts) = (MAP.replace('\n', "\r\n"), format!("{ACT}\r\n"));
    assert_eq!(decide(map.as_bytes(), &acts, None), (Some(0), String::new()));
    assert_eq!(decide(format!("\u{feff}{MAP}").as_bytes(), ACT, None), (Some(0), String::new()));
}

#[test]
fn a_source_not_recognised_is_told_of_with_what_recognition_would_change() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("m.authority", MAP);
    write("a.jsonl", ACT);
    write("p.policy", "policy \"P\" version 1\nwe are KRA\naccept source \"Z\" on RUR\n");
    let arguments = ["decide", "--map", "m.authority", "--policy", "p.policy", "--acts", "a.jsonl"];
    let output = countersign(dir.path(), &arguments);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stdout);
    assert!(said.contains("accept source \"S\" on RUR"), "{said}");
    assert!(said.contains("internal would be yes, legal yes"), "{said}");
}

/// A map, acts and a policy.
type Given = (Vec<u8>, String, Option<String>);

#[test]
fn no_acts_show_nothing_and_are_no_yes() {
    assert_eq!(decide(MAP.as_bytes(), "", None).0, Some(3));
}

#[test]
fn each_fault_is_named_with_its_place_and_what_to_do() {
    let policy = "policy \"P\" version 1\nwe are KRA\naccept source \"S\" on RUR\n";
    let map = |from: &str, to: &str| (MAP.replace(from, to).into_bytes(), ACT.to_owned(), None);
    let act = |from: &str, to: &str| (MAP.as_bytes().to_vec(), ACT.replace(from, to), None);
    let rule = |line: &str| (MAP.as_bytes().to_vec(), ACT.to_owned(), Some(format!("{policy}{line}\n")));
    let rows: Vec<(&str, Given, &[&str])> = vec![
        ("a typo in a keyword", map("MFA may sign", "MFA mya sign"), &["m.authority:9:5", "mya", "may"]),
        (
            "a typo in a name",
            map("dahl holds MFA", "dahl holds MAF"),
            &["m.authority:8:12", "MAF", "did you mean `MFA`?"],
        ),
        ("a missing basis", map(" basis \"Gazette\"", ""), &["m.authority:8", "basis"]),
        (
            "offices in a ring",
            map("MFA \"Minister\" of RUR decides", "MFA \"Minister\" of RUR implements under MFA"),
            &["m.authority:6", "ring", "MFA under MFA"],
        ),
        ("an unknown currency", map("EUR 100", "EUX 100"), &["m.authority:9", "EUX", "EUR"]),
        ("a day that does not exist", map("2024-01-01", "2024-02-30"), &["m.authority:8", "2024-02-30"]),
        ("a thousands separator", map("EUR 100", "EUR 1,000"), &["m.authority:9", "1,000", "thousands"]),
        ("an empty file", (Vec::new(), ACT.to_owned(), None), &["m.authority:1:1", "empty"]),
        (
            "bytes that are not UTF-8",
            (b"map \"M\" version 1\nsource \"\xff\" as of 2026-01-01\n".to_vec(), ACT.to_owned(), None),
            &["m.authority:2:9", "UTF-8"],
        ),
        (
            "a deadline without its start",
            rule("deadline D1: 60 days until mandate, calendar days, UTC"),
            &["p.policy:4", "after", "does the clock bound the start of talks, or the agreement?"],
        ),
        (
            "a deadline without its end",
            rule("deadline D1: 60 days after demand, calendar days, UTC"),
            &["p.policy:4", "until", "does the clock bound the start of talks, or the agreement?"],
        ),
        (
            "a gate for nobody",
            rule("gate conclude on trade with RUX: principal signs definitive text"),
            &["p.policy:4", "RUX", "RUR"],
        ),
        ("an act without a field it needs", act("\"by\":\"dahl\",", ""), &["a.jsonl", "line 1", "by"]),
        ("an act with an unknown field", act("\"by\":", "\"bye\":1,\"by\":"), &["a.jsonl", "line 1", "bye"]),
        (
            "an act by somebody unknown",
            act("\"by\":\"dahl\"", "\"by\":\"dalh\""),
            &["a1", "dalh", "did you mean `dahl`?"],
        ),
        ("an act at no time", act("2026-03-02T10:00:00Z", "yesterday"), &["a.jsonl", "line 1", "yesterday"]),
        ("an amount that is a number", act("\"50.00\"", "50"), &["a.jsonl", "line 1", "value"]),
        (
            "a kind that does not exist",
            act("\"kind\":\"sign\"", "\"kind\":\"sing\""),
            &["a.jsonl", "line 1", "sing", "sign"],
        ),
        (
            "acts that begin with a byte order mark",
            act("{\"id\"", "\u{feff}{\"id\""),
            &["a.jsonl", "line 1", "byte order mark", "without one"],
        ),
        (
            "an id twice",
            (MAP.as_bytes().to_vec(), format!("{ACT}\n{ACT}\n"), None),
            &["a.jsonl", "line 2", "a1", "line 1"],
        ),
        (
            "a key twice",
            act("\"by\":", "\"by\":\"eve\",\"by\":"),
            &["a.jsonl", "line 1", "`by` is given twice"],
        ),
        (
            "deep nesting",
            act("\"a1\"", &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))),
            &["a.jsonl", "line 1", "nested more than 32 deep"],
        ),
        ("a huge amount", act("50.00", &"9".repeat(40)), &["a.jsonl", "line 1", "amount.value", "too large"]),
        (
            "a huge limit",
            map("EUR 100", &format!("EUR {}", "9".repeat(60))),
            &["m.authority:9:33", "too large"],
        ),
        (
            "a huge version",
            map("version 1", "version 99999999999999999999"),
            &["m.authority:1:17", "version"],
        ),
        (
            "an end before the beginning",
            act("\"at\":", "\"not_after\":\"2020-01-01\",\"at\":"),
            &["not_after", "before `at`"],
        ),
        (
            "a confirmation of nothing",
            act("\"sign\"", "\"confirm\",\"confirms\":\"zz\""),
            &["confirms", "zz"],
        ),
        (
            "an office declared twice",
            map("person dahl", "office MFA \"Other\" of KRA decides basis \"b\"\nperson dahl"),
            &["m.authority:7:8", "MFA", "first on line 6", "another id"],
        ),
        (
            "a joint power of two parties' offices",
            map("MFA may", "office X \"x\" of KRA decides basis \"b\"\njointly 2 of MFA, X may"),
            &["m.authority:10:19", "MFA, an office of RUR", "X, of KRA", "let each have its own"],
        ),
        (
            "more joint signers than offices",
            map("MFA may", "jointly 5 of MFA may"),
            &["m.authority:9:9", "5 of 1 offices can't be met"],
        ),
        ("a string without an end", map("\"Minister\"", "\"Minister"), &["m.authority:6", "not closed"]),
        (
            "a character nobody sees",
            map("Minister", "Min\0ister"),
            &["m.authority:6:16", "u{0}", "control characters"],
        ),
        (
            "a matter too deep",
            map("matter trade", &format!("matter {}", vec!["a"; 300].join("/"))),
            &["m.authority:5:8", "599 bytes"],
        ),
        (
            "a policy where a map belongs",
            (policy.as_bytes().to_vec(), ACT.to_owned(), None),
            &["m.authority:1:1", "this is a policy, where a map is wanted"],
        ),
        (
            "an empty policy",
            (MAP.as_bytes().to_vec(), ACT.to_owned(), Some(String::new())),
            &["p.policy:1:1", "empty"],
        ),
        (
            "acts that are no JSON",
            (MAP.as_bytes().to_vec(), "not json".to_owned(), None),
            &["a.jsonl", "line 1"],
        ),
    ];
    for (fault, (map, acts, policy), words) in rows {
        let (code, said) = decide(&map, &acts, policy.as_deref());
        assert_eq!(code, Some(2), "{fault}: {said}");
        for word in words {
            assert!(said.contains(word), "{fault}: no `{word}` in\n{said}");
        }
        assert!(!said.contains("internal error"), "{fault}: {said}");
    }
}

#[test]
fn a_file_of_100_mb_is_refused_before_it_is_read() {
    let dir = TempDir::new().unwrap();
    let file = fs::File::create(dir.path().join("m.authority")).unwrap();
    file.set_len(100_000_000).unwrap();
    fs::write(dir.path().join("a.jsonl"), ACT).unwrap();
    for arguments in [
        &["decide", "--map", "m.authority", "--acts", "a.jsonl"][..],
        &["check", "m.authority"],
        &["fmt", "m.authority"],
    ] {
        let output = countersign(dir.path(), arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("100000000 bytes; at most"), "{said}");
    }
}

#[test]
fn a_file_larger_than_any_bundle_is_refused_before_it_is_read() {
    let dir = TempDir::new().unwrap();
    let file = fs::File::create(dir.path().join("huge.pdf")).unwrap();
    file.set_len((1 << 30) + 1).unwrap();
    let output = countersign(dir.path(), &["inspect", "huge.pdf"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("huge.pdf: more than 1073741824 bytes"), "{said}");
}

#[test]
fn two_maps_in_conflict_give_a_verdict_not_an_error() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    let other = |source: &str, principal: &str| {
        let map = MAP.replace("source \"S\"", &format!("source \"{source}\""));
        format!("{map}principal of RUR on trade is {principal} basis \"Study\"\n")
    };
    let second = "person eriks \"E. Eriks\"\n";
    write("one.authority", &other("One", "MFA"));
    write("two.authority", &format!("{}{second}", other("Two", "person eriks")));
    write(
        "p.policy",
        "policy \"P\" version 1\nwe are KRA\naccept source \"One\" on RUR\naccept source \"Two\" on RUR\ngate conclude on trade with RUR: principal signs definitive text\n",
    );
    write("a.jsonl", ACT);
    let arguments = [
        "decide",
        "--map",
        "one.authority",
        "--map",
        "two.authority",
        "--policy",
        "p.policy",
        "--acts",
        "a.jsonl",
        "--json",
    ];
    let output = countersign(dir.path(), &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_eq!(json(&output)["parties"][0]["gate"]["verdict"], "conflict");
    assert_eq!(json(&output)["parties"][0]["headline"], "undetermined");
}

#[test]
fn files_that_are_not_what_they_should_be_are_told_of() {
    let dir = TempDir::new().unwrap();
    let missing = countersign(dir.path(), &["verify", "no-such.dossier"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no-such.dossier"));
    fs::write(dir.path().join("x.dossier"), b"PK but not a zip").unwrap();
    let garbage = countersign(dir.path(), &["verify", "x.dossier"]);
    assert_eq!(garbage.status.code(), Some(2));
    assert!(text(&garbage.stderr).contains("x.dossier"), "{}", text(&garbage.stderr));
    folder_as_file(dir.path());
}

fn folder_as_file(dir: &Path) {
    let output = countersign(dir, &["check", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error: .:"), "{}", text(&output.stderr));
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("m.authority"), MAP.replace("MFA may", "MFA mya")).unwrap();
    let output = countersign(dir.path(), &["check", "m.authority", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&error["error"][0]["line"], &error["error"][0]["words"]), (&9.into(), &"mya".into()));
}

#[test]
fn verbs_of_homes_name_the_words_at_fault_and_leave_the_home_as_it_is() {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    let witness = "w.example+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=http://127.0.0.1:9";
    let made = countersign(dir, &["init", "home", "--party", "RUR", "--no-ca", "--json"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let vkey = json(&made)["vkey"].as_str().unwrap().to_owned();
    let log_as_witness = format!("{vkey}=http://127.0.0.1:9");
    fs::write(dir.join("x.dossier"), b"PK but not a zip").unwrap();
    fs::create_dir(dir.join("empty")).unwrap();
    let home = |more: &[&'static str]| [&["--home", "home"], more].concat();
    let rows: Vec<(&str, Vec<&str>, &[&str])> = vec![
        ("a home twice", vec!["init", "home"], &["home.toml", "already", "written over"]),
        ("a party that is none", vec!["init", "a", "--party", "R R"], &["--party", "R R"]),
        ("an origin with a space", vec!["init", "a", "--origin", "my record"], &["--origin", "my record"]),
        ("a witness without a URL", vec!["init", "a", "--witness", "w+1+2"], &["--witness", "VKEY=URL"]),
        ("a witness whose key is none", vec!["init", "a", "--witness", witness], &["--witness", "w.example"]),
        ("a log's key for a witness", vec!["init", "a", "--witness", &log_as_witness], &["not of a witness"]),
        ("a backup that isn't there", vec!["init", "home", "--from", "nowhere"], &["nowhere"]),
        ("a backup for a folder without keys", vec!["init", "empty", "--from", "home"], &["keys"]),
        (
            "a home that is none",
            vec!["--home", "empty", "home", "show"],
            &["empty", "no home", "countersign init"],
        ),
        ("no home", vec!["home", "show"], &["no home here", "--home"]),
        ("no home to import into", vec!["dossier", "import", "x.dossier"], &["no home here"]),
        ("a key that is none", home(&["home", "trust", "nonsense"]), &["nonsense", "NAME+ID+BASE64"]),
        ("a witness that is none", home(&["home", "witness", "nonsense"]), &["nonsense", "VKEY=URL"]),
        ("a backup over something", home(&["home", "backup", "home"]), &["home", "there already"]),
        ("a mirror that isn't there", home(&["home", "rejoin", "nowhere"]), &["nowhere"]),
        ("no such dossier to show", home(&["dossier", "show", "nothing"]), &["nothing", "dossier list"]),
        ("no such dossier to export", home(&["dossier", "export", "nothing"]), &["nothing"]),
        ("a bundle that is none", home(&["dossier", "import", "x.dossier"]), &["x.dossier"]),
        ("a bundle that isn't there", home(&["dossier", "import", "y.dossier"]), &["y.dossier"]),
        ("one party", home(&["dossier", "new", "talks", "--party", "RUR"]), &["two parties"]),
    ];
    let before = fs::read(dir.join("home/record/checkpoint")).unwrap();
    for (fault, arguments, words) in rows {
        let output = countersign(dir, &arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{fault}: {}{said}", text(&output.stdout));
        for word in words {
            assert!(said.contains(word), "{fault}: no `{word}` in\n{said}");
        }
        assert!(!said.contains("internal error"), "{fault}: {said}");
    }
    assert_eq!(fs::read(dir.join("home/record/checkpoint")).unwrap(), before);
    assert!(!dir.join("a").exists(), "what was refused leaves no folder");
    let shown = countersign(dir, &["--home", "home", "dossier", "list", "--json"]);
    assert_eq!(json(&shown)["dossiers"].as_array().unwrap().len(), 0);
}
