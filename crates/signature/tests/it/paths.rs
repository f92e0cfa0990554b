//! From a signer up to an anchor.

use countersign_keys::{PrivateKey, SoftwareKey};
use countersign_signature::{
    Algorithm, Anchor, Certificate, DistinguishedName, Particulars, PathError, Signer, Subject, Template,
    path, self_sign,
};
use countersign_testkit::Pki;

const AT: i64 = 1_777_000_000;

fn pki() -> (SoftwareKey, SoftwareKey) {
    let pki = Pki::new("paths");
    let house = pki.authority("house", "CN=House CA");
    let dahl = pki.person("dahl", "CN=C. Dahl", &house);
    (house, dahl)
}

fn fingerprint(key: &SoftwareKey) -> Anchor {
    key.certificate().fingerprint().into()
}

#[test]
fn an_anchor_by_fingerprint_is_found_among_the_certificates_at_hand() {
    let (house, dahl) = pki();
    let proven = path(dahl.certificate(), dahl.chain(), &[fingerprint(&house)], AT).unwrap();
    assert_eq!(proven.certificates(), [dahl.certificate().clone(), house.certificate().clone()]);
    assert_eq!(proven.anchor_certificate(), Some(house.certificate()));
    assert_eq!(proven.at(), AT);
}

#[test]
fn an_anchor_given_whole_needs_nothing_else() {
    let (house, dahl) = pki();
    let proven = path(dahl.certificate(), &[], &[house.certificate().clone().into()], AT).unwrap();
    assert_eq!(proven.anchor_certificate(), Some(house.certificate()));
}

#[test]
fn a_signer_pinned_by_fingerprint_is_its_own_path() {
    let berg = Pki::new("paths").self_signed_person("berg", "A. Berg");
    let proven = path(berg.certificate(), &[], &[fingerprint(&berg)], AT).unwrap();
    assert_eq!(proven.certificates().len(), 1);
}

#[test]
fn a_missing_issuer_is_named() {
    let (house, dahl) = pki();
    let error = path(dahl.certificate(), &[], &[fingerprint(&house)], AT).unwrap_err();
    let fingerprint = dahl.certificate().fingerprint();
    assert_eq!(
        error,
        PathError::IssuerUnknown { subject: "CN=C. Dahl".into(), fingerprint, issuer: "CN=House CA".into() }
    );
}

#[test]
fn a_chain_to_somebody_elses_authority_is_not_trusted() {
    let (house, dahl) = pki();
    let other = Pki::new("other").authority("other", "CN=Other CA");
    let error = path(dahl.certificate(), dahl.chain(), &[fingerprint(&other)], AT).unwrap_err();
    let fingerprint = house.certificate().fingerprint();
    assert_eq!(error, PathError::NotTrusted { subject: "CN=House CA".into(), fingerprint });
}

#[test]
fn an_authority_of_the_same_name_with_another_key_did_not_sign() {
    let (_, dahl) = pki();
    let twin = Pki::new("twin").authority("house", "CN=House CA");
    let error = path(dahl.certificate(), &[], &[twin.certificate().clone().into()], AT).unwrap_err();
    // The key identifiers differ, so the twin is not even a candidate.
    assert!(matches!(error, PathError::IssuerUnknown { .. }), "{error}");
}

#[test]
fn a_twin_is_passed_over_for_the_true_issuer() {
    let (house, dahl) = pki();
    let twin = Pki::new("twin").authority("house", "CN=House CA");
    let anchors = [twin.certificate().clone().into(), house.certificate().clone().into()];
    let proven = path(dahl.certificate(), &[], &anchors, AT).unwrap();
    assert_eq!(proven.anchor_certificate(), Some(house.certificate()));
}

#[test]
fn both_ends_of_validity_belong_to_it() {
    let pki = Pki::new("paths").between(1_000, 2_000);
    let dahl = pki.person("dahl", "CN=C. Dahl", &pki.authority("house", "CN=House CA"));
    let anchors = [Anchor::from(dahl.chain()[0].clone())];
    for (at, expected) in [
        (999, Some("`CN=C. Dahl` holds from unix 1000, asked about 999")),
        (1_000, None),
        (2_000, None),
        (2_001, Some("`CN=C. Dahl` held until unix 2000, asked about 2001")),
    ] {
        let found = path(dahl.certificate(), &[], &anchors, at).err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expected);
    }
}

#[test]
fn an_expired_authority_vouches_for_nobody() {
    // The same key certified anew for a longer time could: the certificate is what is trusted.
    let long = Pki::new("paths").between(1_000, 9_000);
    let short = long.between(1_000, 2_000);
    let dahl = long.person("dahl", "CN=C. Dahl", &long.authority("house", "CN=House CA"));
    let expired = short.authority("house", "CN=House CA");
    let error = path(dahl.certificate(), &[], &[expired.certificate().clone().into()], 5_000).unwrap_err();
    assert_eq!(error.to_string(), "`CN=House CA` held until unix 2000, asked about 5000");
}

#[test]
fn a_person_can_not_issue() {
    let dahl = pki().1;
    // A certificate for Mallory that Dahl's key signed, by hand: `issue` refuses to.
    let mallory = forged_under("CN=C. Dahl", dahl.private_key());
    let error = path(&mallory, &[], &[dahl.certificate().clone().into()], AT).unwrap_err();
    assert_eq!(error, PathError::NotAnAuthority { subject: "CN=C. Dahl".into() });
}

#[test]
fn a_person_can_not_be_made_an_issuer() {
    let (house, _) = pki();
    let pki = Pki::new("paths");
    let below = pki.person("below", "CN=Below", &house);
    let error = countersign_signature::issue(
        &Template {
            subject: DistinguishedName::parse("CN=X").unwrap(),
            public_key: pki.private_key("x").public_key().unwrap(),
            serial: [1; 16],
            not_before: AT,
            not_after: AT + 1,
            kind: Subject::Person,
            particulars: Particulars::default(),
        },
        &below,
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "`CN=Below` is not a certificate authority");
}

#[test]
fn an_authority_below_a_house_ca_breaks_its_path_length() {
    let (house, _) = pki();
    let pki = Pki::new("paths");
    let key = pki.private_key("below");
    let template = Template {
        subject: DistinguishedName::parse("CN=Below").unwrap(),
        public_key: key.public_key().unwrap(),
        serial: [1; 16],
        not_before: AT - 10,
        not_after: AT + 10,
        kind: Subject::HOUSE,
        particulars: Particulars::default(),
    };
    let below = countersign_signature::issue(&template, &house).unwrap();
    let below = SoftwareKey::new(key, below, vec![house.certificate().clone()]).unwrap();
    let dahl = pki.between(AT, AT + 10).person("dahl", "CN=C. Dahl", &below);
    let error = path(dahl.certificate(), dahl.chain(), &[fingerprint(&house)], AT).unwrap_err();
    assert_eq!(error.to_string(), "`CN=House CA` allows 0 authorities below it, there are 1");
}

#[test]
fn an_authority_does_not_sign_documents() {
    let (house, _) = pki();
    let error = path(house.certificate(), &[], &[fingerprint(&house)], AT).unwrap_err();
    assert_eq!(error.to_string(), "the key of `CN=House CA` may not be used for signing documents");
}

#[test]
fn without_an_anchor_nobody_is_trusted() {
    let dahl = pki().1;
    assert_eq!(path(dahl.certificate(), dahl.chain(), &[], AT), Err(PathError::NoAnchors));
}

#[test]
fn many_authorities_of_one_name_end_the_search_with_an_answer_of_its_own() {
    // Eight keys of one name, each certified by every other, and no anchor among them.
    let pki = Pki::new("paths");
    let keys: Vec<SoftwareKey> =
        (0..8).map(|key| pki.authority(&format!("house {key}"), "CN=House CA")).collect();
    let dahl = pki.person("dahl", "CN=C. Dahl", &keys[0]);
    let above: Vec<Certificate> = keys
        .iter()
        .flat_map(|below| keys.iter().map(move |above| (below, above)))
        .filter(|(below, above)| below.certificate() != above.certificate())
        .map(|(below, above)| {
            let template = Template {
                subject: DistinguishedName::parse("CN=House CA").unwrap(),
                public_key: below.certificate().public_key().unwrap().clone(),
                serial: [7; 16],
                not_before: AT - 10,
                not_after: AT + 10,
                kind: Subject::HOUSE,
                particulars: Particulars::default(),
            };
            countersign_signature::issue(&template, above).unwrap()
        })
        .collect();
    let other = Pki::new("other").authority("other", "CN=Other CA");
    let error = path(dahl.certificate(), &above, &[fingerprint(&other)], AT).unwrap_err();
    assert!(matches!(error, PathError::Budget { .. }), "{error}");
}

#[test]
fn the_same_authority_certified_often_is_walked_through_once() {
    let pki = Pki::new("paths");
    let dahl = pki.person("dahl", "CN=C. Dahl", &pki.authority("house", "CN=House CA"));
    let above: Vec<Certificate> = (0..12)
        .map(|days| pki.between(AT - 86_400 * (days + 1), AT + 1).authority("house", "CN=House CA"))
        .map(|key| key.certificate().clone())
        .collect();
    let other = Pki::new("other").authority("other", "CN=Other CA");
    let error = path(dahl.certificate(), &above, &[fingerprint(&other)], AT).unwrap_err();
    assert!(matches!(error, PathError::NotTrusted { .. }), "{error}");
}

/// A person's certificate whose issuer's name is `issuer` and whose signature is by `key`: made by self-signing under
/// the issuer's name and with its key.
fn forged_under(issuer: &str, key: &PrivateKey) -> Certificate {
    let template = Template {
        subject: DistinguishedName::parse(issuer).unwrap(),
        public_key: key.public_key().unwrap(),
        serial: [9; 16],
        not_before: AT - 10,
        not_after: AT + 10,
        kind: Subject::Person,
        particulars: Particulars::default(),
    };
    self_sign(&template, Algorithm::ECDSA_SHA_256, |tbs| key.sign(tbs)).unwrap()
}
