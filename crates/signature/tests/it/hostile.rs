//! Mutated certificates, lists and answers: no panic, and nothing gains by it.

use crate::forge::{
    AT, Forged, ForgedCrl, ForgedOcsp, Says, alternative_names, authority, by_name, constraints, critical,
    directory, dns, entry, extension, key, mappings, policies, seq, tlv,
};
use countersign_signature::{
    Anchor, Certificate, Crl, Currency, OcspResponse, PathRules, RevocationData, RevocationStatus, find_path,
    find_path_unrevoked, revocation,
};
use proptest::prelude::*;
use std::sync::LazyLock;

const ROOT: &str = "CN=Root,O=Kravonia";
const MIDDLE: &str = "CN=Middle,O=Kravonia";
const LEAF: &str = "CN=Dahl,O=Kravonia";

/// A chain with every extension that is read; the leaf's status is revoked, in a list and in an answer.
struct Scene {
    root: Certificate,
    middle: Certificate,
    leaf: Certificate,
    crl: Vec<u8>,
    ocsp: Vec<u8>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

impl Scene {
    fn new() -> Self {
        let (root_key, middle_key, leaf_key) = (key("root"), key("middle"), key("leaf"));
        let root = Forged {
            subject: ROOT,
            key: &root_key,
            issuer: ROOT,
            by: &root_key,
            serial: 1,
            extensions: vec![authority()],
        };
        let middle = Forged {
            subject: MIDDLE,
            key: &middle_key,
            issuer: ROOT,
            by: &root_key,
            serial: 2,
            extensions: vec![
                authority(),
                policies(&["1.2.3.1", "2.5.29.32.0"]),
                mappings(&[("1.2.3.1", "1.2.3.2")]),
                critical("2.5.29.36", &seq(&[&tlv(0x80, &[&[0]])])),
                constraints(&[dns("example"), directory("O=Kravonia")], &[dns("other.example")]),
            ],
        };
        let leaf = Forged {
            subject: LEAF,
            key: &leaf_key,
            issuer: MIDDLE,
            by: &middle_key,
            serial: 3,
            extensions: vec![
                policies(&["1.2.3.2"]),
                alternative_names(&[dns("dahl.example")]),
                extension("2.5.29.31", &seq(&[&seq(&[&tlv(0xa0, &[&tlv(0xa0, &[&directory(MIDDLE)])])])])),
            ],
        };
        let (root, middle, leaf) = (root.make(), middle.make(), leaf.make());
        let crl =
            ForgedCrl { entries: vec![entry(3, AT - 9, 1)], ..ForgedCrl::of(MIDDLE, &middle_key) }.der();
        let ocsp = ForgedOcsp {
            about: &leaf,
            issuer: &middle_key,
            responder: by_name(MIDDLE),
            by: &middle_key,
            says: Says::Revoked(AT - 9, 1),
            this_update: AT - 60,
            next_update: Some(AT + 60),
            extensions: Vec::new(),
            certificates: vec![middle.clone()],
        };
        let ocsp = ocsp.der();
        Self { root, middle, leaf, crl, ocsp }
    }

    fn leaf_status(&self, data: &RevocationData) -> RevocationStatus {
        let anchors = [Anchor::from(self.root.clone())];
        let pool = [self.middle.clone()];
        let path = find_path(&self.leaf, &pool, &anchors, AT, &PathRules::default()).unwrap();
        revocation(&path, &pool, data, AT, Currency::AtHand)[0].status.clone()
    }
}

/// Changes some bytes, leaves some out, or doubles some.
fn mutated(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = original.clone();
        for (index, value, kind) in changes {
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => bytes[at] ^= 1 << (value % 8),
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, value),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_changed_certificate_is_never_vouched_for(der in mutated(SCENE.leaf.as_der().to_vec())) {
        let scene = &*SCENE;
        if let Ok(changed) = Certificate::from_der(&der) {
            let anchors = [Anchor::from(scene.root.clone())];
            let found = find_path(&changed, std::slice::from_ref(&scene.middle), &anchors, AT, &PathRules::default());
            prop_assert_eq!(found.is_ok(), changed == scene.leaf);
        }
    }

    #[test]
    fn a_changed_authority_vouches_for_nobody(der in mutated(SCENE.middle.as_der().to_vec())) {
        let scene = &*SCENE;
        if let Ok(changed) = Certificate::from_der(&der) {
            let same = changed == scene.middle;
            let anchors = [Anchor::from(scene.root.clone())];
            let found = find_path(&scene.leaf, &[changed], &anchors, AT, &PathRules::default());
            prop_assert_eq!(found.is_ok(), same);
        }
    }

    #[test]
    fn a_changed_list_makes_nobody_good(der in mutated(SCENE.crl.clone())) {
        let scene = &*SCENE;
        if let Ok(changed) = Crl::from_der(&der) {
            let same = der == scene.crl;
            let status = scene.leaf_status(&RevocationData { crls: vec![changed], ocsps: Vec::new() });
            prop_assert!(same || matches!(status, RevocationStatus::Unknown { .. }), "{status:?}");
        }
    }

    #[test]
    fn a_changed_answer_makes_nobody_good(der in mutated(SCENE.ocsp.clone())) {
        let scene = &*SCENE;
        if let Ok(changed) = OcspResponse::from_der(&der) {
            let status = scene.leaf_status(&RevocationData { crls: Vec::new(), ocsps: vec![changed] });
            prop_assert!(!matches!(status, RevocationStatus::Good { .. }), "{status:?}");
        }
    }

    #[test]
    fn no_bytes_at_all_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Certificate::from_der(&bytes), Crl::from_der(&bytes), OcspResponse::from_der(&bytes));
    }
}

#[test]
fn the_scene_itself_is_vouched_for_and_revoked_both_ways() {
    let scene = &*SCENE;
    let anchors = [Anchor::from(scene.root.clone())];
    let crl = Crl::from_der(&scene.crl).unwrap();
    let ocsp = OcspResponse::from_der(&scene.ocsp).unwrap();
    for data in [
        RevocationData { crls: vec![crl], ocsps: Vec::new() },
        RevocationData { crls: Vec::new(), ocsps: vec![ocsp] },
    ] {
        assert!(matches!(scene.leaf_status(&data), RevocationStatus::Revoked { .. }));
        let pool = [scene.middle.clone()];
        let found = find_path_unrevoked(&scene.leaf, &pool, &anchors, &data, AT, &PathRules::default());
        assert!(found.is_err());
    }
}

#[test]
fn the_seeds_of_the_fuzzer_are_this_scene() {
    let scene = &*SCENE;
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let chain = [scene.leaf.as_der(), scene.middle.as_der()].concat();
    for (file, der) in [
        ("path/root.der", scene.root.as_der()),
        ("path/middle.der", scene.middle.as_der()),
        ("path/leaf.der", scene.leaf.as_der()),
        ("path/chain.der", &chain),
        ("crl/revoked.crl", &scene.crl),
        ("ocsp/revoked.ocsp", &scene.ocsp),
    ] {
        assert_eq!(std::fs::read(seeds.join(file)).unwrap(), der, "{file}");
    }
    // As the targets for lists and answers have it.
    let anchors = [Anchor::from(scene.middle.clone())];
    assert!(find_path(&scene.leaf, &[], &anchors, AT, &PathRules::default()).is_ok());
}
