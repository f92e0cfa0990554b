//! Hostile bytes: every byte of a signature changed, and what is left of it.

use crate::forge::{int, oid, seq, tlv};
use countersign_keys::SoftwareKey;
use countersign_signature::{
    Anchor, Certificate, DigestAlgorithm, SignatureError, Signer, path, sign_detached, verify_detached,
};
use countersign_testkit::Pki;
use proptest::prelude::*;
use std::sync::LazyLock;

const ACT: &[u8] = br#"{"v":1,"kind":"sign"}"#;
const AT: i64 = 1_777_000_000;

static KEYS: LazyLock<(SoftwareKey, SoftwareKey)> = LazyLock::new(|| {
    let pki = Pki::new("tampering");
    let house = pki.authority("house", "CN=House CA,O=Ruritania");
    let dahl = pki.person("dahl", "CN=C. Dahl,O=Ruritania", &house);
    (house, dahl)
});
static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| sign_detached(ACT, &KEYS.1, AT).unwrap());

/// Where `part` lies in `whole`.
fn place(whole: &[u8], part: &[u8]) -> std::ops::Range<usize> {
    let start = whole.windows(part.len()).position(|window| window == part).unwrap();
    start..start + part.len()
}

/// Changing any one byte of a p7s makes it fail, with one exception: the certificates above the signer's, which no
/// signature over the act covers. There the answer stays the same, and no path leads through the changed one.
#[test]
fn every_changed_byte_fails_or_lies_in_a_certificate_above() {
    let (house, _) = &*KEYS;
    let p7s = &*SIGNED;
    let anchor = [Anchor::from(house.certificate().fingerprint())];
    let above = place(p7s, house.certificate().as_der());
    let whole = verify_detached(ACT, p7s).unwrap();
    let mut harmless = 0;
    for at in 0..p7s.len() {
        for change in [0x01, 0x20, 0xff] {
            let mut changed = p7s.clone();
            changed[at] ^= change;
            let Ok(signed) = verify_detached(ACT, &changed) else { continue };
            assert!(above.contains(&at), "byte {at} changed by {change:#x} went unseen");
            assert_eq!(signed.signer(), whole.signer());
            assert_eq!(signed.claimed_signing_time(), whole.claimed_signing_time());
            assert_eq!(signed.content_digest(), whole.content_digest());
            assert!(signed.signing_certificate_bound());
            assert!(path(signed.signer(), signed.certificates(), &anchor, AT).is_err());
            harmless += 1;
        }
    }
    assert!(harmless > 0, "the chain is not covered: some change must have been harmless");
}

#[test]
fn every_changed_byte_of_a_certificate_breaks_its_path() {
    let (house, dahl) = &*KEYS;
    let der = dahl.certificate().as_der();
    let anchor = [Anchor::from(house.certificate().clone())];
    let _ = path(dahl.certificate(), &[], &anchor, AT).unwrap();
    for at in 0..der.len() {
        for change in [0x01, 0x04, 0x80] {
            let mut changed = der.to_vec();
            changed[at] ^= change;
            if let Ok(changed) = Certificate::from_der(&changed) {
                assert!(path(&changed, &[], &anchor, AT).is_err(), "byte {at} changed by {change:#x}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = verify_detached(ACT, &bytes);
        let _ = Certificate::from_der(&bytes);
    }

    #[test]
    fn no_mutation_of_a_signature_makes_the_reader_panic_or_changes_what_it_says(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut p7s = SIGNED.clone();
        for (at, value, edit) in edits {
            mutate(&mut p7s, at, value, edit);
        }
        if let Ok(signed) = verify_detached(ACT, &p7s) {
            prop_assert_eq!(signed.signer(), KEYS.1.certificate());
            prop_assert_eq!(signed.claimed_signing_time(), Some(AT));
        }
    }

    #[test]
    fn no_mutation_of_a_certificate_makes_the_reader_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut der = KEYS.1.certificate().as_der().to_vec();
        for (at, value, edit) in edits {
            mutate(&mut der, at, value, edit);
        }
        if let Ok(certificate) = Certificate::from_der(&der) {
            let _ = (certificate.subject(), certificate.issuer(), certificate.serial(), certificate.to_pem());
            prop_assert_eq!(certificate.as_der(), &der[..]);
        }
    }
}

/// Sets, removes, doubles or inserts a byte.
fn mutate(bytes: &mut Vec<u8>, at: prop::sample::Index, value: u8, edit: u8) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match edit {
        0 => bytes[at] = value,
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, bytes[at]),
        _ => bytes.insert(at, value),
    }
}

const SHA_256: &str = "2.16.840.1.101.3.4.2.1";
const ECDSA_WITH_SHA_256: &str = "1.2.840.10045.4.3.2";

/// A signature whose cms-algorithm-protection names these algorithms, made with SHA-256 and ECDSA.
fn protecting(digest: &str, algorithm: &str) -> Vec<u8> {
    let (house, dahl) = &*KEYS;
    let attribute = |id: &str, value: &[u8]| seq(&[&oid(id), &tlv(0x31, &[value])]);
    let hash = DigestAlgorithm::Sha256.of(&[ACT]);
    let mut attributes = [
        attribute("1.2.840.113549.1.9.3", &oid("1.2.840.113549.1.7.1")),
        attribute("1.2.840.113549.1.9.4", &tlv(4, &[&hash])),
        attribute("1.2.840.113549.1.9.52", &seq(&[&seq(&[&oid(digest)]), &tlv(0xa1, &[&oid(algorithm)])])),
    ];
    attributes.sort();
    let attributes = attributes.concat();
    let value = dahl.sign(&tlv(0x31, &[&attributes])).unwrap();
    let issuer = house.certificate().subject_name().as_der();
    let signer = seq(&[
        &int(1),
        &seq(&[issuer, &tlv(2, &[dahl.certificate().serial()])]),
        &seq(&[&oid(SHA_256)]),
        &tlv(0xa0, &[&attributes]),
        &seq(&[&oid(ECDSA_WITH_SHA_256)]),
        &tlv(4, &[&value]),
    ]);
    let signed = seq(&[
        &int(1),
        &tlv(0x31, &[&seq(&[&oid(SHA_256)])]),
        &seq(&[&oid("1.2.840.113549.1.7.1")]),
        &tlv(0xa0, &[dahl.certificate().as_der()]),
        &tlv(0x31, &[&signer]),
    ]);
    seq(&[&oid("1.2.840.113549.1.7.2"), &tlv(0xa0, &[&signed])])
}

#[test]
fn algorithms_that_the_signature_does_not_protect_are_refused() {
    assert!(verify_detached(ACT, &protecting(SHA_256, ECDSA_WITH_SHA_256)).is_ok());
    let (sha_512, ecdsa_with_sha_512) = ("2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4");
    for (digest, algorithm) in [(sha_512, ECDSA_WITH_SHA_256), (SHA_256, ecdsa_with_sha_512)] {
        let swapped = verify_detached(ACT, &protecting(digest, algorithm));
        assert_eq!(swapped, Err(SignatureError::AlgorithmSwapped), "{digest} {algorithm}");
    }
}
