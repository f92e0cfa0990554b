//! Whatever is appended in whatever order: what was there stays, and what was signed stays signed.

use super::bases;
use super::order::minister;
use super::parties::{ALGORITHMS, NOW, World, request};
use super::signing::verified;
use countersign_pdf::dss::{Evidence, add_validation_data};
use countersign_pdf::sign::{Meaning, Permission, SignPdfError, SignatureRequest, sign, sign_with_timestamp};
use countersign_pdf::timestamp::timestamp;
use countersign_pdf::{Document, Purpose};
use proptest::prelude::*;

/// One thing that is done to a file.
#[derive(Debug, Clone, Copy)]
enum Step {
    Sign(usize),
    SignStamped,
    SignSeen(usize),
    Certify(Permission),
    Evidence,
    Stamp,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let permission =
        prop::sample::select(vec![Permission::NoChanges, Permission::FormFilling, Permission::Annotations]);
    let step = prop_oneof![
        // RSA is left to other tests: making its keys takes long.
        prop::sample::select(vec![0, 1, 5]).prop_map(Step::Sign),
        Just(Step::SignStamped),
        (0..3_usize).prop_map(Step::SignSeen),
        permission.prop_map(Step::Certify),
        Just(Step::Evidence),
        Just(Step::Stamp),
    ];
    prop::collection::vec(step, 1..6)
}

/// The file after a step; `None` where the step is refused.
fn after(world: &World, file: &[u8], step: Step, round: i64) -> Option<Vec<u8>> {
    let document = Document::read(file).unwrap();
    let with = |request: &SignatureRequest<'_>, algorithm: usize| {
        let (name, kind, algorithm) = ALGORITHMS[algorithm];
        sign(&document, request, &world.signer(name, kind, algorithm))
    };
    let signed = match step {
        Step::Sign(algorithm) => with(&request(), algorithm),
        Step::SignStamped => sign_with_timestamp(&document, &request(), &world.berg(), &world.tsa),
        Step::SignSeen(number) => {
            let reason = Meaning::Reason(["approval", "утверждение", "(\\)"][number].to_owned());
            with(&SignatureRequest { meaning: Some(reason), ..minister() }, 0)
        }
        Step::Certify(permission) => with(&SignatureRequest { certify: Some(permission), ..request() }, 0),
        Step::Stamp => timestamp(&document, None, &world.tsa.at(NOW + 100 * round)),
        Step::Evidence => {
            let signatures = document.signatures().unwrap();
            let field = signatures.last().map_or("", |last| last.field_name.as_str());
            let data = world.evidence_at(&world.berg(), NOW + 100 * round);
            let extended = add_validation_data(&document, &[Evidence { field, data: &data }]);
            return extended.ok().map(|extended| extended.to_bytes());
        }
    };
    match signed {
        Ok(extended) => Some(extended.to_bytes()),
        Err(SignPdfError::Prepare(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_step_keeps_the_bytes_before_it_and_every_earlier_signature(
        base in prop::sample::select(bases::ALL.to_vec()),
        steps in steps(),
    ) {
        let world = World::new();
        let mut file = base.bytes();
        let (mut signatures, mut values) = (0, 0);
        for (round, step) in (1..).zip(steps) {
            let Some(next) = after(&world, &file, step, round) else { continue };
            prop_assert!(next.starts_with(&file));
            let document = Document::read(&next).unwrap();
            let all = document.signatures().unwrap();
            values += usize::from(!matches!(step, Step::Evidence));
            prop_assert_eq!(all.len(), values);
            signatures = all.iter().filter(|one| one.purpose() == Purpose::Signature).count();
            prop_assert_eq!(verified(&next).len(), signatures);
            file = next;
        }
        prop_assert!(signatures <= values);
    }
}
