//! Names in the form they are compared in (RFC 5280 §7.1): strings prepared as RFC 4518 §2 says, whatever type they
//! were written in.

use crate::read::Walk;
use der::{Header, SliceReader, Tag};
use std::ops::RangeInclusive;
use unicode_normalization::UnicodeNormalization as _;

/// A distinguished name, ready to be compared: one prepared value for each relative distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Comparable(Vec<Vec<u8>>);

impl Comparable {
    /// Prepares a DER `Name`. What can't be read as a name is compared byte by byte.
    pub(crate) fn of(name: &[u8]) -> Self {
        Self::read(name).unwrap_or_else(|_| Self(vec![name.to_vec()]))
    }

    fn read(name: &[u8]) -> der::Result<Self> {
        let mut outer = Walk::new(name)?;
        let mut list = outer.enter(Tag::Sequence)?;
        outer.finish()?;
        let mut out = Vec::new();
        while !list.is_done() {
            out.push(relative(list.take(Tag::Set)?.value)?);
        }
        Ok(Self(out))
    }

    /// The name that has one more relative distinguished name below this one: a DER SET's content.
    pub(crate) fn with(&self, relative_name: &[u8]) -> Self {
        let mut out = self.clone();
        out.0.push(relative(relative_name).unwrap_or_else(|_| relative_name.to_vec()));
        out
    }

    /// Whether this name lies in the subtree under `base` (RFC 5280 §4.2.1.10).
    pub(crate) fn is_within(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }

    /// Whether it has no part at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One relative distinguished name: its attributes in an order of their own, each with its length before it.
fn relative(set: &[u8]) -> der::Result<Vec<u8>> {
    let mut attributes = Vec::new();
    let mut members = Walk::new(set)?;
    while !members.is_done() {
        let mut pair = members.enter(Tag::Sequence)?;
        let kind = pair.take(Tag::ObjectIdentifier)?.whole;
        let value = prepared(pair.take_any()?)?;
        pair.finish()?;
        attributes.push([kind, &value].concat());
    }
    attributes.sort_unstable();
    let mut out = Vec::new();
    for attribute in attributes {
        out.extend_from_slice(&u32::try_from(attribute.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(&attribute);
    }
    Ok(out)
}

/// A value as it is compared: text prepared, with one tag for all kinds of text; anything else as it came.
fn prepared(value: &[u8]) -> der::Result<Vec<u8>> {
    const TEXT: u8 = 0;
    let tag = Header::peek(&SliceReader::new(value)?)?.tag();
    let content = Walk::new(value)?.take(tag)?.value;
    Ok(match text(tag, content) {
        Some(text) => [&[TEXT], prepare(&text).as_bytes()].concat(),
        None => value.to_vec(),
    })
}

/// The characters of a string type (X.690 §8.23), if it is one and they can be read.
fn text(tag: Tag, content: &[u8]) -> Option<String> {
    match tag {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            std::str::from_utf8(content).ok().map(str::to_owned)
        }
        // T.61 in name, Latin-1 in practice; beyond ASCII nobody agrees, and only equal bytes compare equal.
        Tag::TeletexString => Some(content.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let (units, []) = content.as_chunks::<2>() else { return None };
            char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
                .collect::<Result<_, _>>()
                .ok()
        }
        _ => None,
    }
}

/// RFC 4518 §2: map (case folded, control characters and soft hyphens dropped, every space a plain one), normalise to
/// form KC, and take outer spaces away and inner runs together (§2.6.1).
fn prepare(text: &str) -> String {
    let mapped = text.chars().filter_map(mapped).flat_map(char::to_lowercase);
    // Form KC of ASCII is itself.
    let normal: String = if text.is_ascii() {
        mapped.collect()
    } else {
        mapped.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    };
    let mut out = String::with_capacity(normal.len());
    for word in normal.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// RFC 4518 §2.2.
fn mapped(c: char) -> Option<char> {
    match c {
        '\u{9}'..='\u{d}' | '\u{85}' => Some(' '),
        c if c.is_control() || IGNORED.iter().any(|range| range.contains(&c)) => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

/// Characters that are not seen: hyphens that may be, joiners, variants, directions (RFC 4518 §2.2).
const IGNORED: [RangeInclusive<char>; 9] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{1806}'..='\u{1806}',
    '\u{180b}'..='\u{180e}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{sequence, tlv};

    fn name(tag: u8, value: &[u8]) -> Comparable {
        let pair = sequence(&[&[6, 3, 0x55, 4, 3], &tlv(tag, &[value])]);
        Comparable::of(&sequence(&[&tlv(0x31, &[&pair])]))
    }

    #[test]
    fn case_space_and_the_type_of_the_string_make_no_difference() {
        let utf8 = name(12, "Ünited  Kravonia".as_bytes());
        for (tag, other) in [
            (12, " ÜNITED kravonia ".as_bytes().to_vec()),
            (12, "U\u{308}nited\tKravonia".as_bytes().to_vec()),
            (20, b"\xdcnited Kravonia".to_vec()),
            (30, "Ünited Kravonia".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ] {
            assert_eq!(name(tag, &other), utf8, "{other:?}");
        }
        assert_ne!(name(12, "ÜnitedKravonia".as_bytes()), utf8);
        assert_eq!(name(19, b"a B"), name(12, b"A  b"));
    }

    #[test]
    fn what_is_no_text_is_compared_as_it_is() {
        assert_eq!(name(4, b"a"), name(4, b"a"));
        assert_ne!(name(4, b"a"), name(4, b"A"));
        assert_ne!(name(4, b"a"), name(12, b"a"));
        assert_ne!(name(12, b"\xff"), name(12, b"\xfe"));
    }

    #[test]
    fn attributes_of_one_part_have_no_order_and_parts_have() {
        let [a, b] = [3_u8, 10].map(|kind| sequence(&[&[6, 3, 0x55, 4, kind], &tlv(12, &[b"x"])]));
        let one = |first: &[u8], second: &[u8]| Comparable::of(&sequence(&[&tlv(0x31, &[first, second])]));
        let two = |first: &[u8], second: &[u8]| {
            Comparable::of(&sequence(&[&tlv(0x31, &[first]), &tlv(0x31, &[second])]))
        };
        assert_eq!(one(&a, &b), one(&b, &a));
        assert_ne!(two(&a, &b), two(&b, &a));
        assert_ne!(two(&a, &b), one(&a, &b));
        assert!(two(&a, &b).is_within(&Comparable::of(&sequence(&[&tlv(0x31, &[&a])]))));
        assert!(!one(&a, &b).is_within(&Comparable::of(&sequence(&[&tlv(0x31, &[&a])]))));
    }
}
