//! What a key is called: the file's name, and what `--key` takes.

use std::fmt;

/// A letter, then letters, digits, `_` and `-`: safe as a file name everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Why a word is no key's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyName {
    /// Not a letter, then letters, digits, `_`, `-`.
    #[error("`{word}` is not a key's name: a letter, then letters, digits, `_`, `-`")]
    Word {
        /// The word at fault.
        word: String,
    },
    /// Longer than 100 bytes.
    #[error("a key's name of {length} bytes is longer than {NAME_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Bound on a name: with its ending it must fit the 255 bytes that file systems give a name.
const NAME_MAX: usize = 100;

impl KeyName {
    /// Reads a name.
    pub fn new(word: &str) -> Result<Self, BadKeyName> {
        if word.len() > NAME_MAX {
            return Err(BadKeyName::TooLong { length: word.len() });
        }
        let mut chars = word.chars();
        let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
        if starts && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            Ok(Self(word.to_owned()))
        } else {
            Err(BadKeyName::Word { word: word.to_owned() })
        }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
