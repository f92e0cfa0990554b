//! Policies: what reads, prints; what is printed, reads as the same.
#![no_main]

use countersign_tlog::policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(policy) = Policy::read(bytes) {
        let printed = policy.to_bytes();
        let again = Policy::read(&printed).expect("what is printed reads");
        assert_eq!(again, policy);
        assert_eq!(again.to_bytes(), printed);
    }
});
