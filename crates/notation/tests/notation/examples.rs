//! A map, a policy and terms, each in the one layout.

use countersign_notation::resolve::resolve;
use countersign_notation::{digest, json, parse, print};

pub(crate) const MAP: &str = r#"map "Ruritania: who can bind it" version 7
source "Deal desk, Kravonia" as of 2026-03-01

party RUR "Republic of Ruritania" state
party KRA "Kingdom of Kravonia" state
party RCO "Ruritania Steel" company
matter security
matter security/nuclear
matter trade

office SL "Supreme Leader" of RUR decides basis "Constitution art. 110"
office PRES "President" of RUR implements under SL as head-of-government basis "Constitution art. 113"
office MFA "Foreign Minister" of RUR implements under PRES as foreign-minister basis "Constitution art. 133"
office SPK "Speaker" of RUR advises basis "Constitution art. 80"
office AEO "Director, atomic energy organisation" of RUR implements under PRES basis "Act 1974/5"
office dirA "Director" of RCO decides as director basis "Register 2024/881"
office dirB "Director" of RCO decides as director basis "Register 2024/881"
office dirC "Director" of RCO decides as director basis "Register 2024/881"

person berg "A. Berg" key sha256:4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a   # a certificate's fingerprint, 64 hex digits in a real file; or: key subject "CN=A. Berg"
person dahl "C. Dahl"
person eriks "E. Eriks"
berg holds SL from 2019-06-04 basis "Gazette 2019/22"
dahl holds MFA from 2024-08-21 until 2028-08-20 basis "Gazette 2024/31"
eriks holds PRES from 2024-07-28 acting basis "Gazette 2024/30"

SL may negotiate, initial on security basis "Constitution art. 110"
SL may mandate, adopt, sign, ratify, confirm, withdraw on security, reserved basis "Constitution art. 110"
MFA may negotiate, initial on security basis "Constitution art. 133"
jointly 2 of SL, PRES, SPK including SL may sign on trade up to EUR 50000000 basis "Trade Act s. 4"
jointly 2 of dirA, dirB, dirC but not dirA with dirB may sign on trade within 10 days basis "Register 2024/881"
PRES may sign on trade up to EUR 5000000 per quarter basis "Trade Act s. 7"
on trade over EUR 50000000 RUR needs consent of SPK basis "Constitution art. 77"

grant FP7: SL lets dahl negotiate, initial on security/nuclear with KRA
  from 2026-03-01 until 2026-09-01 depth 0 special to sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c basis "Full powers of 2026-03-01"
revoke FP7 from 2026-05-02 notified to KRA 2026-05-06 basis "Note verbale 88"
RUR held out eriks to KRA for sign on trade from 2026-01-10 basis "Letter of 2026-01-10"
restrict MFA sign on security fundamental publicised 2020-01-01 notified to KRA 2026-02-01 basis "Constitution art. 110"
principal of RUR on security is SL confidence high basis "Study X, ch. 3"
"#;

pub(crate) const POLICY: &str = r#"policy "Kravonia's terms for talks with Ruritania" version 2
we are KRA
accept source "Deal desk, Kravonia" on RUR
reject source "RUR press office" on RUR
prefer source "Deal desk, Kravonia" over "Yearbook of leaders"
profile vclt
profile unidroit for RCO
trust certificate authority sha256:0011223344556677001122334455667700112233445566770011223344556677
trust timestamp authority sha256:8899aabbccddeeff8899aabbccddeeff8899aabbccddeeff8899aabbccddeeff
trust witness "example.org/w1+AQIDBA=="
gate open-talks on security with RUR: principal signs mandate in person, publicly, enforce
gate conclude on security with RUR: same office signs definitive text in person
deadline D1: 60 days after demand until mandate, calendar days, UTC
deadline D2: 120 days after mandate until definitive-text
"#;

pub(crate) const TERMS: &str = r#"terms "Agreement on enrichment" version 5
between RUR, KRA on security/nuclear
party IAEA "Inspecting agency" organisation
enters into force on signature by all
obligation O1: RUR keeps enrichment at most 3.67 percent from entry-into-force,
  verified by report of IAEA every 30 days, grace 15 days
withdrawal on 12 months notice
"#;

#[test]
fn every_example_of_the_design_is_read_and_its_names_resolve() {
    let map = parse::map("rur.authority", MAP.as_bytes()).unwrap();
    let policy = parse::policy("ours.policy", POLICY.as_bytes()).unwrap();
    let terms = parse::terms("text.terms", TERMS.as_bytes()).unwrap();
    assert_eq!(map.value.statements.len(), 32);
    assert_eq!(policy.value.rules.len(), 13);
    assert_eq!(terms.value.clauses.len(), 4);
    resolve(&[map], Some(&policy), &[terms]).unwrap();
}

#[test]
fn printing_the_examples_changes_nothing_they_say() {
    let map = parse::map("m", MAP.as_bytes()).unwrap().value;
    let printed = print::map(&map);
    assert_eq!(parse::map("m", printed.as_bytes()).unwrap().value, map);
    assert_eq!(print::map(&parse::map("m", printed.as_bytes()).unwrap().value), printed);

    let policy = parse::policy("p", POLICY.as_bytes()).unwrap().value;
    assert_eq!(print::policy(&policy), POLICY, "the policy is in the one layout");

    let terms = parse::terms("t", TERMS.as_bytes()).unwrap().value;
    assert_eq!(parse::terms("t", print::terms(&terms).as_bytes()).unwrap().value, terms);
}

#[test]
fn json_says_what_the_examples_say() {
    let map = parse::map("m", MAP.as_bytes()).unwrap().value;
    assert_eq!(parse::map("m.json", json::of_map(&map).as_bytes()).unwrap().value, map);
    let policy = parse::policy("p", POLICY.as_bytes()).unwrap().value;
    assert_eq!(parse::policy("p.json", json::of_policy(&policy).as_bytes()).unwrap().value, policy);
    let terms = parse::terms("t", TERMS.as_bytes()).unwrap().value;
    assert_eq!(parse::terms("t.json", json::of_terms(&terms).as_bytes()).unwrap().value, terms);
}

/// Golden: whatever is hashed, signed and exchanged must not drift.
#[test]
fn canonical_json_and_digests_are_stable() {
    let map = parse::map("m", MAP.as_bytes()).unwrap().value;
    let lines: Vec<String> = map.statements.iter().map(json::of_statement).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let policy = parse::policy("p", POLICY.as_bytes()).unwrap().value;
    let terms = parse::terms("t", TERMS.as_bytes()).unwrap().value;
    insta::assert_snapshot!("policy", json::of_policy(&policy));
    insta::assert_snapshot!("terms", json::of_terms(&terms));
    insta::assert_snapshot!(
        "digests",
        format!(
            "map {}\nfirst statement {}\npolicy {}\nterms {}",
            digest::map(&map),
            digest::statement(&map.statements[0]),
            digest::policy(&policy),
            digest::terms(&terms)
        )
    );
}

#[test]
fn every_map_and_policy_of_the_vectors_is_read_printed_and_read_again() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/authority");
    let mut read = 0;
    for folder in std::fs::read_dir(root).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).into_iter().flatten() {
            let path = file.unwrap().path();
            let name = path.display().to_string();
            match path.extension().and_then(std::ffi::OsStr::to_str) {
                Some("authority") => {
                    let map = parse::map(&name, &std::fs::read(&path).unwrap()).unwrap().value;
                    assert_eq!(parse::map(&name, print::map(&map).as_bytes()).unwrap().value, map, "{name}");
                    assert_eq!(
                        parse::map(&name, json::of_map(&map).as_bytes()).unwrap().value,
                        map,
                        "{name}"
                    );
                    read += 1;
                }
                Some("policy") => {
                    let policy = parse::policy(&name, &std::fs::read(&path).unwrap()).unwrap().value;
                    let printed = print::policy(&policy);
                    assert_eq!(parse::policy(&name, printed.as_bytes()).unwrap().value, policy, "{name}");
                    read += 1;
                }
                _ => {}
            }
        }
    }
    assert!(read >= 50, "only {read} files");
}
