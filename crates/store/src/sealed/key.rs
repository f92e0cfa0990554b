//! The key of a home.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Cipher, OpenError, SealError};

/// Bytes of a key.
pub(super) const KEY_LENGTH: usize = 32;

const VERSION: u8 = 1;
const ID_LENGTH: usize = 8;
const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;
/// Version, key id.
const HEADER_LENGTH: usize = 1 + ID_LENGTH;

/// The key that a home's acts and documents are sealed under. Wiped from memory when dropped, and never printed.
#[derive(Clone)]
pub struct Key {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    id: KeyId,
    seal: XChaCha20Poly1305,
    names: Zeroizing<[u8; KEY_LENGTH]>,
}

/// Which key: told in messages, stands in every sealed value, and tells nothing of the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_LENGTH]);

impl Key {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; KEY_LENGTH]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let prk = Hkdf::<Sha256>::new(None, bytes.as_slice());
        let mut id = KeyId([0; ID_LENGTH]);
        let mut seal = Zeroizing::new([0; KEY_LENGTH]);
        let mut names = Zeroizing::new([0; KEY_LENGTH]);
        // HKDF expands to 8,160 bytes at most; these are 32.
        let _ = prk.expand(b"countersign at rest: key id", &mut id.0);
        let _ = prk.expand(b"countersign at rest: seal", seal.as_mut_slice());
        let _ = prk.expand(b"countersign at rest: names", names.as_mut_slice());
        Self { seal: XChaCha20Poly1305::new((&*seal).into()), bytes, id, names }
    }

    /// A new one, from the operating system's random numbers.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn random() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self::new(*bytes))
    }

    /// Which it is.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself, to be written into its file.
    pub(super) fn secret(&self) -> &[u8; KEY_LENGTH] {
        &self.bytes
    }

    fn header(&self) -> [u8; HEADER_LENGTH] {
        let mut header = [VERSION; HEADER_LENGTH];
        if let Some(id) = header.last_chunk_mut() {
            *id = self.id.0;
        }
        header
    }
}

impl Cipher for Key {
    fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce)?;
        let header = self.header();
        let payload = Payload { msg: plain, aad: &[&header, context].concat() };
        let sealed = self
            .seal
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::TooLong { bytes: plain.len() })?;
        Ok([&header, nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let not_sealed = || OpenError::NotSealed { bytes: sealed.len() };
        let (header, rest) = sealed.split_first_chunk::<HEADER_LENGTH>().ok_or_else(not_sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(not_sealed)?;
        let [version, id @ ..] = *header;
        if version != VERSION || body.len() < TAG_LENGTH {
            return Err(not_sealed());
        }
        if KeyId(id) != self.id {
            return Err(OpenError::OtherKey { sealed: KeyId(id), ours: self.id });
        }
        let payload = Payload { msg: body, aad: &[header, context].concat() };
        self.seal.decrypt(&XNonce::from(*nonce), payload).map_err(|_| OpenError::Altered)
    }

    fn name(&self, context: &[u8], name: &[u8]) -> Vec<u8> {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.names.as_slice()) else {
            // HMAC takes keys of any length.
            return Vec::new();
        };
        mac.chain_update(context).chain_update([0]).chain_update(name).finalize().into_bytes().to_vec()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

impl KeyId {
    /// As 16 hex digits, the way it is printed.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let number = (hex.len() == 2 * ID_LENGTH).then(|| u64::from_str_radix(hex, 16).ok())??;
        let id = Self(number.to_be_bytes());
        (id.to_string() == hex).then_some(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
