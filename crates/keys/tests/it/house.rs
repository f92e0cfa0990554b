//! The house CA and the keys it certifies.

use countersign_keys::{
    HouseCa, HouseCaError, KeyName, KeyStore, Kind, NewKey, Passphrase, Pkcs12Style, PrivateKey, SoftwareKey,
    Validity,
};
use countersign_signature::{DistinguishedName, path, sign_detached, verify_detached};

const NOW: i64 = 1_777_000_000;
const YEAR: i64 = 365 * 86_400;

fn name(text: &str) -> DistinguishedName {
    DistinguishedName::parse(text).unwrap()
}

#[test]
fn a_house_ca_certifies_a_key_whose_signatures_lead_back_to_it() {
    let ca = HouseCa::create(&name("CN=House CA"), NOW, 10).unwrap();
    let key = PrivateKey::generate().unwrap();
    let validity = Validity::years(NOW, 2).unwrap();
    let certificate = ca.issue(&name("CN=C. Dahl"), &key.public_key().unwrap(), validity).unwrap();
    assert!(ca.certificate().is_ca() && !certificate.is_ca());
    assert_eq!((certificate.not_before(), certificate.not_after()), (NOW, NOW + 2 * YEAR));
    let dahl = SoftwareKey::new(key, certificate, vec![ca.certificate().clone()]).unwrap();
    let signed = verify_detached(b"act", &sign_detached(b"act", &dahl, NOW).unwrap()).unwrap();
    let anchor = [ca.certificate().fingerprint().into()];
    let proven = path(signed.signer(), signed.certificates(), &anchor, NOW).unwrap();
    assert_eq!(proven.anchor_certificate(), Some(ca.certificate()));
}

#[test]
fn serial_numbers_are_positive_long_and_drawn_anew() {
    let serials: Vec<Vec<u8>> = (0..8)
        .map(|_| HouseCa::create(&name("CN=X"), NOW, 1).unwrap().certificate().serial().to_vec())
        .collect();
    for (at, serial) in serials.iter().enumerate() {
        assert_eq!(serial.len(), 16);
        assert!(serial[0] & 0x80 == 0);
        assert!(!serials[..at].contains(serial));
    }
}

#[test]
fn a_certificate_does_not_outlive_its_issuer() {
    let ca = HouseCa::create(&name("CN=House CA"), NOW, 1).unwrap();
    let key = PrivateKey::generate().unwrap().public_key().unwrap();
    let error = ca.issue(&name("CN=C. Dahl"), &key, Validity::years(NOW, 2).unwrap()).unwrap_err();
    insta::assert_snapshot!(error, @"the certificate would end at unix 1840072000, after its issuer does at 1808536000");
}

#[test]
fn years_are_counted_within_bounds() {
    for years in [0, 51, u16::MAX] {
        assert_eq!(Validity::years(NOW, years), Err(HouseCaError::Years { years }));
    }
    // A clock far off is no reason to panic: the certificate is refused when it is written.
    let error = HouseCa::create(&name("CN=X"), i64::MAX, 1).unwrap_err();
    insta::assert_snapshot!(error, @"unix second 9223372036854775807 can't be written in a certificate");
}

#[test]
fn a_key_and_somebody_elses_certificate_do_not_make_a_signer() {
    let ca = HouseCa::create(&name("CN=House CA"), NOW, 1).unwrap();
    let mismatch =
        SoftwareKey::new(PrivateKey::generate().unwrap(), ca.certificate().clone(), vec![]).unwrap_err();
    insta::assert_snapshot!(mismatch, @"the private key is not the one that the certificate of `CN=House CA` speaks of");
}

#[test]
fn nothing_secret_is_shown() {
    let subject = name("CN=House CA");
    for kind in [Kind::P256, Kind::P384, Kind::Rsa2048, Kind::Ed25519] {
        let validity = Validity::years(NOW, 1).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::open(dir.path()).unwrap();
        let made = NewKey { kind, ..NewKey::authority(&subject, validity) };
        let created = store.new_authority(&KeyName::new("ca").unwrap(), &made, None).unwrap();
        let ca = store.authority(&KeyName::new("ca").unwrap(), None).unwrap();
        let shown = format!(
            "{created:?} {ca:?} {:?} {:?} {:?} {store:?}",
            ca.key(),
            ca.key().private_key(),
            ca.responder()
        );
        assert!(shown.contains(&format!("PrivateKey({}, …)", ca.key().private_key().kind())), "{shown}");
        // Neither as PEM, nor as any eight bytes of it in hex or as numbers.
        let pem = ca.key().private_key().to_pem(None).unwrap();
        assert!(!pem.lines().any(|line| shown.contains(line)));
        let (_, der) = pkcs8::SecretDocument::from_pem(&pem).unwrap();
        for window in der.as_bytes().windows(8) {
            let hex: String = window.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            let numbers = format!("{window:?}");
            assert!(!shown.contains(&hex) && !shown.contains(numbers.trim_matches(['[', ']'])), "{kind}");
        }
    }
}

#[test]
fn passphrases_are_shown_neither_by_themselves_nor_in_errors() {
    let phrase = || Passphrase::new("hunter-2468".into()).unwrap();
    let key = PrivateKey::generate().unwrap();
    let pem = key.to_pem(Some(&phrase())).unwrap();
    let wrong = Passphrase::new("hunter-1357".into()).unwrap();
    let refused = PrivateKey::from_pem(&pem, Some(&wrong)).unwrap_err();
    let ca = HouseCa::create(&name("CN=House CA"), NOW, 1).unwrap();
    let p12 = ca.key().to_pkcs12("ca", &phrase(), Pkcs12Style::Modern).unwrap();
    let unread = SoftwareKey::from_pkcs12(&p12, Some(&wrong)).unwrap_err();
    let shown = format!("{:?} {refused} {refused:?} {unread} {unread:?}", phrase());
    assert!(shown.contains("Passphrase(…)") && !shown.contains("hunter"), "{shown}");
}
