//! Reports on dossiers in records: gates for witnessed acts, what is withheld, the order of the record, known at an index.

use countersign_authority::model::policy::Policy;
use countersign_notation::parse;
use countersign_tlog::note::{SignatureType, Signer as _};
use countersign_tlog::size::LeafIndex;
use countersign_verify::bundle::{Bundle, read, write};
use countersign_verify::recorded::KnownAt;
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, report};
use serde_json::{Value, json};

use crate::dossier::Table;
use crate::keeper::{Keeper, OURS, Software, THEIRS, WITNESSES, trust};

/// 2026-06-01 00:00 UTC: after every act here.
pub(crate) const JUNE: u64 = 1_780_272_000;

fn vkey(name: &str, of: SignatureType) -> String {
    Software::new(name, of).key().to_string()
}

/// Trusts our record and both witnesses; the gate asks for a witnessed signature.
pub(crate) fn policy(lines: &str) -> Policy {
    let text = format!(
        "policy \"P\" version 1\nwe are KRA\naccept source \"Desk\"\naccept source \"Keys\"\n\
         gate conclude on security with RUR: principal signs definitive text in person, witnessed\n{lines}"
    );
    parse::policy("p", text.as_bytes()).unwrap_or_else(|errors| panic!("{}", errors[0].one_line())).value
}

pub(crate) fn trusting(records: &[&str], witnesses: &[&str]) -> String {
    let records =
        records.iter().map(|name| format!("trust record \"{}\"\n", vkey(name, SignatureType::Ed25519)));
    let witnesses = witnesses
        .iter()
        .map(|name| format!("trust witness \"{}\"\n", vkey(name, SignatureType::CosignatureV1)));
    records.chain(witnesses).collect()
}

pub(crate) fn full() -> Policy {
    policy(&trusting(&[OURS], &WITNESSES))
}

/// A signature by the leader, a note and a statement beside it; all by RUR.
pub(crate) fn table() -> Table {
    let mut table = Table::new();
    table.bundle.manifest.origin = Some(OURS.to_owned());
    table.bundle.maps.insert(
        "decides.authority".into(),
        "map \"D\" version 1\nsource \"Desk\" as of 2026-01-01\nprincipal of RUR on security is SL basis \"b\"\n".into(),
    );
    table.binds("berg");
    table.binds("eriks");
    table
}

pub(crate) fn signed() -> Table {
    let mut table = table();
    let text = json!({"text": table.text.to_string()});
    table.act("note", Table::office("berg", "SL"), "2026-02-20T09:00:00Z", json!({"says": "n"}), "berg");
    table.act("sign", Table::office("berg", "SL"), "2026-03-01T09:00:00Z", text, "berg");
    table.act("note", Table::office("berg", "SL"), "2026-03-02T09:00:00Z", json!({"says": "m"}), "berg");
    table
}

/// Records the bundle's acts in this order, by their numbers before; numbers are the record's then.
pub(crate) fn record(table: &Table, keeper: &mut Keeper, order: &[u32]) -> Bundle {
    let mut bundle = table.bundle.clone();
    let acts: Vec<(Vec<u8>, Vec<u8>)> = order
        .iter()
        .map(|number| {
            let act = bundle.acts.iter().find(|act| act.number == *number).expect("an act");
            (act.json.clone(), act.p7s.clone())
        })
        .collect();
    let acts: Vec<(&[u8], &[u8])> =
        acts.iter().map(|(json, p7s)| (json.as_slice(), p7s.as_slice())).collect();
    keeper.admit("talks", &acts);
    keeper.give(&mut bundle);
    bundle.acts.sort_by_key(|act| act.number);
    bundle
}

pub(crate) fn keeper(witnesses: usize) -> Keeper {
    Keeper { time: JUNE, ..Keeper::new(OURS, witnesses) }
}

pub(crate) struct Said {
    pub(crate) json: Value,
    pub(crate) text: String,
}

pub(crate) fn ask(bundle: &Bundle, question: ReportQuestion<'_>) -> Said {
    let bundle = read(&write(bundle).expect("it is written")).expect("it is read");
    let report = report(&bundle, question).expect("a report");
    Said { json: render::json(&report), text: render::text(&report) }
}

pub(crate) fn by(bundle: &Bundle, policy: &Policy) -> Said {
    ask(bundle, ReportQuestion { policy: Some(policy), ..ReportQuestion::default() })
}

impl Said {
    pub(crate) fn column(&self, name: &str) -> &str {
        let party =
            self.json["parties"].as_array().expect("parties").iter().find(|party| party["party"] == "RUR");
        party.expect("RUR")[name]["verdict"].as_str().expect("a verdict")
    }

    pub(crate) fn says(&self, words: &str) {
        assert!(self.text.contains(words), "no `{words}` in\n{}", self.text);
    }

    pub(crate) fn says_not(&self, words: &str) {
        assert!(!self.text.contains(words), "`{words}` in\n{}", self.text);
    }
}

#[test]
fn a_signature_that_a_quorum_saw_meets_a_gate_for_witnessed_acts() {
    let bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    let said = by(&bundle, &full());
    assert_eq!((said.column("internal"), said.column("gate")), ("yes", "yes"), "{}", said.text);
    said.says("Record 3 acts, complete to head 3, checkpoint witnessed 2 of 2 · all signatures match · ");
    let record = &said.json["record"];
    assert_eq!(record["origin"], OURS);
    assert_eq!(record["size"], 9);
    assert_eq!(record["index"], json!({"first": 5, "last": 7}));
    assert_eq!((&record["complete_to"], &record["withheld"]), (&json!(3), &Value::Null));
    let signed: Vec<Value> =
        WITNESSES.iter().map(|name| json!({"name": name, "at": "2026-06-01T00:00:00Z"})).collect();
    assert_eq!(record["witnesses"], json!({"met": true, "needed": 2, "signed": signed, "missing": []}));
    assert_eq!(
        record["acts"][1],
        json!({"act": 2, "state": "witnessed", "index": 6, "witnessed_at": "2026-06-01T00:00:00Z", "says": null})
    );
}

#[test]
fn with_a_cosignature_missing_the_gate_stays_shut_unless_the_quorum_is_lower() {
    let bundle = record(&signed(), &mut keeper(1), &[1, 2, 3]);
    let said = by(&bundle, &full());
    assert_eq!(said.column("gate"), "no", "{}", said.text);
    said.says("have act 2 witnessed");
    said.says("checkpoint witnessed 1 of 2");
    said.says("acts 1, 2, 3: in the record, not witnessed");
    assert_eq!(said.json["record"]["acts"][1]["state"], "included");
    assert_eq!(said.json["record"]["witnesses"]["missing"], json!([WITNESSES[1]]));
    let lower = policy(&format!("{}quorum 1 of witnesses\n", trusting(&[OURS], &WITNESSES)));
    assert_eq!(by(&bundle, &lower).column("gate"), "yes");
    let higher = policy(&format!("{}quorum 3 of witnesses\n", trusting(&[OURS], &WITNESSES)));
    let bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    assert_eq!(by(&bundle, &higher).column("gate"), "unknown", "a quorum out of reach shows nothing");
}

#[test]
fn what_the_policy_does_not_trust_shows_nothing_and_stops_nothing() {
    let bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    let plain = by(&bundle, &policy(""));
    assert_eq!((plain.column("internal"), plain.column("gate")), ("yes", "unknown"), "{}", plain.text);
    plain.says("said to be in the record ruritania.example/record, which you don't trust");
    assert_eq!(plain.json["record"]["trusted"], false);
    assert_eq!(plain.json["record"]["acts"][0]["state"], "unproven");
    for lines in [trusting(&[THEIRS], &WITNESSES), trusting(&[OURS], &[])] {
        assert_eq!(by(&bundle, &policy(&lines)).column("gate"), "unknown", "{lines}");
    }
    // A line that is no key trusts nobody, and takes nobody's place.
    let cut = format!("{}trust witness \"east.example/w+00\"\n", trusting(&[OURS], &WITNESSES));
    let said = by(&bundle, &policy(&cut));
    assert_eq!(said.column("gate"), "unknown");
    said.says("! trust witness \"east.example/w+00\" trusts nobody");
    // Given beside the policy, a tlog-policy stands in its place.
    let (policy, records) = (policy(""), trust(&[OURS], 2));
    let question =
        ReportQuestion { policy: Some(&policy), records: Some(&records), ..ReportQuestion::default() };
    assert_eq!(ask(&bundle, question).column("gate"), "yes");
}

#[test]
fn an_act_without_a_proof_is_not_witnessed() {
    let mut bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    bundle.acts[1].tlog_proof = None;
    let said = by(&bundle, &full());
    assert_eq!(said.column("gate"), "no", "{}", said.text);
    said.says("act 2: no proof that the record has it");
    // Another act's proof shows nothing of this one.
    bundle.acts[1].tlog_proof = bundle.acts[0].tlog_proof.clone();
    let said = by(&bundle, &full());
    assert_eq!(said.column("gate"), "no", "{}", said.text);
    assert_eq!(said.json["record"]["acts"][1]["state"], "unproven");
    // Nor does what no record is named for.
    let said = by(&signed().bundle, &full());
    assert_eq!(said.column("gate"), "no");
}

#[test]
fn what_was_cosigned_later_was_not_known_to_be_witnessed() {
    let bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    let policy = full();
    for (day, gate) in [("2026-05-01", "unknown"), ("2026-06-02", "yes")] {
        let known_at = countersign_notation::time::instant_or_day(day).ok().map(KnownAt::Time);
        let question = ReportQuestion { policy: Some(&policy), known_at, ..ReportQuestion::default() };
        assert_eq!(ask(&bundle, question).column("gate"), gate, "known at {day}");
    }
}

#[test]
fn where_a_withheld_act_could_change_an_answer_there_is_none() {
    let mut bundle = record(&signed(), &mut keeper(2), &[1, 2, 3]);
    // A note changes nothing: it is told.
    bundle.acts.remove(0);
    let said = by(&bundle, &full());
    assert_eq!(said.column("internal"), "yes", "{}", said.text);
    said.says("Record 2 acts, act 1 withheld, checkpoint witnessed 2 of 2");
    assert_eq!(said.json["record"]["withheld"], json!({"numbers": [1], "bearing": [], "proven": true}));
    assert_eq!(said.json["record"]["complete_to"], Value::Null);

    let mut table = signed();
    let refuses = json!({"says": "no"});
    table.act("refuse", Table::office("berg", "SL"), "2026-03-05T09:00:00Z", refuses, "berg");
    let mut bundle = record(&table, &mut keeper(2), &[1, 2, 3, 4]);
    bundle.acts.pop();
    let said = by(&bundle, &full());
    for column in ["internal", "legal", "gate"] {
        assert_eq!(said.column(column), "unknown", "{}", said.text);
    }
    said.says("act 4: withheld, and of a kind that can change this (by what is shown it would be yes)");
    assert_eq!(said.json["record"]["withheld"]["bearing"], json!([4]));

    // By an index before it, it was not there.
    let policy = full();
    let known_at = |index| LeafIndex::new(index).ok().map(KnownAt::Index);
    let at = |index| ReportQuestion {
        policy: Some(&policy),
        known_at: known_at(index),
        ..ReportQuestion::default()
    };
    assert_eq!(ask(&bundle, at(6)).column("internal"), "yes");

    // A record that you don't trust is taken at its word against the bundle it came with.
    let said = by(&bundle, &crate::recorded::policy(""));
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
}

#[test]
fn a_withheld_act_of_the_other_sides_record_counts_as_well() {
    let mut table = signed();
    let refuses = json!({"says": "no"});
    table.act("refuse", Table::office("berg", "SL"), "2026-03-05T09:00:00Z", refuses, "berg");
    let theirs = &mut Keeper { time: JUNE, ..Keeper::new(THEIRS, 2) };
    let all = record(&table, theirs, &[2, 4]);
    table.bundle.acts.pop();
    let mut bundle = record(&table, &mut keeper(2), &[1, 2, 3]);
    bundle.records.extend(all.records.into_iter().map(|(origin, mut record)| {
        record.acts.retain(|id, _| bundle.acts.iter().any(|act| act.id == *id));
        (origin, record)
    }));
    assert_eq!(by(&bundle, &full()).column("internal"), "yes", "a record that nobody trusts");
    let said = by(&bundle, &policy(&trusting(&[OURS, THEIRS], &WITNESSES)));
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
    said.says("act 2 of the record kravonia.example/record: withheld");
}

/// A grant, its revocation, and a signature under it that claims to be older; recorded in this order.
fn backdated(order: &[u32], time: u64) -> Said {
    let mut table = table();
    let grant = json!({
        "grant": "G", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign"], "basis": "Letter",
        "from": "2026-02-01T00:00:00Z",
    });
    table.act("grant", Table::office("berg", "SL"), "2026-02-01T00:00:00Z", grant, "berg");
    let revoke = json!({"grant": "G", "from": "2026-03-10T09:00:00Z", "basis": "Letter"});
    table.act("revoke", Table::office("berg", "SL"), "2026-03-10T09:00:00Z", revoke, "berg");
    let under = json!({"person": "eriks", "capacity": null, "under": "G"});
    let text = json!({"text": table.text.to_string()});
    table.act("sign", under, "2026-03-01T09:00:00Z", text, "eriks");
    let mut keeper = Keeper { time, ..Keeper::new(OURS, 2) };
    let bundle = record(&table, &mut keeper, order);
    by(&bundle, &policy(&trusting(&[OURS], &WITNESSES)))
}

#[test]
fn the_records_order_decides_about_a_backdated_signature() {
    let said = backdated(&[1, 3, 2], JUNE);
    assert_eq!(said.column("internal"), "yes", "recorded before the revocation\n{}", said.text);
    said.says_not("nothing shows that it is older");
    let said = backdated(&[1, 2, 3], JUNE);
    assert_eq!(said.column("internal"), "unknown", "recorded after it\n{}", said.text);
    said.says("act 3 claims to be of 2026-03-01T09:00:00Z, and the record has it after act 2 of 2026-03-10T09:00:00Z");
    // Enough witnesses saw it before the revocation says it was: a revocation can't be dated forward past that.
    let march_5 = 1_772_668_800;
    let said = backdated(&[1, 2, 3], march_5);
    assert_eq!(said.column("internal"), "yes", "witnessed before the revocation\n{}", said.text);
}

#[test]
fn acts_after_an_index_were_not_known_then() {
    let table = signed();
    let bundle = record(&table, &mut keeper(2), &[1, 2, 3]);
    let policy = full();
    let at = |index| {
        let known_at = LeafIndex::new(index).ok().map(KnownAt::Index);
        ask(&bundle, ReportQuestion { policy: Some(&policy), known_at, ..ReportQuestion::default() })
    };
    let said = at(5);
    said.says("known at record index 5");
    assert_eq!(said.json["known_at"], 5);
    assert_eq!(said.json["acts_by_then"], 1);
    assert_eq!(at(6).column("internal"), "yes");
    assert_eq!(at(6).json["acts_by_then"], 2);

    // Where nothing shows an index, whether it was known is not known.
    let known_at = LeafIndex::new(6).ok().map(KnownAt::Index);
    let question = ReportQuestion { policy: Some(&policy), known_at, ..ReportQuestion::default() };
    let said = ask(&table.bundle, question);
    assert_eq!(said.column("internal"), "unknown", "{}", said.text);
    said.says("nothing shows whether the record had it at index 6");
}

#[test]
fn a_forked_record_witnesses_nothing() {
    let table = signed();
    let mut bundle = record(&table, &mut keeper(2), &[1, 2, 3]);
    // Another tree of the same size, with the act that matters at its place.
    let mut other = keeper(2);
    other.entries[0] = [77; 32];
    let forked = record(&table, &mut other, &[1, 2, 3]);
    bundle.acts[0].tlog_proof = forked.acts[0].tlog_proof.clone();
    let said = by(&bundle, &full());
    assert_eq!(said.column("gate"), "unknown", "{}", said.text);
    said.says("signed two trees of 9 leaves");
}
