//! Keys of every kind: made, written, read by openssl, signed with.

use countersign_keys::{KeyError, Kind, Passphrase, PrivateKey};
use countersign_signature::{
    Algorithm, DigestAlgorithm, SignError, Signer as _, sign_detached, verify_detached,
};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use std::fs;

/// Every kind; of RSA the size that is quick to make. The others differ in nothing but the number.
const KINDS: [Kind; 4] = [Kind::P256, Kind::P384, Kind::Rsa2048, Kind::Ed25519];

const AT: i64 = 1_777_000_000;

#[test]
fn keys_of_every_kind_are_read_by_openssl_in_the_clear_and_encrypted() {
    let dir = tempfile::tempdir().unwrap();
    let phrase = Passphrase::new("correct horse".into()).unwrap();
    for kind in KINDS {
        let key = PrivateKey::from_seed_of(kind, "read").unwrap();
        fs::write(dir.path().join("plain.pem"), key.to_pem(None).unwrap().as_bytes()).unwrap();
        fs::write(dir.path().join("sealed.pem"), key.to_pem(Some(&phrase)).unwrap().as_bytes()).unwrap();
        for file in ["plain.pem", "sealed.pem"] {
            let pkey = [
                "pkey",
                "-in",
                file,
                "-passin",
                "pass:correct horse",
                "-pubout",
                "-outform",
                "DER",
                "-out",
                "pub",
            ];
            if openssl_succeeds(dir.path(), &pkey).is_none() {
                return;
            }
            let public = fs::read(dir.path().join("pub")).unwrap();
            assert_eq!(public, key.public_key().unwrap().as_der(), "{kind} {file}");
        }
        for (pem, phrase) in [("plain.pem", None), ("sealed.pem", Some(&phrase))] {
            let text = fs::read_to_string(dir.path().join(pem)).unwrap();
            let again = PrivateKey::from_pem(&text, phrase).unwrap();
            assert_eq!(again.public_key(), key.public_key());
        }
    }
}

#[test]
fn keys_that_openssl_makes_of_every_kind_are_read_here() {
    let dir = tempfile::tempdir().unwrap();
    let kinds: [(&[&str], &str); 5] = [
        (&["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "P-256"),
        (&["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "P-384"),
        (&["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "RSA-2048"),
        (&["RSA", "-pkeyopt", "rsa_keygen_bits:3072"], "RSA-3072"),
        (&["ED25519"], "Ed25519"),
    ];
    let phrase = Passphrase::new("x".into()).unwrap();
    for (algorithm, expected) in kinds {
        let make =
            [&["genpkey", "-out", "k.pem", "-aes-256-cbc", "-pass", "pass:x", "-algorithm"], algorithm]
                .concat();
        if openssl_succeeds(dir.path(), &make).is_none() {
            return;
        }
        let text = fs::read_to_string(dir.path().join("k.pem")).unwrap();
        let key = PrivateKey::from_pem(&text, Some(&phrase)).unwrap();
        assert_eq!(key.kind().to_string(), expected);
        let wrong = PrivateKey::from_pem(&text, Some(&Passphrase::new("y".into()).unwrap())).unwrap_err();
        assert_eq!(wrong, KeyError::WrongPassphrase);
    }
}

#[test]
fn keys_of_kinds_not_used_here_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let kinds: [(&[&str], &str); 3] = [
        (&["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "1.3.132.0.35"),
        (&["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "RSA-1024"),
        (&["X25519"], "1.3.101.110"),
    ];
    for (algorithm, expected) in kinds {
        let make = [&["genpkey", "-out", "k.pem", "-algorithm"], algorithm].concat();
        let Some(output) = openssl(dir.path(), &make) else { return };
        assert!(output.status.success());
        let text = fs::read_to_string(dir.path().join("k.pem")).unwrap();
        let found = expected.to_owned();
        assert_eq!(PrivateKey::from_pem(&text, None).unwrap_err(), KeyError::Unsupported { found });
    }
}

#[test]
fn a_signature_of_every_kind_is_verified_here_and_by_openssl() {
    let dir = tempfile::tempdir().unwrap();
    let pki = Pki::new("kinds");
    let house = pki.authority("house", "CN=House CA");
    fs::write(dir.path().join("act"), b"act").unwrap();
    fs::write(dir.path().join("ca.pem"), house.certificate().to_pem()).unwrap();
    let pss = Algorithm::rsa_pss(DigestAlgorithm::Sha384);
    for (kind, algorithm, expected) in [
        (Kind::P256, None, "ECDSA with SHA-256"),
        (Kind::P256, Some(Algorithm::Ecdsa(DigestAlgorithm::Sha512)), "ECDSA with SHA-512"),
        (Kind::P384, None, "ECDSA with SHA-384"),
        (Kind::P384, Some(Algorithm::ECDSA_SHA_256), "ECDSA with SHA-256"),
        (Kind::Rsa2048, None, "RSA PKCS#1 with SHA-256"),
        (Kind::Rsa2048, Some(pss), "RSA-PSS with SHA-384"),
        (Kind::Ed25519, None, "Ed25519"),
    ] {
        let dahl = pki.of(kind).person("dahl", "CN=C. Dahl", &house);
        let dahl = match algorithm {
            Some(algorithm) => dahl.signing_with(algorithm).unwrap(),
            None => dahl,
        };
        let p7s = sign_detached(b"act", &dahl, AT).unwrap();
        assert_eq!(verify_detached(b"act", &p7s).unwrap().algorithm().to_string(), expected);
        if kind == Kind::Ed25519 {
            // openssl before 3.2 has no Ed25519 in CMS.
            continue;
        }
        fs::write(dir.path().join("act.p7s"), p7s).unwrap();
        let verify = [
            "cms", "-verify", "-binary", "-inform", "DER", "-in", "act.p7s", "-content", "act", "-CAfile",
            "ca.pem", "-cades", "-purpose", "any",
        ];
        let Some(said) = openssl_succeeds(dir.path(), &verify) else { return };
        assert!(said.contains("CAdES Verification successful"), "{expected}: {said}");
    }
}

#[test]
fn an_authority_of_every_kind_issues_what_openssl_verifies() {
    let dir = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let pki = Pki::new("authorities").of(kind);
        let root = pki.root("root", "CN=Root CA");
        let berg = pki.person("berg", "CN=A. Berg", &root);
        fs::write(dir.path().join("ca.pem"), root.certificate().to_pem()).unwrap();
        fs::write(dir.path().join("berg.pem"), berg.certificate().to_pem()).unwrap();
        let verify = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", "ca.pem", "berg.pem"];
        let Some(said) = openssl_succeeds(dir.path(), &verify) else { return };
        assert_eq!(said.trim(), "berg.pem: OK", "{kind}");
    }
}

#[test]
fn a_key_does_not_sign_by_another_kinds_algorithm() {
    let key = PrivateKey::from_seed("p256").unwrap();
    let algorithm = Algorithm::RsaPkcs1(DigestAlgorithm::Sha256);
    let error = key.sign_with(algorithm, b"act").unwrap_err();
    assert_eq!(error, SignError::OtherKind { algorithm, key: key.kind() });
    insta::assert_snapshot!(error, @"a key of kind P-256 does not sign with RSA PKCS#1 with SHA-256");
}

#[test]
fn every_seed_gives_the_same_key_again_and_another_seed_another() {
    for kind in KINDS {
        let public = |seed: &str| PrivateKey::from_seed_of(kind, seed).unwrap().public_key().unwrap();
        assert_eq!(public("a"), public("a"));
        assert_ne!(public("a"), public("b"));
        assert_eq!(public("a").kind(), kind.key_kind());
    }
}

#[test]
fn kinds_are_read_by_the_words_they_are_printed_as() {
    for (kind, word) in Kind::ALL {
        assert_eq!((word.parse(), kind.to_string().as_str()), (Ok(kind), word));
    }
    insta::assert_snapshot!(
        "dsa".parse::<Kind>().unwrap_err(),
        @"`dsa` is no kind of key; there are p256, p384, rsa2048, rsa3072, rsa4096 and ed25519"
    );
}

#[test]
fn drawn_keys_of_every_kind_sign() {
    for kind in KINDS {
        let key = PrivateKey::generate_kind(kind).unwrap();
        let signature = key.sign(b"act").unwrap();
        assert!(key.public_key().unwrap().verifies(key.algorithm(), b"act", &signature), "{kind}");
    }
}
