use zeroize::Zeroizing;

use super::super::age::{Fresh, decrypt, encrypt};
use super::*;

const PASSPHRASE: &str = "correct horse battery staple";

/// Of fixed random numbers; pyrage (of the Rust implementation, rage) opened it to [`TEXT`] when this was written.
const AGE_FILE: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBBUUVCQVFFQkFRRUJBUUVCQVFFQkFRIDQKazR6OVg3M1JwQUZ5WHJaTkw1QTRIdFhoanlGOHRkNGxpYllCRTMrSjlwawotLS0gMEV3TlprUXhja2Q4R3gwNmVaQ0JTV21aWU1TdCt5YVFhblVwQ1lDWHpZUQoCAgICAgICAgICAgICAgICl9TJN47Ltol1QhkpP/920UJoBVaAzXx0DpkxdLs03g";
const TEXT: &[u8] = b"what age opens\n";

fn fixed() -> Fresh {
    Fresh { salt: [1; 16], nonce: [2; 16], file_key: Zeroizing::new([3; 16]) }
}

#[test]
fn the_file_of_a_passphrase_is_the_one_that_age_opens() {
    let ours = encrypt(TEXT, PASSPHRASE.as_bytes(), 4, &fixed()).unwrap();
    assert_eq!(base64ct::Base64Unpadded::encode_string(&ours), AGE_FILE);
    assert_eq!(decrypt(&ours, PASSPHRASE.as_bytes()).unwrap().as_slice(), TEXT);
}

#[test]
fn a_key_file_reads_back_with_and_without_a_passphrase() {
    let key = Key::new([7; 32]);
    let open = write(&key);
    assert_eq!(read(open.as_bytes(), None).unwrap().secret(), key.secret());
    let protected = write_protected(&key, PASSPHRASE, Work::LEAST).unwrap();
    assert!(is_protected(&protected) && !is_protected(open.as_bytes()));
    assert_eq!(read(&protected, Some(PASSPHRASE)).unwrap().secret(), key.secret());
    assert!(!protected.windows(8).any(|part| open.as_bytes().windows(8).any(|other| other == part)));
}

#[test]
fn what_is_wrong_with_a_key_file_is_said() {
    let key = Key::new([7; 32]);
    let protected = write_protected(&key, PASSPHRASE, Work::LEAST).unwrap();
    let head = String::from_utf8_lossy(&protected).lines().nth(1).unwrap().to_owned();
    let at = |needle: &str| protected.windows(needle.len()).position(|w| w == needle.as_bytes()).unwrap();
    let end = at(&head) + head.len();
    let costly = [&protected[..end - 1], b"23", &protected[end..]].concat();
    let mut flipped = protected.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let other = write(&key).replace(&key.id().to_string(), "0000000000000000");
    let rows: [(&[u8], Option<&str>, &str); 9] = [
        (&protected, None, "the home's key is under a passphrase, and none was given"),
        (&protected, Some("wrong"), "the home's key can't be opened: the passphrase is wrong"),
        (&flipped, Some(PASSPHRASE), "the home's key can't be opened: the file was altered"),
        (
            &protected[..end],
            Some(PASSPHRASE),
            "the home's key can't be opened: not an age file with a passphrase",
        ),
        (&costly, Some(PASSPHRASE), "the home's key can't be opened: its work factor 2^23 is above 2^22"),
        (b"{}", None, "no key of a home: its kty is not oct, or its alg not XC20P"),
        (b"", None, "no key of a home: neither a JSON Web Key nor an age file"),
        (
            br#"{"kty":"oct","alg":"XC20P","k":"AAAA"}"#,
            None,
            "no key of a home: its k is not 32 bytes of base64url without padding",
        ),
        (
            other.as_bytes(),
            None,
            "the key file says it holds the key 0000000000000000, and holds 0be905e105ca877b",
        ),
    ];
    for (file, passphrase, message) in rows {
        assert_eq!(read(file, passphrase).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_bit_flipped_anywhere_in_a_protected_file_is_refused() {
    let file = encrypt(TEXT, PASSPHRASE.as_bytes(), 1, &fixed()).unwrap();
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << bit;
            assert!(decrypt(&flipped, PASSPHRASE.as_bytes()).is_err(), "byte {at}, bit {bit}");
        }
    }
    for length in 0..file.len() {
        assert!(decrypt(&file[..length], PASSPHRASE.as_bytes()).is_err(), "{length} bytes");
    }
}
