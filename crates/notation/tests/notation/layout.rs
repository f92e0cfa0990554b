//! `fmt`: one layout, comments kept.

use countersign_notation::format::format;

use crate::examples::{MAP, POLICY, TERMS};

fn formatted(text: &str) -> String {
    let once = format("f", text.as_bytes()).unwrap_or_else(|errors| panic!("{}", errors[0].one_line()));
    assert_eq!(format("f", once.as_bytes()).unwrap(), once, "formatting twice changes nothing");
    once
}

#[test]
fn the_examples_keep_their_groups_and_comments() {
    insta::assert_snapshot!("formatted map", formatted(MAP));
    assert_eq!(formatted(POLICY), POLICY);
    insta::assert_snapshot!("formatted terms", formatted(TERMS));
}

#[test]
fn comments_stay_with_the_statement_after_them() {
    let text = "# about\n\n# the file\nmap  \"M\"   version 1 # seven\n# who\n\nsource \"S\" as of 2026-03-01\n\n\n\n# group\n\n# first\nmatter a # end of a\n   # inside a\n   from 2020-01-01\nmatter b\n# last\n\n\n# very last";
    insta::assert_snapshot!(formatted(text), @r#"
    # about
    # the file
    # seven
    # who
    map "M" version 1
    source "S" as of 2026-03-01

    # group
    # first
    # end of a
    # inside a
    matter a from 2020-01-01
    matter b
    # last
    # very last
    "#);
}

#[test]
fn blank_lines_before_comments_at_the_end_stay() {
    let text = "policy \"P\" version 1\nwe are A\n\n\n# the end";
    assert_eq!(formatted(text), "policy \"P\" version 1\nwe are A\n\n# the end\n");
}

#[test]
fn long_statements_are_wrapped() {
    let text = "map \"M\" version 1\nsource \"S\" as of 2026-03-01\nO may mandate, negotiate, adopt, initial, sign-ad-referendum, sign-subject-to-ratification, sign, ratify, confirm on trade basis \"B\"\n";
    insta::assert_snapshot!(formatted(text), @r#"
    map "M" version 1
    source "S" as of 2026-03-01
    O may mandate, negotiate, adopt, initial, sign-ad-referendum, sign-subject-to-ratification, sign, ratify,
      confirm on trade basis "B"
    "#);
}

#[test]
fn json_comes_back_in_canonical_form() {
    let text = "{ \"version\": 1, \"title\": \"P\", \"kind\": \"policy\", \"rules\": [] }";
    assert_eq!(formatted(text), "{\"kind\":\"policy\",\"rules\":[],\"title\":\"P\",\"version\":1}\n");
}
