//! Whole PDF files verified, signatures, stores and timestamps with them: no panic, no end of time or memory; where nobody
//! is trusted nothing passes.
#![no_main]

use countersign_pdf::{DifferencePolicy, verify};
use countersign_signature::ades::{Constraints, Evidence, Rules, Trust};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (trust, constraints, collected) = (Trust::default(), Constraints::default(), Evidence::default());
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: 1_800_000_000 };
    let Ok(report) = verify(bytes, &rules, DifferencePolicy::default()) else { return };
    assert!(!report.signatures.iter().any(|signature| signature.holds()));
});
