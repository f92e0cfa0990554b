//! Keys on devices: SoftHSM2 tokens, with pkcs11-tool beside us.
//!
//! The module reads its configuration from the environment when it is started, once a process: each test runs itself
//! again in a process of its own, with `SOFTHSM2_CONF` set.

use countersign_keys::device::{DeviceError, DeviceKey, KeyUri, Module, PinRequest, PinState};
use countersign_keys::{HouseCa, Kind, Passphrase, Validity};
use countersign_signature::{
    Algorithm, Certificate, DigestAlgorithm, DistinguishedName, PublicKey, SignError, Signer as _, path,
    sign_detached, verify_detached,
};
use countersign_testkit::Pki;
use countersign_testkit::openssl::openssl_succeeds;
use countersign_testkit::softhsm::SoftHsm;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const NOW: i64 = 1_777_000_000;
const PIN: &str = "2468";

/// Runs a test with tokens of its own: the body runs in another process, which finds them.
fn with_tokens(test: &str, tokens: &[&str], body: impl FnOnce(&SoftHsm, &Path)) {
    if let Some(dir) = std::env::var_os("COUNTERSIGN_TEST_TOKENS") {
        let dir = PathBuf::from(dir);
        // The caller set the tokens up; this writes the same configuration again.
        return body(&SoftHsm::new(&dir).unwrap(), &dir);
    }
    let dir = tempfile::tempdir().unwrap();
    let Some(hsm) = SoftHsm::new(dir.path()) else { return };
    for label in tokens {
        hsm.token(label, PIN);
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("device::{test}"), "--nocapture"])
        .env("COUNTERSIGN_TEST_TOKENS", dir.path())
        .env("SOFTHSM2_CONF", hsm.conf())
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn module(hsm: &SoftHsm) -> Module {
    Module::load(hsm.module()).unwrap()
}

fn uri(text: &str) -> KeyUri {
    text.parse().unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "whoever is asked may have no PIN")]
fn pin(_: &PinRequest<'_>) -> Option<Passphrase> {
    Some(Passphrase::new(PIN.into()).unwrap())
}

fn house() -> HouseCa {
    HouseCa::create(&DistinguishedName::parse("CN=House CA").unwrap(), NOW, 10).unwrap()
}

/// Certifies a key as the house CA does.
fn certify(house: &HouseCa) -> impl Fn(&PublicKey) -> Result<(Certificate, Vec<Certificate>), DeviceError> {
    |key| {
        let subject = DistinguishedName::parse("CN=A. Berg").unwrap();
        let certificate = house.issue(&subject, key, Validity::years(NOW, 2).unwrap()).unwrap();
        Ok((certificate, house.chain()))
    }
}

fn make(module: &Module, token: &str, label: &str, kind: Kind, house: &HouseCa) -> DeviceKey {
    module.make_key(&uri(token), label, kind, &mut pin, certify(house)).unwrap()
}

#[test]
fn a_key_of_every_kind_is_made_on_the_token_and_signs_there() {
    with_tokens("a_key_of_every_kind_is_made_on_the_token_and_signs_there", &["Card"], |hsm, _| {
        let (module, house) = (module(hsm), house());
        for (kind, expected) in [
            (Kind::P256, "ECDSA with SHA-256"),
            (Kind::P384, "ECDSA with SHA-384"),
            (Kind::Rsa2048, "RSA PKCS#1 with SHA-256"),
            (Kind::Ed25519, "Ed25519"),
        ] {
            let label = format!("berg-{kind}");
            drop(make(&module, "pkcs11:token=Card", &label, kind, &house));
            let key = module.key(&uri(&format!("pkcs11:token=Card;object={label}")), &mut pin).unwrap();
            let p7s = sign_detached(b"act", &key, NOW).unwrap();
            let signed = verify_detached(b"act", &p7s).unwrap();
            assert_eq!(signed.algorithm().to_string(), expected);
            let anchor = [house.certificate().fingerprint().into()];
            let proven = path(signed.signer(), signed.certificates(), &anchor, NOW).unwrap();
            assert_eq!(proven.anchor_certificate(), Some(house.certificate()));
        }
        let found = module.keys(&uri("pkcs11:token=Card"), &mut pin).unwrap();
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|key| key.certificate.is_some()));
    });
}

#[test]
fn every_algorithm_that_the_token_has_verifies() {
    with_tokens("every_algorithm_that_the_token_has_verifies", &["Card"], |hsm, _| {
        let (module, house) = (module(hsm), house());
        for (kind, algorithms) in [
            (
                Kind::P256,
                vec![Algorithm::Ecdsa(DigestAlgorithm::Sha384), Algorithm::Ecdsa(DigestAlgorithm::Sha512)],
            ),
            (Kind::P384, vec![Algorithm::ECDSA_SHA_256]),
            (
                Kind::Rsa2048,
                vec![
                    Algorithm::RsaPkcs1(DigestAlgorithm::Sha384),
                    Algorithm::RsaPkcs1(DigestAlgorithm::Sha512),
                    Algorithm::rsa_pss(DigestAlgorithm::Sha256),
                    Algorithm::rsa_pss(DigestAlgorithm::Sha384),
                    Algorithm::rsa_pss(DigestAlgorithm::Sha512),
                ],
            ),
        ] {
            let mut key = make(&module, "pkcs11:token=Card", &kind.to_string(), kind, &house);
            for algorithm in algorithms {
                key = key.signing_with(algorithm).unwrap();
                let p7s = sign_detached(b"act", &key, NOW).unwrap();
                assert_eq!(verify_detached(b"act", &p7s).unwrap().algorithm(), algorithm);
            }
            let foreign = key.signing_with(Algorithm::Ed25519);
            assert!(foreign.is_err());
        }
    });
}

#[test]
fn pkcs11_tool_finds_what_was_made_here_and_signs_with_it() {
    with_tokens("pkcs11_tool_finds_what_was_made_here_and_signs_with_it", &["Card"], |hsm, dir| {
        let (module, house) = (module(hsm), house());
        let key = make(&module, "pkcs11:token=Card", "berg", Kind::P256, &house);
        let objects = ["--token-label", "Card", "--login", "--pin", PIN, "--list-objects"];
        let Some(said) = hsm.pkcs11_tool(&objects) else { return };
        for line in [
            "Private Key Object; EC",
            "Certificate Object; type = X.509 cert",
            "label:      berg",
            "never extractable",
        ] {
            assert!(said.contains(line), "{line}: {said}");
        }
        // The token signs digests.
        fs::write(dir.join("act"), DigestAlgorithm::Sha256.of(&[b"act"])).unwrap();
        let sign = [
            "--token-label",
            "Card",
            "--login",
            "--pin",
            PIN,
            "--label",
            "berg",
            "--sign",
            "--mechanism",
            "ECDSA",
            "--signature-format",
            "openssl",
            "--input-file",
            "act",
            "--output-file",
            "act.sig",
        ];
        hsm.pkcs11_tool(&sign).unwrap();
        let signature = fs::read(dir.join("act.sig")).unwrap();
        assert!(key.certificate().public_key().unwrap().verifies(
            Algorithm::ECDSA_SHA_256,
            b"act",
            &signature
        ));
    });
}

#[test]
fn what_pkcs11_tool_and_openssl_put_on_a_token_signs_here() {
    with_tokens("what_pkcs11_tool_and_openssl_put_on_a_token_signs_here", &["Card"], |hsm, dir| {
        let pki = Pki::new("imported");
        let root = pki.root("root", "CN=Root CA");
        for kind in [Kind::P256, Kind::P384, Kind::Rsa2048] {
            let berg = pki.of(kind).person("berg", "CN=A. Berg", &root);
            fs::write(dir.join("k.pem"), berg.private_key().to_pem(None).unwrap().as_bytes()).unwrap();
            fs::write(dir.join("c.pem"), berg.certificate().to_pem()).unwrap();
            fs::write(dir.join("r.pem"), root.certificate().to_pem()).unwrap();
            let der = |from: &[&str], to: &str| {
                openssl_succeeds(dir, &[from, &["-outform", "DER", "-out", to]].concat())
            };
            if der(&["x509", "-in", "c.pem"], "c.der").is_none() {
                return;
            }
            der(&["x509", "-in", "r.pem"], "r.der").unwrap();
            der(&["pkey", "-in", "k.pem"], "k.der").unwrap();
            let label = kind.to_string();
            let id = format!("0{}", kind as u8 + 1);
            let common = ["--token-label", "Card", "--login", "--pin", PIN, "--label", &label, "--id", &id];
            let write = |kind: &str, file: &str| {
                hsm.pkcs11_tool(&[&common[..], &["--write-object", file, "--type", kind]].concat())
            };
            if write("privkey", "k.der").is_none() {
                return;
            }
            write("cert", "c.der").unwrap();
            let key = module(hsm).key(&uri(&format!("pkcs11:token=Card;object={label}")), &mut pin).unwrap();
            assert_eq!(key.certificate(), berg.certificate());
            let p7s = sign_detached(b"act", &key, NOW).unwrap();
            assert_eq!(verify_detached(b"act", &p7s).unwrap().signer(), berg.certificate());
            let by_id = module(hsm).key(&uri(&format!("pkcs11:id=%{id}")), &mut pin).unwrap();
            assert_eq!(by_id.certificate(), berg.certificate());
        }
        let root = [
            "--token-label",
            "Card",
            "--login",
            "--pin",
            PIN,
            "--label",
            "root",
            "--write-object",
            "r.der",
            "--type",
            "cert",
        ];
        hsm.pkcs11_tool(&root).unwrap();
        let key = module(hsm).key(&uri("pkcs11:object=p256"), &mut pin).unwrap();
        assert_eq!(key.chain().len(), 1, "the root on the token is part of the chain");
    });
}

#[test]
fn a_wrong_pin_is_told_and_not_tried_again() {
    with_tokens("a_wrong_pin_is_told_and_not_tried_again", &["Card"], |hsm, _| {
        let (module, house) = (module(hsm), house());
        drop(make(&module, "pkcs11:token=Card", "berg", Kind::P256, &house));
        let mut asked = 0;
        let error = module
            .key(&uri("pkcs11:token=Card;object=berg"), &mut |request| {
                asked += 1;
                assert_eq!((request.token.label.as_str(), request.state), ("Card", PinState::Fresh));
                Some(Passphrase::new("wrong-1357".into()).unwrap())
            })
            .unwrap_err();
        assert_eq!(asked, 1);
        insta::assert_snapshot!(error, @"the PIN for `Card` is wrong; few tries are left");
        assert!(!format!("{error} {error:?}").contains("1357"));
        assert_eq!(module.token(&uri("pkcs11:token=Card")).unwrap().pin, PinState::Low);
        let nobody = module.key(&uri("pkcs11:token=Card;object=berg"), &mut |_| None).unwrap_err();
        insta::assert_snapshot!(nobody, @"the token `Card` asks for its PIN, and none was given");
        drop(module.key(&uri("pkcs11:token=Card;object=berg"), &mut pin).unwrap());
        assert_eq!(module.token(&uri("pkcs11:token=Card")).unwrap().pin, PinState::Fresh);
    });
}

#[test]
fn tokens_of_one_label_are_told_apart_by_their_serial_numbers() {
    with_tokens(
        "tokens_of_one_label_are_told_apart_by_their_serial_numbers",
        &["Card", "Card", "Other"],
        |hsm, _| {
            let (module, house) = (module(hsm), house());
            let several = module.key(&uri("pkcs11:token=Card;object=berg"), &mut pin).unwrap_err();
            assert!(several.to_string().ends_with("; add serial=…"), "{several}");
            let cards: Vec<_> =
                module.tokens().unwrap().into_iter().filter(|token| token.label == "Card").collect();
            assert_eq!(cards.len(), 2);
            assert_ne!(cards[0].serial, cards[1].serial);
            let second = format!("pkcs11:serial={}", cards[1].serial);
            drop(make(&module, &second, "berg", Kind::P256, &house));
            let keys =
                |serial: &str| module.keys(&uri(&format!("pkcs11:serial={serial}")), &mut pin).unwrap().len();
            assert_eq!((keys(&cards[0].serial), keys(&cards[1].serial)), (0, 1));
            let none = module.key(&uri("pkcs11:token=Lost;object=berg"), &mut pin).unwrap_err();
            assert!(matches!(none, DeviceError::NoToken { present, .. } if present.len() == 3));
        },
    );
}

#[test]
fn keys_that_are_missing_double_or_without_a_certificate_are_named() {
    with_tokens("keys_that_are_missing_double_or_without_a_certificate_are_named", &["Card"], |hsm, _| {
        let (module, house) = (module(hsm), house());
        let key = |text: &str| module.key(&uri(text), &mut pin).unwrap_err();
        insta::assert_snapshot!(
            key("pkcs11:token=Card;object=berg"),
            @"no key on `Card` is as asked (pkcs11:token=Card;object=berg); there are none"
        );
        drop(make(&module, "pkcs11:token=Card", "berg", Kind::P256, &house));
        drop(make(&module, "pkcs11:token=Card", "dahl", Kind::P256, &house));
        assert!(
            matches!(key("pkcs11:token=Card"), DeviceError::SeveralKeys { present, .. } if present.len() == 2)
        );
        let again =
            module.make_key(&uri("pkcs11:"), "berg", Kind::P256, &mut pin, certify(&house)).unwrap_err();
        insta::assert_snapshot!(again, @"there is already an object `berg` on `Card`; choose another name");
        let generate = [
            "--token-label",
            "Card",
            "--login",
            "--pin",
            PIN,
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--label",
            "bare",
            "--id",
            "77",
        ];
        if hsm.pkcs11_tool(&generate).is_none() {
            return;
        }
        insta::assert_snapshot!(
            key("pkcs11:token=Card;object=bare"),
            @"the token `Card` holds no certificate for its key `bare`"
        );
    });
}

#[test]
fn a_key_that_nobody_certifies_is_taken_away_again() {
    with_tokens("a_key_that_nobody_certifies_is_taken_away_again", &["Card"], |hsm, _| {
        let module = module(hsm);
        let refused = |_: &PublicKey| Err(DeviceError::Said { said: "no".into() });
        let error = module.make_key(&uri("pkcs11:"), "berg", Kind::P256, &mut pin, refused).unwrap_err();
        assert_eq!(error, DeviceError::Said { said: "no".into() });
        assert_eq!(module.keys(&uri("pkcs11:"), &mut pin).unwrap(), []);
        if let Some(said) =
            hsm.pkcs11_tool(&["--token-label", "Card", "--login", "--pin", PIN, "--list-objects"])
        {
            assert!(!said.contains("Key Object"), "{said}");
        }
    });
}

#[test]
fn a_certificate_of_another_key_is_noticed_before_anything_is_signed() {
    with_tokens(
        "a_certificate_of_another_key_is_noticed_before_anything_is_signed",
        &["Card"],
        |hsm, dir| {
            let module = module(hsm);
            let foreign = Pki::new("foreign").self_signed_person("mallory", "CN=Mallory");
            let swap = |_: &PublicKey| Ok((foreign.certificate().clone(), Vec::new()));
            let error = module
                .make_key::<DeviceError>(&uri("pkcs11:"), "berg", Kind::P256, &mut pin, swap)
                .unwrap_err();
            insta::assert_snapshot!(error, @"the key `berg` on `Card` does not make signatures that its certificate's key verifies");
            assert_eq!(module.keys(&uri("pkcs11:"), &mut pin).unwrap(), []);
            fs::write(dir.join("c.pem"), foreign.certificate().to_pem()).unwrap();
            if openssl_succeeds(dir, &["x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der"]).is_none()
            {
                return;
            }
            let on_card = |flags: &[&str]| {
                let common =
                    ["--token-label", "Card", "--login", "--pin", PIN, "--label", "berg", "--id", "01"];
                hsm.pkcs11_tool(&[&common, flags].concat())
            };
            if on_card(&["--keypairgen", "--key-type", "EC:prime256v1"]).is_none() {
                return;
            }
            on_card(&["--write-object", "c.der", "--type", "cert"]).unwrap();
            let error = module.key(&uri("pkcs11:object=berg"), &mut pin).unwrap_err();
            assert!(matches!(error, DeviceError::Mismatch { .. }), "{error}");
        },
    );
}

#[test]
fn a_key_that_asks_for_its_pin_each_time_is_given_it() {
    with_tokens("a_key_that_asks_for_its_pin_each_time_is_given_it", &["Card"], |hsm, dir| {
        let house = house();
        for (label, kind, flags) in [("rsa", "rsa:2048", "02"), ("ec", "EC:prime256v1", "03")] {
            let common = ["--token-label", "Card", "--login", "--pin", PIN, "--label", label, "--id", flags];
            let on_card = |flags: &[&str]| hsm.pkcs11_tool(&[&common, flags].concat());
            if on_card(&["--keypairgen", "--key-type", kind, "--always-auth"]).is_none() {
                return;
            }
            on_card(&["--read-object", "--type", "pubkey", "--output-file", "k.der"]).unwrap();
            let public = PublicKey::from_der(&fs::read(dir.join("k.der")).unwrap()).unwrap();
            let (certificate, _) = certify(&house)(&public).unwrap();
            fs::write(dir.join("c.der"), certificate.as_der()).unwrap();
            on_card(&["--write-object", "c.der", "--type", "cert"]).unwrap();
        }
        let module = module(hsm);
        let mut asked = 0;
        let mut once = |_: &PinRequest<'_>| {
            asked += 1;
            Some(Passphrase::new(PIN.into()).unwrap())
        };
        let key = module.key(&uri("pkcs11:object=rsa"), &mut once).unwrap();
        for _ in 0..3 {
            let p7s = sign_detached(b"act", &key, NOW).unwrap();
            assert_eq!(verify_detached(b"act", &p7s).unwrap().signer(), key.certificate());
        }
        drop(key);
        assert_eq!(asked, 1, "the person is asked once, the token each time");
        let error = module.key(&uri("pkcs11:object=ec"), &mut pin).unwrap_err();
        insta::assert_snapshot!(error, @"the key `ec` on `Card` asks for its PIN with each signature, and the token hashes nothing itself: that is not supported here");
    });
}

#[test]
fn a_token_that_is_taken_out_signs_no_more() {
    with_tokens("a_token_that_is_taken_out_signs_no_more", &["Card"], |hsm, dir| {
        let (module, house) = (module(hsm), house());
        let key = make(&module, "pkcs11:token=Card", "berg", Kind::P256, &house);
        key.sign(b"act").unwrap();
        fs::remove_dir_all(dir.join("tokens")).unwrap();
        let error = key.sign(b"act").unwrap_err();
        assert!(matches!(error, SignError::Refused { .. }), "{error}");
        assert!(!error.to_string().contains(PIN));
    });
}

#[test]
fn what_is_no_module_is_not_loaded() {
    let relative = Module::load(Path::new("libsofthsm2.so")).unwrap_err();
    insta::assert_snapshot!(relative, @"the module libsofthsm2.so must be named by an absolute path: its code runs in this process");
    let missing = Module::load(Path::new("/nowhere/x.so")).unwrap_err();
    insta::assert_snapshot!(missing, @"the module /nowhere/x.so can't be loaded: it is no PKCS#11 library, or one for another machine");
    let text = tempfile::NamedTempFile::new().unwrap();
    fs::write(text.path(), "not a library").unwrap();
    assert!(matches!(Module::load(text.path()), Err(DeviceError::Module { .. })));
}

#[test]
fn nothing_of_the_pin_is_shown() {
    with_tokens("nothing_of_the_pin_is_shown", &["Card"], |hsm, _| {
        let (module, house) = (module(hsm), house());
        let key = make(&module, "pkcs11:token=Card", "berg", Kind::P256, &house);
        let token = module.token(&uri("pkcs11:")).unwrap();
        let shown = format!(
            "{key:?} {module:?} {token:?} {:?}",
            pin(&PinRequest { token: &token, state: token.pin })
        );
        assert!(shown.contains("DeviceKey(`berg` on `Card`") && !shown.contains(PIN), "{shown}");
    });
}
