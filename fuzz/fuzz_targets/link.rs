//! Links of a dossier's chain: what reads is printed as the same bytes, and commits to them.
#![no_main]

use countersign_agreement::record::Link;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(link) = Link::read(bytes) {
        assert_eq!(link.canonical(), bytes);
        assert!(link.number > 0);
        let next = Link::after(Some(&link), link.dossier.clone(), link.act, link.bears);
        if link.number < u32::MAX {
            assert_eq!((next.number, next.previous), (link.number + 1, Some(link.digest())));
            assert_eq!(Link::read(&next.canonical()).expect("ours reads"), next);
        }
    }
});
