//! What is wrong with the syntax, and where.

use std::fmt;

/// Why bytes are no PDF object. Offsets count from the start of the file, or of the object stream's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxError {
    /// Something else stood there.
    #[error("expected {expected} at offset {at}, found {found}")]
    Unexpected {
        /// What had to come.
        expected: &'static str,
        /// Where.
        at: usize,
        /// What came.
        found: Excerpt,
    },
    /// A dictionary says the same name twice: readers differ on which counts.
    #[error("the dictionary at offset {at} has the name /{name} twice")]
    DuplicateName {
        /// Where the dictionary begins.
        at: usize,
        /// The name.
        name: String,
    },
    /// More arrays and dictionaries in one another than [`NESTING_MAX`].
    #[error("arrays and dictionaries at offset {at} are nested deeper than {max}")]
    TooDeep {
        /// Where the limit was met.
        at: usize,
        /// The limit.
        max: usize,
    },
    /// More values in one object than [`VALUES_MAX`].
    #[error("the object at offset {at} has more than {max} values")]
    TooLarge {
        /// Where the limit was met.
        at: usize,
        /// The limit.
        max: usize,
    },
}

/// A few bytes of the file, printable.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    pub(crate) fn at(bytes: &[u8], at: usize) -> Self {
        let rest = bytes.get(at..).unwrap_or_default();
        let shown = rest.get(..SHOWN).unwrap_or(rest);
        if shown.is_empty() {
            Self("the end".into())
        } else {
            Self(format!("“{}”", shown.escape_ascii()))
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Enough to recognise what stands there.
const SHOWN: usize = 16;

/// Deeper than any writer goes (page content apart, which isn't read here); shallow enough for any stack.
pub const NESTING_MAX: usize = 64;

/// A million numbers in one array: no writer does that, and it takes some 50 MB to hold.
pub const VALUES_MAX: usize = 1 << 20;
