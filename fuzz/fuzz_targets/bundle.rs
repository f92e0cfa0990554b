//! Bundles: what reads is written and read again as the same, and can be reported on.
#![no_main]

use countersign_verify::bundle;
use countersign_verify::report::{ReportQuestion, report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(first) = bundle::read(bytes) {
        let _ = report(&first, ReportQuestion::default());
        if let Ok(written) = bundle::write(&first) {
            let again = bundle::read(&written).expect("what is written reads");
            assert_eq!(bundle::write(&again).expect("and is written"), written);
        }
    }
});
