//! Checkpoints: what reads is printed as the same bytes.
#![no_main]

use countersign_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signed) = SignedCheckpoint::read(bytes) {
        assert_eq!(signed.to_string().as_bytes(), bytes);
    }
    if let Some(checkpoint) = std::str::from_utf8(bytes).ok().and_then(|text| Checkpoint::read(text).ok()) {
        assert_eq!(checkpoint.to_string().as_bytes(), bytes);
    }
});
