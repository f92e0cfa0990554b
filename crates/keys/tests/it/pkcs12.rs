//! PKCS#12, both ways with openssl.

use countersign_keys::{Kind, PKCS12_MAX, Passphrase, Pkcs12Error, Pkcs12Style, SoftwareKey};
use countersign_signature::{Signer as _, sign_detached, verify_detached};
use countersign_testkit::Pki;
use countersign_testkit::openssl::{openssl, openssl_succeeds};
use std::fs;
use std::path::Path;

const AT: i64 = 1_777_000_000;
const KINDS: [Kind; 4] = [Kind::P256, Kind::P384, Kind::Rsa2048, Kind::Ed25519];

fn phrase(text: &str) -> Passphrase {
    Passphrase::new(text.into()).unwrap()
}

/// A person below two authorities.
fn berg(kind: Kind) -> SoftwareKey {
    let pki = Pki::new("pkcs12");
    let root = pki.root("root", "CN=Root CA");
    let sub = pki.intermediate("sub", "CN=Sub CA", &root, Some(0));
    pki.of(kind).person("berg", "CN=Å. Berg", &sub)
}

/// Writes a key as openssl reads it.
fn write_pem(dir: &Path, name: &str, key: &SoftwareKey) {
    fs::write(dir.join(format!("{name}.key")), key.private_key().to_pem(None).unwrap().as_bytes()).unwrap();
    fs::write(dir.join(format!("{name}.pem")), key.certificate().to_pem()).unwrap();
    let chain: String = key.chain().iter().map(countersign_signature::Certificate::to_pem).collect();
    fs::write(dir.join(format!("{name}.chain")), chain).unwrap();
}

#[test]
fn what_is_written_here_is_read_by_openssl_and_here() {
    let dir = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let key = berg(kind);
        for (style, flags, algorithm) in [
            (Pkcs12Style::Modern, &[][..], "AES-256-CBC"),
            (Pkcs12Style::Legacy, &["-legacy"], "pbeWithSHA1And3-KeyTripleDES-CBC"),
        ] {
            let p12 = key.to_pkcs12("berg", &phrase("correct horse"), style).unwrap();
            let again = SoftwareKey::from_pkcs12(&p12, Some(&phrase("correct horse"))).unwrap();
            assert_eq!(again.certificate(), key.certificate());
            assert_eq!(again.chain(), key.chain());
            let p7s = sign_detached(b"act", &again, AT).unwrap();
            assert_eq!(verify_detached(b"act", &p7s).unwrap().signer(), key.certificate());
            fs::write(dir.path().join("k.p12"), p12).unwrap();
            let read =
                [&["pkcs12", "-in", "k.p12", "-nodes", "-info", "-passin", "pass:correct horse"], flags]
                    .concat();
            let Some(said) = openssl_succeeds(dir.path(), &read) else { return };
            assert!(said.contains(algorithm), "{kind} {style:?}: {said}");
            assert_eq!(said.matches("BEGIN CERTIFICATE").count(), 3);
            assert!(said.contains("friendlyName: berg") && said.contains("BEGIN PRIVATE KEY"), "{said}");
        }
    }
}

#[test]
fn what_openssl_writes_is_read_here_whatever_it_was_encrypted_with() {
    let dir = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let key = berg(kind);
        write_pem(dir.path(), "k", &key);
        let flags: [&[&str]; 7] = [
            &[],
            &["-legacy"],
            &["-legacy", "-keypbe", "PBE-SHA1-RC2-40", "-certpbe", "PBE-SHA1-RC2-40"],
            &["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
            &["-keypbe", "AES-128-CBC", "-certpbe", "NONE", "-macalg", "sha512"],
            &["-iter", "100000", "-maciter"],
            &["-nomac"],
        ];
        for flags in flags {
            let export = [
                &[
                    "pkcs12",
                    "-export",
                    "-in",
                    "k.pem",
                    "-inkey",
                    "k.key",
                    "-certfile",
                    "k.chain",
                    "-out",
                    "k.p12",
                    "-name",
                    "Å. Berg",
                    "-passout",
                    "pass:correct horse",
                ],
                flags,
            ]
            .concat();
            if openssl_succeeds(dir.path(), &export).is_none() {
                return;
            }
            let p12 = fs::read(dir.path().join("k.p12")).unwrap();
            let read = SoftwareKey::from_pkcs12(&p12, Some(&phrase("correct horse")))
                .unwrap_or_else(|error| panic!("{kind} {flags:?}: {error}"));
            assert_eq!(
                (read.certificate(), read.chain()),
                (key.certificate(), key.chain()),
                "{kind} {flags:?}"
            );
            let wrong = SoftwareKey::from_pkcs12(&p12, Some(&phrase("wrong"))).unwrap_err();
            assert_eq!(wrong, Pkcs12Error::WrongPassphrase, "{kind} {flags:?}");
        }
    }
}

#[test]
fn what_is_missing_too_many_or_foreign_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (key, other) = (berg(Kind::P256), Pki::new("other").self_signed_person("dahl", "CN=C. Dahl"));
    write_pem(dir.path(), "berg", &key);
    write_pem(dir.path(), "dahl", &other);
    let pass = ["-passout", "pass:x", "-out", "k.p12"];
    let read = || {
        let p12 = fs::read(dir.path().join("k.p12")).unwrap();
        SoftwareKey::from_pkcs12(&p12, Some(&phrase("x"))).unwrap_err()
    };
    let export = |flags: &[&str]| openssl(dir.path(), &[&["pkcs12", "-export"], flags, &pass].concat());
    if export(&["-nokeys", "-in", "berg.pem"]).is_none() {
        return;
    }
    insta::assert_snapshot!(read(), @"the PKCS#12 file holds no private key");
    export(&["-nocerts", "-inkey", "berg.key", "-in", "berg.key"]).unwrap();
    insta::assert_snapshot!(read(), @"of the 0 certificates in the PKCS#12 file none is for its private key");
}

#[test]
fn several_keys_are_counted_and_named() {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    let mut store = KeyStore::new();
    for name in ["berg", "dahl"] {
        let key = Pki::new("several").self_signed_person(name, &format!("CN={name}"));
        let pem = key.private_key().to_pem(None).unwrap();
        let (_, der) = pkcs8::SecretDocument::from_pem(&pem).unwrap();
        let chain = PrivateKeyChain::new(
            name,
            PrivateKey::from_der(der.as_bytes()).unwrap(),
            [Certificate::from_der(key.certificate().as_der()).unwrap()],
        );
        store.add_entry(name, KeyStoreEntry::PrivateKeyChain(chain));
    }
    let p12 = store.writer("x").write().unwrap();
    let error = SoftwareKey::from_pkcs12(&p12, Some(&phrase("x"))).unwrap_err();
    insta::assert_snapshot!(error, @"the PKCS#12 file holds 2 private keys (berg, dahl): one is expected; export the one that is meant into a file of its own");
}

#[test]
fn a_key_with_somebody_elses_certificate_is_refused() {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    let (berg, dahl) = (berg(Kind::P256), Pki::new("other").self_signed_person("dahl", "CN=C. Dahl"));
    let pem = berg.private_key().to_pem(None).unwrap();
    let (_, der) = pkcs8::SecretDocument::from_pem(&pem).unwrap();
    let chain = PrivateKeyChain::new(
        "id",
        PrivateKey::from_der(der.as_bytes()).unwrap(),
        [Certificate::from_der(dahl.certificate().as_der()).unwrap()],
    );
    let mut store = KeyStore::new();
    store.add_entry("berg", KeyStoreEntry::PrivateKeyChain(chain));
    let p12 = store.writer("x").write().unwrap();
    let error = SoftwareKey::from_pkcs12(&p12, Some(&phrase("x"))).unwrap_err();
    insta::assert_snapshot!(error, @"of the 1 certificates in the PKCS#12 file none is for its private key");
}

#[test]
fn what_is_no_pkcs12_file_is_refused_within_bounds() {
    let read = |bytes: &[u8]| SoftwareKey::from_pkcs12(bytes, None).unwrap_err();
    assert_eq!(read(b""), Pkcs12Error::NotPkcs12);
    assert_eq!(read(b"-----BEGIN CERTIFICATE-----"), Pkcs12Error::NotPkcs12);
    let length = PKCS12_MAX + 1;
    assert_eq!(read(&vec![0x30; length]), Pkcs12Error::TooLarge { length });
    // Many parts, each of which would cost a key derivation.
    let part = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
    assert_eq!(read(&part.repeat(17)), Pkcs12Error::TooCostly);
    let p12 = berg(Kind::P256).to_pkcs12("berg", &phrase("x"), Pkcs12Style::Legacy).unwrap();
    for length in (0..p12.len()).step_by(23) {
        let _ = SoftwareKey::from_pkcs12(&p12[..length], Some(&phrase("x"))).unwrap_err();
    }
}

#[test]
fn a_key_derivation_of_many_rounds_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write_pem(dir.path(), "k", &berg(Kind::P256));
    let export = [
        "pkcs12", "-export", "-in", "k.pem", "-inkey", "k.key", "-out", "k.p12", "-passout", "pass:x",
        "-nomac", "-iter", "1000001",
    ];
    if openssl_succeeds(dir.path(), &export).is_none() {
        return;
    }
    let p12 = fs::read(dir.path().join("k.p12")).unwrap();
    let error = SoftwareKey::from_pkcs12(&p12, Some(&phrase("x"))).unwrap_err();
    assert_eq!(error, Pkcs12Error::TooCostly);
}
