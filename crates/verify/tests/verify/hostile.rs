//! Bundles made by whoever wants a false yes out of a true record.

use countersign_agreement::record::Commitment;
use countersign_authority::model::policy::Policy;
use countersign_notation::digest::sha256;
use countersign_tlog::size::LeafIndex;
use countersign_verify::recorded::KnownAt;
use countersign_verify::report::ReportQuestion;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::dossier::Table;
use crate::keeper::{Keeper, OURS, THEIRS, WITNESSES};
use crate::recorded::{JUNE, ask, by, full, keeper, policy, record, signed, table, trusting};

fn at(index: u64) -> Option<KnownAt> {
    LeafIndex::new(index).ok().map(KnownAt::Index)
}

/// The commitment joins act and signature without a length between them: a byte moved over leaves it what it was.
#[test]
fn an_act_whose_bytes_were_moved_into_its_signature_counts_as_withheld() {
    let mut table = signed();
    let refuses = json!({"says": "no"});
    table.act("refuse", Table::office("berg", "SL"), "2026-03-05T09:00:00Z", refuses, "berg");
    let mut bundle = record(&table, &mut keeper(2), &[1, 2, 3, 4]);
    let act = bundle.acts.last_mut().expect("an act");
    let salt = act.salt.expect("a salt");
    let before = Commitment::of(&salt, &act.json, &act.p7s);
    let moved = act.json.pop().expect("a byte");
    act.p7s.insert(0, moved);
    act.id = sha256(&act.json);
    assert_eq!(Commitment::of(&salt, &act.json, &act.p7s), before, "one commitment, two readings");
    let said = by(&bundle, &full());
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
    assert_eq!(said.json["record"]["complete_to"], Value::Null);
    assert_eq!(said.json["record"]["withheld"]["bearing"], json!([4]));
}

/// Indices of two records can't be compared.
#[test]
fn an_index_of_one_record_says_nothing_of_what_another_had() {
    let mut table = signed();
    let refuses = json!({"says": "no"});
    table.act("refuse", Table::office("berg", "SL"), "2026-03-05T09:00:00Z", refuses, "berg");
    let theirs = &mut Keeper { time: JUNE, ..Keeper::new(THEIRS, 2) };
    // Their record is longer: all that it has comes after our indices.
    theirs.entries.extend((0..20_u8).map(|at| [100 + at; 32]));
    let all = record(&table, theirs, &[2, 4]);
    table.bundle.acts.pop();
    let mut bundle = record(&table, &mut keeper(2), &[1, 2, 3]);
    bundle.records.extend(all.records.into_iter().map(|(origin, mut record)| {
        record.acts.retain(|id, _| bundle.acts.iter().any(|act| act.id == *id));
        (origin, record)
    }));
    let policy = policy(&trusting(&[OURS, THEIRS], &WITNESSES));
    let question = ReportQuestion { policy: Some(&policy), known_at: at(7), ..ReportQuestion::default() };
    let said = ask(&bundle, question);
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
}

/// A signature under a grant; the grant is made up afterwards, dated before it, and recorded after it.
#[test]
fn a_grant_recorded_after_the_signature_under_it_is_no_yes() {
    let mut table = table();
    let under = json!({"person": "eriks", "capacity": null, "under": "G"});
    let text = json!({"text": table.text.to_string()});
    table.act("sign", under, "2026-03-01T09:00:00Z", text, "eriks");
    table.act("note", Table::office("berg", "SL"), "2026-04-01T00:00:00Z", json!({"says": "n"}), "berg");
    table.act(
        "draft",
        Table::office("berg", "SL"),
        "2026-04-01T00:00:00Z",
        json!({"text": table.text.to_string()}),
        "berg",
    );
    let grant = json!({
        "grant": "G", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign"], "basis": "Letter",
        "from": "2026-02-01T00:00:00Z",
    });
    table.act("grant", Table::office("berg", "SL"), "2026-02-01T00:00:00Z", grant, "berg");
    let bundle = record(&table, &mut keeper(2), &[1, 2, 3, 4]);
    let said = by(&bundle, &policy(&trusting(&[OURS], &WITNESSES)));
    assert_ne!(said.column("internal"), "yes", "{}", said.text);
}

/// A grant that says itself that it was made after the signature gives nothing for the past.
#[test]
fn a_grant_for_the_past_is_no_yes() {
    let mut table = table();
    let under = json!({"person": "eriks", "capacity": null, "under": "G"});
    let text = json!({"text": table.text.to_string()});
    table.act("sign", under, "2026-03-01T09:00:00Z", text, "eriks");
    let grant = json!({
        "grant": "G", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign"], "basis": "Letter",
        "from": "2026-02-01T00:00:00Z",
    });
    table.act("grant", Table::office("berg", "SL"), "2026-06-01T00:00:00Z", grant, "berg");
    let said = by(&table.bundle, &policy(""));
    assert_eq!(said.column("internal"), "no", "{}", said.text);
}

/// Whoever has a key of their own can sign a grant in another's name: as long as no map binds it, it is none.
#[test]
fn a_grant_signed_with_a_key_that_nobody_bound_is_no_yes() {
    let mut table = Table::new();
    table.binds("eriks");
    let grant = json!({
        "grant": "G", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign"], "basis": "Letter",
        "from": "2026-02-01T00:00:00Z",
    });
    table.act("grant", Table::office("berg", "SL"), "2026-02-01T00:00:00Z", grant, "stranger");
    let under = json!({"person": "eriks", "capacity": null, "under": "G"});
    let text = json!({"text": table.text.to_string()});
    table.act("sign", under, "2026-03-01T09:00:00Z", text, "eriks");
    let said = by(&table.bundle, &policy(""));
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
}

type BodyOf = fn(&Table) -> Value;

/// Kinds that don't bear, `open-dossier` aside, which only names what the manifest names.
const QUIET: [(&str, BodyOf); 5] = [
    ("note", |_| json!({"says": "n"})),
    ("statement", |_| json!({"speaker": "An office", "says": "words", "speaks_for": "SL"})),
    ("assurance", |_| json!({"speaker": "An office", "says": "words", "speaks_for": "SL", "public": true})),
    ("correct", |table| json!({"act": table.bundle.acts[0].id.to_string(), "says": "wrong"})),
    ("deposit", |table| json!({"text": table.text.to_string()})),
];

fn day(day: u32) -> String {
    format!("2026-{:02}-{:02}T09:00:00Z", 1 + day / 28, 1 + day % 28)
}

/// An act that bears, by its number in a draw.
fn bearing(table: &mut Table, which: u8, when: u32) {
    let text = json!({"text": table.text.to_string()});
    let office = || Table::office("berg", "SL");
    let under = || json!({"person": "eriks", "capacity": null, "under": "G"});
    let grant = json!({
        "grant": "G", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign"], "basis": "Letter",
        "from": day(when), "until": day(when + 90),
    });
    let (kind, by, body, key) = match which {
        0 => ("mandate", office(), json!({}), "berg"),
        1 if table.bundle.acts.is_empty() => ("grant", office(), grant, "berg"),
        1 | 2 => ("revoke", office(), json!({"grant": "G", "from": day(when), "basis": "Letter"}), "berg"),
        3 => ("sign", under(), text, "eriks"),
        4 => ("sign", office(), text, "berg"),
        5 => ("adopt", office(), text, "berg"),
        6 => ("refuse", office(), json!({"says": "no"}), "berg"),
        _ => ("withdraw", office(), json!({}), "berg"),
    };
    table.act(kind, by, &day(when), body, key);
}

fn columns(table: &Table, policy: &Policy) -> [String; 3] {
    let order: Vec<u32> = table.bundle.acts.iter().map(|act| act.number).collect();
    let said = by(&record(table, &mut keeper(2), &order), policy);
    ["internal", "legal", "gate"].map(|name| said.column(name).to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// What `bears` says of a withheld act holds: an act that doesn't bear changes no answer, wherever in the record it
    /// stands and whatever time it claims.
    #[test]
    fn an_act_that_does_not_bear_changes_no_answer(
        acts in prop::collection::vec((0_u8..8, 0_u32..220), 1..6).prop_filter("no act twice", |acts| {
            acts.iter().map(|(_, when)| when).collect::<std::collections::BTreeSet<_>>().len() == acts.len()
        }),
        quiet in (0..QUIET.len(), 0_u32..330, 0_usize..6, any::<bool>()),
    ) {
        let (kind, when, place, is_bound) = quiet;
        let mut table = table();
        bearing(&mut table, 1, 30);
        for (which, when) in &acts {
            bearing(&mut table, *which, *when);
        }
        let policy = full();
        let without = columns(&table, &policy);
        let (word, body) = QUIET[kind];
        let body = body(&table);
        let key = if is_bound { ("berg", "berg") } else { ("nobody", "nobody") };
        table.act(word, Table::office(key.0, "SL"), &day(when), body, key.1);
        let last = table.bundle.acts.pop().expect("an act");
        table.bundle.acts.insert(place.min(acts.len() + 1), last);
        for (number, act) in (1..).zip(&mut table.bundle.acts) {
            act.number = number;
        }
        let with = columns(&table, &policy);
        prop_assert_eq!(with, without, "{} of {} at {} of {:?}", word, day(when), place, acts);
    }
}

/// One act that names what nothing declares stops no report, and changes no answer.
#[test]
fn an_act_that_names_what_nothing_declares_counts_for_nothing() {
    let grant = |grantee: &str| {
        json!({
            "grant": "G", "grantors": ["SL"], "grantee": grantee, "verbs": ["sign"], "basis": "Letter",
            "from": "2026-03-05T09:00:00Z",
        })
    };
    let revoke = json!({"grant": "NONE", "from": "2026-03-05T09:00:00Z", "basis": "Letter"});
    let restrict = json!({"office": "NOBODY", "verbs": ["sign"], "basis": "Letter"});
    let before = columns(&signed(), &full());
    for (kind, body) in [("revoke", revoke), ("grant", grant("nobody")), ("restrict", restrict)] {
        let mut table = signed();
        table.act(kind, Table::office("berg", "SL"), "2026-03-05T09:00:00Z", body, "berg");
        assert_eq!(columns(&table, &full()), before, "{kind}");
        let bundle = record(&table, &mut keeper(2), &[1, 2, 3, 4]);
        let said = by(&bundle, &full());
        assert!(said.text.contains("which no map and no act declares"), "{kind}: {}", said.text);
    }
}
