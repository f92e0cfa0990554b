//! SHA-1, where old formats name things by it: never under a signature that is believed.

use sha1::{Digest, Sha1};

/// SHA-1 of bytes: the first version of signing-certificate (RFC 2634 §5.4), OCSP's identifiers (RFC 6960 §4.1.1), the
/// keys of a PDF's validation data (ETSI EN 319 142-1 §5.4.2.2).
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}
