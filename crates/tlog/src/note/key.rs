//! Whose signature it is: key names, key ids, verifier keys (signed-note, *Signatures* and *Verifier keys*).

use super::{BadSignature, ED25519_LENGTH};
use base64ct::{Base64, Encoding};
use ed25519_dalek::{PUBLIC_KEY_LENGTH, Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The name of a key: not empty, without Unicode spaces, control characters and `+`. As long as what it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// The first four bytes of a hash of name, type and key: a hint, never a proof of who signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

/// What a key signs. Others are assigned (ECDSA, RFC 6962 tree heads, ML-DSA-44) and not supported here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignatureType {
    /// 0x01: Ed25519 over the note's text.
    Ed25519,
    /// 0x04: a timestamped Ed25519 cosignature ([`crate::cosignature`]).
    CosignatureV1,
}

/// A public key with its name and what it signs: a *vkey*, `name+id+base64(type ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    signature_type: SignatureType,
    key: VerifyingKey,
}

/// The keys that are known, no two with the same name and id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRing(Vec<VerifierKey>);

/// Why a text is no key name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no key name: those are not empty and have no spaces, control characters or `+`")]
pub struct BadKeyName {
    /// The words at fault, shortened.
    pub text: String,
}

/// Why a text is not a verifier key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not three parts joined by `+`.
    #[error("{text:?} is not a verifier key: write name+id+base64")]
    Malformed {
        /// The words at fault, shortened.
        text: String,
    },
    /// The first part is no key name.
    #[error(transparent)]
    Name(#[from] BadKeyName),
    /// A type that isn't supported here.
    #[error("the key {name} is of type {found:#04x}, supported are 0x01 (Ed25519) and 0x04 (cosignature/v1)")]
    Type {
        /// The key's name.
        name: KeyName,
        /// The type it names.
        found: u8,
    },
    /// Another length than such keys have.
    #[error("the key {name} has {found} bytes, an Ed25519 key has {PUBLIC_KEY_LENGTH}")]
    Length {
        /// The key's name.
        name: KeyName,
        /// Bytes it has.
        found: usize,
    },
    /// Not a point of the curve, or one of small order, for which anybody can sign.
    #[error("the key {name} is not a usable Ed25519 key")]
    Unusable {
        /// The key's name.
        name: KeyName,
    },
    /// The id is not this key's: a slip in copying, or another key under that name.
    #[error("the key {name} has the id {computed}, the text says {stated}")]
    Id {
        /// The key's name.
        name: KeyName,
        /// The id it states.
        stated: KeyId,
        /// The id it has.
        computed: KeyId,
    },
}

/// Two keys cannot be told apart on a signature line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two keys are named {name} and have the id {id}")]
pub struct SameKeyTwice {
    /// Their name.
    pub name: KeyName,
    /// Their id.
    pub id: KeyId,
}

/// Characters of a bad text that are shown.
const SHOWN_MAX: usize = 80;

impl KeyName {
    /// Refuses what cannot stand on a signature line.
    pub fn new(text: &str) -> Result<Self, BadKeyName> {
        let foul = |c: char| c.is_whitespace() || c < ' ' || c == '+';
        if text.is_empty() || text.contains(foul) {
            return Err(BadKeyName { text: shortened(text) });
        }
        Ok(Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyId {
    /// As it stands before a signature.
    pub const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes.
    fn of(name: &KeyName, signature_type: SignatureType, key: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', signature_type.byte()])
            .chain_update(key)
            .finalize()
            .into();
        let [a, b, c, d, ..] = hash;
        Self([a, b, c, d])
    }

    /// Its four bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

/// In hexadecimal, as in verifier keys.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl SignatureType {
    /// The byte that the specification assigns.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            _ => None,
        }
    }
}

impl fmt::Display for SignatureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "notes (Ed25519)",
            Self::CosignatureV1 => "cosignatures (cosignature/v1)",
        })
    }
}

impl VerifierKey {
    /// A key from its 32 bytes (RFC 8032 §5.1.2).
    pub fn new(
        name: KeyName,
        signature_type: SignatureType,
        key: &[u8; PUBLIC_KEY_LENGTH],
    ) -> Result<Self, BadKey> {
        let id = KeyId::of(&name, signature_type, key);
        match VerifyingKey::from_bytes(key) {
            Ok(key) if !key.is_weak() => Ok(Self { name, id, signature_type, key }),
            _ => Err(BadKey::Unusable { name }),
        }
    }

    /// Its name, which signature lines carry.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id, which signature lines carry.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    pub fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The public key itself: keys are the same where these are, whatever their names (tlog-policy).
    pub fn public_key(&self) -> &[u8; PUBLIC_KEY_LENGTH] {
        self.key.as_bytes()
    }

    /// The strict check: no malleable signature, no key or point of small order.
    pub(crate) fn verify_message(
        &self,
        message: &[u8],
        signature: &[u8; ED25519_LENGTH],
    ) -> Result<(), BadSignature> {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| BadSignature::Mismatch)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.signature_type.byte()];
        bytes.extend_from_slice(self.public_key());
        write!(f, "{}+{}+{}", self.name, self.id, Base64::encode_string(&bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let malformed = || BadKey::Malformed { text: shortened(text) };
        // Base64 may hold a `+` as well, name and id may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed());
        };
        let name = KeyName::new(name)?;
        if id.len() != 8 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let stated = KeyId(u32::from_str_radix(id, 16).map_err(|_| malformed())?.to_be_bytes());
        let bytes = Base64::decode_vec(base64).map_err(|_| malformed())?;
        let (found, key) = bytes.split_first().ok_or_else(malformed)?;
        let Some(signature_type) = SignatureType::of(*found) else {
            return Err(BadKey::Type { name, found: *found });
        };
        let Ok(key) = <&[u8; PUBLIC_KEY_LENGTH]>::try_from(key) else {
            return Err(BadKey::Length { name, found: key.len() });
        };
        let computed = KeyId::of(&name, signature_type, key);
        if computed != stated {
            return Err(BadKey::Id { name, stated, computed });
        }
        Self::new(name, signature_type, key)
    }
}

impl KeyRing {
    /// Refuses two keys that a signature line cannot tell apart.
    pub fn new(keys: impl IntoIterator<Item = VerifierKey>) -> Result<Self, SameKeyTwice> {
        let mut ring = Self::default();
        for key in keys {
            if ring.find(&key.name, key.id).is_some() {
                return Err(SameKeyTwice { name: key.name, id: key.id });
            }
            ring.0.push(key);
        }
        Ok(ring)
    }

    /// The key with that name and id.
    pub fn find(&self, name: &KeyName, id: KeyId) -> Option<&VerifierKey> {
        self.0.iter().find(|key| key.id == id && key.name == *name)
    }

    /// The keys, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &VerifierKey> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_MAX).collect()
}
