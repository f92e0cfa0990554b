//! From BER to DER, for what others wrote in a stream (X.690 §8.1.3.6): `openssl cms -stream`, some PDF writers.
//!
//! Indefinite lengths become definite, strings in pieces become whole, lengths the shortest. Bytes that were DER stay as
//! they are, so signed attributes, which must be DER (RFC 5652 §5.4), are hashed as they came.

use crate::encode;
use std::borrow::Cow;

/// Bound on nesting: a signature with a timestamp in it has fewer than twenty levels.
const DEPTH_MAX: u8 = 40;

const OCTET_STRING_IN_PIECES: u8 = 0x24;
const CONSTRUCTED: u8 = 0x20;
const INDEFINITE: u8 = 0x80;

/// The same value in DER. Borrowed unless its outermost length is indefinite; what can't be read is handed on as it is,
/// for the reader of DER to refuse.
pub(crate) fn to_der(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.get(1) != Some(&INDEFINITE) {
        return Cow::Borrowed(bytes);
    }
    match value(bytes, DEPTH_MAX) {
        Some((der, [])) => Cow::Owned(der),
        _ => Cow::Borrowed(bytes),
    }
}

/// One value in DER, and what follows it.
fn value(bytes: &[u8], depth: u8) -> Option<(Vec<u8>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let (&tag, rest) = bytes.split_first()?;
    // Tags of several octets occur nowhere in CMS.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    if first == INDEFINITE {
        if tag & CONSTRUCTED == 0 {
            return None;
        }
        let (mut parts, mut rest) = (Vec::new(), rest);
        loop {
            if let Some(after) = rest.strip_prefix(&[0, 0]) {
                return Some((assemble(tag, parts)?, after));
            }
            let (part, after) = value(rest, depth)?;
            parts.push(part);
            rest = after;
        }
    }
    let (length, rest) = length(first, rest)?;
    let (content, rest) = rest.split_at_checked(length)?;
    if tag & CONSTRUCTED == 0 {
        return Some((encode::tlv(tag, &[content]), rest));
    }
    let (mut parts, mut left) = (Vec::new(), content);
    while !left.is_empty() {
        let (part, after) = value(left, depth)?;
        parts.push(part);
        left = after;
    }
    Some((assemble(tag, parts)?, rest))
}

fn length(first: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    if first < INDEFINITE {
        return Some((usize::from(first), rest));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    let length = digits
        .iter()
        .try_fold(0_usize, |length, digit| length.checked_mul(256)?.checked_add(usize::from(*digit)))?;
    Some((length, rest))
}

/// A constructed value of its parts; an octet string in pieces becomes whole.
fn assemble(tag: u8, parts: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    if tag != OCTET_STRING_IN_PIECES {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        return Some(encode::tlv(tag, &parts));
    }
    let mut whole = Vec::new();
    for part in &parts {
        let (&tag, rest) = part.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, content) = length(first, rest)?;
        if tag != encode::OCTET_STRING || length != content.len() {
            return None;
        }
        whole.extend_from_slice(content);
    }
    Some(encode::tlv(encode::OCTET_STRING, &[&whole]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_der_stays_as_it_is() {
        let der = encode::sequence(&[&encode::small(7), &encode::null()]);
        assert_eq!(to_der(&der), der);
    }

    #[test]
    fn indefinite_lengths_and_pieces_become_whole() {
        let ber = [0x30, 0x80, 0x24, 0x80, 4, 1, b'a', 4, 0x81, 1, b'b', 0, 0, 5, 0, 0, 0];
        assert_eq!(to_der(&ber).as_ref(), [0x30, 6, 4, 2, b'a', b'b', 5, 0]);
    }

    #[test]
    fn endless_nesting_stops() {
        let ber = [0x30, 0x80].repeat(10_000);
        assert_eq!(to_der(&ber).as_ref(), ber);
    }
}
