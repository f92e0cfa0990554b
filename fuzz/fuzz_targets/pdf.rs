//! PDF files: no panic, no end of time or memory; a signature that is said to cover the file covers it.
#![no_main]

use countersign_pdf::{ChangeVerdict, Coverage, DifferencePolicy, Document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::read(bytes) else { return };
    let _ = document.latest().pages();
    let _ = document.risks(usize::MAX);
    let Ok(judgements) = document.judge(DifferencePolicy::default()) else { return };
    for judgement in judgements {
        if judgement.verdict != ChangeVerdict::Untouched {
            continue;
        }
        let Coverage::Revision { end, .. } = judgement.coverage else { panic!("untouched, but not covered") };
        let contents = judgement.signature.contents.as_ref().expect("covered, so it has contents");
        let [first, second] = judgement.signature.signed_bytes(&document).expect("covered, so the range fits");
        assert_eq!(first.len() + contents.span.len() + second.len(), end);
        assert!(bytes[end..].iter().all(|byte| b"\0\t\n\x0C\r ".contains(byte)));
    }
});
