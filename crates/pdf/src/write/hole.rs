//! The hole for a signature, and which bytes around it are signed (ISO 32000-2 §12.8.1).

use crate::object::Dictionary;
use std::io::Write as _;
use std::ops::Range;

/// A signature dictionary whose `/Contents` is not known yet.
#[derive(Debug, Clone)]
pub(crate) struct Placeholder<'a> {
    /// All its entries but `/ByteRange` and `/Contents`.
    pub(crate) dictionary: Dictionary<'a>,
    /// How many bytes of signature the hole is to hold.
    pub(crate) room: usize,
}

/// Where the hole is, in offsets from the start of what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hole {
    /// `/Contents` with its angle brackets.
    pub(crate) contents: Range<usize>,
    /// The brackets and numbers of `/ByteRange`, padded.
    byte_range: Range<usize>,
}

/// Why a signature can't be put into its hole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The hole was made too small.
    #[error(
        "the signature has {length} bytes, the hole in the PDF was made for {room}: sign again with more room"
    )]
    TooLarge {
        /// The signature's.
        length: usize,
        /// What was left free.
        room: usize,
    },
    /// No signature at all.
    #[error("there is no signature to put into the PDF")]
    Empty,
}

/// Digits of the largest number in `/ByteRange`: files under ten gigabytes, as with tables.
const DIGITS: usize = 10;

/// `[0 a b c]` with three numbers of [`DIGITS`] digits.
const BYTE_RANGE_WIDTH: usize = "[0   ]".len() + 3 * DIGITS;

impl Placeholder<'_> {
    /// Appends the dictionary with zeros where the signature will be and spaces where `/ByteRange` will be.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) -> Hole {
        out.extend_from_slice(b"<<");
        for (name, value) in self.dictionary.iter() {
            out.push(b' ');
            name.write_to(out);
            out.push(b' ');
            value.write_to(out);
        }
        out.extend_from_slice(b" /ByteRange ");
        let start = out.len();
        let byte_range = start..start.saturating_add(BYTE_RANGE_WIDTH);
        out.resize(byte_range.end, b' ');
        out.extend_from_slice(b" /Contents ");
        let start = out.len();
        let contents = start..start.saturating_add(self.room.saturating_mul(2)).saturating_add(2);
        out.push(b'<');
        out.resize(contents.end.saturating_sub(1), b'0');
        out.extend_from_slice(b"> >>");
        Hole { contents, byte_range }
    }
}

impl Hole {
    /// How many bytes of signature it holds.
    pub(crate) fn room(&self) -> usize {
        self.contents.len().saturating_sub(2) / 2
    }

    /// `/ByteRange`, where `base` bytes stand before what is written, and `end` bytes are written.
    pub(crate) fn byte_range(&self, base: usize, end: usize) -> [usize; 4] {
        let before = base.saturating_add(self.contents.start);
        let after = base.saturating_add(self.contents.end);
        [0, before, after, end.saturating_sub(self.contents.end)]
    }

    /// Writes `/ByteRange` over its spaces.
    pub(crate) fn fill_byte_range(&self, base: usize, written: &mut [u8]) {
        let [start, before, after, rest] = self.byte_range(base, written.len());
        let mut place = written.get_mut(self.byte_range.clone()).unwrap_or_default();
        // Fits: the update refuses files whose offsets have more digits.
        let _ = write!(place, "[{start} {before} {after} {rest}]");
    }

    /// Writes the signature over the zeros, in hexadecimal; what is left over stays zero.
    pub(crate) fn fill_contents(&self, cms: &[u8], written: &mut [u8]) -> Result<(), EmbedError> {
        let (length, room) = (cms.len(), self.room());
        if length == 0 {
            return Err(EmbedError::Empty);
        }
        if length > room {
            return Err(EmbedError::TooLarge { length, room });
        }
        let digits = written.get_mut(self.contents.start.saturating_add(1)..).unwrap_or_default();
        for (place, byte) in digits.iter_mut().zip(cms.iter().flat_map(|byte| [byte >> 4, byte & 15])) {
            *place = char::from_digit(u32::from(byte), 16).map_or(b'0', |digit| digit as u8);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
