//! What is signed here, read again here.

use super::bases;
use super::parties::{ALGORITHMS, World, request};
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::sign::{SignatureRequest, sign, sign_with_timestamp};
use countersign_pdf::timestamp::timestamp;
use countersign_pdf::{ChangeVerdict, Coverage, DifferencePolicy, Document, Purpose};
use countersign_signature::{Signer, VerifiedSignature, verify_parts};

/// Every signature of a file, each covering a whole revision, matching its key, and followed by nothing that isn't
/// permitted.
pub(crate) fn verified(file: &[u8]) -> Vec<(String, VerifiedSignature)> {
    let document = Document::read(file).unwrap();
    for judgement in document.judge(DifferencePolicy::default()).unwrap() {
        let fine = matches!(judgement.verdict, ChangeVerdict::Untouched | ChangeVerdict::AsPermitted(_));
        assert!(fine, "{}: {:?} {:?}", judgement.signature.field_name, judgement.verdict, judgement.changes);
    }
    let signatures = document.signatures().unwrap();
    let verified = signatures.iter().filter(|one| one.purpose() == Purpose::Signature).map(|one| {
        assert!(
            matches!(one.coverage(&document), Coverage::Revision { .. }),
            "{:?}",
            one.coverage(&document)
        );
        let (cms, _) = one.contents.as_ref().unwrap().value_and_padding().unwrap();
        let signed = verify_parts(&one.signed_bytes(&document).unwrap(), &cms).unwrap();
        (one.field_name.clone(), signed)
    });
    verified.collect()
}

pub(crate) fn signed(file: &[u8], request: &SignatureRequest<'_>, signer: &dyn Signer) -> Vec<u8> {
    let document = Document::read(file).unwrap();
    let extended = sign(&document, request, signer).unwrap();
    assert_eq!(extended.base(), file);
    let whole = extended.to_bytes();
    assert_eq!([file, &extended.into_added()].concat(), whole);
    assert!(whole.starts_with(file), "the file's own bytes stay its beginning");
    whole
}

#[test]
fn every_algorithm_signs_every_kind_of_file() {
    let world = World::new();
    for (name, kind, algorithm) in ALGORITHMS {
        let signer = world.signer(name, kind, algorithm);
        for base in bases::ALL {
            let file = signed(&base.bytes(), &request(), &signer);
            let all = verified(&file);
            let [(field, one)] = all.as_slice() else { panic!("{base:?}: {} signatures", all.len()) };
            assert_eq!((field.as_str(), one.algorithm()), ("Signature1", algorithm), "{base:?}");
            assert_eq!(one.claimed_signing_time(), None, "PAdES has the time in /M");
            assert!(one.signing_certificate_bound());
        }
    }
}

/// The file at level B-B, B-T, B-LT and B-LTA.
pub(crate) fn levels(world: &World, base: &[u8], signer: &countersign_keys::SoftwareKey) -> [Vec<u8>; 4] {
    let document = Document::read(base).unwrap();
    let b = sign(&document, &request(), signer).unwrap().to_bytes();
    let t = sign_with_timestamp(&document, &request(), signer, &world.tsa).unwrap().to_bytes();
    let data = world.evidence(signer);
    let document = Document::read(&t).unwrap();
    let evidence = [Evidence { field: "Signature1", data: &data }];
    let lt = add_validation_data(&document, &evidence).unwrap().to_bytes();
    let document = Document::read(&lt).unwrap();
    let lta = timestamp(&document, None, &world.tsa.at(super::parties::NOW + 180)).unwrap().to_bytes();
    [b, t, lt, lta]
}

#[test]
fn each_level_begins_with_the_one_before_and_its_signature_still_matches() {
    let world = World::new();
    let signer = world.berg();
    for base in bases::ALL {
        let [_, t, lt, lta] = levels(&world, &base.bytes(), &signer);
        assert!(lta.starts_with(&lt) && lt.starts_with(&t) && t.starts_with(&base.bytes()), "{base:?}");
        for file in [&t, &lt, &lta] {
            let all = verified(file);
            assert_eq!(all.len(), 1, "{base:?}");
            assert_eq!(all[0].1.timestamps().len(), 1, "{base:?}");
        }
    }
}
