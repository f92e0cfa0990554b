//! Revocation lists and OCSP answers made here, with openssl as the judge.

use countersign_keys::{Kind, SoftwareKey};
use countersign_signature::issue::ocsp::{
    AnswerError, CertificateId, Moment, Refusal, Request, RequestError, Status, answer, refuse,
};
use countersign_signature::issue::{Reason, RevocationList, RevocationListError, Revoked};
use countersign_signature::{Certificate, Signer as _};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use std::fs;
use std::path::Path;

const AT: i64 = 1_777_000_000;

struct Scene {
    pki: Pki,
    root: SoftwareKey,
    berg: SoftwareKey,
    dahl: SoftwareKey,
}

fn scene(kind: Kind) -> Scene {
    let pki = Pki::new("revocation").of(kind);
    let root = pki.authority("root", "CN=Root CA,O=Kravonia");
    let (berg, dahl) = (pki.person("berg", "CN=A. Berg", &root), pki.person("dahl", "CN=C. Dahl", &root));
    Scene { pki, root, berg, dahl }
}

/// Writes the certificates where openssl finds them.
fn write(dir: &Path, scene: &Scene) {
    for (file, key) in [("ca.pem", &scene.root), ("berg.pem", &scene.berg), ("dahl.pem", &scene.dahl)] {
        fs::write(dir.join(file), key.certificate().to_pem()).unwrap();
    }
}

fn list(revoked: Vec<Revoked>) -> RevocationList {
    RevocationList {
        number: 300,
        this_update: AT,
        next_update: AT + 86_400,
        revoked,
        keeps_expired_since: Some(AT - 90_000),
    }
}

fn berg_revoked(scene: &Scene) -> Revoked {
    Revoked {
        reason: Reason::KeyCompromise,
        invalid_since: Some(AT - 9_000),
        ..Pki::revoked(&scene.berg, AT - 3_600)
    }
}

#[test]
fn openssl_reads_the_list_and_refuses_whom_it_names_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Kind::P256);
    write(dir.path(), &scene);
    let der = list(vec![berg_revoked(&scene)]).issue(&scene.root).unwrap();
    fs::write(dir.path().join("crl.der"), der).unwrap();
    let read = ["crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "ca.pem", "-text", "-out", "crl.pem"];
    let Some(said) = openssl_succeeds(dir.path(), &read) else { return };
    assert!(said.contains("verify OK"), "{said}");
    let text = fs::read_to_string(dir.path().join("crl.pem")).unwrap();
    for line in [
        "Version 2 (0x1)",
        "CRL Number",
        "300",
        "Key Compromise",
        "Invalidity Date",
        "Authority Key Identifier",
        "Apr 24 03:06:40 2026 GMT",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let at = AT.to_string();
    let check = |who| {
        openssl(
            dir.path(),
            &[
                "verify",
                "-x509_strict",
                "-crl_check",
                "-attime",
                &at,
                "-CAfile",
                "ca.pem",
                "-CRLfile",
                "crl.pem",
                who,
            ],
        )
        .unwrap()
    };
    let berg = check("berg.pem");
    assert!(String::from_utf8_lossy(&berg.stderr).contains("certificate revoked"), "{berg:?}");
    assert_eq!(String::from_utf8_lossy(&check("dahl.pem").stdout).trim(), "dahl.pem: OK");
}

#[test]
fn a_list_of_nobody_is_a_list_of_every_kind_of_key() {
    let dir = tempfile::tempdir().unwrap();
    for kind in [Kind::P256, Kind::P384, Kind::Rsa2048, Kind::Ed25519] {
        let scene = scene(kind);
        write(dir.path(), &scene);
        fs::write(dir.path().join("crl.der"), list(vec![]).issue(&scene.root).unwrap()).unwrap();
        let read = ["crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "ca.pem", "-text", "-noout"];
        let Some(said) = openssl_succeeds(dir.path(), &read) else { return };
        assert!(said.contains("verify OK") && said.contains("No Revoked Certificates"), "{kind}: {said}");
    }
}

#[test]
fn a_list_that_would_be_wrong_is_not_made() {
    let scene = scene(Kind::P256);
    let twice =
        list(vec![berg_revoked(&scene), Pki::revoked(&scene.berg, AT)]).issue(&scene.root).unwrap_err();
    assert!(matches!(twice, RevocationListError::Twice { .. }));
    let never = RevocationList { next_update: AT, ..list(vec![]) }.issue(&scene.root).unwrap_err();
    insta::assert_snapshot!(never, @"the next list would be due (unix 1777000000) no later than this one (unix 1777000000)");
    let person = list(vec![]).issue(&scene.dahl).unwrap_err();
    insta::assert_snapshot!(person, @"`CN=C. Dahl` is not a certificate authority");
    let before = list(vec![Pki::revoked(&scene.berg, -1)]).issue(&scene.root).unwrap_err();
    insta::assert_snapshot!(before, @"unix second -1 can't be written in a revocation list");
}

/// What an authority with Berg revoked says.
fn status(scene: &Scene) -> impl Fn(&[u8]) -> Status {
    let (berg, dahl) = (scene.berg.certificate().clone(), scene.dahl.certificate().clone());
    move |serial| match serial {
        serial if serial == berg.serial() => {
            Status::Revoked { at: AT - 3_600, reason: Reason::KeyCompromise }
        }
        serial if serial == dahl.serial() => Status::Good,
        _ => Status::Unknown,
    }
}

const MOMENT: Moment = Moment {
    produced_at: AT,
    this_update: AT,
    next_update: Some(AT + 3_600),
    archive_cutoff: Some(AT - 90_000),
};

/// Lets openssl ask about a certificate, answers, and lets openssl read the answer.
fn ask(dir: &Path, scene: &Scene, responder: &SoftwareKey, who: &str, flags: &[&str]) -> Option<String> {
    let ask = [&["ocsp", "-issuer", "ca.pem"], flags, &["-cert", who, "-reqout", "req"]].concat();
    openssl_succeeds(dir, &ask)?;
    let request = Request::read(&fs::read(dir.join("req")).unwrap()).unwrap();
    let der = answer(&request, scene.root.certificate(), MOMENT, responder, status(scene)).unwrap();
    fs::write(dir.join("resp"), der).unwrap();
    let at = AT.to_string();
    let read = [
        &["ocsp", "-issuer", "ca.pem"],
        flags,
        &[
            "-cert",
            who,
            "-reqin",
            "req",
            "-respin",
            "resp",
            "-CAfile",
            "ca.pem",
            "-attime",
            &at,
            "-validity_period",
            "99999999999",
        ],
    ]
    .concat();
    let read: Vec<&str> = read.into_iter().filter(|flag| *flag != "-reqin" && *flag != "req").collect();
    openssl_succeeds(dir, &read)
}

#[test]
fn openssl_believes_the_authority_and_the_responder_it_certified() {
    let dir = tempfile::tempdir().unwrap();
    for kind in [Kind::P256, Kind::Rsa2048] {
        let scene = scene(kind);
        write(dir.path(), &scene);
        let delegate = scene.pki.ocsp_responder("ocsp", "CN=OCSP", &scene.root);
        for responder in [&scene.root, &delegate] {
            for (who, expected) in [("berg.pem", "revoked"), ("dahl.pem", "good"), ("ca.pem", "unknown")] {
                let flags = ["-no_nonce"];
                let Some(said) = ask(dir.path(), &scene, responder, who, &flags) else { return };
                assert!(said.contains("Response verify OK"), "{said}");
                assert!(said.contains(&format!("{who}: {expected}")), "{said}");
                assert_eq!(said.contains("keyCompromise"), expected == "revoked", "{said}");
            }
        }
    }
}

#[test]
fn requests_with_other_digests_are_answered_alike() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Kind::P256);
    write(dir.path(), &scene);
    for digest in ["-sha1", "-sha256", "-sha384", "-sha512"] {
        let flags = ["-no_nonce", digest];
        let Some(said) = ask(dir.path(), &scene, &scene.root, "dahl.pem", &flags) else { return };
        assert!(said.contains("dahl.pem: good"), "{said}");
    }
}

#[test]
fn the_askers_nonce_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Kind::P256);
    write(dir.path(), &scene);
    let ask = ["ocsp", "-issuer", "ca.pem", "-cert", "dahl.pem", "-reqout", "req"];
    if openssl_succeeds(dir.path(), &ask).is_none() {
        return;
    }
    let request = Request::read(&fs::read(dir.path().join("req")).unwrap()).unwrap();
    let nonce = request.nonce.clone().expect("openssl sends a nonce");
    let der = answer(&request, scene.root.certificate(), MOMENT, &scene.root, status(&scene)).unwrap();
    assert!(der.windows(nonce.len()).any(|window| window == nonce));
    fs::write(dir.path().join("resp"), der).unwrap();
    let read = ["ocsp", "-respin", "resp", "-resp_text", "-noverify"];
    let said = openssl_succeeds(dir.path(), &read).unwrap();
    assert!(said.contains("OCSP Nonce"), "{said}");
}

#[test]
fn an_issuer_that_is_not_ours_is_unknown_whatever_the_serial_number() {
    let scene = scene(Kind::P256);
    let other = Pki::new("other").authority("other", "CN=Root CA,O=Kravonia");
    let id = CertificateId::of(scene.berg.certificate(), other.certificate());
    assert!(!id.is_issued_by(scene.root.certificate()));
    let asked = std::cell::Cell::new(false);
    let _ = answer(&Request::about(id), scene.root.certificate(), MOMENT, &scene.root, |_| {
        asked.set(true);
        Status::Good
    })
    .unwrap();
    assert!(!asked.get());
}

#[test]
fn nobody_else_answers_for_an_authority() {
    let scene = scene(Kind::P256);
    let other = Pki::new("other").authority("other", "CN=Root CA,O=Kravonia");
    let strangers = Pki::new("other").ocsp_responder("ocsp", "CN=OCSP", &other);
    let stamps = scene.pki.timestamp_authority("tsa", "CN=TSA", &scene.root);
    let id = CertificateId::of(scene.berg.certificate(), scene.root.certificate());
    for wrong in [&scene.dahl, &other, &strangers, &stamps] {
        let error =
            answer(&Request::about(id.clone()), scene.root.certificate(), MOMENT, wrong, status(&scene));
        assert!(matches!(error, Err(AnswerError::NotTheResponder { .. })), "{:?}", wrong.certificate());
    }
}

#[test]
fn refusals_are_what_openssl_calls_them() {
    let dir = tempfile::tempdir().unwrap();
    for (refusal, says) in [
        (Refusal::MalformedRequest, "malformedrequest"),
        (Refusal::InternalError, "internalerror"),
        (Refusal::TryLater, "trylater"),
        (Refusal::Unauthorized, "unauthorized"),
    ] {
        fs::write(dir.path().join("resp"), refuse(refusal)).unwrap();
        let Some(output) = openssl(dir.path(), &["ocsp", "-respin", "resp", "-resp_text", "-noverify"])
        else {
            return;
        };
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).to_lowercase();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn what_is_no_request_is_refused_and_nothing_is_read_without_bound() {
    assert!(matches!(Request::read(b""), Err(RequestError::Malformed(_))));
    assert!(matches!(Request::read(&vec![0x30; 20_000]), Err(RequestError::TooLarge { length: 20_000 })));
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Kind::P256);
    write(dir.path(), &scene);
    let mut many = vec!["ocsp", "-issuer", "ca.pem", "-reqout", "req"];
    (0..17).for_each(|_| many.extend(["-cert", "dahl.pem"]));
    if openssl_succeeds(dir.path(), &many).is_none() {
        return;
    }
    let der = fs::read(dir.path().join("req")).unwrap();
    assert_eq!(Request::read(&der), Err(RequestError::Count { count: 17 }));
    for length in 0..der.len() {
        let _ = Request::read(&der[..length]).unwrap_err();
    }
}

#[test]
fn certificates_say_what_their_particulars_ask_and_openssl_heeds_it() {
    use countersign_signature::issue::NameConstraints;
    use countersign_signature::{DistinguishedName, Particulars};
    let dir = tempfile::tempdir().unwrap();
    let pki = Pki::new("particulars");
    let root = pki.root("root", "CN=Root CA");
    let name = |text| DistinguishedName::parse(text).unwrap();
    let constraints = NameConstraints {
        permitted: vec![name("O=Kravonia")],
        excluded: vec![name("OU=Spies,O=Kravonia")],
        permitted_mail: vec!["kravonia.example".into()],
    };
    let sub = Particulars { name_constraints: Some(constraints), ..Particulars::default() };
    let sub = pki.saying(sub).intermediate("sub", "CN=Sub CA,O=Kravonia", &root, Some(0));
    let says = Particulars {
        crl: Some("http://pki.kravonia.example/sub.crl".into()),
        ocsp: Some("http://ocsp.kravonia.example".into()),
        issuer_certificate: Some("http://pki.kravonia.example/sub.cer".into()),
        policies: vec!["1.3.6.1.4.1.99999.1".parse().unwrap()],
        email: Some("berg@kravonia.example".into()),
        ..Particulars::default()
    };
    let verify = |subject: &str, says: &Particulars| {
        let key = pki.saying(says.clone()).person("berg", subject, &sub);
        let files: [(&str, &Certificate); 3] =
            [("ca.pem", root.certificate()), ("sub.pem", sub.certificate()), ("berg.pem", key.certificate())];
        for (file, certificate) in files {
            fs::write(dir.path().join(file), certificate.to_pem()).unwrap();
        }
        openssl(
            dir.path(),
            &["verify", "-x509_strict", "-CAfile", "ca.pem", "-untrusted", "sub.pem", "berg.pem"],
        )
    };
    let Some(good) = verify("CN=A. Berg,O=Kravonia", &says) else { return };
    assert!(good.status.success(), "{good:?}");
    let text = openssl_succeeds(dir.path(), &["x509", "-in", "berg.pem", "-text", "-noout"]).unwrap();
    for line in [
        "URI:http://pki.kravonia.example/sub.crl",
        "OCSP - URI:http://ocsp.kravonia.example",
        "CA Issuers - URI:http://pki.kravonia.example/sub.cer",
        "Policy: 1.3.6.1.4.1.99999.1",
        "email:berg@kravonia.example",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let foreign = Particulars { email: Some("berg@ruritania.example".into()), ..says.clone() };
    for (subject, says) in [
        ("CN=A. Berg,O=Ruritania", &says),
        ("CN=A. Berg,OU=Spies,O=Kravonia", &says),
        ("CN=A. Berg,O=Kravonia", &foreign),
    ] {
        let refused = verify(subject, says).unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("subtree violation"), "{subject}: {said}");
    }
}

#[test]
fn openssl_takes_the_timestamp_key_for_timestamps_alone() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Kind::P256);
    let tsa = scene.pki.timestamp_authority("tsa", "CN=TSA", &scene.root);
    write(dir.path(), &scene);
    fs::write(dir.path().join("tsa.pem"), tsa.certificate().to_pem()).unwrap();
    assert!(tsa.certificate().is_for_timestamping_alone());
    let verify = |purpose| {
        openssl(dir.path(), &["verify", "-x509_strict", "-CAfile", "ca.pem", "-purpose", purpose, "tsa.pem"])
    };
    let Some(stamps) = verify("timestampsign") else { return };
    assert!(stamps.status.success(), "{stamps:?}");
    assert!(!verify("smimesign").unwrap().status.success());
}

#[test]
fn what_is_made_here_is_read_here_and_says_the_same() {
    use countersign_signature::{
        Crl, Currency, OcspResponse, RevocationData, RevocationReason, RevocationStatus, path, revocation,
    };
    for kind in [Kind::P256, Kind::P384, Kind::Rsa2048, Kind::Ed25519] {
        let scene = scene(kind);
        let crl = Crl::from_der(&list(vec![berg_revoked(&scene)]).issue(&scene.root).unwrap()).unwrap();
        assert_eq!((crl.len(), crl.this_update(), crl.next_update()), (1, AT, Some(AT + 86_400)));
        assert_eq!((crl.number(), crl.keeps_expired_since()), (Some(&[1, 44][..]), Some(AT - 90_000)));
        let delegate = scene.pki.ocsp_responder("ocsp", "CN=OCSP", &scene.root);
        let ocsp = |responder: &SoftwareKey, key: &SoftwareKey| {
            let id = CertificateId::of(key.certificate(), scene.root.certificate());
            let about = Request::about(id);
            let der = answer(&about, scene.root.certificate(), MOMENT, responder, status(&scene)).unwrap();
            OcspResponse::from_der(&der).unwrap()
        };
        for (key, revoked) in [(&scene.berg, true), (&scene.dahl, false)] {
            let anchors = [scene.root.certificate().clone().into()];
            let proven = path(key.certificate(), &[], &anchors, AT).unwrap();
            let by_list = RevocationData { crls: vec![crl.clone()], ocsps: vec![] };
            let by_authority = RevocationData { crls: vec![], ocsps: vec![ocsp(&scene.root, key)] };
            let by_delegate = RevocationData { crls: vec![], ocsps: vec![ocsp(&delegate, key)] };
            for data in [by_list, by_authority, by_delegate] {
                let found = revocation(&proven, &[], &data, AT + 60, Currency::Current);
                match &found[0].status {
                    RevocationStatus::Good { this_update: AT, .. } => assert!(!revoked),
                    RevocationStatus::Revoked { at, reason: RevocationReason::KeyCompromise, .. } => {
                        assert_eq!((revoked, *at), (true, AT - 3_600));
                    }
                    other => panic!("{kind}: {other:?}"),
                }
            }
        }
    }
}
