//! One indirect object at its place (ISO 32000-2 §7.3.10).

use super::error::{Part, ReadError};
use crate::object::{Object, Reference, Stream};
use crate::syntax::{Parser, SyntaxError};
use std::borrow::Cow;

/// An object as it stands in the file.
pub(super) struct Indirect<'a> {
    pub(super) reference: Reference,
    pub(super) object: Object<'a>,
    /// Just after `endobj`.
    pub(super) end: usize,
    /// Bytes that had to be looked at: the stream's data are not among them.
    pub(super) read: usize,
}

/// Reads `N G obj … endobj`, white space before it allowed. `length` answers for a `/Length` that is a reference.
pub(super) fn indirect<'a>(
    bytes: &'a [u8],
    at: usize,
    length: &mut dyn FnMut(Reference) -> Result<Object<'static>, ReadError>,
) -> Result<Indirect<'a>, ReadError> {
    let mut parser = Parser::new(bytes, at);
    parser.skip_white();
    let start = parser.at();
    let unread = Reference { number: 0, generation: 0 };
    let reference =
        header(&mut parser).map_err(|source| ReadError::NotThere { reference: unread, at, source })?;
    let syntax = Part::Object(reference).syntax();
    let object = parser.object().map_err(&syntax)?;
    parser.skip_space();
    let mut skipped = 0;
    let object = match object {
        Object::Dictionary(dictionary) if parser.take(b"stream") => {
            if !(parser.take(b"\r\n") || parser.take(b"\n")) {
                return Err(syntax(parser.unexpected("a line end after stream")));
            }
            let given = match dictionary.get("Length") {
                Some(Object::Reference(place)) => length(*place)?,
                Some(direct) => direct.clone().into_owned(),
                None => Object::Null,
            };
            let given = given
                .as_integer()
                .and_then(|length| usize::try_from(length).ok())
                .ok_or(ReadError::NoLength { reference, found: given.kind() })?;
            let from = parser.at();
            let wrong = || ReadError::Length { reference, length: given };
            let to = from.checked_add(given).ok_or_else(wrong)?;
            let data = bytes.get(from..to).ok_or_else(wrong)?;
            parser.seek(to);
            parser.skip_white();
            // More than one line end there is white space no `/Length` counts: others allow it too.
            if parser.at() > to + LINE_ENDS_MAX || parser.keyword("endstream").is_err() {
                return Err(wrong());
            }
            skipped = given;
            parser.skip_space();
            Object::Stream(Stream { dictionary, data: Cow::Borrowed(data) })
        }
        other => other,
    };
    parser.keyword("endobj").map_err(syntax)?;
    let end = parser.at();
    Ok(Indirect { reference, object, end, read: (end - start).saturating_sub(skipped) })
}

fn header(parser: &mut Parser<'_>) -> Result<Reference, SyntaxError> {
    let expected = "an object's number, its generation and obj";
    let start = parser.clone();
    let number = parser.unsigned(expected)?;
    parser.skip_white();
    let generation = parser.unsigned(expected)?;
    parser.skip_white();
    parser.keyword("obj").map_err(|_| start.unexpected(expected))?;
    let number = u32::try_from(number).map_err(|_| start.unexpected(expected))?;
    let generation = u16::try_from(generation).map_err(|_| start.unexpected(expected))?;
    Ok(Reference { number, generation })
}

/// `\r\n\r\n`: a line end of the data and one before the keyword.
const LINE_ENDS_MAX: usize = 4;
