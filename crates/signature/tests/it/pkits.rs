//! NIST's PKITS: 246 cases over certificates and lists, with the verdict that RFC 5280 gives.

use crate::corpora::corpus;
use countersign_signature::{
    Anchor, Certificate, Crl, PathRules, PolicySet, RevocationData, UnrevokedPath, find_path_unrevoked,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// 2024-01-01: within the validity of what the suite has in force.
const AT: i64 = 1_704_067_200;

#[derive(Deserialize)]
struct Case {
    id: String,
    name: String,
    cert: String,
    #[serde(default)]
    other_certs: Vec<String>,
    #[serde(default)]
    crls: Vec<String>,
    #[serde(default)]
    params: Parameters,
    error: Option<Expected>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Parameters {
    user_initial_policy_set: Option<Vec<String>>,
    initial_explicit_policy: bool,
    initial_policy_mapping_inhibit: bool,
    initial_any_policy_inhibit: bool,
}

/// Only that there is one matters.
#[derive(Deserialize)]
struct Expected {
    #[expect(dead_code, reason = "another program's words for the fault")]
    class: String,
}

impl Case {
    fn accepts(&self) -> bool {
        self.error.is_none()
    }

    /// `4.1.4`: the suite's own numbering.
    fn number(&self) -> String {
        let digits: Vec<u32> = self.id.chars().filter_map(|digit| digit.to_digit(10)).collect();
        let pair = |at: usize| digits[at] * 10 + digits[at + 1];
        format!("{}.{}.{}", digits[0], pair(1), pair(3))
    }

    fn rules(&self) -> PathRules {
        let Parameters { user_initial_policy_set, .. } = &self.params;
        PathRules {
            initial_policies: match user_initial_policy_set {
                Some(set) => PolicySet::Only(set.iter().map(|policy| policy.parse().unwrap()).collect()),
                None => PolicySet::Any,
            },
            initial_explicit_policy: self.params.initial_explicit_policy,
            initial_policy_mapping_inhibit: self.params.initial_policy_mapping_inhibit,
            initial_any_policy_inhibit: self.params.initial_any_policy_inhibit,
            ..PathRules::default()
        }
    }
}

struct Suite(PathBuf);

impl Suite {
    fn open() -> Option<(Self, Vec<Case>)> {
        let suite = Self(corpus("pki/pkits")?);
        let cases: Vec<Case> =
            serde_json::from_slice(&fs::read(suite.0.join("pkits.json")).unwrap()).unwrap();
        assert_eq!(cases.len(), 246);
        Some((suite, cases))
    }

    /// `None` for what is no certificate: a signature that isn't DER, as the suite's spoilt ones are.
    fn certificate(&self, file: &str) -> Option<Certificate> {
        Certificate::from_der(&fs::read(self.0.join("certs").join(file)).unwrap()).ok()
    }

    fn crl(&self, file: &str) -> Option<Crl> {
        Crl::from_der(&fs::read(self.0.join("crls").join(file)).unwrap()).ok()
    }

    fn judge(
        &self,
        case: &Case,
        pool: &[Certificate],
        data: &RevocationData,
    ) -> Result<UnrevokedPath, String> {
        let anchor = [Anchor::from(self.certificate("TrustAnchorRootCertificate.crt").unwrap())];
        let leaf = self.certificate(&case.cert).ok_or("the certificate does not parse")?;
        find_path_unrevoked(&leaf, pool, &anchor, data, AT, &case.rules()).map_err(|error| error.to_string())
    }

    fn judge_alone(&self, case: &Case) -> Result<UnrevokedPath, String> {
        let pool: Vec<Certificate> =
            case.other_certs.iter().filter_map(|file| self.certificate(file)).collect();
        let crls = case.crls.iter().map(String::as_str).chain(["TrustAnchorRootCRL.crl"]);
        let data =
            RevocationData { crls: crls.filter_map(|file| self.crl(file)).collect(), ocsps: Vec::new() };
        self.judge(case, &pool, &data)
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Cases that this crate judges otherwise than the suite, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("valid_dsa_signatures_test4", "DSA is not known here (FIPS 186-5 has withdrawn it)"),
    ("valid_dsa_parameter_inheritance_test5", "DSA is not known here (FIPS 186-5 has withdrawn it)"),
];

#[test]
fn every_case_of_pkits_has_its_verdict() {
    let Some((suite, cases)) = Suite::open() else { return };
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let (mut differing, mut false_accepts) = (Vec::new(), Vec::new());
    for case in &cases {
        let found = suite.judge_alone(case);
        let section = case.id[..3].to_owned();
        let row = table.entry(section).or_default();
        row[0] += 1;
        if found.is_ok() == case.accepts() {
            row[1] += 1;
        } else {
            let words = found.as_ref().err().cloned().unwrap_or_default();
            println!("{} {}: expected {}, {words}", case.number(), case.name, case.accepts());
            differing.push(case.name.clone());
        }
        if found.is_ok() && !case.accepts() {
            row[2] += 1;
            false_accepts.push(case.name.clone());
        }
    }
    let mut text = String::new();
    for (section, [count, agree, wrong]) in &table {
        writeln!(text, "{section}: {agree} of {count} agree, {wrong} accepted wrongly").unwrap();
    }
    println!("{text}");
    assert_eq!(false_accepts, Vec::<String>::new());
    let expected: Vec<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(differing, expected);
    assert!(cases.len() - differing.len() >= 244);
}

#[test]
fn the_whole_suite_at_hand_at_once_changes_no_verdict_to_acceptance() {
    let Some((suite, cases)) = Suite::open() else { return };
    let pool: Vec<Certificate> =
        files(&suite.0.join("certs")).iter().filter_map(|file| suite.certificate(file)).collect();
    let crls = files(&suite.0.join("crls")).iter().filter_map(|file| suite.crl(file)).collect();
    let data = RevocationData { crls, ocsps: Vec::new() };
    for case in &cases {
        let found = suite.judge(case, &pool, &data);
        if found.is_ok() != case.accepts() {
            let words = found.as_ref().err().cloned().unwrap_or_default();
            println!("{} {}: expected {}, {words}", case.number(), case.name, case.accepts());
        }
    }
}
