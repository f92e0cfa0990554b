//! C2SP's x509-limbo: 194 cases of path validation, made for TLS, judged here for what is ours.

use crate::corpora::corpus;
use countersign_signature::{
    Anchor, Certificate, Crl, PathRules, Purpose, RevocationData, find_path, find_path_unrevoked,
};
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    #[serde(default)]
    crls: Vec<String>,
    epoch: i64,
    expected_result: Verdict,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Verdict {
    Success,
    Failure,
}

/// The leaf's key must be one that a signature can be checked with, as it is before any path is asked for. Then a path for
/// any purpose, since the leaves are for TLS; the cases about purposes are asked for the signing of documents.
/// Certificates and lists that can't be read vouch for nothing.
fn judge(case: &Case) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let certificates = |list: &[String]| -> Vec<Certificate> {
        list.iter().filter_map(|pem| Certificate::from_pem(pem.trim()).ok()).collect()
    };
    let leaf = Certificate::from_pem(case.peer_certificate.trim()).map_err(|error| text(&error))?;
    leaf.public_key().map_err(|error| text(error))?;
    let anchors: Vec<Anchor> = certificates(&case.trusted_certs).into_iter().map(Anchor::from).collect();
    let pool = certificates(&case.untrusted_intermediates);
    let purpose = if case.id.contains("::eku::") { Purpose::DocumentSigning } else { Purpose::Any };
    let rules = PathRules::of(purpose);
    if case.crls.is_empty() {
        return find_path(&leaf, &pool, &anchors, case.epoch, &rules).map(drop).map_err(|error| text(&error));
    }
    let crls = case.crls.iter().filter_map(|pem| Crl::from_pem(pem.trim()).ok()).collect();
    let data = RevocationData { crls, ocsps: Vec::new() };
    let found = find_path_unrevoked(&leaf, &pool, &anchors, &data, case.epoch, &rules);
    found.map(drop).map_err(|error| text(&error))
}

/// Nobody is connected to here.
const SERVER: &str = "asks whether a certificate is that of a TLS server of some name";
/// RFC 5280 §4 and §5 say what "conforming CAs" must do, §6 what a verifier must do.
const ISSUER: &str = "a duty of who issues, of which RFC 5280 §6 asks a verifier nothing";
/// The extension is processed all the same: marking it would make no verdict stricter.
const CRITICAL: &str = "a constraint that should be critical and isn't; it is enforced either way";
/// RFC 5280 §4.1.2.2, and PKITS 4.4.14 wants them accepted.
const SERIAL: &str = "verifiers should be prepared to handle such serial numbers gracefully";
const SYNTAX: &str = "a DNS name's spelling, looked at only where a constraint is about it";
const DEPTH: &str = "a greatest depth is no input of RFC 5280 §6.1.1";
const PURPOSE: &str = "a purpose that TLS wants named; documents may be signed without one";
const FETCH: &str = "where to fetch from is not read: nothing is fetched";
const FORUM: &str = "a rule of the CA/Browser Forum for TLS";

/// Cases that are accepted here and refused by the suite, and why. None is refused here and accepted by the suite.
const EXCEPTIONS: [(&str, &str); 56] = [
    ("crl::crlnumber-missing", ISSUER),
    ("crl::crlnumber-critical", ISSUER),
    ("pathlen::max-chain-depth-0-exhausted", DEPTH),
    ("pathlen::max-chain-depth-1-exhausted", DEPTH),
    ("rfc5280::aki::critical-aki", ISSUER),
    ("rfc5280::aki::leaf-missing-aki", ISSUER),
    ("rfc5280::aki::intermediate-missing-aki", ISSUER),
    ("rfc5280::aki::cross-signed-root-missing-aki", ISSUER),
    ("rfc5280::nc::permitted-dns-match-noncritical", CRITICAL),
    ("rfc5280::pc::ica-noncritical-pc", CRITICAL),
    ("rfc5280::san::underscore-dns", SYNTAX),
    ("rfc5280::san::ip-in-dns", SYNTAX),
    ("rfc5280::serial::zero", SERIAL),
    ("rfc5280::serial::negative", SERIAL),
    ("rfc5280::ski::root-missing-ski", ISSUER),
    ("rfc5280::ski::intermediate-missing-ski", ISSUER),
    ("rfc5280::root-non-critical-basic-constraints", CRITICAL),
    ("rfc5280::leaf-ku-keycertsign", ISSUER),
    ("rfc5280::ca-as-leaf-wrong-san", SERVER),
    ("webpki::aki::root-with-aki-missing-keyidentifier", FORUM),
    ("webpki::aki::root-with-aki-authoritycertissuer", FORUM),
    ("webpki::aki::root-with-aki-authoritycertserialnumber", FORUM),
    ("webpki::aki::root-with-aki-all-fields", FORUM),
    ("webpki::aki::root-with-aki-ski-mismatch", FORUM),
    ("webpki::cn::ipv4-hex-mismatch", SERVER),
    ("webpki::cn::ipv4-leading-zeros-mismatch", SERVER),
    ("webpki::cn::ipv6-uppercase-mismatch", SERVER),
    ("webpki::cn::ipv6-uncompressed-mismatch", SERVER),
    ("webpki::cn::ipv6-non-rfc5952-mismatch", SERVER),
    ("webpki::cn::punycode-not-in-san", SERVER),
    ("webpki::cn::utf8-vs-punycode-mismatch", SERVER),
    ("webpki::cn::not-in-san", SERVER),
    ("webpki::cn::case-mismatch", SERVER),
    ("webpki::eku::ee-anyeku", PURPOSE),
    ("webpki::eku::ee-without-eku", PURPOSE),
    ("webpki::san::mismatch-domain-san", SERVER),
    ("webpki::san::mismatch-subdomain-san", SERVER),
    ("webpki::san::mismatch-subdomain-apex-san", SERVER),
    ("webpki::san::mismatch-apex-subdomain-san", SERVER),
    ("webpki::san::public-suffix-wildcard-san", SERVER),
    ("webpki::san::public-suffix-multi-label-wildcard-san", SERVER),
    ("webpki::san::public-suffix-private-namespace-wildcard-san", SERVER),
    ("webpki::san::wildcard-embedded-leftmost-san", SERVER),
    ("webpki::san::wildcard-not-in-leftmost-san", SERVER),
    ("webpki::san::wildcard-match-across-labels-san", SERVER),
    ("webpki::san::wildcard-embedded-ulabel-san", SERVER),
    ("webpki::san::no-san", SERVER),
    ("webpki::san::san-critical-with-nonempty-subject", FORUM),
    ("webpki::san::san-wildcard-only", SERVER),
    ("webpki::san::san-wildcard-only-tld", SERVER),
    ("webpki::malformed-aia", FETCH),
    ("webpki::forbidden-rsa-not-divisible-by-8-in-root", FORUM),
    ("webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf", FORUM),
    ("webpki::v1-cert", FORUM),
    ("webpki::ee-basicconstraints-ca", FORUM),
    ("webpki::ca-as-leaf", FORUM),
];

#[test]
fn every_case_of_limbo_is_judged_or_its_exception_explained() {
    let Some(file) = corpus("pki/limbo.json") else { return };
    let suite: Suite = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(suite.testcases.len(), 194);
    let mut differing = Vec::new();
    for case in &suite.testcases {
        match (judge(case), case.expected_result) {
            (Ok(()), Verdict::Failure) => differing.push(case.id.as_str()),
            (Err(error), Verdict::Success) => panic!("{} is refused: {error}", case.id),
            _ => {}
        }
    }
    assert_eq!(differing, EXCEPTIONS.map(|(id, _)| id));
}
