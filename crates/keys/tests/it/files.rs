//! The key store and its files.

use countersign_keys::{
    HouseCa, Issuer, KeyError, KeyName, KeyStore, KeyStoreError, NewKey, Passphrase, PrivateKey, Protection,
    Register, Unreadable, Validity, Warning,
};
use countersign_signature::{DistinguishedName, path, sign_detached, verify_detached};
use countersign_testkit::openssl::openssl_succeeds;
use std::fs;
use tempfile::TempDir;

const NOW: i64 = 1_777_000_000;

fn key(word: &str) -> KeyName {
    KeyName::new(word).unwrap()
}

fn name(text: &str) -> DistinguishedName {
    DistinguishedName::parse(text).unwrap()
}

fn years(years: u16) -> Validity {
    Validity::years(NOW, years).unwrap()
}

fn phrase(text: &str) -> Passphrase {
    Passphrase::new(text.into()).unwrap()
}

/// A store with a house CA, open, and Dahl's key, encrypted where there is a passphrase.
fn store(passphrase: Option<&Passphrase>) -> (TempDir, KeyStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = KeyStore::open(dir.path().join("keys")).unwrap();
    store.new_authority(&key("house-ca"), &NewKey::authority(&name("CN=House CA"), years(10)), None).unwrap();
    let ca = store.authority(&key("house-ca"), None).unwrap();
    store
        .new_key(
            &key("dahl"),
            &NewKey::person(&name("CN=C. Dahl"), years(2)),
            Issuer::Authority(&ca),
            passphrase,
        )
        .unwrap();
    (dir, store)
}

#[test]
fn a_key_written_and_opened_again_signs_and_leads_back_to_the_house_ca() {
    for passphrase in [None, Some(phrase("correct horse"))] {
        let (_dir, store) = store(passphrase.as_ref());
        let dahl = store.signer(&key("dahl"), passphrase.as_ref()).unwrap();
        let signed = verify_detached(b"act", &sign_detached(b"act", &dahl, NOW).unwrap()).unwrap();
        let ca = store.authority(&key("house-ca"), None).unwrap();
        let anchor = [ca.certificate().fingerprint().into()];
        let _ = path(signed.signer(), signed.certificates(), &anchor, NOW).unwrap();
    }
}

#[test]
fn nothing_is_ever_written_over() {
    let (_dir, store) = store(None);
    let before = fs::read(store.dir().join("dahl.key.pem")).unwrap();
    let again = store
        .new_key(&key("dahl"), &NewKey::person(&name("CN=Mallory"), years(1)), Issuer::Itself, None)
        .unwrap_err();
    assert!(matches!(again, KeyStoreError::Exists { .. }), "{again}");
    // A certificate alone claims the name too.
    fs::write(store.dir().join("berg.cert.pem"), "mine").unwrap();
    let taken = store
        .new_key(&key("berg"), &NewKey::person(&name("CN=A. Berg"), years(1)), Issuer::Itself, None)
        .unwrap_err();
    assert!(matches!(taken, KeyStoreError::Exists { .. }), "{taken}");
    assert!(!store.dir().join("berg.key.pem").exists());
    assert_eq!(fs::read(store.dir().join("dahl.key.pem")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn private_keys_and_their_folder_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, store) = store(None);
    let mode = |name: &str| fs::metadata(store.dir().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("dahl.key.pem"), mode("house-ca.key.pem"), mode("")), (0o600, 0o600, 0o700));
    let path = store.dir().join("dahl.key.pem");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let dahl = &store.list().unwrap()[0];
    assert_eq!(
        dahl.warnings,
        [Warning::Unencrypted { path: path.clone() }, Warning::ReadableByOthers { path }]
    );
}

#[test]
fn an_unencrypted_key_comes_with_a_warning_an_encrypted_one_without() {
    let (_dir, store) = store(None);
    let open =
        store.new_key(&key("a"), &NewKey::person(&name("CN=A"), years(1)), Issuer::Itself, None).unwrap();
    assert_eq!(open.warnings, [Warning::Unencrypted { path: open.key_file.clone() }]);
    let phrase = phrase("secret");
    let shut = store
        .new_key(&key("b"), &NewKey::person(&name("CN=B"), years(1)), Issuer::Itself, Some(&phrase))
        .unwrap();
    assert_eq!(shut.warnings, []);
    assert!(
        fs::read_to_string(shut.key_file).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    );
}

#[test]
fn a_passphrase_is_asked_for_and_checked() {
    let (_dir, store) = store(Some(&phrase("right")));
    let without = store.signer(&key("dahl"), None).unwrap_err();
    insta::assert_snapshot!(without, @"the key `dahl`: the key is encrypted: give its passphrase");
    let wrong = store.signer(&key("dahl"), Some(&phrase("wrong"))).unwrap_err();
    insta::assert_snapshot!(wrong, @"the key `dahl`: the passphrase is wrong, or the key file is damaged");
    assert_eq!(Passphrase::new(String::new()).unwrap_err(), KeyError::EmptyPassphrase);
}

#[test]
fn the_list_shows_what_there_is_and_what_is_wrong_with_it() {
    let (_dir, store) = store(None);
    let dir = store.dir();
    fs::write(dir.join("dahl.key.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\n").unwrap();
    fs::write(dir.join("half.key.pem"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    fs::write(dir.join("broken.cert.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    fs::write(dir.join("notes.txt"), "no key").unwrap();
    fs::write(dir.join("0bad.key.pem"), "no name").unwrap();
    let list = store.list().unwrap();
    let names: Vec<&str> = list.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["broken", "dahl", "half", "house-ca"]);
    let [broken, dahl, half, house] = list.as_slice() else { panic!("four entries") };
    assert!(matches!(broken.certificate, Err(Unreadable::Certificate { .. })));
    assert_eq!(broken.protection, Protection::NoKey);
    assert_eq!((dahl.protection, dahl.is_authority()), (Protection::Passphrase, false));
    assert!(matches!(half.certificate, Err(Unreadable::NoCertificate { .. })));
    assert!(house.is_authority());
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let (_dir, store) = store(None);
    fs::copy(store.dir().join("house-ca.cert.pem"), store.dir().join("dahl.cert.pem")).unwrap();
    let error = store.signer(&key("dahl"), None).unwrap_err();
    insta::assert_snapshot!(error, @"the files of `dahl` do not belong together: the private key is not the one that the certificate of `CN=House CA` speaks of");
    let unknown = store.signer(&key("nobody"), None).unwrap_err();
    assert!(matches!(unknown, KeyStoreError::Unknown { .. }));
    let person = store
        .signer(&key("house-ca"), None)
        .map(|key| HouseCa::from_key(key, Register::in_memory()))
        .unwrap();
    assert!(person.is_ok());
}

#[test]
fn names_that_could_leave_the_folder_are_no_names() {
    for word in ["", "../x", "a/b", "a.b", ".a", "-a", "1a", "a b", "ä", "a\0", &"a".repeat(101)] {
        KeyName::new(word).unwrap_err();
    }
}

#[test]
fn openssl_reads_our_keys_and_we_read_its() {
    let (_dir, store) = store(Some(&phrase("secret")));
    let ours = ["pkey", "-in", "dahl.key.pem", "-passin", "pass:secret", "-noout", "-check"];
    let Some(said) = openssl_succeeds(store.dir(), &ours) else { return };
    assert!(said.contains("Key is valid"), "{said}");
    for algorithm in [&["-scrypt"][..], &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256"]] {
        let make =
            ["pkcs8", "-topk8", "-in", "dahl.key.pem", "-passin", "pass:secret", "-passout", "pass:other"];
        let out = ["-out", "theirs.pem"];
        openssl_succeeds(store.dir(), &[&make[..], algorithm, &out].concat()).unwrap();
        let pem = fs::read_to_string(store.dir().join("theirs.pem")).unwrap();
        let key = PrivateKey::from_pem(&pem, Some(&phrase("other"))).unwrap();
        let dahl = store.list().unwrap()[0].certificate.clone().unwrap();
        assert_eq!(Some(&key.public_key().unwrap()), dahl.public_key().ok());
    }
}

#[test]
fn a_key_file_that_would_take_gigabytes_to_open_is_refused() {
    let (dir, _) = store(None);
    let make = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem"];
    if openssl_succeeds(dir.path(), &make).is_none() {
        return;
    }
    let shut = [
        "pkcs8",
        "-topk8",
        "-in",
        "k.pem",
        "-passout",
        "pass:x",
        "-v2",
        "aes-256-cbc",
        "-iter",
        "10000001",
        "-out",
        "costly.pem",
    ];
    openssl_succeeds(dir.path(), &shut).unwrap();
    let pem = fs::read_to_string(dir.path().join("costly.pem")).unwrap();
    assert_eq!(PrivateKey::from_pem(&pem, Some(&phrase("x"))).unwrap_err(), KeyError::TooCostly);
}

#[test]
fn no_changed_byte_of_an_encrypted_key_makes_the_reader_panic() {
    let dir = tempfile::tempdir().unwrap();
    let make = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem"];
    if openssl_succeeds(dir.path(), &make).is_none() {
        return;
    }
    // One round: opening it costs nothing.
    let shut = [
        "pkcs8",
        "-topk8",
        "-in",
        "k.pem",
        "-passout",
        "pass:x",
        "-v2",
        "aes-256-cbc",
        "-iter",
        "1",
        "-out",
        "one.pem",
    ];
    openssl_succeeds(dir.path(), &shut).unwrap();
    let pem = fs::read_to_string(dir.path().join("one.pem")).unwrap();
    PrivateKey::from_pem(&pem, Some(&phrase("x"))).unwrap();
    for at in 0..pem.len() {
        for other in ['A', '/', 'q', '-', '\n'] {
            let mut changed = pem.clone();
            changed.replace_range(at..=at, &other.to_string());
            let _ = PrivateKey::from_pem(&changed, Some(&phrase("x")));
        }
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "x", certificate, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert_eq!(PrivateKey::from_pem(text, None).unwrap_err(), KeyError::NotAKey);
    }
}
