//! Lint: a row a finding; what is clean stays clean.

use countersign_notation::lint::{Lint, lint};
use countersign_notation::{graph, parse, resolve::resolve, time};

const CLEAN: &str = "map \"M\" version 1
source \"S\" as of 2026-01-01
party P \"P\" state
party Q \"Q\" state
matter trade
matter peace
office A \"A\" of P decides basis \"B\"
office B \"B\" of P implements under A basis \"B\"
person ann \"Ann\"
person bob \"Bob\"
ann holds A from 2020-01-01 basis \"B\"
bob holds B from 2020-01-01 basis \"B\"
A may sign on trade basis \"B\"
";

/// The kinds and the words at fault found in a map, with a policy perhaps, on 2026-06-01.
fn found(map: &str, policy: Option<&str>) -> Vec<(Lint, String, String)> {
    let maps = [parse::map("m.authority", map.as_bytes()).unwrap()];
    let policy = policy.map(|policy| parse::policy("p.policy", policy.as_bytes()).unwrap());
    resolve(&maps, policy.as_ref(), &[]).unwrap();
    let findings = lint(&maps, policy.as_ref(), time::instant_or_day("2026-06-01").unwrap());
    findings.into_iter().map(|f| (f.lint, f.diagnostic.words, f.diagnostic.message)).collect()
}

/// One finding of a kind whose message says these words; nothing else.
fn only(map: &str, kind: Lint, at: &str, says: &str) {
    let all = found(map, None);
    assert_eq!(all.len(), 1, "{all:#?}");
    let (lint, words, message) = &all[0];
    assert_eq!((*lint, words.as_str()), (kind, at), "{message}");
    assert!(message.contains(says), "{message}");
}

fn with(lines: &str) -> String {
    format!("{CLEAN}{lines}\n")
}

#[test]
fn a_clean_map_has_no_finding() {
    assert_eq!(found(CLEAN, None), []);
}

#[test]
fn an_office_with_powers_and_nobody_in_it_is_a_gap() {
    let map = with("office C \"C\" of P advises basis \"B\"\nC may negotiate on trade basis \"B\"");
    only(&map, Lint::Gap, "C", "nobody holds C");
}

#[test]
fn a_time_between_two_tenures_is_a_gap() {
    let map = CLEAN.replace(
        "ann holds A from 2020-01-01",
        "ann holds A from 2010-01-01 until 2019-12-31 basis \"B\"\nann holds A from 2020-01-01",
    );
    only(&map, Lint::Gap, "A", "from 2019-12-31 until 2020-01-01");
}

#[test]
fn a_matter_dealt_with_and_signed_by_nobody_is_a_gap() {
    only(&with("A may negotiate on peace basis \"B\""), Lint::Gap, "peace", "nobody may sign on peace for P");
}

#[test]
fn a_tenure_that_ended_without_a_successor_has_expired() {
    let map = CLEAN.replace("ann holds A from 2020-01-01", "ann holds A from 2020-01-01 until 2026-05-31");
    only(&map, Lint::Expired, "ann", "until 2026-05-31");
    let followed = map.replace("bob holds B", "bob holds A from 2026-05-31 basis \"B\"\nbob holds B");
    assert_eq!(found(&followed, None), []);
}

#[test]
fn a_grant_of_what_the_grantor_may_not_do_gives_nothing() {
    let map = with("grant G: B lets ann sign on trade from 2026-01-01 basis \"B\"");
    only(&map, Lint::Unreachable, "G", "without authority to grant this then");
    let map = with("grant G: A lets bob sign on trade from 2026-01-01 basis \"B\"");
    assert_eq!(found(&map, None), []);
}

#[test]
fn a_grant_of_a_reserved_power_gives_nothing() {
    let map = CLEAN.replace("sign on trade basis", "sign on trade reserved basis");
    let map = format!("{map}grant G: A lets bob sign on trade from 2026-01-01 basis \"B\"\n");
    only(&map, Lint::Unreachable, "G", "gives nothing");
}

#[test]
fn grants_in_a_ring_are_a_cycle() {
    let map = with(
        "grant G: bob lets ann sign on peace from 2026-01-01 basis \"B\"\ngrant H: ann lets bob sign on peace from 2026-01-01 basis \"B\"",
    );
    let all = found(&map, None);
    assert!(
        all.iter().all(|(lint, _, message)| *lint == Lint::Cycle && message.contains("G from H from G")
            || message.contains("H from G from H")),
        "{all:?}"
    );
    assert_eq!(all.len(), 2);
}

#[test]
fn a_revocation_by_somebody_without_the_power_has_no_effect() {
    let map = |by: &str| {
        with(&format!(
            "grant G: A lets bob sign on trade from 2026-01-01 basis \"B\"\nrevoke G by {by} from 2026-02-01 basis \"B\""
        ))
    };
    only(&map("B"), Lint::Unreachable, "B", "no effect");
    assert_eq!(found(&map("A"), None), []);
}

#[test]
fn a_joint_rule_that_no_choice_meets_is_unreachable() {
    only(
        &with("jointly 2 of A, B but not A with B may sign on trade basis \"B\""),
        Lint::Unreachable,
        "jointly",
        "exclusions",
    );
}

#[test]
fn exclusive_powers_of_two_offices_are_a_conflict() {
    let map = with("A may sign on peace exclusive basis \"B\"\nB may sign on peace exclusive basis \"B\"");
    only(&map, Lint::Conflict, "B", "each removes the other");
}

#[test]
fn two_principals_of_one_matter_are_a_conflict() {
    let map =
        with("principal of P on trade is A basis \"B\"\nprincipal of P on trade is person bob basis \"C\"");
    only(&map, Lint::Conflict, "bob", "A elsewhere");
}

#[test]
fn two_maps_that_describe_an_office_differently_are_in_conflict() {
    let other = CLEAN.replace("source \"S\"", "source \"T\"").replace("of P decides", "of P advises");
    let maps = [CLEAN, &other].map(|map| parse::map("m.authority", map.as_bytes()).unwrap());
    let findings = lint(&maps, None, time::instant_or_day("2026-06-01").unwrap());
    let said: Vec<&str> = findings.iter().map(|f| f.diagnostic.message.as_str()).collect();
    assert_eq!(said, ["A is described differently elsewhere (says \"S\")"]);
}

#[test]
fn a_policy_is_held_against_the_maps_beside_it() {
    let policy = |lines: &str| format!("policy \"P\" version 1\nwe are Q\n{lines}\n");
    let kinds = |lines: &str| {
        let all = found(CLEAN, Some(&policy(lines)));
        all.into_iter().map(|(lint, _, message)| format!("{}: {message}", lint.word())).collect::<Vec<_>>()
    };
    assert_eq!(kinds("accept source \"S\" on P"), Vec::<String>::new());
    assert_eq!(kinds("accept source \"T\" on P"), ["gap: no map given is of the source \"T\""]);
    assert_eq!(kinds("profile vclt"), ["gap: no source is accepted, so every verdict will be `unknown`"]);
    assert_eq!(
        kinds("accept source \"S\" on P\nreject source \"S\""),
        ["unreachable: a later line decides about \"S\""]
    );
    assert_eq!(
        kinds("accept source \"S\" on P\nprofile strict\nprofile vclt"),
        ["unreachable: a later line replaces this `profile strict`"]
    );
    assert_eq!(
        kinds("accept source \"S\" on P\ngate conclude on trade with P: same office signs definitive text"),
        [
            "gap: no map given claims a principal of P on trade",
            "gap: there is no gate for the mandate that this one refers to"
        ]
    );
}

#[test]
fn a_gate_for_witnessed_acts_needs_a_record_and_witnesses_to_trust() {
    let claim = "principal of P on trade is A basis \"B\"";
    let gate = "gate conclude on trade with P: principal signs definitive text, witnessed";
    let record = "trust record \"log+00c0ffee+AQID\"";
    let witness = "trust witness \"w1+00c0ffee+BAUG\"";
    let said = |lines: &[&str]| {
        let policy = format!("policy \"P\" version 1\naccept source \"S\" on P\n{}\n", lines.join("\n"));
        let all = found(&with(claim), Some(&policy));
        all.into_iter().map(|(lint, _, message)| format!("{}: {message}", lint.word())).collect::<Vec<_>>()
    };
    assert_eq!(said(&[record, witness, gate]), Vec::<String>::new());
    let no_record = "gap: the act must be witnessed, and no record is trusted (`trust record \"VKEY\"`)";
    let no_witness = "gap: the act must be witnessed, and no witness is trusted (`trust witness \"VKEY\"`)";
    assert_eq!(said(&[witness, gate]), [no_record]);
    assert_eq!(said(&[record, gate]), [no_witness]);
    assert_eq!(said(&[gate]), [no_record, no_witness]);
    assert_eq!(said(&[record, witness, "quorum 1 of witnesses", gate]), Vec::<String>::new());
    let above = "unreachable: 2 of 1 trusted witnesses can't cosign";
    assert_eq!(said(&[record, witness, "quorum 2 of witnesses", gate]), [above]);
    let cut = "gap: \"w1+c0ffee+BAUG\" is no whole verifier key, so nobody is trusted by it";
    assert_eq!(said(&[record, "trust witness \"w1+c0ffee+BAUG\"", gate]), [cut]);
}

#[test]
fn the_drawing_says_who_holds_what_and_escapes_what_it_is_given() {
    let text = with(
        "office C \"<C> & \\\"D\\\"\" of P implements under B basis \"B\"\ngrant G: A lets bob sign on trade from 2026-01-01 basis \"B\"\njointly all of A, B may ratify on trade basis \"B\"",
    );
    let map = parse::map("m", text.as_bytes()).unwrap().value;
    let svg = graph::svg(&[&map], time::instant_or_day("2026-06-01").unwrap());
    for words in [
        "held by Ann",
        "held by nobody",
        "may sign on trade",
        "Grant G",
        "Jointly all of A, B",
        "&lt;C&gt; &amp; &quot;D&quot;",
    ] {
        assert!(svg.contains(words), "no {words}");
    }
    assert_eq!(svg, graph::svg(&[&map], time::instant_or_day("2026-06-01").unwrap()));
}

#[test]
fn offices_in_a_ring_are_drawn_all_the_same() {
    let text = with(
        "office C \"C\" of P implements under D basis \"B\"\noffice D \"D\" of P implements under C basis \"B\"",
    );
    let map = parse::map("m", text.as_bytes()).unwrap().value;
    assert!(graph::svg(&[&map], time::instant_or_day("2026-06-01").unwrap()).contains("C · implements"));
}
