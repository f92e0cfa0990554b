//! A walk over DER that keeps every value's original bytes.

use der::asn1::AnyRef;
use der::{Decode, Header, Reader, SliceReader, Tag, TagNumber};

/// One value: its whole encoding and what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Tlv<'a> {
    /// Tag, length and content as they came.
    pub(crate) whole: &'a [u8],
    /// The content.
    pub(crate) value: &'a [u8],
}

/// Reads values one after another out of a content.
pub(crate) struct Walk<'a>(SliceReader<'a>);

impl<'a> Walk<'a> {
    /// Starts at the first value of `content`.
    pub(crate) fn new(content: &'a [u8]) -> der::Result<Self> {
        SliceReader::new(content).map(Self)
    }

    /// Whether everything has been read.
    pub(crate) fn is_done(&self) -> bool {
        self.0.is_finished()
    }

    /// Refuses anything left over.
    pub(crate) fn finish(self) -> der::Result<()> {
        self.0.finish()
    }

    /// The next value, which must have this tag.
    pub(crate) fn take(&mut self, tag: Tag) -> der::Result<Tlv<'a>> {
        Header::peek(&self.0)?.tag().assert_eq(tag)?;
        let whole = self.0.tlv_bytes()?;
        let value = AnyRef::from_der(whole)?.value();
        Ok(Tlv { whole, value })
    }

    /// The next value if it has this tag.
    pub(crate) fn take_if(&mut self, tag: Tag) -> der::Result<Option<Tlv<'a>>> {
        if self.is_done() || Header::peek(&self.0)?.tag() != tag {
            return Ok(None);
        }
        self.take(tag).map(Some)
    }

    /// The tag of the next value, if there is one.
    pub(crate) fn next_tag(&self) -> Option<Tag> {
        Header::peek(&self.0).ok().map(|header| header.tag())
    }

    /// The next value of whatever tag, as it came.
    pub(crate) fn take_any(&mut self) -> der::Result<&'a [u8]> {
        self.0.tlv_bytes()
    }

    /// The next value, read as a type.
    pub(crate) fn decode<T: Decode<'a, Error = der::Error>>(&mut self) -> der::Result<T> {
        T::decode(&mut self.0)
    }

    /// Parameters that may be NULL or absent, and nothing after them.
    pub(crate) fn null_or_nothing(mut self) -> der::Result<()> {
        if !self.is_done() {
            let _: der::asn1::Null = self.decode()?;
        }
        self.finish()
    }

    /// Opens the next value, which must have this tag.
    pub(crate) fn enter(&mut self, tag: Tag) -> der::Result<Walk<'a>> {
        Walk::new(self.take(tag)?.value)
    }
}

/// The constructed context-specific tag `[number]`.
pub(crate) fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// The primitive context-specific tag `[number]`.
pub(crate) fn context_primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

/// Whether an INTEGER's content is the shortest there is (X.690 §8.3.2): else equal numbers would look unequal.
pub(crate) fn is_shortest_integer(content: &[u8]) -> bool {
    !matches!(content, [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..])
}
