//! A short text under a passphrase, as an age file (age-encryption.org/v1, C2SP age): `age --decrypt` opens it.
//!
//! ```text
//! age-encryption.org/v1
//! -> scrypt SALT LOG2N
//! the file key (16 bytes), ChaCha20-Poly1305 under scrypt(passphrase)
//! --- HMAC-SHA256 of all above, under HKDF(file key, "header")
//! nonce (16) ‖ one chunk of at most 64 KiB, ChaCha20-Poly1305 under HKDF(file key, nonce, "payload")
//! ```
//!
//! Only what a key file needs: one scrypt stanza, one chunk, no armour.

use base64ct::{Base64Unpadded, Encoding as _};
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// First line of an age file.
pub(super) const MAGIC: &str = "age-encryption.org/v1\n";

/// Longest text in one chunk.
const CHUNK_MAX: usize = 64 * 1024;
const TAG_LENGTH: usize = 16;
const SALT_LENGTH: usize = 16;
const FILE_KEY_LENGTH: usize = 16;

/// scrypt's N as a power of two: at 18 it takes 256 MiB, and about a second.
pub(super) const LOG_N_DEFAULT: u8 = 18;
/// Highest that is read, as age itself holds it: beyond, a file would only keep the reader busy.
pub(super) const LOG_N_MAX: u8 = 22;

/// What an age file needs of randomness.
pub(super) struct Fresh {
    pub(super) salt: [u8; SALT_LENGTH],
    pub(super) nonce: [u8; SALT_LENGTH],
    pub(super) file_key: Zeroizing<[u8; FILE_KEY_LENGTH]>,
}

impl Fresh {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut fresh = Self {
            salt: [0; SALT_LENGTH],
            nonce: [0; SALT_LENGTH],
            file_key: Zeroizing::new([0; FILE_KEY_LENGTH]),
        };
        getrandom::fill(&mut fresh.salt)?;
        getrandom::fill(&mut fresh.nonce)?;
        getrandom::fill(fresh.file_key.as_mut_slice())?;
        Ok(fresh)
    }
}

/// Why an age file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// Not the form that is written here.
    #[error("not an age file with a passphrase")]
    Form,
    /// Its work factor would keep the reader busy for minutes.
    #[error("its work factor 2^{log_n} is above 2^{LOG_N_MAX}")]
    Work {
        /// The exponent.
        log_n: u8,
    },
    /// The passphrase doesn't open it.
    #[error("the passphrase is wrong")]
    Passphrase,
    /// The passphrase is right, the file was changed.
    #[error("the file was altered")]
    Altered,
}

pub(super) fn encrypt(
    plain: &[u8],
    passphrase: &[u8],
    log_n: u8,
    fresh: &Fresh,
) -> Result<Vec<u8>, AgeError> {
    let wrapped = cipher(&*wrapping(passphrase, &fresh.salt, log_n)?)
        .encrypt(&Nonce::default(), fresh.file_key.as_slice())
        .map_err(|_| AgeError::Form)?;
    let salt = Base64Unpadded::encode_string(&fresh.salt);
    let wrapped = Base64Unpadded::encode_string(&wrapped);
    let signed = format!("{MAGIC}-> scrypt {salt} {log_n}\n{wrapped}\n---");
    let tag = mac(fresh.file_key.as_slice(), signed.as_bytes())?.finalize().into_bytes();
    let body = cipher(&*payload(fresh.file_key.as_slice(), &fresh.nonce)?)
        .encrypt(&last_chunk(), plain)
        .map_err(|_| AgeError::Form)?;
    let head = format!("{signed} {}\n", Base64Unpadded::encode_string(&tag));
    Ok([head.as_bytes(), &fresh.nonce, &body].concat())
}

pub(super) fn decrypt(file: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let mut rest = file;
    if line(&mut rest)?.as_bytes() != MAGIC.trim_end().as_bytes() {
        return Err(AgeError::Form);
    }
    let mut words = line(&mut rest)?.split(' ');
    let (Some("->"), Some("scrypt"), Some(salt), Some(log_n), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(AgeError::Form);
    };
    let salt: [u8; SALT_LENGTH] = decoded(salt)?;
    let log_n = Some(log_n).filter(|text| !text.starts_with('0')).and_then(|text| text.parse().ok());
    let log_n: u8 = log_n.ok_or(AgeError::Form)?;
    let wrapped: [u8; FILE_KEY_LENGTH + TAG_LENGTH] = decoded(line(&mut rest)?)?;
    let signed = file.get(..file.len() - rest.len() + 3).ok_or(AgeError::Form)?;
    let tag: [u8; 32] = decoded(line(&mut rest)?.strip_prefix("--- ").ok_or(AgeError::Form)?)?;
    let (nonce, body) = rest.split_first_chunk::<SALT_LENGTH>().ok_or(AgeError::Form)?;
    if log_n > LOG_N_MAX {
        return Err(AgeError::Work { log_n });
    }
    if body.len() > CHUNK_MAX + TAG_LENGTH {
        return Err(AgeError::Form);
    }

    let file_key =
        cipher(&*wrapping(passphrase, &salt, log_n)?).decrypt(&Nonce::default(), wrapped.as_slice());
    let file_key = Zeroizing::new(file_key.map_err(|_| AgeError::Passphrase)?);
    mac(&file_key, signed)?.verify_slice(&tag).map_err(|_| AgeError::Altered)?;
    let plain = cipher(&*payload(&file_key, nonce)?).decrypt(&last_chunk(), body);
    plain.map(Zeroizing::new).map_err(|_| AgeError::Altered)
}

type Secret = Zeroizing<[u8; 32]>;

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.into())
}

/// The key that wraps the file key.
fn wrapping(passphrase: &[u8], salt: &[u8; SALT_LENGTH], log_n: u8) -> Result<Secret, AgeError> {
    let params = scrypt::Params::new(log_n, 8, 1).map_err(|_| AgeError::Form)?;
    let salt = [b"age-encryption.org/v1/scrypt".as_slice(), salt].concat();
    let mut key = Secret::default();
    scrypt::scrypt(passphrase, &salt, &params, key.as_mut_slice()).map_err(|_| AgeError::Form)?;
    Ok(key)
}

/// The key of the payload.
fn payload(file_key: &[u8], nonce: &[u8]) -> Result<Secret, AgeError> {
    let mut key = Secret::default();
    let expanded = Hkdf::<Sha256>::new(Some(nonce), file_key).expand(b"payload", key.as_mut_slice());
    expanded.map(|()| key).map_err(|_| AgeError::Form)
}

/// The header's code.
fn mac(file_key: &[u8], signed: &[u8]) -> Result<Hmac<Sha256>, AgeError> {
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(None, file_key).expand(b"header", key.as_mut_slice()).map_err(|_| AgeError::Form)?;
    let mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|_| AgeError::Form)?;
    Ok(mac.chain_update(signed))
}

/// The nonce of chunk 0 that is also the last.
fn last_chunk() -> Nonce {
    let mut nonce = [0; 12];
    if let Some(last) = nonce.last_mut() {
        *last = 1;
    }
    nonce.into()
}

fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str, AgeError> {
    let at = rest.iter().take(256).position(|byte| *byte == b'\n').ok_or(AgeError::Form)?;
    let (line, after) = rest.split_at_checked(at).ok_or(AgeError::Form)?;
    *rest = after.get(1..).unwrap_or_default();
    str::from_utf8(line).map_err(|_| AgeError::Form)
}

fn decoded<const N: usize>(text: &str) -> Result<[u8; N], AgeError> {
    let mut bytes = [0; N];
    let length = Base64Unpadded::decode(text, &mut bytes).map_err(|_| AgeError::Form)?.len();
    if length == N { Ok(bytes) } else { Err(AgeError::Form) }
}
