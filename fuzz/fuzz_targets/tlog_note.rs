//! Signed notes: what reads is printed as the same bytes; nothing made up is verified.
#![no_main]

use countersign_tlog::note::{KeyRing, SignedNote, VerifierKey};
use libfuzzer_sys::fuzz_target;

/// A key that signed none of this.
const KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = SignedNote::read(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let ring = KeyRing::new([KEY.parse().expect("a key")]).expect("one key");
        let _ = note.verify(&ring);
        assert!(note.verify(&KeyRing::default()).is_err());
    }
    if let Some(key) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<VerifierKey>().ok()) {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
});
