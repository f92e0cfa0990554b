//! Paths over certificates in a row, the first one's leaf: no panic, no end of time; only the one that was made is vouched
//! for.
#![no_main]

use countersign_signature::{Anchor, Certificate, PathRules, Purpose, find_path};
use libfuzzer_sys::fuzz_target;

const ROOT: &[u8] = include_bytes!("../seeds/path/root.der");
const LEAF: &[u8] = include_bytes!("../seeds/path/leaf.der");
const MIDDLE: &[u8] = include_bytes!("../seeds/path/middle.der");
const AT: i64 = 1_777_000_000;

/// The length of the DER value that stands first.
fn length(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [_, short @ 0..=0x7f, ..] => Some(2 + usize::from(short)),
        [_, 0x81, one, ..] => Some(3 + usize::from(one)),
        [_, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (mut certificates, mut left) = (Vec::new(), bytes);
    while let Some((one, rest)) = length(left).and_then(|length| left.split_at_checked(length)) {
        certificates.extend(Certificate::from_der(one));
        left = rest;
    }
    let Some((leaf, pool)) = certificates.split_first() else { return };
    let anchor = Certificate::from_der(ROOT).expect("the seed is a certificate");
    for purpose in [Purpose::DocumentSigning, Purpose::Any] {
        let found = find_path(leaf, pool, &[Anchor::from(anchor.clone())], AT, &PathRules::of(purpose));
        assert!(found.is_err() || [ROOT, LEAF, MIDDLE].contains(&leaf.as_der()));
    }
});
