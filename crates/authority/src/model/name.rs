//! Names: ids, matters, digests. One lexis for all of them (letter, then letters, digits, `_`, `-`).
//!
//! ASCII only: two ids that look alike must be alike. Free text lives in quoted strings.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

/// Why a word is not a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadName {
    /// The word is empty.
    Empty,
    /// The word holds a character that no name may hold, or starts with one that no name may start with.
    Character {
        /// The word at fault.
        word: String,
        /// The character at fault.
        found: char,
    },
    /// The word is longer than [`NAME_MAX`] bytes.
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a name is empty"),
            Self::Character { word, found } => write!(
                f,
                "`{word}` is not a name: `{found}` is not allowed there (a letter, then letters, digits, `_`, `-`)"
            ),
            Self::TooLong { length } => write!(f, "a name of {length} bytes is longer than {NAME_MAX}"),
        }
    }
}

impl core::error::Error for BadName {}

/// Bound on a name's bytes: names are read by people, and a bound keeps hostile input small.
pub const NAME_MAX: usize = 200;

fn check_id(word: &str) -> Result<(), BadName> {
    if word.len() > NAME_MAX {
        return Err(BadName::TooLong { length: word.len() });
    }
    let mut chars = word.chars();
    match chars.next() {
        None => return Err(BadName::Empty),
        Some(c) if c.is_ascii_alphabetic() => {}
        Some(found) => return Err(BadName::Character { word: word.into(), found }),
    }
    match chars.find(|c| !(c.is_ascii_alphanumeric() || *c == '_' || *c == '-')) {
        Some(found) => Err(BadName::Character { word: word.into(), found }),
        None => Ok(()),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads an id; [`BadName`] names the character at fault.
            pub fn new(word: &str) -> Result<Self, BadName> {
                check_id(word)?;
                Ok(Self(word.into()))
            }
            /// The id as written.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str { &self.0 }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )*};
}

ids! {
    /// A state, organisation, company or union that can be bound.
    PartyId,
    /// An office of a party.
    OfficeId,
    /// A natural person.
    PersonId,
    /// A grant (full powers, power of attorney, resolution).
    GrantId,
    /// A deadline of a policy or an obligation of terms.
    ClauseId,
    /// A name that may be an office or a person: which one is settled when all maps are known.
    ActorId,
}

impl From<OfficeId> for ActorId {
    fn from(id: OfficeId) -> Self {
        Self(id.0)
    }
}

impl From<PersonId> for ActorId {
    fn from(id: PersonId) -> Self {
        Self(id.0)
    }
}

/// A matter: ids joined by `/`; it covers its subtree.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matter(Arc<str>);

impl Matter {
    /// Reads a matter path.
    pub fn new(path: &str) -> Result<Self, BadName> {
        if path.len() > NAME_MAX {
            return Err(BadName::TooLong { length: path.len() });
        }
        path.split('/').try_for_each(check_id)?;
        Ok(Self(path.into()))
    }

    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` lies in this matter's subtree (a matter covers itself).
    #[must_use]
    pub fn covers(&self, other: &Matter) -> bool {
        match other.0.strip_prefix(&*self.0) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }

    /// The matter above, if any.
    #[must_use]
    pub fn parent(&self) -> Option<Matter> {
        self.0.rsplit_once('/').map(|(above, _)| Matter(above.into()))
    }

    /// How many ids deep; `security/nuclear` is 2.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }
}

impl fmt::Debug for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A SHA-256 digest, written `sha256:` and 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads `sha256:…`; `None` unless it is exactly 64 lower-case hex digits after the prefix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(PREFIX)?.as_bytes();
        if hex.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = (nibble(*high)? << 4) | nibble(*low)?;
        }
        Some(Self(bytes))
    }

    /// The first eight hex digits, for people: `sha256:9f3cab01…`.
    #[must_use]
    pub fn short(&self) -> String {
        let written = self.written();
        let mut text: String =
            written.iter().take(PREFIX.len() + 8).map(|digit| char::from(*digit)).collect();
        text.push('…');
        text
    }

    /// The 64 hex digits without the prefix, as in file names of a bundle.
    #[must_use]
    pub fn hex(&self) -> String {
        self.written()
            .get(PREFIX.len()..)
            .unwrap_or_default()
            .iter()
            .map(|digit| char::from(*digit))
            .collect()
    }

    /// The digest as written, as a shared string: the id of an act.
    #[must_use]
    pub fn id(&self) -> Arc<str> {
        core::str::from_utf8(&self.written()).unwrap_or(PREFIX).into()
    }

    fn written(&self) -> [u8; PREFIX.len() + 64] {
        let mut text = [b'0'; PREFIX.len() + 64];
        let (prefix, digits) = text.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX.as_bytes());
        let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte & 0xf)];
        }
        text
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What a digest begins with.
const PREFIX: &str = "sha256:";

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a' - 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.written()).unwrap_or(PREFIX))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}
