//! One line a form of every statement: as written on the left, as printed on the right.

use countersign_notation::{parse, print};

const HEAD: &str = "map \"M\" version 1\nsource \"S\" as of 2026-03-01\n";
const D64: &str = "sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c";

fn reads(statement: &str, printed: &str) {
    let map = parse::map("m", format!("{HEAD}{statement}\n").as_bytes())
        .unwrap_or_else(|errors| panic!("{statement}: {}", errors[0].one_line()));
    assert_eq!(map.value.statements.len(), 1, "{statement}");
    assert_eq!(print::statement(&map.value.statements[0]), printed);
}

fn same(statement: &str) {
    reads(statement, statement);
}

#[test]
fn parties_matters_persons() {
    for kind in ["state", "organisation", "company", "union", "other"] {
        same(&format!("party A \"An entity\" {kind}"));
    }
    same("party A \"A\" state from 2020-01-01 until 2021-01-01 basis \"Law\"");
    same("matter security");
    same("matter security/nuclear/enrichment");
    same("matter a-b_c/D9 from 2020-01-01");
    same("person p \"P\"");
    same(&format!("person p \"P\" key {D64} key subject \"CN=P, O=\\\"X\\\" \\\\ Y\""));
    same("person p \"Ђорђе Ö\" basis \"Register\"");
}

#[test]
fn offices() {
    same("office A \"T\" of P decides basis \"B\"");
    same("office A \"T\" of P implements under O basis \"B\"");
    same("office A \"T\" of P advises collegial basis \"B\"");
    for standing in [
        "head-of-state",
        "head-of-government",
        "foreign-minister",
        "head-of-mission",
        "delegate",
        "director",
        "registered",
    ] {
        same(&format!("office A \"T\" of P decides as {standing} basis \"B\""));
    }
    reads(
        "office A \"T\" of P decides, until 2022-01-01, collegial from 2020-01-01, as director, basis \"B\"",
        "office A \"T\" of P decides as director collegial from 2020-01-01 until 2022-01-01 basis \"B\"",
    );
}

#[test]
fn tenures() {
    same("p holds O basis \"B\"");
    same("p holds O from 2019-06-04 until 2020-01-01 acting basis \"B\"");
    reads("p holds O acting from 2019-06-04 basis \"B\"", "p holds O from 2019-06-04 acting basis \"B\"");
    reads(
        "p holds O from 2026-03-01T12:00:00+02:00 basis \"B\"",
        "p holds O from 2026-03-01T10:00:00Z basis \"B\"",
    );
}

#[test]
fn powers() {
    same("O may sign on trade basis \"B\"");
    same(
        "O may mandate, negotiate, adopt, initial, sign-ad-referendum, sign-subject-to-ratification, sign, ratify, confirm, delegate, withdraw, suspend, order, report on trade basis \"B\"",
    );
    same(
        "O may sign on trade with P up to EUR 100 over EUR 1.50 per year within 10 days from 2020-01-01 until 2021-01-01 reserved exclusive basis \"B\"",
    );
    reads(
        "O may sign on trade, exclusive, reserved, until 2021-01-01, from 2020-01-01, within 10 days, over EUR 1.5 per year, up to EUR 100.00, with P, basis \"B\"",
        "O may sign on trade with P up to EUR 100 over EUR 1.50 per year within 10 days from 2020-01-01 until 2021-01-01 reserved exclusive basis \"B\"",
    );
    for period in ["day", "month", "quarter", "year"] {
        same(&format!("O may sign on trade up to JPY 5 per {period} basis \"B\""));
    }
    same("O may sign on trade up to BHD 0.001 basis \"B\"");
}

#[test]
fn joint_powers() {
    same("jointly all of A, B may sign on trade basis \"B\"");
    same("jointly 2 of A, B, C including A, B may sign on trade basis \"B\"");
    same("jointly 2 of A, B, C but not A with B but not B with C may sign on trade basis \"B\"");
    same("jointly 2 of A, B, C including C but not A with B may sign on trade basis \"B\"");
    reads(
        "jointly 2 of A, B, C, including C, but not A with B may sign on trade basis \"B\"",
        "jointly 2 of A, B, C including C but not A with B may sign on trade basis \"B\"",
    );
    reads(
        "jointly 2 of A, B, C but not A with B including C may sign on trade basis \"B\"",
        "jointly 2 of A, B, C including C but not A with B may sign on trade basis \"B\"",
    );
}

#[test]
fn consent_rules() {
    same("on trade P needs consent of O basis \"B\"");
    same("on trade over EUR 50 P needs consent of O from 2020-01-01 basis \"B\"");
    reads(
        "on trade over EUR 50 per year, P needs consent of O, basis \"B\"",
        "on trade over EUR 50 per year P needs consent of O basis \"B\"",
    );
}

#[test]
fn grants_and_revocations() {
    reads(
        "grant G: A lets p sign on trade depth 0 basis \"B\"",
        "grant G: A lets p sign on trade basis \"B\"",
    );
    reads("grant G:A lets p sign on trade basis \"B\"", "grant G: A lets p sign on trade basis \"B\"");
    reads("grant G : A lets p sign on trade basis \"B\"", "grant G: A lets p sign on trade basis \"B\"");
    same(
        "grant G: A, B lets p negotiate, sign on trade with P up to EUR 5 from 2020-01-01 until 2021-01-01 depth 8 general personal single use may deal with self basis \"B\"",
    );
    reads(
        &format!(
            "grant G: A lets p sign on trade may deal with self, special to {D64}, single use, personal, depth 2, until 2021-01-01, up to EUR 5, with P basis \"B\""
        ),
        &format!(
            "grant G: A lets p sign on trade with P up to EUR 5 until 2021-01-01 depth 2 special to {D64} personal single use may deal with self basis \"B\""
        ),
    );
    same("revoke G from 2026-05-02 basis \"B\"");
    same("revoke G by A from 2026-05-02 notified to P 2026-05-06 notified to Q 2026-05-07 basis \"B\"");
    reads(
        "revoke G notified to P 2026-05-06, from 2026-05-02, by A, basis \"B\"",
        "revoke G by A from 2026-05-02 notified to P 2026-05-06 basis \"B\"",
    );
}

#[test]
fn appearances_restrictions_claims() {
    same("P held out a to Q for sign on trade basis \"B\"");
    same("P held out a to Q for sign, initial on trade from 2026-01-10 until 2027-01-01 basis \"B\"");
    same("restrict O sign on trade basis \"B\"");
    same(
        "restrict O sign, adopt on trade fundamental publicised 2020-01-01 notified to Q 2026-02-01 from 2019-01-01 basis \"B\"",
    );
    same("principal of P on trade is O basis \"B\"");
    for confidence in ["high", "medium", "low"] {
        same(&format!(
            "principal of P on trade is person p confidence {confidence} from 2020-01-01 basis \"B\""
        ));
    }
}

#[test]
fn rules_of_a_policy() {
    let cases = [
        ("accept source \"S\"", "accept source \"S\""),
        ("profile strict", "profile strict"),
        ("profile unidroit for A, B", "profile unidroit for A, B"),
        ("quorum 2 of witnesses", "quorum 2 of witnesses"),
        ("trust record \"log.example+00c0ffee+AQIDBA==\"", "trust record \"log.example+00c0ffee+AQIDBA==\""),
        ("zone Europe/Zurich", "zone Europe/Zurich"),
        ("zone \"europe/zurich\"", "zone Europe/Zurich"),
        (
            "gate open-talks on a with P: same person signs mandate enforce witnessed attested publicly in person",
            "gate open-talks on a with P: same person signs mandate in person, publicly, attested, witnessed, enforce",
        ),
        (
            "gate conclude on a with P: principal signs definitive-text, publicly",
            "gate conclude on a with P: principal signs definitive text, publicly",
        ),
        (
            "gate conclude on a with P: principal signs definitive text",
            "gate conclude on a with P: principal signs definitive text",
        ),
        ("deadline D: 1 day after talks until signature", "deadline D: 1 days after talks until signature"),
        (
            "deadline D: 9 days after demand until entry-into-force, business days",
            "deadline D: 9 days after demand until entry-into-force, business days",
        ),
        (
            "deadline D: 9 days after demand until definitive text, \"Asia/Tehran\" calendar days",
            "deadline D: 9 days after demand until definitive-text, calendar days, Asia/Tehran",
        ),
        (
            "deadline D: 9 days after demand until mandate, calendar days",
            "deadline D: 9 days after demand until mandate",
        ),
    ];
    for (written, printed) in cases {
        let policy = parse::policy("p", format!("policy \"P\" version 1\n{written}\n").as_bytes())
            .unwrap_or_else(|errors| panic!("{written}: {}", errors[0].one_line()));
        assert_eq!(print::policy(&policy.value), format!("policy \"P\" version 1\n{printed}\n"));
    }
}

#[test]
fn clauses_of_terms() {
    let cases = [
        ("enters into force on signature by 2", "enters into force on signature by 2"),
        ("enters into force on ratification by all", "enters into force on ratification by all"),
        ("enters into force on 2027-01-01", "enters into force on 2027-01-01"),
        ("withdrawal on 1 year notice", "withdrawal on 1 years notice"),
        ("withdrawal on 90 days notice", "withdrawal on 90 days notice"),
        (
            "obligation O: A shall \"keep \\\"the\\\" inventory\" from 2026-01-01 until 2027-01-01",
            "obligation O: A shall \"keep \\\"the\\\" inventory\" from 2026-01-01 until 2027-01-01",
        ),
        ("obligation O: A keeps stock at least 03.50 t", "obligation O: A keeps stock at least 3.5 t"),
        (
            "obligation O: A keeps \"heavy water\" exactly 0 % from signature",
            "obligation O: A keeps \"heavy water\" exactly 0 % from signature",
        ),
        (
            "obligation O: A keeps x at most 1 u grace 5 days verified by inspection by B every 7 days, attestation, document of B verified by signature",
            "obligation O: A keeps x at most 1 u, verified by inspection of B every 7 days, attestation, document of B,\n  signature, grace 5 days",
        ),
    ];
    for (written, printed) in cases {
        let text = format!("terms \"T\" version 1\nbetween A, B on trade\n{written}\n");
        let terms = parse::terms("t", text.as_bytes())
            .unwrap_or_else(|errors| panic!("{written}: {}", errors[0].one_line()));
        let expected = format!("terms \"T\" version 1\nbetween A, B on trade\n{printed}\n");
        assert_eq!(print::terms(&terms.value), expected);
    }
}

#[test]
fn headers_stand_in_one_statement_or_two_and_the_second_part_anywhere() {
    let forms = [
        "map \"M\" version 1\nsource \"S\" as of 2026-03-01\nmatter a\n",
        "map \"M\" version 1 source \"S\" as of 2026-03-01\nmatter a\n",
        "map \"M\" version 1\n\n # a comment\n  source \"S\" as of 2026-03-01\nmatter a\n",
        "\n# a comment\nmap \"M\"\n  version 1\nmatter a\nsource \"S\" as of 2026-03-01",
        "\u{feff}map \"M\" version 1\r\nsource \"S\" as of 2026-03-01\r\nmatter\r\n\ta\r\n",
    ];
    for form in forms {
        let map = parse::map("m", form.as_bytes()).unwrap_or_else(|e| panic!("{form}: {}", e[0].one_line()));
        assert_eq!(print::map(&map.value), forms[0]);
    }
}

#[test]
fn a_comment_or_blank_line_does_not_end_a_statement() {
    reads(
        "grant G: A lets p sign on trade # who\n\n   \n# and when\n  from 2020-01-01 # now\n\tbasis \"a # b\"",
        "grant G: A lets p sign on trade from 2020-01-01 basis \"a # b\"",
    );
}
