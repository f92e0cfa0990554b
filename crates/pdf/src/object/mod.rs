//! What a PDF file is made of (ISO 32000-2 §7.3).
//!
//! Values borrow from the file where they can and own what they can't, so the same types serve the reader and whoever
//! writes. Numbers keep the digits they came with: what is written again looks as it did.

mod dictionary;
mod name;
mod real;
mod write;

pub use dictionary::Dictionary;
pub use name::Name;
pub use real::{BadReal, Real};

use std::borrow::Cow;

/// One object, direct or the content of an indirect one (ISO 32000-2 §7.3).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Object<'a> {
    /// `null`: the same as absent.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point, its digits as they came.
    Real(Real<'a>),
    /// The bytes a literal or hexadecimal string stands for.
    String(Cow<'a, [u8]>),
    /// A name, `#xx` already read.
    Name(Name<'a>),
    /// Objects in order.
    Array(Vec<Object<'a>>),
    /// Names with their objects, in the file's order.
    Dictionary(Dictionary<'a>),
    /// A dictionary with bytes, always indirect.
    Stream(Stream<'a>),
    /// Another object by its number.
    Reference(Reference),
}

/// A stream: its dictionary, and its bytes as they stand in the file, still encoded (ISO 32000-2 §7.3.8).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Stream<'a> {
    /// What says how to decode the bytes, and what they are.
    pub dictionary: Dictionary<'a>,
    /// Between `stream` and `endstream`, as long as `/Length` says.
    pub data: Cow<'a, [u8]>,
}

/// Which indirect object is meant (ISO 32000-2 §7.3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// From 1.
    pub number: u32,
    /// 0, but for numbers that were freed and given again.
    pub generation: u16,
}

impl std::fmt::Display for Reference {
    /// As a PDF file writes it: `12 0 R`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} R", self.number, self.generation)
    }
}

impl<'a> Object<'a> {
    /// A name.
    pub fn name(name: impl Into<Name<'a>>) -> Self {
        Self::Name(name.into())
    }

    /// A string of these bytes.
    pub fn string(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self::String(bytes.into())
    }

    /// The truth value, if this is one.
    pub fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The whole number, if this is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self { Some(*value) } else { None }
    }

    /// The number, whole or not, for measures on a page.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "measures on a page, far under 2^52")]
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(value.value()),
            _ => None,
        }
    }

    /// The bytes of a string, if this is one.
    pub fn as_string(&self) -> Option<&[u8]> {
        if let Self::String(bytes) = self { Some(bytes) } else { None }
    }

    /// The bytes of a name, if this is one.
    pub fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name.as_bytes()) } else { None }
    }

    /// The items, if this is an array.
    pub fn as_array(&self) -> Option<&[Object<'a>]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The dictionary, a stream's too.
    pub fn as_dictionary(&self) -> Option<&Dictionary<'a>> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            Self::Stream(stream) => Some(&stream.dictionary),
            _ => None,
        }
    }

    /// The stream, if this is one.
    pub fn as_stream(&self) -> Option<&Stream<'a>> {
        if let Self::Stream(stream) = self { Some(stream) } else { None }
    }

    /// Where this points, if it is a reference.
    pub fn as_reference(&self) -> Option<Reference> {
        if let Self::Reference(reference) = self { Some(*reference) } else { None }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What kind of object this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::String(_) => "a string",
            Self::Name(_) => "a name",
            Self::Array(_) => "an array",
            Self::Dictionary(_) => "a dictionary",
            Self::Stream(_) => "a stream",
            Self::Reference(_) => "a reference",
        }
    }

    /// The same object, owning all it holds.
    pub fn into_owned(self) -> Object<'static> {
        match self {
            Self::Null => Object::Null,
            Self::Boolean(value) => Object::Boolean(value),
            Self::Integer(value) => Object::Integer(value),
            Self::Real(value) => Object::Real(value.into_owned()),
            Self::String(bytes) => Object::String(Cow::Owned(bytes.into_owned())),
            Self::Name(name) => Object::Name(name.into_owned()),
            Self::Array(items) => Object::Array(items.into_iter().map(Object::into_owned).collect()),
            Self::Dictionary(dictionary) => Object::Dictionary(dictionary.into_owned()),
            Self::Stream(stream) => Object::Stream(Stream {
                dictionary: stream.dictionary.into_owned(),
                data: Cow::Owned(stream.data.into_owned()),
            }),
            Self::Reference(reference) => Object::Reference(reference),
        }
    }
}

impl From<Reference> for Object<'_> {
    fn from(reference: Reference) -> Self {
        Self::Reference(reference)
    }
}

impl From<i64> for Object<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Object<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<'a> From<Dictionary<'a>> for Object<'a> {
    fn from(dictionary: Dictionary<'a>) -> Self {
        Self::Dictionary(dictionary)
    }
}

impl<'a> From<Vec<Object<'a>>> for Object<'a> {
    fn from(items: Vec<Object<'a>>) -> Self {
        Self::Array(items)
    }
}

impl<'a> From<Stream<'a>> for Object<'a> {
    fn from(stream: Stream<'a>) -> Self {
        Self::Stream(stream)
    }
}
