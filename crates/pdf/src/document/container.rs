//! Object streams (ISO 32000-2 §7.5.7).

use super::error::{Part, ReadError};
use crate::filter;
use crate::object::{Object, Reference, Stream};
use crate::syntax::Parser;

/// An object stream's content, decoded once.
#[derive(Debug)]
pub(super) struct Container {
    data: Vec<u8>,
    /// Which object stands where in `data`, in the stream's order.
    objects: Vec<(u32, usize)>,
}

impl Container {
    /// Decodes the stream to at most `max` bytes, and reads which objects it holds.
    pub(super) fn open(reference: Reference, stream: &Stream<'_>, max: usize) -> Result<Self, ReadError> {
        let part = Part::Container(reference);
        let number = |key: &'static str| {
            let value = stream.dictionary.get(key).and_then(Object::as_integer);
            let value = value.and_then(|value| usize::try_from(value).ok());
            value.ok_or(ReadError::Entry { part, key, expected: "a number" })
        };
        if !stream.dictionary.is_type("ObjStm") {
            return Err(ReadError::Entry { part, key: "Type", expected: "ObjStm" });
        }
        let (count, first) = (number("N")?, number("First")?);
        let data = filter::decode(stream, max).map_err(|source| ReadError::Filter { reference, source })?;
        let mut parser = Parser::new(&data, 0);
        let mut objects = Vec::new();
        for _ in 0..count {
            parser.skip_space();
            let number = parser.unsigned("an object number").map_err(part.syntax())?;
            parser.skip_space();
            let offset = parser.unsigned("an offset").map_err(part.syntax())?;
            let place = u32::try_from(number)
                .ok()
                .zip(usize::try_from(offset).ok().and_then(|at| at.checked_add(first)));
            objects.push(place.ok_or_else(|| part.syntax()(parser.unexpected("numbers in their range")))?);
        }
        if parser.at() > first {
            return Err(ReadError::Entry { part, key: "First", expected: "beyond the list of objects" });
        }
        Ok(Self { data, objects })
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.data.len()
    }

    /// The object that stands at a place, if it is the one meant; with how many bytes had to be read.
    pub(super) fn object(
        &self,
        number: u32,
        container: u32,
        index: u32,
    ) -> Result<(Object<'static>, usize), ReadError> {
        let wrong = |found| ReadError::NotInContainer { number, container, index, found };
        let place = usize::try_from(index).ok().and_then(|index| self.objects.get(index));
        let &(held, at) = place.ok_or(wrong("it holds fewer"))?;
        if held != number {
            return Err(wrong("another object is there"));
        }
        let mut parser = Parser::new(&self.data, at);
        let object = parser.object().map_err(Part::Object(Reference { number, generation: 0 }).syntax())?;
        Ok((object.into_owned(), parser.at().saturating_sub(at)))
    }
}
