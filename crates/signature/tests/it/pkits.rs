//! NIST's PKITS: 246 cases over certificates and lists, with the verdict that RFC 5280 gives.

use crate::corpora::corpus;
use countersign_signature::{
    Anchor, Certificate, Crl, PathError, PathRules, PolicySet, RevocationData, UnrevokedPath,
    find_path_unrevoked,
};
use countersign_testkit::openssl::openssl;
use serde::Deserialize;
use std::collections::BTreeMap;
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

#[derive(Deserialize)]
struct Expected {
    class: Fault,
}

/// What kind of fault refuses a path.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    #[serde(rename = "PathValidationError")]
    Path,
    #[serde(rename = "RevokedError")]
    Revoked,
    #[serde(rename = "InsufficientRevinfoError", alias = "StaleRevinfoError")]
    Unknown,
}

/// A certificate that is none is a fault of the path.
fn fault(error: &Refused) -> Fault {
    match error {
        Refused::Unreadable => Fault::Path,
        Refused::Path(error) => match **error {
            PathError::Revoked { .. } => Fault::Revoked,
            PathError::StatusUnknown { .. } => Fault::Unknown,
            _ => Fault::Path,
        },
    }
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the certificate does not parse")]
    Unreadable,
    #[error(transparent)]
    Path(Box<PathError>),
}

impl Case {
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
    ) -> Result<UnrevokedPath, Refused> {
        let anchor = [Anchor::from(self.certificate("TrustAnchorRootCertificate.crt").unwrap())];
        let leaf = self.certificate(&case.cert).ok_or(Refused::Unreadable)?;
        find_path_unrevoked(&leaf, pool, &anchor, data, AT, &case.rules())
            .map_err(|error| Refused::Path(Box::new(error)))
    }

    fn judge_alone(&self, case: &Case) -> Result<UnrevokedPath, Refused> {
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

/// Section by section: 244 of 246.
const TABLE: &str = "\
4.1    4 of   6 agree, 0 accepted wrongly
4.2    8 of   8 agree, 0 accepted wrongly
4.3   11 of  11 agree, 0 accepted wrongly
4.4   21 of  21 agree, 0 accepted wrongly
4.5    8 of   8 agree, 0 accepted wrongly
4.6   17 of  17 agree, 0 accepted wrongly
4.7    5 of   5 agree, 0 accepted wrongly
4.8   35 of  35 agree, 0 accepted wrongly
4.9    8 of   8 agree, 0 accepted wrongly
4.10  20 of  20 agree, 0 accepted wrongly
4.11  11 of  11 agree, 0 accepted wrongly
4.12  11 of  11 agree, 0 accepted wrongly
4.13  38 of  38 agree, 0 accepted wrongly
4.14  35 of  35 agree, 0 accepted wrongly
4.15  10 of  10 agree, 0 accepted wrongly
4.16   2 of   2 agree, 0 accepted wrongly
";

/// Verdict and kind of fault of every case, held against the suite's. Gives the table of sections.
fn compare(cases: &[Case], judge: impl Fn(&Case) -> Result<UnrevokedPath, Refused>) -> String {
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let (mut differing, mut false_accepts, mut other_faults) = (Vec::new(), Vec::new(), Vec::new());
    for case in cases {
        let row = table.entry(&case.id[1..3]).or_default();
        row[0] += 1;
        match (judge(case), &case.error) {
            (Ok(_), None) => row[1] += 1,
            (Ok(_), Some(_)) => {
                row[2] += 1;
                false_accepts.push(case.name.as_str());
            }
            (Err(refused), None) => {
                println!("{} {}: {refused}", case.number(), case.name);
                differing.push(case.name.as_str());
            }
            (Err(refused), Some(expected)) => {
                row[1] += 1;
                if fault(&refused) != expected.class {
                    other_faults.push(format!("{}: {refused}, expected {:?}", case.name, expected.class));
                }
            }
        }
    }
    assert_eq!(false_accepts, Vec::<&str>::new());
    assert_eq!(differing, EXCEPTIONS.map(|(name, _)| name));
    assert_eq!(other_faults, Vec::<String>::new());
    let rows = table.iter().map(|(section, [count, agree, wrong])| {
        format!(
            "4.{:<2} {agree:>3} of {count:>3} agree, {wrong} accepted wrongly\n",
            section.trim_start_matches('0')
        )
    });
    rows.collect()
}

#[test]
fn every_case_of_pkits_has_its_verdict_and_its_kind_of_fault() {
    let Some((suite, cases)) = Suite::open() else { return };
    assert_eq!(compare(&cases, |case| suite.judge_alone(case)), TABLE);
}

#[test]
fn the_whole_suite_at_hand_at_once_changes_no_verdict() {
    let Some((suite, cases)) = Suite::open() else { return };
    let pool: Vec<Certificate> =
        files(&suite.0.join("certs")).iter().filter_map(|file| suite.certificate(file)).collect();
    let crls = files(&suite.0.join("crls")).iter().filter_map(|file| suite.crl(file)).collect();
    let data = RevocationData { crls, ocsps: Vec::new() };
    assert_eq!(compare(&cases, |case| suite.judge(case, &pool, &data)), TABLE);
}

/// Where openssl judges otherwise than this crate does, and why.
const OPENSSL_DIFFERS: [(&str, &str); 2] = [
    ("valid_dsa_signatures_test4", "openssl knows DSA"),
    ("valid_crlissuer_test30", "openssl knows no list that tells of its own signer, as the suite wants"),
];

#[test]
fn openssl_gives_the_same_verdicts_but_for_those_named() {
    let Some((suite, cases)) = Suite::open() else { return };
    let folder = tempfile::tempdir().unwrap();
    let pem = |label, files: &[String], from: &str| -> String {
        let read = |file: &String| fs::read(suite.0.join(from).join(file)).unwrap();
        files
            .iter()
            .map(|file| der::pem::encode_string(label, der::pem::LineEnding::LF, &read(file)).unwrap())
            .collect()
    };
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write("anchor.pem", pem("CERTIFICATE", &["TrustAnchorRootCertificate.crt".to_owned()], "certs"));
    let mut differing = Vec::new();
    for case in &cases {
        write("leaf.pem", pem("CERTIFICATE", std::slice::from_ref(&case.cert), "certs"));
        write("pool.pem", pem("CERTIFICATE", &case.other_certs, "certs"));
        let crls = [&case.crls[..], &["TrustAnchorRootCRL.crl".to_owned()]].concat();
        write("crls.pem", pem("X509 CRL", &crls, "crls"));
        let at = AT.to_string();
        let mut arguments = vec![
            "verify",
            "-CAfile",
            "anchor.pem",
            "-CRLfile",
            "crls.pem",
            "-crl_check_all",
            "-extended_crl",
            "-use_deltas",
            "-policy_check",
            "-attime",
            &at,
        ];
        if !case.other_certs.is_empty() {
            arguments.extend(["-untrusted", "pool.pem"]);
        }
        // Without a policy openssl takes none to be acceptable, not any.
        let any = vec!["2.5.29.32.0".to_owned()];
        for policy in case.params.user_initial_policy_set.as_ref().unwrap_or(&any) {
            arguments.extend(["-policy", policy]);
        }
        for (asked, flag) in [
            (case.params.initial_explicit_policy, "-explicit_policy"),
            (case.params.initial_policy_mapping_inhibit, "-inhibit_map"),
            (case.params.initial_any_policy_inhibit, "-inhibit_any"),
        ] {
            if asked {
                arguments.push(flag);
            }
        }
        arguments.push("leaf.pem");
        let Some(output) = openssl(folder.path(), &arguments) else { return };
        if output.status.success() != suite.judge_alone(case).is_ok() {
            println!("{} {}: openssl {}", case.number(), case.name, String::from_utf8_lossy(&output.stderr));
            differing.push(case.name.as_str());
        }
    }
    assert_eq!(differing, OPENSSL_DIFFERS.map(|(name, _)| name));
}
