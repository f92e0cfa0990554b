//! Anybody's CMS, BER too, with the timestamps in it and beside it, requests and answers of authorities: no panic, no end of
//! memory; where nobody is trusted nothing passes, and what is added to a signature leaves it readable.
#![no_main]

use countersign_signature::ades::{Constraints, Evidence, Rules, Trust, verify_cms, verify_token};
use countersign_signature::timestamp::{TimestampRequest, read_token};
use countersign_signature::{ValidationData, signature_value, with_validation_data};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (trust, constraints, collected) = (Trust::default(), Constraints::default(), Evidence::default());
    let rules = Rules { trust: &trust, constraints: &constraints, collected: &collected, at: 1_800_000_000 };
    for content in [None, Some([bytes].as_slice())] {
        let (validation, _) = verify_cms(bytes, content, &[bytes], &rules);
        assert!(!validation.conclusion.is_passed());
    }
    assert!(!verify_token(bytes, &[bytes], &rules).conclusion.is_passed());
    let _ = read_token(bytes);
    if let Ok(request) = TimestampRequest::from_der(bytes) {
        let _ = request.to_der();
    }
    if let Ok(value) = signature_value(bytes) {
        if let Ok(added) = with_validation_data(bytes, &ValidationData::default()) {
            assert_eq!(signature_value(&added).as_ref(), Ok(&value));
        }
    }
});
