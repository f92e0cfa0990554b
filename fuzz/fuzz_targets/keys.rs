//! PKCS#12 files, PKCS#8 keys, key URIs, OCSP requests: no panic, no end of memory, no key where there is none to be had.
//!
//! A file that is accepted may cost a few million rounds of key derivation: run with `-timeout=60`.
#![no_main]

use countersign_keys::device::KeyUri;
use countersign_keys::{Passphrase, PrivateKey, SoftwareKey};
use countersign_signature::issue::ocsp::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let passphrase = Passphrase::new("x".to_owned()).ok();
    let _ = SoftwareKey::from_pkcs12(bytes, passphrase.as_ref());
    let _ = Request::read(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = PrivateKey::from_pem(text, passphrase.as_ref());
        if let Ok(uri) = text.parse::<KeyUri>() {
            // What is read is written and read again.
            assert_eq!(uri.to_string().parse(), Ok(uri));
        }
    }
});
