//! `/Contents`: the hole in the signed bytes.

use crate::syntax::hex_pairs;
use std::ops::Range;

/// A signature's `/Contents` and exactly where its hexadecimal string stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents<'a> {
    /// From `<` to just after `>`.
    pub span: Range<usize>,
    /// Between the two.
    pub digits: &'a [u8],
}

impl<'a> Contents<'a> {
    /// What stands at a span, if it is a hexadecimal string of whole bytes and nothing else: white space in it would
    /// be bytes that nobody signed and nobody reads.
    pub(super) fn at(bytes: &'a [u8], span: Range<usize>) -> Option<Self> {
        let digits = bytes.get(span.clone())?.strip_prefix(b"<")?.strip_suffix(b">")?;
        let is_plain = digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit);
        is_plain.then_some(Self { span, digits })
    }

    /// All the bytes, the zeros that fill the hole among them.
    pub fn bytes(&self) -> Vec<u8> {
        hex_pairs(self.digits)
    }

    /// The DER value at the front, without what fills the hole, and what fills it. `None` where no DER sequence of a
    /// definite length stands there.
    pub fn value_and_padding(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut bytes = self.bytes();
        let length = sequence_length(&bytes).filter(|length| *length <= bytes.len())?;
        let padding = bytes.split_off(length);
        Some((bytes, padding))
    }
}

/// How long the DER sequence at the front is, its header included (X.690 §8.1.3).
fn sequence_length(bytes: &[u8]) -> Option<usize> {
    let (&[0x30, first], rest) = bytes.split_first_chunk::<2>()? else { return None };
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    let count = usize::from(first & 0x7F);
    let length = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length = length.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
    length.checked_add(2 + count)
}
