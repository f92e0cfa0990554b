//! Bounds: large, deep and repetitive input ends soon, with an error that says why.

use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::parse::{self, DOCUMENT_MAX, STATEMENTS_MAX};
use countersign_notation::resolve::resolve;

const HEAD: &str = "map \"M\" version 1\nsource \"S\" as of 2026-03-01\n";

fn refused(bytes: &[u8]) -> Vec<Diagnostic> {
    let errors = parse::map("m", bytes).unwrap_err();
    assert!(errors.len() <= parse::ERRORS_MAX);
    errors
}

#[test]
fn a_file_of_100_mb_is_refused_unread() {
    let errors = refused(&vec![b'a'; 100_000_000]);
    assert_eq!(errors[0].message, format!("the file has 100000000 bytes; at most {DOCUMENT_MAX} are read"));
}

#[test]
fn more_statements_than_the_bound_are_refused() {
    let text = format!("{HEAD}{}", "matter a\n".repeat(STATEMENTS_MAX));
    assert!(refused(text.as_bytes()).iter().any(|e| e.message.contains("more than 200000 statements")));
}

#[test]
fn a_large_file_of_any_one_byte_ends_soon() {
    const LARGE: usize = DOCUMENT_MAX / 8;
    for byte in *b",\"#:a \n\t\r{[\x00\xff" {
        refused(&vec![byte; LARGE]);
    }
    for line in ["a\n", "#\n", "\"\n", "\" ", " a\n", ", ", "a,", "a:", "\u{a0}\n"] {
        let size = (LARGE - 100) / line.len();
        let _ = parse::map("m", line.repeat(size).as_bytes());
        let _ = parse::map("m", format!("{HEAD}{}", line.repeat(size)).as_bytes());
    }
}

#[test]
fn a_list_of_a_hundred_thousand_offices_is_refused() {
    let many: Vec<String> = (0..9_000).map(|n| format!("O{n}")).collect();
    let text = format!("{HEAD}jointly 2 of {} may sign on a basis \"B\"\n", many.join(", "));
    assert!(refused(text.as_bytes())[0].message.contains("more than 1000 names"));
    let exclusions = "but not O1 with O2 ".repeat(1_500);
    let text = format!("{HEAD}jointly 2 of O1, O2 {exclusions} may sign on a basis \"B\"\n");
    assert!(refused(text.as_bytes())[0].message.contains("more than 1000 exclusions"));
}

#[test]
fn a_hundred_thousand_undeclared_names_are_told_of_twenty_times() {
    let mut text = HEAD.to_owned();
    for n in 0..50_000 {
        text.push_str(&format!("office Office{n} \"T\" of Nobody{n} decides basis \"B\"\n"));
    }
    let map = parse::map("m", text.as_bytes()).unwrap();
    assert_eq!(resolve(&[map], None, &[]).unwrap_err().len(), parse::ERRORS_MAX);
}

#[test]
fn ids_repeated_a_hundred_thousand_times_are_told_of_twenty_times() {
    let text = format!("{HEAD}{}", "matter a\n".repeat(100_000));
    assert_eq!(refused(text.as_bytes()).len(), parse::ERRORS_MAX);
}

#[test]
fn a_long_chain_of_offices_is_walked_once() {
    let mut text = format!("{HEAD}party P \"P\" state\n");
    for n in 0..50_000 {
        text.push_str(&format!("office O{n} \"T\" of P implements under O{} basis \"B\"\n", n + 1));
    }
    let map =
        parse::map("m", format!("{text}office O50000 \"T\" of P decides basis \"B\"\n").as_bytes()).unwrap();
    resolve(&[map], None, &[]).unwrap();
    let map = parse::map(
        "m",
        format!("{text}office O50000 \"T\" of P implements under O49998 basis \"B\"\n").as_bytes(),
    );
    let errors = resolve(&[map.unwrap()], None, &[]).unwrap_err();
    assert_eq!(
        errors[0].message,
        "offices implement under each other in a ring: O49998 under O49999 under O50000 under O49998"
    );
}

#[test]
fn deep_json_is_refused() {
    let errors = refused(format!("{{\"a\":{}", "[".repeat(1_000_000)).as_bytes());
    assert_eq!(errors[0].message, "the document is nested deeper than 16");
}

#[test]
fn bytes_that_are_not_utf_8_are_pointed_at() {
    let errors = refused(b"map \"M\" version 1\nsource \"\xc3\x28\" as of 2026-03-01\n");
    assert_eq!((errors[0].line, errors[0].column), (2, 9));
    assert_eq!(errors[0].message, "byte 26 is not UTF-8 (0xc3)");
}
