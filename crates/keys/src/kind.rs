//! The kinds of keys that are made here.

use countersign_signature::KeyKind;
use std::fmt;
use std::str::FromStr;

/// A kind of key that can be made. Others can't be: RSA of odd sizes is read, not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Kind {
    /// ECDSA on P-256: what nobody has to be asked about.
    #[default]
    P256,
    /// ECDSA on P-384.
    P384,
    /// RSA of 2048 bits (NIST SP 800-131A: 112 bits of security).
    Rsa2048,
    /// RSA of 3072 bits.
    Rsa3072,
    /// RSA of 4096 bits.
    Rsa4096,
    /// Ed25519: many readers of PDF don't know it.
    Ed25519,
}

/// A word that names no kind of key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no kind of key; there are p256, p384, rsa2048, rsa3072, rsa4096 and ed25519")]
pub struct BadKind {
    /// The word at fault.
    pub word: String,
}

impl Kind {
    /// Every kind with the word it goes by.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::P256, "p256"),
        (Self::P384, "p384"),
        (Self::Rsa2048, "rsa2048"),
        (Self::Rsa3072, "rsa3072"),
        (Self::Rsa4096, "rsa4096"),
        (Self::Ed25519, "ed25519"),
    ];

    /// The kind as certificates have it.
    pub fn key_kind(self) -> KeyKind {
        match self {
            Self::P256 => KeyKind::P256,
            Self::P384 => KeyKind::P384,
            Self::Rsa2048 => KeyKind::Rsa(2048),
            Self::Rsa3072 => KeyKind::Rsa(3072),
            Self::Rsa4096 => KeyKind::Rsa(4096),
            Self::Ed25519 => KeyKind::Ed25519,
        }
    }
}

impl FromStr for Kind {
    type Err = BadKind;

    fn from_str(word: &str) -> Result<Self, BadKind> {
        let found = Self::ALL.into_iter().find(|(_, name)| *name == word);
        found.map(|(kind, _)| kind).ok_or_else(|| BadKind { word: word.to_owned() })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.into_iter().find(|(kind, _)| kind == self);
        f.write_str(found.map_or("", |(_, name)| name))
    }
}
