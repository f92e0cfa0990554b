//! Entry bundles: entries after their length in two bytes, the high one first (tlog-tiles, *Log entries*).

use super::{Bundle, TILE_WIDTH};

/// Bytes of the longest entry: what a length of two bytes can say.
pub const ENTRY_MAX: usize = u16::MAX as usize;

/// Bytes of the largest bundle: 256 of the longest entries.
pub const BUNDLE_MAX: usize = TILE_WIDTH as usize * (LENGTH_BYTES + ENTRY_MAX);

/// Bytes of a length.
const LENGTH_BYTES: usize = 2;

/// The entries of one bundle, borrowed from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<'a>(Vec<&'a [u8]>);

/// Why bytes are not a bundle, or entries make none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A length cannot be said in two bytes.
    #[error("entry {at} of the bundle has {length} bytes, an entry has at most {ENTRY_MAX}")]
    EntryTooLong {
        /// Which, counted from 0.
        at: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// Another number of entries than the bundle is wide.
    #[error("the bundle holds {found} entries, {expected} belong into it")]
    Count {
        /// Entries that belong into it.
        expected: u16,
        /// Entries found.
        found: usize,
    },
    /// It ends in the middle of an entry.
    #[error("the bundle ends within entry {at}: {missing} bytes are missing")]
    Truncated {
        /// Which, counted from 0.
        at: usize,
        /// How many bytes are missing.
        missing: usize,
    },
    /// It goes on after its last entry.
    #[error("{found} bytes follow the bundle's last entry")]
    Trailing {
        /// How many.
        found: usize,
    },
}

impl<'a> Entries<'a> {
    /// Reads a bundle to its last byte; it must hold exactly as many entries as it is wide.
    pub fn read(bundle: Bundle, bytes: &'a [u8]) -> Result<Self, BundleError> {
        let mut rest = bytes;
        let mut entries = Vec::with_capacity(bundle.width().into());
        for at in 0..usize::from(bundle.width()) {
            if rest.is_empty() {
                return Err(BundleError::Count { expected: bundle.width(), found: at });
            }
            let Some((length, after)) = rest.split_first_chunk::<LENGTH_BYTES>() else {
                return Err(BundleError::Truncated { at, missing: LENGTH_BYTES - rest.len() });
            };
            let length = usize::from(u16::from_be_bytes(*length));
            let Some((entry, after)) = after.split_at_checked(length) else {
                return Err(BundleError::Truncated { at, missing: length - after.len() });
            };
            entries.push(entry);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(BundleError::Trailing { found: rest.len() });
        }
        Ok(Self(entries))
    }

    /// The entries, in the log's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.0.iter().copied()
    }
}

/// Writes a bundle.
pub fn write_bundle<'a>(
    bundle: Bundle,
    entries: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    let mut count = 0;
    for entry in entries {
        let Ok(length) = u16::try_from(entry.len()) else {
            return Err(BundleError::EntryTooLong { at: count, length: entry.len() });
        };
        count += 1;
        if count > usize::from(bundle.width()) {
            break;
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    if count != usize::from(bundle.width()) {
        return Err(BundleError::Count { expected: bundle.width(), found: count });
    }
    Ok(bytes)
}
