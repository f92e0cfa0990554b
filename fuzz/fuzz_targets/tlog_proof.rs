//! Proof files: what reads is printed as the same bytes; nothing made up is verified.
#![no_main]

use countersign_tlog::hash::Hash;
use countersign_tlog::policy::Policy;
use countersign_tlog::spicy::TlogProof;
use libfuzzer_sys::fuzz_target;

/// Whoever this log is, it signed none of this.
const POLICY: &[u8] =
    b"log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nquorum none\n";

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = TlogProof::read(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let policy = Policy::read(POLICY).expect("a policy");
        assert!(proof.verify(Hash::leaf(b"never logged by anybody"), &policy).is_err());
        let checkpoint = proof.checkpoint().checkpoint();
        let _ = proof.proof().verify(proof.index(), checkpoint.size(), Hash::leaf(bytes), checkpoint.root());
    }
});
