//! What is refused, with the words that say so.

use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::parse;

const HEAD: &str = "map \"M\" version 1\nsource \"S\" as of 2026-03-01\n";

fn map(text: &str) -> String {
    told(parse::map("m.authority", text.as_bytes()).map(|_| ()))
}

/// A map with its header.
fn statement(text: &str) -> String {
    map(&format!("{HEAD}{text}\n"))
}

fn policy(text: &str) -> String {
    told(parse::policy("p.policy", text.as_bytes()).map(|_| ()))
}

fn rule(text: &str) -> String {
    policy(&format!("policy \"P\" version 1\n{text}\n"))
}

fn terms(text: &str) -> String {
    told(parse::terms("t.terms", text.as_bytes()).map(|_| ()))
}

fn clause(text: &str) -> String {
    terms(&format!("terms \"T\" version 1\n{text}\n"))
}

fn told(read: Result<(), Vec<Diagnostic>>) -> String {
    match read {
        Ok(()) => "accepted".to_owned(),
        Err(errors) => errors.iter().map(Diagnostic::one_line).collect::<Vec<_>>().join("\n"),
    }
}

/// One test a case: its name says what is wrong, its source is refused with these words.
macro_rules! refused {
    ($($name:ident: $read:ident($source:expr), @$told:literal;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!($read($source), @$told);
        }
    )*};
}

refused! {
    an_empty_file: map(""), @r#"m.authority:1:1: the file is empty: it holds no statement; expected `map` "TITLE" `version` N"#;

    only_comments: map("# nothing\n\n# here\n"), @r#"m.authority:1:1: the file is empty: it holds no statement; expected `map` "TITLE" `version` N"#;

    no_header: map("party A \"A\" state\nmatter x\n"), @r#"m.authority:1:1: a map begins with its title: `party`; expected `map` "TITLE" `version` N"#;

    a_misspelt_header: map("mpa \"M\" version 1\nsource \"S\" as of 2026-03-01\n"), @r#"m.authority:1:1: a map begins with its title: `mpa`; expected `map` "TITLE" `version` N; did you mean `map`?"#;

    a_header_without_version: map("map \"M\"\nsource \"S\" as of 2026-03-01\n"), @r#"m.authority:1:8: the statement ends too early; expected `version`"#;

    a_header_without_source: map("map \"M\" version 1\nparty A \"A\" state\n"), @r#"m.authority:1:18: there is no `source` line; expected `source` "WHO SAYS SO" `as of` DATE"#;

    a_source_without_date: map("map \"M\" version 1\nsource \"S\"\n"), @r#"m.authority:2:11: the statement ends too early; expected `as`"#;

    an_indented_first_line: map("  map \"M\" version 1\nsource \"S\" as of 2026-03-01\n"), @r#"m.authority:1:3: the first line is indented, so it continues no statement: `map`; remove the space or tab before it"#;

    basis_is_missing: statement("O may sign on trade"), @r#"m.authority:3:1: the statement names no legal source: `O may sign on trade`; expected `basis` "LEGAL SOURCE" at its end; add `basis "…"`: the law, gazette or instrument it rests on"#;

    basis_is_not_last: statement("p holds O basis \"B\" from 2020-01-01"), @r#"m.authority:3:21: `basis` stands last; nothing may follow it: `from`; move this before `basis`"#;

    basis_is_empty: statement("p holds O basis \" \""), @r#"m.authority:3:17: the legal source is empty: `" "`; name the law, gazette or instrument"#;

    an_unknown_act: statement("O may sing on trade basis \"B\""), @r#"m.authority:3:7: `sing` is not an act; expected mandate, negotiate, adopt, initial, sign-ad-referendum, sign-subject-to-ratification, sign, ratify, confirm, delegate, withdraw, suspend, order, report; did you mean `sign`?"#;

    an_unknown_standing: statement("office O \"T\" of P decides as foreign-ministre basis \"B\""), @r#"m.authority:3:30: `foreign-ministre` is not a standing; expected head-of-state, head-of-government, foreign-minister, head-of-mission, delegate, director, registered; did you mean `foreign-minister`?"#;

    an_unknown_kind_of_party: statement("party P \"P\" organization"), @r#"m.authority:3:13: `organization` is not a kind of party; expected state, organisation, company, union, other; did you mean `organisation`?"#;

    an_unknown_statement: statement("offce O \"T\" of P decides basis \"B\""), @r#"m.authority:3:1: `offce` is not expected here; expected `party`, `matter`, `office`, `person`, `grant`, `revoke`, `restrict`, `principal`, `jointly`, `on`, PERSON `holds`, OFFICE `may`, PARTY `held out`; did you mean `office`?"#;

    an_unknown_verb_of_a_statement: statement("O can sign on trade basis \"B\""), @r#"m.authority:3:3: `can` is not expected here; expected `holds`, `may`, `held out`"#;

    a_slip_in_a_statements_verb: statement("p hodls O basis \"B\""), @r#"m.authority:3:3: `hodls` is not expected here; expected `holds`, `may`, `held out`; did you mean `holds`?"#;

    consent_in_the_wrong_order: statement("P needs consent of O on trade basis \"B\""), @r#"m.authority:3:1: the matter comes first: `P`; expected `on` MATTER [`over` AMOUNT] PARTY `needs consent of` OFFICE"#;

    an_office_without_role: statement("office O \"T\" of P basis \"B\""), @r#"m.authority:3:19: `basis` is not expected here; expected `decides`, `implements under` OFFICE, `advises`"#;

    a_key_of_a_record_without_its_parts: rule("trust record \"log.example.org\""), @r#"p.policy:2:14: that is no verifier key: `"log.example.org"`; expected `NAME+HASH+KEY`; a record and a witness publish theirs as one line, as in example.org/log+1c2d3e4f+AQ…"#;

    a_key_of_a_witness_with_a_blank: rule("trust witness \"w 1+00000000+AQ==\""), @r#"p.policy:2:15: that is no verifier key: `"w 1+00000000+AQ=="`; expected `NAME+HASH+KEY`; a record and a witness publish theirs as one line, as in example.org/log+1c2d3e4f+AQ…"#;

    trust_in_something_else: rule("trust recrod \"log.example.org+00000000+AQ==\""), @r#"p.policy:2:7: `recrod` is not expected here; expected `certificate authority`, `timestamp authority`, `record`, `witness`; did you mean `record`?"#;

    a_quorum_of_none: rule("quorum 0 of witnesses"), @r#"p.policy:2:8: a quorum of no witness demands nothing: `0`; expected 1 or more"#;

    a_quorum_of_something_else: rule("quorum 2 of witnesess"), @r#"p.policy:2:13: `witnesess` is not expected here; expected `witnesses`; did you mean `witnesses`?"#;

    two_quorums: rule("quorum 2 of witnesses\nquorum 1 of witnesses"), @r#"p.policy:3:1: `quorum` stands twice, first on line 2; delete one of the two"#;

    a_slip_in_a_gates_flag: rule("gate conclude on trade with P: principal signs definitive text witnesed"), @r#"p.policy:2:64: `witnesed` is not expected here; expected `in person`, `publicly`, `attested`, `witnessed`, `enforce`; did you mean `witnessed`?"#;

    a_keyword_as_id: statement("party may \"P\" state"), @r#"m.authority:3:7: `may` is a keyword, not a party; choose another id"#;

    an_id_that_begins_with_a_digit: statement("party 9P \"P\" state"), @r#"m.authority:3:7: `9P` is not a name: `9` is not allowed there (a letter, then letters, digits, `_`, `-`); expected a party"#;

    an_id_with_a_letter_outside_ascii: statement("party Pé \"P\" state"), @r#"m.authority:3:7: `Pé` is not a name: `é` is not allowed there (a letter, then letters, digits, `_`, `-`); expected a party"#;

    a_matter_with_an_empty_part: statement("matter a//b"), @r#"m.authority:3:8: a name is empty: `a//b`; expected a matter"#;

    until_before_from: statement("p holds O from 2021-01-01 until 2020-01-01 basis \"B\""), @r#"m.authority:3:27: `until` is not after `from`: `until 2020-01-01`; an interval is [from, until): it holds from the first moment up to, not including, the second"#;

    until_on_the_day_of_from: statement("p holds O from 2021-01-01 until 2021-01-01T00:00:00Z basis \"B\""), @r#"m.authority:3:27: `until` is not after `from`: `until 2021-01-01T00:00:00Z`; an interval is [from, until): it holds from the first moment up to, not including, the second"#;

    a_day_that_does_not_exist: statement("p holds O from 2026-02-30 basis \"B\""), @r#"m.authority:3:16: the calendar has no day `2026-02-30`; expected an ISO day (2026-03-01), an RFC 3339 instant (2026-03-01T10:00:00Z)"#;

    a_date_written_otherwise: statement("p holds O from 1.3.2026 basis \"B\""), @r#"m.authority:3:16: `1.3.2026` is not a date; expected an ISO day (2026-03-01), an RFC 3339 instant (2026-03-01T10:00:00Z)"#;

    an_instant_without_offset: statement("p holds O from 2026-03-01T10:00:00 basis \"B\""), @r#"m.authority:3:16: `2026-03-01T10:00:00` is not an RFC 3339 instant: it needs a time and an offset or `Z`; expected an ISO day (2026-03-01), an RFC 3339 instant (2026-03-01T10:00:00Z)"#;

    an_unknown_currency: statement("O may sign on trade up to EURO 5 basis \"B\""), @r#"m.authority:3:27: `EURO` is not an ISO 4217 currency code; expected a currency code of ISO 4217, as in EUR 5000000; did you mean `EUR`?"#;

    an_amount_before_its_currency: statement("O may sign on trade up to 5 EUR basis \"B\""), @r#"m.authority:3:27: `5` is not an ISO 4217 currency code; expected a currency code of ISO 4217, as in EUR 5000000; the currency comes first: EUR 5000000"#;

    thousands_separators: statement("O may sign on trade up to EUR 50,000,000 basis \"B\""), @r#"m.authority:3:31: an amount has no thousands separators: `50,000`; expected major units, as in 5000000 or 12.50"#;

    more_digits_than_the_currency_has: statement("O may sign on trade up to JPY 5.5 basis \"B\""), @r#"m.authority:3:31: `5.5` has more than the currency's 0 digits after the point; expected major units, as in 5000000 or 12.50"#;

    an_unknown_period: statement("O may sign on trade up to EUR 5 per week basis \"B\""), @r#"m.authority:3:37: `week` is not a period; expected day, month, quarter, year"#;

    a_clause_twice: statement("O may sign on trade with P reserved with Q basis \"B\""), @r#"m.authority:3:37: `with` stands twice in one statement: `with Q`; delete one of the two"#;

    a_flag_twice: statement("O may sign on trade, reserved, reserved basis \"B\""), @r#"m.authority:3:32: `reserved` stands twice in one statement; delete one of the two"#;

    an_act_twice: statement("O may sign, adopt, sign on trade basis \"B\""), @r#"m.authority:3:20: `sign` stands twice in the list; delete it"#;

    a_comma_too_many: statement("O may sign,, adopt on trade basis \"B\""), @r#"m.authority:3:11: `,` is not expected here; expected `on`"#;

    a_comma_at_the_end_of_a_list: statement("O may sign, on trade basis \"B\""), @r#"m.authority:3:11: `,` is not expected here; expected `on`"#;

    a_comma_at_the_end: statement("O may sign on trade basis \"B\","), @r#"m.authority:3:30: `basis` stands last; nothing may follow it: `,`; move this before `basis`"#;

    a_quorum_of_nobody: statement("jointly 0 of A, B may sign on trade basis \"B\""), @r#"m.authority:3:9: a joint rule needs one signer at least: `0`; expected 1 to 2, `all`"#;

    a_quorum_larger_than_the_list: statement("jointly 3 of A, B may sign on trade basis \"B\""), @r#"m.authority:3:9: 3 of 2 offices can't be met; expected 1 to 2, `all`"#;

    an_office_twice_in_a_joint_rule: statement("jointly 2 of A, B, A may sign on trade basis \"B\""), @r#"m.authority:3:20: `A` stands twice in the list; delete it"#;

    including_one_not_in_the_list: statement("jointly 2 of Anna, Bert including Ana may sign on trade basis \"B\""), @r#"m.authority:3:35: `Ana` is not in the list of joint signers; expected Anna, Bert; did you mean `Anna`?"#;

    excluding_one_not_in_the_list: statement("jointly 2 of A, B but not A with C may sign on trade basis \"B\""), @r#"m.authority:3:34: `C` is not in the list of joint signers; expected A, B"#;

    an_exclusion_of_three: statement("jointly 2 of A, B, C but not A with B, C may sign on trade basis \"B\""), @r#"m.authority:3:38: `,` is not expected here; expected `including`, `but not`, `may`"#;

    a_grant_deeper_than_a_number_here: statement("grant G: O lets p sign on trade depth 256 basis \"B\""), @"m.authority:3:39: `256` is not a number of further links; expected a number of further links in digits, in range";

    a_grant_over_an_amount: statement("grant G: O lets p sign on trade over EUR 5 basis \"B\""), @r#"m.authority:3:33: a grant has no lower bound: `over`; expected `up to` AMOUNT; `over` belongs to powers (`may`) and to consent rules"#;

    a_grant_special_and_general: statement("grant G: O lets p sign on trade general special to sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c basis \"B\""), @r#"m.authority:3:41: `special to` or `general` stands twice in one statement: `special to sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c`; delete one of the two"#;

    a_grant_without_colon: statement("grant G O lets p sign on trade basis \"B\""), @r#"m.authority:3:9: `O` is not expected here; expected `:`"#;

    a_revocation_without_date: statement("revoke G basis \"B\""), @r#"m.authority:3:1: the revocation does not say from when: `revoke G basis "B"`; expected `from` DATE"#;

    digits_left_out_of_a_digest: statement("person p \"P\" key sha256:4f2a…"), @r#"m.authority:3:18: `sha256:4f2a…` is not a SHA-256 digest: `…` stands for digits left out; a digest has all 64; expected `sha256:` and 64 lower-case hex digits"#;

    a_digest_with_a_digit_missing: statement("person p \"P\" key sha256:f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c"), @r#"m.authority:3:18: `sha256:f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c` is not a SHA-256 digest: it has 63 digits, not 64; expected `sha256:` and 64 lower-case hex digits"#;

    a_digest_in_upper_case: statement("person p \"P\" key sha256:9F3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c"), @r#"m.authority:3:18: `sha256:9F3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c` is not a SHA-256 digest: its digits are lower case; expected `sha256:` and 64 lower-case hex digits"#;

    a_string_not_closed: statement("party P \"P state"), @r#"m.authority:3:9: a string is not closed: `"P state`; end it with `"` on the same line"#;

    an_unknown_escape: statement("party P \"P\\n\" state"), @r#"m.authority:3:11: an unknown escape in a string: `\n`; expected `\"`, `\\`"#;

    a_direction_override_in_a_string: statement("party P \"P\u{202e}\" state"), @r#"m.authority:3:11: the character \u{202e} in a string; a string holds what people can see: no control characters, no line breaks"#;

    a_space_that_is_none: statement("party\u{a0}P \"P\" state"), @r#"m.authority:3:6: the character \u{a0} separates no words; use a plain space"#;

    an_id_declared_twice: statement("party P \"P\" state\nperson a \"A\"\nparty P \"Q\" company"), @r#"m.authority:5:7: party `P` is declared twice, first on line 3; give one of them another id, delete it, or say `from` and `until` when each holds"#;

    an_office_declared_twice_for_one_time: statement("office O \"T\" of P decides until 2021-01-01 basis \"B\"\noffice O \"U\" of P decides from 2020-01-01 basis \"B\""), @r#"m.authority:4:8: office `O` is declared twice, first on line 3; give one of them another id, delete it, or say `from` and `until` when each holds"#;

    a_second_header: statement("map \"M\" version 1"), @r#"m.authority:3:1: a map has one title and one source; put a second map into a file of its own"#;

    every_fault_of_a_file: statement("party A \"A\" stat\nparty B \"B\" state\nO may sing on trade basis \"B\"\np holds O\nmatter x y"), @r#"
    m.authority:3:13: `stat` is not a kind of party; expected state, organisation, company, union, other; did you mean `state`?
    m.authority:5:7: `sing` is not an act; expected mandate, negotiate, adopt, initial, sign-ad-referendum, sign-subject-to-ratification, sign, ratify, confirm, delegate, withdraw, suspend, order, report; did you mean `sign`?
    m.authority:6:1: the statement names no legal source: `p holds O`; expected `basis` "LEGAL SOURCE" at its end; add `basis "…"`: the law, gazette or instrument it rests on
    m.authority:7:10: `y` is not expected here; expected `from`, `until`, `basis`
    "#;

    deadline_without_start: rule("deadline D: 60 days until mandate"), @r#"p.policy:2:1: deadline D does not say what starts it (`after` EVENT): `deadline D: 60 days until mandate`; expected `after` EVENT `until` EVENT; does the clock bound the start of talks, or the agreement? Name the event that starts it and the event that must have happened by then"#;

    deadline_without_end: rule("deadline D: 60 days after demand, calendar days"), @r#"p.policy:2:1: deadline D does not say what must have happened by then (`until` EVENT): `deadline D: 60 days after demand, calendar days`; expected `after` EVENT `until` EVENT; does the clock bound the start of talks, or the agreement? Name the event that starts it and the event that must have happened by then"#;

    deadline_with_an_unknown_event: rule("deadline D: 60 days after demand until talk"), @r#"p.policy:2:40: `talk` is not an event; expected demand, mandate, talks, definitive-text, signature, entry-into-force; did you mean `talks`?"#;

    deadline_without_events: rule("deadline D: 60 days"), @r#"p.policy:2:1: deadline D does not say what starts it (`after` EVENT): `deadline D: 60 days`; expected `after` EVENT `until` EVENT; does the clock bound the start of talks, or the agreement? Name the event that starts it and the event that must have happened by then"#;

    deadline_in_an_unknown_zone: rule("deadline D: 60 days after demand until talks, Europe/Zurch"), @r#"p.policy:2:47: `Europe/Zurch` is not a time zone of the IANA database; expected `UTC`, an IANA zone, as in Europe/Zurich; did you mean `Europe/Zurich`?"#;

    deadline_too_long: rule("deadline D: 100001 days after demand until talks"), @r#"p.policy:2:13: 100001 days are more than 100000"#;

    deadline_twice: rule("deadline D: 60 days after demand until talks\ndeadline D: 60 days after demand until talks"), @r#"p.policy:3:10: deadline `D` stands twice, first on line 2; delete one of the two"#;

    an_unknown_profile: rule("profile vlct"), @r#"p.policy:2:9: `vlct` is not a profile; expected strict, vclt, unidroit; did you mean `vclt`?"#;

    an_unknown_gate: rule("gate close on a with P: principal signs definitive text"), @r#"p.policy:2:6: `close` is not a gate; expected open-talks, conclude"#;

    a_gate_on_the_wrong_thing: rule("gate open-talks on a with P: principal signs definitive text"), @r#"p.policy:2:46: `definitive` is not expected here; expected `mandate`"#;

    a_gate_for_nobody: rule("gate conclude on a with P: same text signs definitive text"), @r#"p.policy:2:33: `text` is not expected here; expected `office`, `person`"#;

    two_names_for_us: rule("we are A\nwe are B"), @r#"p.policy:3:1: `we are` stands twice, first on line 2; delete one of the two"#;

    trust_in_what: rule("trust certificate sha256:00"), @r#"p.policy:2:19: `sha256:00` is not expected here; expected `authority`"#;

    an_unknown_rule: rule("acept source \"S\""), @r#"p.policy:2:1: `acept` is not expected here; expected `we are`, `accept source`, `reject source`, `prefer source`, `profile`, `trust`, `quorum`, `gate`, `deadline`, `zone`; did you mean `accept`?"#;

    an_agreement_with_oneself: clause("between A on trade"), @r#"t.terms:2:9: an agreement is between two parties at least: `A`; expected PARTY, PARTY"#;

    more_signers_than_parties: clause("between A, B on trade\nenters into force on signature by 3"), @r#"t.terms:3:35: the agreement is between 2 parties; 3 can't act; expected 1 to 2, `all`"#;

    a_bound_of_no_kind: clause("between A, B on trade\nobligation O: A keeps x above 3 percent"), @r#"t.terms:3:25: `above` is not expected here; expected `at most`, `at least`, `exactly`"#;

    a_number_that_is_none: clause("between A, B on trade\nobligation O: A keeps x at most 3,67 percent"), @r#"t.terms:3:33: a decimal number has a point, not a comma: `3,`; expected digits, at most one point, as in 3.67"#;

    an_obligation_of_no_kind: clause("between A, B on trade\nobligation O: A must \"pay\""), @r#"t.terms:3:17: `must` is not expected here; expected `keeps` QUANTITY, `shall` "…""#;

    an_unknown_mechanism: clause("between A, B on trade\nobligation O: A shall \"pay\" verified by reports"), @r#"t.terms:3:41: `reports` is not a way to verify; expected report, inspection, attestation, document, signature; did you mean `report`?"#;

    every_zero_days: clause("between A, B on trade\nobligation O: A shall \"pay\" verified by report every 0 days"), @r#"t.terms:3:54: every 0 days is no period; expected 1 or more"#;

    notice_of_weeks: clause("between A, B on trade\nwithdrawal on 2 weeks notice"), @r#"t.terms:3:17: `weeks` is not a unit of time; expected days, months, years"#;

    entry_into_force_on_nothing: clause("between A, B on trade\nenters into force on publication"), @r#"t.terms:3:22: `publication` is not a date; expected `signature by all`, `signature by` N, `ratification by all`, `ratification by` N, DATE"#;

    an_obligation_twice: clause("between A, B on trade\nobligation O: A shall \"x\"\nobligation O: B shall \"x\""), @r#"t.terms:4:12: obligation `O` stands twice, first on line 3; delete one of the two"#;

    a_party_with_a_tail: clause("between A, B on trade\nparty C \"C\" state from 2020-01-01"), @r#"t.terms:3:19: `from` is not expected here; expected the end of the statement"#;

    json_with_an_unknown_member: policy("{\"kind\":\"policy\",\"title\":\"P\",\"version\":1,\"rules\":[{\"kind\":\"we-are\",\"party\":\"A\",\"partei\":\"B\"}]}"), @r#"p.policy:1:89: `rules[0].partei` is not a member known here: `"B"`; expected kind, party"#;

    json_with_a_member_twice: policy("{\"kind\":\"policy\",\"title\":\"P\",\"title\":\"Q\",\"version\":1,\"rules\":[]}"), @r#"p.policy:1:30: the member `title` stands twice: `"title"`; delete one of the two"#;

    json_of_another_kind: policy("{\"kind\":\"treaty\",\"title\":\"P\",\"version\":1,\"rules\":[]}"), @r#"p.policy:1:9: this is a `treaty`, where a policy is wanted: `"treaty"`; expected "kind": "policy""#;

    json_with_a_string_for_a_number: policy("{\"kind\":\"policy\",\"title\":\"P\",\"version\":\"1\",\"rules\":[]}"), @r#"p.policy:1:40: `version` is not an integer in range: `"1"`"#;

    json_that_ends_too_early: policy("{\"kind\":\"policy\",\"title\":\"P\",\"version\":1,\"rules\":["), @r#"p.policy:1:51: the JSON ends too early; expected a JSON value"#;

    json_without_a_basis: map("{\"kind\":\"map\",\"title\":\"M\",\"version\":1,\"source\":\"S\",\"as_of\":\"2026-03-01\",\"statements\":[{\"kind\":\"holds\",\"person\":\"p\",\"office\":\"O\"}]}"), @r#"m.authority:1:87: the statement names no legal source: `{"kind":"holds","person":"p","office":"O"}`; expected `basis` "LEGAL SOURCE" at its end; add `basis "…"`: the law, gazette or instrument it rests on"#;

    json_with_a_keyword_as_id: map("{\"kind\":\"map\",\"title\":\"M\",\"version\":1,\"source\":\"S\",\"as_of\":\"2026-03-01\",\"statements\":[{\"kind\":\"party\",\"id\":\"may\",\"name\":\"P\",\"type\":\"state\"}]}"), @r#"m.authority:1:109: `may` is a keyword, not a party; choose another id"#;

    json_with_an_unknown_kind_of_statement: map("{\"kind\":\"map\",\"title\":\"M\",\"version\":1,\"source\":\"S\",\"as_of\":\"2026-03-01\",\"statements\":[{\"kind\":\"hold\",\"person\":\"p\",\"office\":\"O\"}]}"), @r#"m.authority:1:95: `hold` is no kind of statement: `"hold"`; expected party, matter, office, person, holds, may, needs-consent, grant, revoke, held-out, restrict, principal; did you mean `holds`?"#;

    json_with_a_line_break_in_a_title: map("{\"kind\":\"map\",\"title\":\"M\\nN\",\"version\":1,\"source\":\"S\",\"as_of\":\"2026-03-01\",\"statements\":[]}"), @r#"m.authority:1:23: the character \u{a} in a string: `"M\nN"`; a string holds what people can see: no control characters, no line breaks"#;

    json_with_null: map("{\"kind\":\"map\",\"title\":\"M\",\"version\":1,\"source\":\"S\",\"as_of\":\"2026-03-01\",\"statements\":[{\"kind\":\"matter\",\"matter\":\"a\",\"from\":null}]}"), @r#"m.authority:1:124: `statements[0].from` is not a string: `null`"#;

    a_policy_for_a_map: map("policy \"P\" version 1\n"), @r#"m.authority:1:1: this is a policy, where a map is wanted; expected `map` "TITLE" `version` N"#;

    a_map_for_a_policy: policy("map \"M\" version 1\nsource \"S\" as of 2026-03-01\n"), @r#"p.policy:1:1: this is a map, where a policy is wanted; expected `policy` "TITLE" `version` N"#;

    terms_without_parties: clause("obligation O: A shall \"x\""), @r#"t.terms:1:20: there is no `between` line; expected `between` PARTY, PARTY `on` MATTER"#;
}
