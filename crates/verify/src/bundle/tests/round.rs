//! What is written is read, and written the same.

use super::{sample, short};
use crate::bundle::{
    Bundle, BundleError, BundledAct, BundledProof, BundledRecord, Manifest, read, sha256, write,
};
use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_tlog::checkpoint::Origin;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

#[test]
fn what_is_written_is_read() {
    assert_eq!(read(&write(&sample()).unwrap()).unwrap(), sample());
}

#[test]
fn the_same_bundle_gives_the_same_bytes() {
    assert_eq!(write(&sample()), write(&sample()));
}

/// The bytes are a contract: bundles are compared and cited by digest. What moves this digest says so in the changelog.
#[test]
fn the_bytes_do_not_move() {
    let bundle = Bundle::new(Manifest { id: "d".into(), title: "t".into(), parties: vec![], origin: None });
    let bytes = write(&bundle).unwrap();
    insta::assert_snapshot!(sha256(&bytes), @"sha256:6bb5173655d64a42b0b7892c9b7a3999ab8f1e1bbbcc21801d24997c79c6ff44");
}

#[test]
fn entries_are_sorted_by_name() {
    let bytes = write(&sample()).unwrap();
    let names: Vec<String> =
        crate::bundle::container::open(&bytes).unwrap().iter().map(|entry| entry.name.to_owned()).collect();
    assert!(names.is_sorted());
    let cut: Vec<String> = names.iter().map(|name| short(name)).collect();
    insta::assert_snapshot!(cut.join("\n"), @"
    README.txt
    acts/0001-164926….json
    acts/0001-164926….p7s
    acts/0002-a7c40e….json
    acts/0002-a7c40e….p7s
    acts/0002-a7c40e….salt
    acts/0002-a7c40e….tlog-proof
    acts/0002-a7c40e….tsr
    documents/6d2c1a….txt
    documents/e3b0c4….tar.gz
    dossier.json
    maps/ruritania.authority
    policies/mine.policy
    terms/text5.terms
    trust/house-ca.pem
    ");
}

type Spoil = fn(&mut Bundle);

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let spoil: [(&str, Spoil); 11] = [
        ("title", |b| b.manifest.title.clear()),
        ("party", |b| b.manifest.parties.push("not an id".into())),
        ("party twice", |b| b.manifest.parties.push("RUR".into())),
        ("number", |b| b.acts[1].number = 3),
        ("id", |b| b.acts[1].json.push(b' ')),
        ("act twice", |b| {
            let mut again = b.acts[0].clone();
            again.number = 3;
            b.acts.push(again);
        }),
        ("large act", |b| b.acts[0].p7s = vec![0; 65_537]),
        ("document", |b| b.documents.values_mut().for_each(|(_, bytes)| bytes.push(0))),
        ("ending", |b| b.documents.values_mut().for_each(|(ending, _)| *ending = "p/f".into())),
        ("name", |b| drop(b.maps.insert("../up.authority".into(), vec![]))),
        ("case", |b| drop(b.maps.insert("RURITANIA.authority".into(), vec![]))),
    ];
    let mut said = String::new();
    for (what, spoil) in spoil {
        let mut bundle = sample();
        spoil(&mut bundle);
        let error = write(&bundle).unwrap_err();
        said.extend([what, ": ", &short(&error.to_string()), "\n"]);
    }
    insta::assert_snapshot!(said, @"
    title: `dossier.json`: `title` must be a text of 1 to 500 bytes without control characters; ask for a fresh export
    party: `dossier.json`: `parties` must be a list of party ids, each once; ask for a fresh export
    party twice: `dossier.json`: `parties` must be a list of party ids, each once; ask for a fresh export
    number: `acts/0003-a7c40e….json` is act 3, act 2 is missing: acts are numbered 0001, 0002, … without a gap; ask for a fresh export
    id: `acts/0002-a7c40e….json` has sha256:2b13ea…, its name says sha256:a7c40e…: it was altered; ask for a fresh export
    act twice: `acts/0003-164926….json` is the same act as `acts/0001-164926….json`; ask for a fresh export
    large act: `acts/0001-164926….p7s` has 65537 bytes, the limit there is 65536; leave it out or split it
    document: `documents/6d2c1a….txt` has sha256:28d16a…, its name says sha256:6d2c1a…: it was altered; ask for a fresh export
    ending: `documents/6d2c1a….p/f` has no place in a bundle; remove it, or check that this program is not older than the bundle
    name: `maps/../up.authority`: the name has a part `.` or `..`; do not unpack this file
    case: `maps/ruritania.authority` and `maps/RURITANIA.authority` differ in case alone: unpacked on some systems one would replace the other; rename one
    ");
}

#[test]
fn a_text_as_large_as_zeros_compress_is_stored_rather_than_taken_for_a_bomb() {
    let mut bundle = sample();
    bundle.add_document("bin", vec![0; 3 << 20]);
    let bytes = write(&bundle).unwrap();
    assert!(bytes.len() > 3 << 20);
    assert_eq!(read(&bytes), Ok(bundle));
}

prop_compose! {
    fn an_act()(
        json in vec(any::<u8>(), 0..200),
        p7s in vec(any::<u8>(), 0..50),
        tlog_proof in proptest::option::of(vec(any::<u8>(), 0..50)),
        salt in proptest::option::of(any::<[u8; 32]>().prop_map(Salt::new)),
        tsr in proptest::option::of(vec(any::<u8>(), 0..50)),
    ) -> BundledAct {
        BundledAct { number: 0, id: sha256(&json), json, p7s, tlog_proof, salt, tsr }
    }
}

type Drawn = (String, Vec<bool>, Option<Vec<u8>>, Option<Vec<u8>>, Option<[u8; 32]>);

/// A record's origin, what its links bear, its head; a proof and a salt of each act.
fn a_record() -> impl Strategy<Value = Drawn> {
    let bytes = || proptest::option::of(vec(any::<u8>(), 0..50));
    ("[a-zé./ ]{1,20}", vec(any::<bool>(), 0..9), bytes(), bytes(), proptest::option::of(any::<[u8; 32]>()))
}

/// Records as they may be: the bundle's own with a link for each number, the others with proofs of their own.
fn put_records(bundle: &mut Bundle, records: Vec<Drawn>, gaps: &[u32]) {
    for (at, (name, bears, head, tlog_proof, salt)) in records.into_iter().enumerate() {
        let is_own = at == 0 && bundle.manifest.origin.is_some();
        let name = bundle.manifest.origin.clone().filter(|_| is_own).unwrap_or(name);
        let mut record = BundledRecord::default();
        let count = if is_own { 40 } else { bears.len() };
        for bears in bears.iter().chain(std::iter::repeat(&true)).take(count) {
            let link = Link::after(record.links.last(), "d".into(), Commitment::new([7; 32]), *bears);
            record.links.push(link);
        }
        if is_own {
            let mut number = 0;
            for (act, gap) in bundle.acts.iter_mut().zip(gaps) {
                number += 1 + gap;
                act.number = number;
            }
        } else {
            let proof = BundledProof { tlog_proof, salt: salt.map(Salt::new) };
            let some = proof.tlog_proof.is_some() || proof.salt.is_some();
            let ids = bundle.acts.iter().map(|act| act.id).filter(|_| some);
            record.acts = ids.map(|id| (id, proof.clone())).collect();
        }
        record.head = head.filter(|_| !record.links.is_empty());
        let origin = Origin::new(&name).unwrap();
        if is_own || bundle.origin().as_ref() != Some(&origin) {
            bundle.records.insert(origin, record);
        }
    }
}

prop_compose! {
    fn a_bundle()(
        title in "[^\\p{Cc}]{1,40}",
        parties in proptest::sample::subsequence(vec!["RUR", "KRA", "UNO"], 0..3),
        origin in proptest::option::of("[a-z./]{1,20}"),
        acts in vec(an_act(), 0..6),
        documents in vec(("[a-z0-9]{1,8}", vec(any::<u8>(), 0..400)), 0..4),
        maps in btree_map("[a-z0-9][a-z0-9_.-]{0,9}", vec(any::<u8>(), 0..40), 0..3),
        trust in btree_map("[a-z0-9]{1,9}\\.(pem|crl|ocsp)", vec(any::<u8>(), 0..40), 0..3),
        records in vec(a_record(), 0..3),
        gaps in vec(0..3_u32, 6),
    ) -> Bundle {
        let parties = parties.into_iter().map(str::to_owned).collect();
        let mut bundle = Bundle::new(Manifest { id: "d".into(), title, parties, origin });
        for act in acts {
            if bundle.acts.iter().all(|earlier| earlier.id != act.id) {
                let number = u32::try_from(bundle.acts.len() + 1).unwrap();
                bundle.acts.push(BundledAct { number, ..act });
            }
        }
        for (extension, bytes) in documents {
            bundle.add_document(&extension, bytes);
        }
        let devices = ["con", "prn", "aux", "nul", "com", "lpt"];
        let names_file = |name: &str| !devices.iter().any(|device| name.starts_with(device));
        let named = |(name, bytes): (String, Vec<u8>)| (format!("{name}.authority"), bytes);
        bundle.maps = maps.into_iter().filter(|(name, _)| names_file(name)).map(named).collect();
        bundle.trust = trust.into_iter().filter(|(name, _)| names_file(name)).collect();
        put_records(&mut bundle, records, &gaps);
        bundle
    }
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_it_back(bundle in a_bundle()) {
        let bytes = write(&bundle).unwrap();
        prop_assert_eq!(read(&bytes), Ok(bundle));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn no_mutation_makes_the_reader_panic(
        edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..5),
    ) {
        let mut bytes = write(&super::records::recorded()).unwrap();
        for (at, value, edit) in edits {
            let at = at.index(bytes.len());
            match edit {
                0 => bytes[at] = value,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, value),
            }
        }
        // What is still read says nothing else than before: times and modes are not part of it.
        if let Ok(bundle) = read(&bytes) {
            prop_assert_eq!(bundle, super::records::recorded());
        }
    }
}

/// Every byte of the file, changed: the bundle is refused, or says what it said before (times, modes, the README and
/// such are no part of it).
#[test]
fn every_changed_byte_is_refused_or_means_nothing() {
    let (whole, bundle) = (write(&sample()).unwrap(), sample());
    for at in 0..whole.len() {
        for change in [0x01, 0x40] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            match read(&bytes) {
                Ok(read) => assert_eq!(read, bundle, "byte {at} changed by {change:#x}"),
                Err(error) => assert!(!error.to_string().contains('\n')),
            }
        }
    }
}

#[test]
fn a_bundle_cut_off_anywhere_is_refused() {
    let whole = write(&sample()).unwrap();
    for end in 0..whole.len() {
        let error = read(&whole[..end]).unwrap_err();
        assert!(matches!(error, BundleError::NotAZip | BundleError::DataAfterEnd { .. }), "{end}: {error}");
    }
}
