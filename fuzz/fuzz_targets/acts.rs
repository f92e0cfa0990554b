//! Facts and signed acts: what reads has one canonical form.
#![no_main]

use countersign_agreement::{facts, signed::SignedAct, text::Manifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = facts::read(bytes);
    let _ = Manifest::read(bytes);
    if let Ok(act) = SignedAct::read(bytes) {
        assert_eq!(act.canonical(), bytes, "an act is read in its canonical form only");
    }
    if let Ok(act) = SignedAct::read_any(bytes) {
        let canonical = act.canonical();
        assert_eq!(SignedAct::read(&canonical).expect("the canonical form reads").canonical(), canonical);
    }
});
