//! Dossiers, from signed acts to a report: what only a dossier can show.

use countersign_agreement::signed::SignedAct;
use countersign_agreement::text::{Document, Manifest as Text};
use countersign_authority::model::name::Digest;
use countersign_notation::digest::sha256;
use countersign_notation::parse;
use countersign_signature::{Signer as _, sign_detached};
use countersign_testkit::Pki;
use countersign_verify::bundle::{Bundle, Manifest, read, write};
use countersign_verify::render;
use countersign_verify::report::{ReportQuestion, report};
use serde_json::{Value, json};

const MAP: &str = r#"map "Ruritania" version 1
source "Desk" as of 2026-01-01
party RUR "Republic of Ruritania" state
party KRA "Kingdom of Kravonia" state
matter security
matter security/nuclear
office SL "Supreme Leader" of RUR decides basis "Constitution art. 110"
office PRES "President" of RUR implements under SL basis "Constitution art. 113"
office AEO "Director" of RUR implements under PRES basis "Act 1974/5"
SL may mandate, sign, withdraw on security basis "Constitution art. 110"
person berg "A. Berg"
person eriks "E. Eriks"
berg holds SL from 2019-06-04 basis "Gazette"
eriks holds PRES from 2024-07-28 basis "Gazette"
"#;
const TERMS: &str = r#"terms "Enrichment" version 1
between RUR, KRA on security/nuclear
enters into force on signature by 1
obligation O1: RUR keeps enrichment at most 3.67 percent from entry-into-force, verified by signature
withdrawal on 12 months notice
"#;
const POLICY: &str = "policy \"P\" version 1\nwe are KRA\naccept source \"Desk\"\naccept source \"Keys\"\n";

/// A dossier being made: one CA, a key a person, a map that binds those keys.
pub(crate) struct Table {
    pki: Pki,
    pub(crate) bundle: Bundle,
    pub(crate) text: Digest,
    keys: String,
}

impl Table {
    pub(crate) fn new() -> Self {
        let parties = vec!["RUR".into(), "KRA".into()];
        let manifest = Manifest { id: "talks".into(), title: "Talks".into(), parties, origin: None };
        let mut bundle = Bundle::new(manifest);
        bundle.maps.insert("ruritania.authority".into(), MAP.into());
        bundle.terms.insert("enrichment.terms".into(), TERMS.into());
        let prose = b"The parties agree.\n".to_vec();
        let document =
            Document { digest: sha256(&prose), media_type: "text/plain".into(), language: "en".into() };
        let text = Text { documents: vec![document], terms: Some(sha256(TERMS.as_bytes())) };
        bundle.add_document("txt", prose);
        bundle.add_document("json", text.canonical());
        let keys = "map \"Keys\" version 1\nsource \"Keys\" as of 2026-01-01\n".to_owned();
        Self { pki: Pki::new("table"), text: sha256(&text.canonical()), bundle, keys }
    }

    /// A person's key, and the line of the map that binds it.
    pub(crate) fn binds(&mut self, person: &str) {
        let key = self.key(person);
        let fingerprint = Digest(key.certificate().fingerprint());
        self.keys.push_str(&format!("person {person} \"{person}\" key {fingerprint}\n"));
        self.bundle.maps.insert("keys.authority".into(), self.keys.clone().into());
    }

    fn key(&self, person: &str) -> impl countersign_signature::Signer + use<> {
        let house = self.pki.authority("house", "CN=House CA,O=Ruritania");
        self.pki.person(person, &format!("CN={person},O=Ruritania"), &house)
    }

    /// An act of RUR by a person in an office or under a grant, signed with somebody's key.
    pub(crate) fn act(&mut self, kind: &str, by: Value, at: &str, body: Value, key: &str) {
        let act = json!({
            "v": 1, "dossier": "talks", "kind": kind, "on_behalf_of": "RUR", "with": ["KRA"], "by": by,
            "matter": "security/nuclear", "at": at, "seen": null, "visibility": "public", "body": body,
        });
        let act = SignedAct::read_any(act.to_string().as_bytes()).expect("an act");
        let bytes = act.canonical();
        let seconds = i64::try_from(act.at.0 / 1_000_000_000).expect("a time");
        let p7s = sign_detached(&bytes, &self.key(key), seconds).expect("a signature");
        self.bundle.push_act(bytes, p7s);
    }

    pub(crate) fn office(person: &str, office: &str) -> Value {
        json!({"person": person, "capacity": office, "under": null})
    }

    /// The report, after the bundle has been packed and read again.
    fn report(&self) -> Value {
        let bundle = read(&write(&self.bundle).expect("it is written")).expect("it is read");
        let policy = parse::policy("p", POLICY.as_bytes()).expect("a policy").value;
        let question = ReportQuestion {
            policy: Some(&policy),
            as_of: None,
            known_at: None,
            ..ReportQuestion::default()
        };
        render::json(&report(&bundle, question).expect("a report"))
    }
}

fn internal(report: &Value) -> &str {
    let parties = report["parties"].as_array().expect("parties");
    let ruritania = parties.iter().find(|party| party["party"] == "RUR").expect("RUR");
    ruritania["internal"]["verdict"].as_str().expect("a verdict")
}

/// An emergency power for the President: capped in time, with a report due; used after that day.
fn emergency(reported: Option<&str>) -> Value {
    let mut table = Table::new();
    table.binds("berg");
    table.binds("eriks");
    let grant = json!({
        "grant": "EM", "grantors": ["SL"], "grantee": "eriks", "verbs": ["sign", "report"],
        "from": "2026-02-01T00:00:00Z", "until": "2026-12-01T00:00:00Z",
        "report_due": "2026-03-01T00:00:00Z", "basis": "Decree 1",
    });
    table.act("grant", Table::office("berg", "SL"), "2026-02-01T09:00:00Z", grant, "berg");
    let under = json!({"person": "eriks", "capacity": null, "under": "EM"});
    if let Some(at) = reported {
        table.act("report", under.clone(), at, json!({"says": "The power was not used"}), "eriks");
    }
    let text = json!({"text": table.text.to_string()});
    table.act("sign", under, "2026-03-15T09:00:00Z", text, "eriks");
    table.report()
}

#[test]
fn an_emergency_power_lapses_unreported() {
    assert_eq!(internal(&emergency(Some("2026-02-20T09:00:00Z"))), "yes");
    let report = emergency(None);
    assert_eq!(internal(&report), "no");
    assert!(report["parties"].to_string().contains("lapsed unreported"), "{:#}", report["parties"]);
    assert_eq!(internal(&emergency(Some("2026-03-02T09:00:00Z"))), "no", "a report after its day is late");
}

#[test]
fn an_order_of_the_one_who_signed_is_in_conflict_and_names_the_way_out() {
    let mut table = Table::new();
    table.binds("berg");
    let text = json!({"text": table.text.to_string()});
    table.act("sign", Table::office("berg", "SL"), "2026-03-01T09:00:00Z", text, "berg");
    let sets = json!({"to": "AEO", "sets": [{"quantity": "enrichment", "value": "60", "unit": "percent"}]});
    table.act("order", Table::office("berg", "SL"), "2026-04-01T09:00:00Z", sets, "berg");
    let report = table.report();
    assert_eq!(internal(&report), "yes", "the order lifts no signature");
    let order = report["orders"][0].to_string();
    for words in ["signed at or above the issuer", "O1", "SL", "withdraw", "12 months", "2027-04-01"] {
        assert!(order.contains(words), "no `{words}` in {order}");
    }
}

#[test]
fn a_signature_by_another_persons_key_counts_for_nothing_and_names_whose_it_is() {
    let mut table = Table::new();
    table.binds("berg");
    table.binds("eriks");
    let text = json!({"text": table.text.to_string()});
    table.act("sign", Table::office("berg", "SL"), "2026-03-01T09:00:00Z", text, "eriks");
    let report = table.report();
    assert_eq!(internal(&report), "no");
    let said = report["discarded"].to_string();
    assert!(said.contains("berg") && said.contains("eriks"), "{said}");
}

#[test]
fn a_key_that_no_map_binds_leaves_the_verdict_unknown() {
    let mut table = Table::new();
    let text = json!({"text": table.text.to_string()});
    table.act("sign", Table::office("berg", "SL"), "2026-03-01T09:00:00Z", text, "berg");
    assert_eq!(internal(&table.report()), "unknown");
}

#[test]
fn the_same_bundle_and_policy_give_the_same_bytes() {
    assert_eq!(emergency(None).to_string(), emergency(None).to_string());
}
