//! Certificates and detached CMS: no panic, no end of memory; nothing made up verifies.
#![no_main]

use countersign_signature::{Certificate, verify_detached};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Certificate::from_der(bytes);
    assert!(verify_detached(b"never signed by anybody", bytes).is_err());
});
