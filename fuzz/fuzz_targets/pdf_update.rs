//! What is put behind a signed file: whatever it is, the signature keeps covering its own revision and no more, and
//! only white space leaves it untouched.
#![no_main]

use countersign_pdf::{ChangeVerdict, Coverage, DifferencePolicy, Document};
use libfuzzer_sys::fuzz_target;

const SIGNED: &[u8] = include_bytes!("../seeds/pdf/signed.pdf");

fuzz_target!(|update: &[u8]| {
    let file = [SIGNED, update].concat();
    let Ok(document) = Document::read(&file) else { return };
    let Ok(judgements) = document.judge(DifferencePolicy::default()) else { return };
    // An update without `/Prev` is a document of its own: the signature is none of its.
    let Some(first) = judgements.iter().find(|judgement| judgement.signature.revision == 0) else { return };
    let is_white = update.iter().all(|byte| b"\0\t\n\x0C\r ".contains(byte));
    assert_eq!(first.verdict == ChangeVerdict::Untouched, is_white);
    if let Coverage::Revision { end, .. } = first.coverage {
        assert!(end >= SIGNED.len() && file[SIGNED.len()..end].iter().all(|byte| b"\0\t\n\x0C\r ".contains(byte)));
    }
});
