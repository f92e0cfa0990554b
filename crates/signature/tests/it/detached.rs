//! Signing and verifying, both of them ours.

use countersign_keys::SoftwareKey;
use countersign_signature::{Certificate, SignatureError, Signer, sign_detached, verify_detached};
use countersign_testkit::Pki;

const ACT: &[u8] = br#"{"v":1,"kind":"sign"}"#;
const AT: i64 = 1_777_000_000;

fn dahl() -> SoftwareKey {
    let pki = Pki::new("detached");
    pki.person("dahl", "CN=C. Dahl,O=Ruritania", &pki.authority("house", "CN=House CA,O=Ruritania"))
}

#[test]
fn a_signature_says_who_when_and_over_what() {
    let dahl = dahl();
    let p7s = sign_detached(ACT, &dahl, AT).unwrap();
    let signed = verify_detached(ACT, &p7s).unwrap();
    assert_eq!(signed.signer(), dahl.certificate());
    assert_eq!(signed.signer().subject(), "CN=C. Dahl,O=Ruritania");
    assert_eq!(signed.signer().issuer(), "CN=House CA,O=Ruritania");
    assert_eq!(signed.claimed_signing_time(), Some(AT));
    assert_eq!(signed.certificates().len(), 2);
    assert!(signed.signing_certificate_bound());
    assert!(!signed.has_unsigned_attributes());
    assert_eq!(signed.algorithm().to_string(), "ECDSA with SHA-256");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(sign_detached(ACT, &dahl(), AT), sign_detached(ACT, &dahl(), AT));
    assert_ne!(sign_detached(ACT, &dahl(), AT), sign_detached(ACT, &dahl(), AT + 1));
}

#[test]
fn changed_content_is_shown_with_both_digests() {
    let p7s = sign_detached(ACT, &dahl(), AT).unwrap();
    let error = verify_detached(br#"{"v":1,"kind":"SIGN"}"#, &p7s).unwrap_err();
    insta::assert_snapshot!(error, @"the content has sha256:62b4cad68178518a8eec81e80eb84dd3eded4ec7f62713034f465c4584704270, the signature is over sha256:859cd33ca31255d552050e50f8cfe179dc223564665f3e9529507f98e35c59bf");
}

#[test]
fn another_persons_key_under_the_same_certificate_does_not_match() {
    struct Impostor(SoftwareKey, SoftwareKey);
    impl Signer for Impostor {
        fn algorithm(&self) -> countersign_signature::Algorithm {
            self.0.algorithm()
        }
        fn certificate(&self) -> &Certificate {
            self.0.certificate()
        }
        fn chain(&self) -> &[Certificate] {
            self.0.chain()
        }
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, countersign_signature::SignError> {
            self.1.sign(message)
        }
    }
    let mallory = Pki::new("mallory").self_signed_person("mallory", "Mallory");
    let p7s = sign_detached(ACT, &Impostor(dahl(), mallory), AT).unwrap();
    let error = verify_detached(ACT, &p7s).unwrap_err();
    assert_eq!(error, SignatureError::NoMatch { subject: "CN=C. Dahl,O=Ruritania".into() });
    insta::assert_snapshot!(error, @"the signature does not match the key of `CN=C. Dahl,O=Ruritania`");
}

#[test]
fn every_year_a_certificate_can_write_is_a_signing_time() {
    // 1970, 2049's last second (UTCTime), 2050's first (GeneralizedTime), 9999's last.
    for at in [0, 2_524_607_999, 2_524_608_000, 253_402_300_799] {
        let p7s = sign_detached(ACT, &dahl(), at).unwrap();
        assert_eq!(verify_detached(ACT, &p7s).unwrap().claimed_signing_time(), Some(at));
    }
    for at in [-1, 253_402_300_800, i64::MIN, i64::MAX] {
        let error = sign_detached(ACT, &dahl(), at).unwrap_err();
        assert_eq!(error.to_string(), format!("unix second {at} can't be written as a signing time"));
    }
}

#[test]
fn empty_and_large_contents_are_contents() {
    for content in [&[][..], &vec![7; 1 << 20]] {
        let p7s = sign_detached(content, &dahl(), AT).unwrap();
        let _ = verify_detached(content, &p7s).unwrap();
    }
}

#[test]
fn a_p7s_is_read_to_the_last_byte_and_up_to_its_bound() {
    let p7s = sign_detached(ACT, &dahl(), AT).unwrap();
    let longer = [&p7s[..], &[0]].concat();
    insta::assert_snapshot!(verify_detached(ACT, &longer).unwrap_err(), @"the signature does not parse as DER");
    insta::assert_snapshot!(verify_detached(ACT, &[]).unwrap_err(), @"the signature does not parse as DER");
    insta::assert_snapshot!(
        verify_detached(ACT, &vec![0x30; 65_537]).unwrap_err(),
        @"a signature of 65537 bytes is larger than 65536"
    );
    for end in 0..p7s.len() {
        assert!(verify_detached(ACT, &p7s[..end]).is_err(), "cut at {end}");
    }
}
