//! Maps, policies and terms: what reads, prints; what is printed, reads as the same; formatting changes nothing twice.
#![no_main]

use countersign_notation::{format, json, parse, print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(map) = parse::map("m", bytes) {
        let printed = parse::map("m", print::map(&map.value).as_bytes()).expect("what is printed reads");
        assert_eq!(printed.value, map.value);
        let json = parse::map("m", json::of_map(&map.value).as_bytes()).expect("canonical JSON reads");
        assert_eq!(json.value, map.value);
    }
    if let Ok(policy) = parse::policy("p", bytes) {
        let printed = parse::policy("p", print::policy(&policy.value).as_bytes()).expect("what is printed reads");
        assert_eq!(printed.value, policy.value);
    }
    if let Ok(terms) = parse::terms("t", bytes) {
        let printed = parse::terms("t", print::terms(&terms.value).as_bytes()).expect("what is printed reads");
        assert_eq!(printed.value, terms.value);
    }
    if let Ok(once) = format::format("f", bytes) {
        assert_eq!(format::format("f", once.as_bytes()).expect("what is formatted reads"), once);
    }
});
