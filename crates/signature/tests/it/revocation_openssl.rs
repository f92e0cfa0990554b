//! Lists and answers that openssl made (`openssl ca -gencrl`, `openssl ocsp`), read and judged here.

use countersign_signature::{
    Certificate, Crl, Currency, OcspResponse, PathRules, RevocationData, RevocationStatus, find_path,
    revocation,
};
use countersign_testkit::openssl::openssl_succeeds;
use std::fs;
use std::path::Path;

const CONFIGURATION: &str = "\
[ca]
default_ca = house
[house]
database = index.txt
crlnumber = crlnumber
certificate = house.pem
private_key = house.key
default_md = sha256
default_crl_days = 2
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
[person]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
authorityKeyIdentifier = keyid
[responder]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[unappointed]
keyUsage = critical,digitalSignature
noCheck = ignored
";

/// A house, its persons dahl, berg (revoked) and holm (on hold), a responder that is appointed and one that isn't.
const PERSONS: [(&str, &str, &str); 5] = [
    ("dahl", "0A", "person"),
    ("berg", "0B", "person"),
    ("holm", "0C", "person"),
    ("responder", "0D", "responder"),
    ("stranger", "0E", "unappointed"),
];

const DATABASE: &str = "\
V\t491231235959Z\t\t0A\tunknown\t/O=Kravonia/CN=dahl
R\t491231235959Z\t260101000000Z,keyCompromise\t0B\tunknown\t/O=Kravonia/CN=berg
R\t491231235959Z\t260101000000Z,certificateHold\t0C\tunknown\t/O=Kravonia/CN=holm
V\t491231235959Z\t\t0D\tunknown\t/O=Kravonia/CN=responder
";

/// Makes them; `None` where there is no openssl.
fn make(dir: &Path, key: &[&str]) -> Option<()> {
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
    write("ca.cnf", CONFIGURATION);
    write("index.txt", DATABASE);
    write("index.txt.attr", "unique_subject = no\n");
    write("crlnumber", "1000\n");
    let run = |line: &str, key: &[&str]| {
        let words: Vec<&str> = line.split(' ').collect();
        openssl_succeeds(dir, &[&words, key].concat())
    };
    run(
        "req -x509 -nodes -keyout house.key -out house.pem -subj /O=Kravonia/CN=House -days 30 -addext keyUsage=critical,keyCertSign,cRLSign",
        key,
    )?;
    for (name, serial, section) in PERSONS {
        run(&format!("req -nodes -keyout {name}.key -out {name}.csr -subj /O=Kravonia/CN={name}"), key)?;
        run(
            &format!(
                "x509 -req -in {name}.csr -CA house.pem -CAkey house.key -set_serial 0x{serial} -days 20 -extfile ca.cnf -extensions {section} -out {name}.pem"
            ),
            &[],
        )?;
    }
    run("ca -config ca.cnf -gencrl -out house.crl", &[]).map(drop)
}

fn certificate(dir: &Path, name: &str) -> Certificate {
    Certificate::from_pem(&fs::read_to_string(dir.join(format!("{name}.pem"))).unwrap()).unwrap()
}

/// Asks openssl's responder about a person.
fn answer(dir: &Path, name: &str, responder: &str, flags: &str) -> OcspResponse {
    let line = format!(
        "ocsp -index index.txt -CA house.pem -issuer house.pem -cert {name}.pem -rsigner {responder}.pem -rkey {responder}.key -respout {name}.ocsp -ndays 1 -noverify{flags}"
    );
    openssl_succeeds(dir, &line.split(' ').collect::<Vec<_>>()).unwrap();
    OcspResponse::from_der(&fs::read(dir.join(format!("{name}.ocsp"))).unwrap()).unwrap()
}

fn status(dir: &Path, name: &str, data: &RevocationData, at: i64) -> String {
    let anchor = [certificate(dir, "house").into()];
    let path = find_path(&certificate(dir, name), &[], &anchor, at, &PathRules::default()).unwrap();
    let [found] = &revocation(&path, &[], data, at, Currency::Current)[..] else { panic!("one certificate") };
    match &found.status {
        RevocationStatus::Good { .. } => "good".to_owned(),
        RevocationStatus::Revoked { at, reason, .. } => format!("revoked at {at}: {reason}"),
        RevocationStatus::Unknown { why } => format!("unknown: {why}"),
    }
}

const EXPECTED: [(&str, &str); 3] = [
    ("dahl", "good"),
    ("berg", "revoked at 1767225600: key compromise"),
    ("holm", "revoked at 1767225600: on hold"),
];

const KEYS: [&[&str]; 2] =
    [&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], &["-newkey", "rsa:2048"]];

#[test]
fn a_list_of_openssls_says_who_is_revoked_since_when_and_why() {
    for key in KEYS {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        if make(dir, key).is_none() {
            return;
        }
        let crl = Crl::from_pem(&fs::read_to_string(dir.join("house.crl")).unwrap()).unwrap();
        assert_eq!((crl.len(), crl.number(), crl.is_delta()), (2, Some(&[0x10, 0][..]), false));
        assert_eq!(crl.next_update(), Some(crl.this_update() + 2 * 86_400));
        let at = crl.this_update() + 1;
        let data = RevocationData { crls: vec![crl], ocsps: Vec::new() };
        for (name, expected) in EXPECTED {
            assert_eq!(status(dir, name, &data, at), expected);
        }
    }
}

#[test]
fn an_answer_of_openssls_says_the_same_by_the_issuer_or_whom_it_appointed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    if make(dir, KEYS[0]).is_none() {
        return;
    }
    for (responder, flags) in
        [("house", ""), ("house", " -resp_key_id"), ("responder", ""), ("responder", " -resp_key_id")]
    {
        for (name, expected) in EXPECTED {
            let answer = answer(dir, name, responder, flags);
            let at = answer.produced_at() + 1;
            let data = RevocationData { crls: Vec::new(), ocsps: vec![answer] };
            assert_eq!(status(dir, name, &data, at), expected, "{responder}{flags}");
        }
    }
    let stranger = answer(dir, "dahl", "stranger", "");
    let at = stranger.produced_at() + 1;
    let data = RevocationData { crls: Vec::new(), ocsps: vec![stranger] };
    let found = status(dir, "dahl", &data, at);
    insta::assert_snapshot!(found, @"unknown: `CN=stranger,O=Kravonia`, who signed it, may not: the key of `CN=stranger,O=Kravonia` may not be used for signing OCSP answers");
    let unknown = answer(dir, "stranger", "house", "");
    let data = RevocationData { crls: Vec::new(), ocsps: vec![unknown] };
    assert_eq!(
        status(dir, "stranger", &data, at),
        "unknown: `CN=House,O=Kravonia` does not know the certificate"
    );
}

#[test]
fn a_byte_changed_in_openssls_list_or_answer_makes_it_count_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    if make(dir, KEYS[0]).is_none() {
        return;
    }
    let crl = Crl::from_pem(&fs::read_to_string(dir.join("house.crl")).unwrap()).unwrap();
    let good = answer(dir, "dahl", "responder", "");
    let at = good.produced_at() + 1;
    for index in 0..crl.as_der().len() {
        let mut der = crl.as_der().to_vec();
        der[index] ^= 1;
        let Ok(changed) = Crl::from_der(&der) else { continue };
        let data = RevocationData { crls: vec![changed], ocsps: Vec::new() };
        let found = status(dir, "dahl", &data, at);
        assert!(found.starts_with("unknown"), "byte {index}: {found}");
    }
    for index in 0..good.as_der().len() {
        let mut der = good.as_der().to_vec();
        der[index] ^= 1;
        let Ok(changed) = OcspResponse::from_der(&der) else { continue };
        let same = changed.as_der() == good.as_der();
        let data = RevocationData { crls: Vec::new(), ocsps: vec![changed] };
        let found = status(dir, "dahl", &data, at);
        assert!(!same && found.starts_with("unknown"), "byte {index}: {found}");
    }
}
