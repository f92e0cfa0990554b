//! The house CA's register: issuing, revoking, lists, answers, crashes.

use countersign_keys::{
    HouseCa, HouseCaError, Issuer, KeyName, KeyStore, NewKey, Places, PrivateKey, RegisterError, Responder,
    Revocation, Validity,
};
use countersign_signature::issue::Reason;
use countersign_signature::{Certificate, DistinguishedName, Signer as _, Subject};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use tempfile::TempDir;

const NOW: i64 = 1_777_000_000;
const DAY: i64 = 86_400;

struct House {
    _dir: TempDir,
    store: KeyStore,
}

fn key(word: &str) -> KeyName {
    KeyName::new(word).unwrap()
}

fn name(text: &str) -> DistinguishedName {
    DistinguishedName::parse(text).unwrap()
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::open(dir.path()).unwrap();
        let validity = Validity::years(NOW - DAY, 10).unwrap();
        store
            .new_authority(&key("house-ca"), &NewKey::authority(&name("CN=House CA"), validity), None)
            .unwrap();
        Self { _dir: dir, store }
    }

    /// The authority as another process would open it.
    fn ca(&self) -> HouseCa {
        self.store.authority(&key("house-ca"), None).unwrap()
    }

    fn person(&self, who: &str) -> Certificate {
        let subject = name(&format!("CN={who}"));
        let made = NewKey::person(&subject, Validity::years(NOW - DAY, 2).unwrap());
        let created = self.store.new_key(&key(who), &made, Issuer::Authority(&self.ca()), None).unwrap();
        created.key.certificate().clone()
    }

    fn register(&self) -> PathBuf {
        self.store.dir().join("house-ca.register.jsonl")
    }

    fn append(&self, text: &str) {
        OpenOptions::new().append(true).open(self.register()).unwrap().write_all(text.as_bytes()).unwrap();
    }
}

fn lost(at: i64) -> Revocation {
    Revocation { reason: Reason::KeyCompromise, at, invalid_since: Some(at - 60) }
}

#[test]
fn what_is_issued_and_revoked_is_there_for_whoever_opens_the_folder_next() {
    let house = House::new();
    let (berg, dahl) = (house.person("berg"), house.person("dahl"));
    house.ca().revoke(&berg, lost(NOW), NOW).unwrap();
    let held = house.ca().register().read().unwrap();
    assert_eq!(held.issued().len(), 2);
    assert_eq!(held.certificate(dahl.serial()).unwrap().subject, "CN=dahl");
    assert_eq!(held.revocation(berg.serial()).unwrap().reason, Reason::KeyCompromise);
    assert_eq!(held.revocation(dahl.serial()), None);
    let text = fs::read_to_string(house.register()).unwrap();
    let line = text.lines().last().unwrap();
    assert!(line.contains(r#""at":"2026-04-24T03:06:40Z","reason":"key-compromise""#), "{line}");
}

#[test]
fn a_certificate_is_revoked_once_and_nothing_moves_the_day() {
    let house = House::new();
    let berg = house.person("berg");
    house.ca().revoke(&berg, lost(NOW - 500), NOW).unwrap();
    let again = Revocation { reason: Reason::Superseded, at: NOW, invalid_since: None };
    let error = house.ca().revoke(&berg, again, NOW).unwrap_err();
    assert!(
        matches!(error, HouseCaError::AlreadyRevoked { at, reason: Reason::KeyCompromise, .. } if at == NOW - 500)
    );
    assert_eq!(house.ca().register().read().unwrap().revocation(berg.serial()).unwrap().at, NOW - 500);
}

#[test]
fn what_was_not_issued_here_is_not_revoked_here_and_nothing_ahead_of_time() {
    let house = House::new();
    let foreign = Pki::new("foreign");
    let twin = foreign.authority("twin", "CN=House CA");
    let mallory = foreign.person("mallory", "CN=Mallory", &twin);
    let error = house.ca().revoke(mallory.certificate(), lost(NOW), NOW).unwrap_err();
    insta::assert_snapshot!(error, @"the certificate of `CN=Mallory` was not issued by `CN=House CA`");
    let error = house.ca().revoke_serial(&[0x40; 16], lost(NOW), NOW).unwrap_err();
    insta::assert_snapshot!(error, @"`CN=House CA` has issued no certificate with serial number 40404040404040404040404040404040");
    let berg = house.person("berg");
    let error = house.ca().revoke(&berg, lost(NOW + 1), NOW).unwrap_err();
    insta::assert_snapshot!(error, @"unix second 1777000001 is later than now (1777000000): nothing is revoked ahead");
    let error = house.ca().revoke(&berg, lost(NOW - 2 * DAY), NOW).unwrap_err();
    assert!(
        matches!(error, HouseCaError::BeforeItsTime { not_before, .. } if not_before == NOW - DAY),
        "{error}"
    );
    assert_eq!(house.ca().register().read().unwrap().revoked().count(), 0);
}

#[test]
fn a_house_ca_certifies_no_authority() {
    let house = House::new();
    let public = PrivateKey::generate().unwrap().public_key().unwrap();
    let validity = Validity::years(NOW, 1).unwrap();
    let error = house.ca().issue_for(Subject::HOUSE, &name("CN=Below"), &public, validity).unwrap_err();
    insta::assert_snapshot!(error, @"`CN=House CA` certifies people and services, no further authorities");
    assert_eq!(house.ca().register().read().unwrap().issued().len(), 0);
}

#[test]
fn certificates_say_where_revocation_can_be_asked_once_that_is_settled() {
    let house = House::new();
    let places = Places { crl: Some("http://pki.example/ca.crl".into()), ocsp: None, certificate: None };
    let before = house.person("berg");
    house.ca().set_places(places).unwrap();
    let after = house.person("dahl");
    let says = |certificate: &Certificate| {
        certificate.as_der().windows(25).any(|window| window == b"http://pki.example/ca.crl")
    };
    assert_eq!((says(&before), says(&after)), (false, true));
}

#[test]
fn http_is_answered_within_bounds() {
    use std::io::Read as _;
    let house = House::new();
    let ca = house.ca();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let ask = |sent: &[u8]| {
        let mut stream = std::net::TcpStream::connect(at).unwrap();
        stream.write_all(sent).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let (came, _) = listener.accept().unwrap();
        let _ = ca.responder().serve_one(came, &|| NOW, &|_| ());
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let many = format!("GET /{} HTTP/1.1\r\n", "a".repeat(32_760));
    for (sent, status) in [
        (&b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n1234"[..], "200 OK"),
        (b"GET /MAMCAQE%3D HTTP/1.1\r\n\r\n", "200 OK"),
        (b"GET /MAMCAQE HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"GET /%4 HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"POST / HTTP/1.1\r\n\r\n", "411 Length Required"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400 Bad Request"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", "413 Content Too Large"),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n12", "400 Bad Request"),
        (b"DELETE / HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
        (b"nonsense", "400 Bad Request"),
        (many.as_bytes(), "431 Request Header Fields Too Large"),
    ] {
        let answer = ask(sent);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer:?}");
    }
}

#[test]
fn a_certificate_from_before_the_register_can_be_revoked() {
    let house = House::new();
    let berg = house.person("berg");
    fs::remove_file(house.register()).unwrap();
    house.ca().revoke(&berg, lost(NOW), NOW).unwrap();
    let held = house.ca().register().read().unwrap();
    assert!(held.certificate(berg.serial()).is_some() && held.revocation(berg.serial()).is_some());
}

#[test]
fn half_a_line_left_by_a_crash_counts_for_nothing_and_loses_nothing() {
    let house = House::new();
    let berg = house.person("berg");
    house.ca().revoke(&berg, lost(NOW), NOW).unwrap();
    house.append("{\"event\":\"revoked\",\"serial\":\"40");
    assert_eq!(house.ca().register().read().unwrap().revoked().count(), 1);
    let dahl = house.person("dahl");
    house.ca().revoke(&dahl, lost(NOW), NOW).unwrap();
    let held = house.ca().register().read().unwrap();
    assert!(held.revocation(berg.serial()).is_some() && held.revocation(dahl.serial()).is_some());
    assert_eq!(fs::read_to_string(house.register()).unwrap().lines().count(), 4);
}

#[test]
fn a_register_cut_anywhere_keeps_every_whole_line() {
    let house = House::new();
    for who in ["berg", "dahl"] {
        let certificate = house.person(who);
        house.ca().revoke(&certificate, lost(NOW), NOW).unwrap();
    }
    let whole = fs::read(house.register()).unwrap();
    for length in 0..whole.len() {
        fs::write(house.register(), &whole[..length]).unwrap();
        let held = house.ca().register().read().unwrap();
        // The line whose end alone is missing counts too.
        let lines = whole[..=length].split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(held.issued().len() + held.revoked().count(), lines, "{length}");
        if length % 37 == 0 {
            house.ca().list(NOW, 7).unwrap();
            assert_eq!(house.ca().register().read().unwrap().last_list(), 1);
        }
    }
}

#[test]
fn a_damaged_register_issues_nothing_and_answers_nothing() {
    let house = House::new();
    let berg = house.person("berg");
    house.append("{\"event\":\"unrevoked\"}\n");
    let error = house.ca().list(NOW, 7).unwrap_err();
    assert!(matches!(error, HouseCaError::Register(RegisterError::Damaged { line: 2, .. })), "{error}");
    let dir = tempfile::tempdir().unwrap();
    let Some(said) = ask(dir.path(), &house, &berg) else { return };
    assert!(said.contains("internalerror"), "{said}");
}

#[test]
fn two_at_once_lose_nothing() {
    let house = House::new();
    let public = PrivateKey::generate().unwrap().public_key().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..8 {
                    let certificate =
                        house.ca().issue(&name("CN=X"), &public, Validity::years(NOW, 1).unwrap()).unwrap();
                    house.ca().revoke(&certificate, lost(NOW), NOW).unwrap();
                }
            });
        }
    });
    let held = house.ca().register().read().unwrap();
    assert_eq!((held.issued().len(), held.revoked().count()), (32, 32));
}

#[test]
fn each_list_has_a_number_of_its_own_and_openssl_heeds_it() {
    let house = House::new();
    let (berg, dahl) = (house.person("berg"), house.person("dahl"));
    house.ca().revoke(&berg, lost(NOW), NOW).unwrap();
    let (first, second) = (house.ca().list(NOW, 7).unwrap(), house.ca().list(NOW, 7).unwrap());
    assert_ne!(first, second);
    assert_eq!(house.ca().register().read().unwrap().last_list(), 2);
    let dir = tempfile::tempdir().unwrap();
    let ca = house.ca();
    for (file, certificate) in [("ca.pem", ca.certificate()), ("berg.pem", &berg), ("dahl.pem", &dahl)] {
        fs::write(dir.path().join(file), certificate.to_pem()).unwrap();
    }
    fs::write(dir.path().join("crl.der"), second).unwrap();
    let at = NOW.to_string();
    if openssl_succeeds(dir.path(), &["crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem"]).is_none()
    {
        return;
    }
    for (file, revoked) in [("berg.pem", true), ("dahl.pem", false)] {
        let verify =
            ["verify", "-crl_check", "-attime", &at, "-CAfile", "ca.pem", "-CRLfile", "crl.pem", file];
        let output = openssl(dir.path(), &verify).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).contains("certificate revoked"),
            revoked,
            "{output:?}"
        );
    }
}

/// What openssl makes of the authority's own answer about a certificate.
fn ask(dir: &std::path::Path, house: &House, about: &Certificate) -> Option<String> {
    let ca = house.ca();
    fs::write(dir.join("ca.pem"), ca.certificate().to_pem()).unwrap();
    fs::write(dir.join("who.pem"), about.to_pem()).unwrap();
    let ask = ["ocsp", "-issuer", "ca.pem", "-cert", "who.pem", "-no_nonce", "-reqout", "req"];
    openssl_succeeds(dir, &ask)?;
    fs::write(dir.join("resp"), ca.responder().respond(&fs::read(dir.join("req")).unwrap(), NOW)).unwrap();
    read_answer(dir)
}

fn read_answer(dir: &std::path::Path) -> Option<String> {
    let at = NOW.to_string();
    let read = [
        "ocsp",
        "-issuer",
        "ca.pem",
        "-cert",
        "who.pem",
        "-no_nonce",
        "-respin",
        "resp",
        "-CAfile",
        "ca.pem",
        "-attime",
        &at,
        "-validity_period",
        "99999999999",
    ];
    let output = openssl(dir, &read)?;
    Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn the_responder_says_good_then_revoked_and_unknown_of_what_was_never_issued() {
    let house = House::new();
    let berg = house.person("berg");
    let dir = tempfile::tempdir().unwrap();
    let Some(said) = ask(dir.path(), &house, &berg) else { return };
    assert!(said.contains("Response verify OK") && said.contains("who.pem: good"), "{said}");
    house.ca().revoke(&berg, lost(NOW), NOW).unwrap();
    let said = ask(dir.path(), &house, &berg).unwrap();
    assert!(said.contains("who.pem: revoked") && said.contains("keyCompromise"), "{said}");
    let dahl = house.person("dahl");
    fs::remove_file(house.register()).unwrap();
    let said = ask(dir.path(), &house, &dahl).unwrap();
    assert!(said.contains("who.pem: unknown"), "{said}");
}

#[test]
fn a_responder_that_the_authority_certified_answers_without_the_authoritys_key() {
    let house = House::new();
    let berg = house.person("berg");
    let subject = name("CN=OCSP");
    let made =
        NewKey { role: Subject::OcspResponder, ..NewKey::person(&subject, Validity::years(NOW, 1).unwrap()) };
    house.store.new_key(&key("ocsp"), &made, Issuer::Authority(&house.ca()), None).unwrap();
    let authority = house.ca().certificate().clone();
    fs::remove_file(house.store.dir().join("house-ca.key.pem")).unwrap();
    let (responder, register) =
        (house.store.signer(&key("ocsp"), None).unwrap(), house.store.register(&key("house-ca")));
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ca.pem"), authority.to_pem()).unwrap();
    fs::write(dir.path().join("who.pem"), berg.to_pem()).unwrap();
    let ask = ["ocsp", "-issuer", "ca.pem", "-cert", "who.pem", "-no_nonce", "-reqout", "req"];
    if openssl_succeeds(dir.path(), &ask).is_none() {
        return;
    }
    let request = fs::read(dir.path().join("req")).unwrap();
    let answer = Responder::new(&authority, &responder, &register).unwrap().respond(&request, NOW);
    fs::write(dir.path().join("resp"), answer).unwrap();
    let said = read_answer(dir.path()).unwrap();
    assert!(said.contains("Response verify OK") && said.contains("who.pem: good"), "{said}");
}

#[test]
fn whatever_is_sent_gets_an_answer_that_is_no_good() {
    let house = House::new();
    for request in [&b""[..], b"GET /", &[0x30; 40]] {
        // OCSPResponse { responseStatus malformedRequest (1) }
        assert_eq!(house.ca().responder().respond(request, NOW), [0x30, 3, 0x0a, 1, 1]);
    }
}
