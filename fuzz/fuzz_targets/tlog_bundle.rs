//! Entry bundles: what reads is written as the same bytes. The first byte is the width, less one.
#![no_main]

use countersign_tlog::tile::{Bundle, Entries, write_bundle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((width, bytes)) = bytes.split_first() else { return };
    let bundle = Bundle::new(0, u16::from(*width) + 1).expect("a bundle");
    if let Ok(entries) = Entries::read(bundle, bytes) {
        assert_eq!(entries.iter().len(), usize::from(bundle.width()));
        assert_eq!(write_bundle(bundle, entries.iter()).expect("what is read is written"), bytes);
    }
});
