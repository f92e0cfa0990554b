//! OCSP answers: no panic, no end of memory; none but the issuer's own says that a certificate is good.
#![no_main]

use countersign_signature::{
    Anchor, Certificate, Currency, OcspResponse, PathRules, RevocationData, RevocationStatus, find_path,
    revocation,
};
use libfuzzer_sys::fuzz_target;

const MIDDLE: &[u8] = include_bytes!("../seeds/path/middle.der");
const LEAF: &[u8] = include_bytes!("../seeds/path/leaf.der");
const AT: i64 = 1_777_000_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = OcspResponse::from_der(bytes) else { return };
    let [anchor, leaf] =
        [MIDDLE, LEAF].map(|der| Certificate::from_der(der).expect("the seed is a certificate"));
    let path = find_path(&leaf, &[], &[Anchor::from(anchor)], AT, &PathRules::default())
        .expect("the seeds are a path");
    let data = RevocationData { ocsps: vec![read], ..RevocationData::default() };
    for one in revocation(&path, &[], &data, AT, Currency::AtHand) {
        assert!(!matches!(one.status, RevocationStatus::Good { .. }));
    }
});
