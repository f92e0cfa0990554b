//! Writing DER (X.690 §10): definite, shortest lengths; sets in order.

use const_oid::ObjectIdentifier;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const BOOLEAN: u8 = 0x01;
const NULL: u8 = 0x05;
pub(crate) const ENUMERATED: u8 = 0x0a;
const UTF_8_STRING: u8 = 0x0c;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, constructed; add the number for others.
pub(crate) const CONTEXT: u8 = 0xa0;
/// `[0]`, primitive; add the number for others.
pub(crate) const CONTEXT_PRIMITIVE: u8 = 0x80;

/// One value with this tag, whose content is the parts in a row.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let significant = digits.iter().skip_while(|digit| **digit == 0);
    let mut out = Vec::with_capacity(length.saturating_add(10));
    out.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            // At most eight length digits: the count fits seven bits.
            out.push(significant.clone().fold(0x80, |count: u8, _| count.saturating_add(1)));
            out.extend(significant);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SEQUENCE of values already encoded.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// A SET OF values already encoded, in DER's order (X.690 §11.6), each once.
pub(crate) fn set_of(mut values: Vec<Vec<u8>>) -> Vec<u8> {
    values.sort_unstable();
    values.dedup();
    let parts: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    tlv(SET, &parts)
}

/// An OBJECT IDENTIFIER.
pub(crate) fn oid(id: ObjectIdentifier) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, &[id.as_bytes()])
}

/// An `AlgorithmIdentifier` without parameters (RFC 5754 §2, RFC 5758 §3.2).
pub(crate) fn algorithm(id: ObjectIdentifier) -> Vec<u8> {
    sequence(&[&oid(id)])
}

/// NULL.
pub(crate) fn null() -> Vec<u8> {
    tlv(NULL, &[])
}

/// The BOOLEAN true.
pub(crate) fn yes() -> Vec<u8> {
    tlv(BOOLEAN, &[&[0xff]])
}

/// A non-negative INTEGER.
pub(crate) fn unsigned(value: u64) -> Vec<u8> {
    let digits = value.to_be_bytes();
    let shortest: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
    match shortest.first() {
        Some(first) if *first < 0x80 => tlv(INTEGER, &[&shortest]),
        _ => tlv(INTEGER, &[&[0], &shortest]),
    }
}

/// A UTF8String.
pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(UTF_8_STRING, &[text.as_bytes()])
}

/// A small INTEGER.
pub(crate) fn small(value: u8) -> Vec<u8> {
    if value < 0x80 { tlv(INTEGER, &[&[value]]) } else { tlv(INTEGER, &[&[0, value]]) }
}

/// Puts another tag on a value (IMPLICIT tagging).
pub(crate) fn retag(tag: u8, mut value: Vec<u8>) -> Vec<u8> {
    if let Some(first) = value.first_mut() {
        *first = tag;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        for (length, head) in [
            (0, vec![4, 0]),
            (127, vec![4, 127]),
            (128, vec![4, 0x81, 128]),
            (255, vec![4, 0x81, 255]),
            (256, vec![4, 0x82, 1, 0]),
            (70_000, vec![4, 0x83, 1, 0x11, 0x70]),
        ] {
            let out = tlv(OCTET_STRING, &[&vec![7; length]]);
            assert_eq!(out.len(), head.len() + length);
            assert!(out.starts_with(&head), "{length}");
        }
    }

    #[test]
    fn integers_are_the_shortest_and_positive() {
        for (value, der) in
            [(0, vec![2, 1, 0]), (127, vec![2, 1, 127]), (128, vec![2, 2, 0, 128]), (256, vec![2, 2, 1, 0])]
        {
            assert_eq!(unsigned(value), der);
        }
    }

    #[test]
    fn sets_are_in_order_whatever_the_order_given() {
        let (a, b) = (small(1), small(2));
        assert_eq!(set_of(vec![b.clone(), a.clone(), b.clone()]), set_of(vec![a, b]));
    }
}
