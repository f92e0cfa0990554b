//! Bundles: what reads is written and read again as the same, can be reported on, and can be narrowed for everyone.
#![no_main]

use countersign_tlog::policy::Policy;
use countersign_verify::audience::{Audience, Dossier, disclose};
use countersign_verify::bundle;
use countersign_verify::record::RecordEvidence;
use countersign_verify::report::{ReportQuestion, report};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(first) = bundle::read(bytes) {
        let _ = report(&first, ReportQuestion::default());
        let _ = RecordEvidence::examine(&first, &Policy::read(b"quorum none\n").expect("a policy"));
        let narrower = disclose(Dossier { all: &first, own: &BTreeMap::new() }, &Audience::Public).bundle;
        // It may be too large for a zip, and is never anything else that can't be written.
        if let Ok(written) = bundle::write(&narrower) {
            assert_eq!(bundle::read(&written).expect("what is written reads"), narrower);
        }
        if let Ok(written) = bundle::write(&first) {
            let again = bundle::read(&written).expect("what is written reads");
            assert_eq!(bundle::write(&again).expect("and is written"), written);
        }
    }
});
