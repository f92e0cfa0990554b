//! How many leaves a tree has, and which of them is meant.

use std::fmt;
use std::str::FromStr;

/// How many leaves a tree has: at most 2⁶².
///
/// The bound is the largest at which every consistency proof fits into the 63 lines that tlog-witness allows, and sizes
/// fit into the signed 64 bits that other implementations keep them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreeSize(u64);

/// The position of a leaf, counted from 0: less than 2⁶².
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(u64);

/// Why a text or number is not a size, an index or a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// Not a decimal without sign and leading zeroes.
    #[error("{text:?} is not a decimal number without leading zeroes")]
    Decimal {
        /// The words at fault.
        text: String,
    },
    /// More than there can be.
    #[error("{found} is more than {most}")]
    TooLarge {
        /// What was given.
        found: u64,
        /// The bound.
        most: u64,
    },
}

/// Digits of the largest number of 64 bits.
const DIGITS_MAX: usize = 20;

impl TreeSize {
    /// A tree without leaves.
    pub const ZERO: Self = Self(0);

    /// The largest tree: see the type.
    pub const MAX: Self = Self(1 << 62);

    /// Refuses more than [`TreeSize::MAX`].
    pub const fn new(size: u64) -> Result<Self, BadNumber> {
        if size > Self::MAX.0 {
            return Err(BadNumber::TooLarge { found: size, most: Self::MAX.0 });
        }
        Ok(Self(size))
    }

    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl LeafIndex {
    /// The first leaf.
    pub const FIRST: Self = Self(0);

    /// Refuses an index that no tree has.
    pub const fn new(index: u64) -> Result<Self, BadNumber> {
        let most = TreeSize::MAX.0 - 1;
        if index > most {
            return Err(BadNumber::TooLarge { found: index, most });
        }
        Ok(Self(index))
    }

    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TreeSize {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        decimal(text).and_then(Self::new)
    }
}

impl FromStr for LeafIndex {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        decimal(text).and_then(Self::new)
    }
}

/// An ASCII decimal without sign and without leading zeroes, as C2SP writes every number.
pub(crate) fn decimal(text: &str) -> Result<u64, BadNumber> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = if canonical && text.len() <= DIGITS_MAX { text.parse().ok() } else { None };
    number.ok_or_else(|| BadNumber::Decimal { text: text.chars().take(DIGITS_MAX + 1).collect() })
}
