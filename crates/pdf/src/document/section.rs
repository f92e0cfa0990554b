//! Cross-reference sections: tables, streams, and both at once (ISO 32000-2 §7.5.4, §7.5.8).

use super::error::{Part, ReadError};
use super::indirect::indirect;
use crate::filter;
use crate::object::{Dictionary, Object, Stream};
use crate::syntax::Parser;

/// Where an object is, as one section says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: the number is free.
    Free,
    /// At an offset, with a generation.
    Offset(usize, u16),
    /// In the object stream with this number, at this place in it.
    Contained { container: u32, index: u32 },
}

/// How a revision lists its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XrefKind {
    /// A table and a trailer.
    Table,
    /// A cross-reference stream.
    Stream,
    /// A table whose trailer names a cross-reference stream beside it, for objects that old readers shall not see.
    Hybrid,
}

/// One section and the `startxref` after it.
pub(super) struct Section<'a> {
    pub(super) at: usize,
    pub(super) kind: XrefKind,
    pub(super) trailer: Dictionary<'a>,
    /// Sorted by number, each number once.
    pub(super) entries: Vec<(u32, Place)>,
    pub(super) prev: Option<usize>,
    /// What follows, or why nothing usable does: a linearized file's front section need not have one.
    pub(super) tail: Result<Tail, ReadError>,
}

/// `startxref`, its number, `%%EOF`.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    /// Where the word `startxref` stands.
    pub(super) at: usize,
    pub(super) startxref: u64,
    /// Just after `%%EOF`.
    pub(super) eof: usize,
    /// After the line end that follows `%%EOF`, if one does.
    pub(super) end: usize,
}

/// Reads the section at an offset. `room` is how many entries may still come.
pub(super) fn section(bytes: &[u8], at: usize, room: usize) -> Result<Section<'_>, ReadError> {
    let mut parser = Parser::new(bytes, at);
    parser.skip_white();
    let is_table = parser.peek() == Some(b'x');
    let mut section =
        if is_table { with_table(bytes, &mut parser, room)? } else { with_stream(bytes, &mut parser, room)? };
    section.at = at;
    if section.trailer.get("Encrypt").is_some() {
        return Err(ReadError::Encrypted { at });
    }
    section.tail = tail(&mut parser);
    section.entries.sort_by_key(|(number, _)| *number);
    let twice = section.entries.windows(2).find(|pair| match pair {
        [(first, here), (second, there)] => first == second && here != there,
        _ => false,
    });
    if let Some([(number, _), ..]) = twice {
        return Err(ReadError::TwoPlaces { at, number: *number });
    }
    section.entries.dedup();
    let size = section.trailer.get("Size").and_then(Object::as_integer).unwrap_or(0);
    let beyond =
        section.entries.iter().find(|(number, place)| i64::from(*number) >= size && *place != Place::Free);
    match beyond {
        Some((number, _)) => Err(ReadError::BeyondSize { number: *number, size }),
        None => Ok(section),
    }
}

fn with_table<'a>(bytes: &'a [u8], parser: &mut Parser<'a>, room: usize) -> Result<Section<'a>, ReadError> {
    let mut entries = table(bytes, parser, room)?;
    parser.skip_space();
    let (trailer, _) = parser.dictionary_with_spans().map_err(Part::Trailer.syntax())?;
    let prev = offset(&trailer, Part::Trailer, "Prev")?;
    let mut kind = XrefKind::Table;
    if let Some(at) = offset(&trailer, Part::Trailer, "XRefStm")? {
        kind = XrefKind::Hybrid;
        let mut beside = Parser::new(bytes, at);
        let hidden = with_stream(bytes, &mut beside, room.saturating_sub(entries.len()))?;
        // A free entry of the table says only that old readers shall not see the object (§7.5.8.4).
        let listed: std::collections::HashSet<u32> = hidden
            .entries
            .iter()
            .filter(|(_, place)| *place != Place::Free)
            .map(|(number, _)| *number)
            .collect();
        entries.retain(|(number, place)| *place != Place::Free || !listed.contains(number));
        let in_table: std::collections::HashSet<u32> = entries.iter().map(|(number, _)| *number).collect();
        entries.extend(
            hidden
                .entries
                .into_iter()
                .filter(|(number, place)| *place != Place::Free || !in_table.contains(number)),
        );
    }
    Ok(Section { at: 0, kind, trailer, entries, prev, tail: Ok(NOWHERE) })
}

/// `xref`, its subsections, and the word `trailer`.
fn table(bytes: &[u8], parser: &mut Parser<'_>, room: usize) -> Result<Vec<(u32, Place)>, ReadError> {
    let syntax = Part::Table.syntax();
    parser.keyword("xref").map_err(&syntax)?;
    let mut entries = Vec::new();
    loop {
        parser.skip_white();
        if parser.take(b"trailer") {
            return Ok(entries);
        }
        let first = parser.unsigned("a first object number or trailer").map_err(&syntax)?;
        parser.skip_white();
        let count = parser.unsigned("a count of entries").map_err(&syntax)?;
        parser.skip_white();
        for index in 0..count {
            if entries.len() >= room {
                return Err(ReadError::Budget { what: "cross-reference entries", max: entries_max(bytes) });
            }
            let number = first.checked_add(index).and_then(|number| u32::try_from(number).ok());
            let number = number.ok_or_else(|| syntax(parser.unexpected("an object number under 2^32")))?;
            let place = match fixed_entry(bytes, parser.at()) {
                Some(place) => {
                    parser.seek(parser.at() + ENTRY_LENGTH);
                    place
                }
                None => loose_entry(parser).map_err(&syntax)?,
            };
            match (number, place) {
                (0, Place::Free) => {}
                (0, _) => return Err(syntax(parser.unexpected("object 0 to be free"))),
                _ => entries.push((number, place)),
            }
        }
    }
}

/// `nnnnnnnnnn ggggg n` and two bytes of line end (§7.5.4).
fn fixed_entry(bytes: &[u8], at: usize) -> Option<Place> {
    let entry = bytes.get(at..at + ENTRY_LENGTH)?;
    let digits = |range: std::ops::Range<usize>| {
        entry.get(range)?.iter().try_fold(0usize, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + usize::from(digit - b'0'))
        })
    };
    let (offset, generation) = (digits(0..10)?, digits(11..16)?);
    let generation = u16::try_from(generation).ok()?;
    match entry {
        [.., b' ', b'n', b' ' | b'\r', b'\r' | b'\n'] if entry.get(10) == Some(&b' ') => {
            Some(Place::Offset(offset, generation))
        }
        [.., b' ', b'f', b' ' | b'\r', b'\r' | b'\n'] if entry.get(10) == Some(&b' ') => Some(Place::Free),
        _ => None,
    }
}

/// The same with other white space: not to the letter, but no two ways to read it.
fn loose_entry(parser: &mut Parser<'_>) -> Result<Place, crate::syntax::SyntaxError> {
    parser.skip_white();
    let start = parser.clone();
    let offset = parser.unsigned("an offset")?;
    parser.skip_white();
    let generation = parser.unsigned("a generation")?;
    parser.skip_white();
    if parser.keyword("f").is_ok() {
        return Ok(Place::Free);
    }
    parser.keyword("n").map_err(|_| parser.unexpected("n or f"))?;
    let place = usize::try_from(offset).ok().zip(u16::try_from(generation).ok());
    place
        .map(|(offset, generation)| Place::Offset(offset, generation))
        .ok_or_else(|| start.unexpected("an offset and a generation in their ranges"))
}

fn with_stream<'a>(bytes: &'a [u8], parser: &mut Parser<'a>, room: usize) -> Result<Section<'a>, ReadError> {
    let mut no_length = |_| Ok(Object::Null);
    let found = indirect(bytes, parser.at(), &mut no_length).map_err(|error| match error {
        ReadError::NotThere { .. } => {
            Part::XrefStream.syntax()(Parser::new(bytes, parser.at()).unexpected("cross-references"))
        }
        other => other,
    })?;
    parser.seek(found.end);
    let malformed = |key, expected| ReadError::Entry { part: Part::XrefStream, key, expected };
    let Object::Stream(stream) = found.object else {
        return Err(malformed("Type", "XRef, in a stream"));
    };
    if !stream.dictionary.is_type("XRef") {
        return Err(malformed("Type", "XRef"));
    }
    let entries = stream_entries(&stream, room).map_err(|error| match error {
        Bad::Entry(key, expected) => malformed(key, expected),
        Bad::Filter(source) => ReadError::Filter { reference: found.reference, source },
        Bad::Budget => ReadError::Budget { what: "cross-reference entries", max: entries_max(bytes) },
    })?;
    let prev = offset(&stream.dictionary, Part::XrefStream, "Prev")?;
    Ok(Section {
        at: 0,
        kind: XrefKind::Stream,
        trailer: stream.dictionary,
        entries,
        prev,
        tail: Ok(NOWHERE),
    })
}

enum Bad {
    Entry(&'static str, &'static str),
    Filter(filter::FilterError),
    Budget,
}

/// The entries of a cross-reference stream (§7.5.8.3).
fn stream_entries(stream: &Stream<'_>, room: usize) -> Result<Vec<(u32, Place)>, Bad> {
    let integers = |key: &'static str| -> Option<Vec<usize>> {
        let items = stream.dictionary.get(key)?.as_array()?;
        items.iter().map(|item| usize::try_from(item.as_integer()?).ok()).collect()
    };
    let widths = integers("W").filter(|widths| widths.iter().all(|width| *width <= 8));
    let Some(&[kind, first, second]) = widths.as_deref() else {
        return Err(Bad::Entry("W", "three numbers from 0 to 8"));
    };
    let size = stream.dictionary.get("Size").and_then(Object::as_integer);
    let size = size.and_then(|size| usize::try_from(size).ok()).ok_or(Bad::Entry("Size", "a number"))?;
    let index = match stream.dictionary.get("Index") {
        None => vec![0, size],
        Some(_) => integers("Index").ok_or(Bad::Entry("Index", "pairs of numbers"))?,
    };
    let length = kind + first + second;
    if length == 0 || index.len() % 2 != 0 {
        return Err(Bad::Entry("Index", "pairs of numbers"));
    }
    let data = filter::decode(stream, room.saturating_mul(length)).map_err(|error| match error {
        filter::FilterError::TooLarge { max } if max >= room.saturating_mul(length) => Bad::Budget,
        other => Bad::Filter(other),
    })?;
    let mut rows = data.chunks_exact(length);
    let mut entries = Vec::new();
    for pair in index.chunks_exact(2) {
        let &[start, count] = pair else { continue };
        for number in start..start.saturating_add(count) {
            let row = rows.next().ok_or(Bad::Entry("Index", "as many entries as the stream holds"))?;
            let field = |from: usize, width: usize| {
                let bytes = row.get(from..from + width).unwrap_or_default();
                bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
            };
            let (one, two) = (field(kind, first), field(kind + first, second));
            let in_range = "fields in the range of their kind";
            let place = match if kind == 0 { 1 } else { field(0, kind) } {
                0 => Place::Free,
                1 => Place::Offset(
                    usize::try_from(one).map_err(|_| Bad::Entry("W", in_range))?,
                    u16::try_from(two).map_err(|_| Bad::Entry("W", in_range))?,
                ),
                2 => Place::Contained {
                    container: u32::try_from(one).map_err(|_| Bad::Entry("W", in_range))?,
                    index: u32::try_from(two).map_err(|_| Bad::Entry("W", in_range))?,
                },
                _ => return Err(Bad::Entry("W", "fields of kinds 0, 1 and 2 only")),
            };
            let number = u32::try_from(number).map_err(|_| Bad::Entry("Index", "numbers under 2^32"))?;
            match (number, place) {
                (0, Place::Free) => {}
                (0, _) => return Err(Bad::Entry("Index", "object 0 free")),
                _ => entries.push((number, place)),
            }
        }
    }
    Ok(entries)
}

/// An offset in a trailer.
fn offset(trailer: &Dictionary<'_>, part: Part, key: &'static str) -> Result<Option<usize>, ReadError> {
    let Some(value) = trailer.get(key) else { return Ok(None) };
    let offset = value.as_integer().and_then(|value| usize::try_from(value).ok());
    offset.map(Some).ok_or(ReadError::Entry { part, key, expected: "an offset" })
}

/// `startxref`, a number, `%%EOF`, with white space and comments between.
fn tail(parser: &mut Parser<'_>) -> Result<Tail, ReadError> {
    let syntax = Part::Tail.syntax();
    parser.skip_white();
    while parser.peek() == Some(b'%') && !parser.clone().take(b"%%EOF") {
        parser.skip_line();
        parser.skip_white();
    }
    let at = parser.at();
    parser.keyword("startxref").map_err(&syntax)?;
    parser.skip_white();
    let startxref = parser.unsigned("an offset").map_err(&syntax)?;
    parser.skip_white();
    if !parser.take(b"%%EOF") {
        return Err(syntax(parser.unexpected("%%EOF")));
    }
    let eof = parser.at();
    if !parser.take(b"\r\n") && !parser.take(b"\n") {
        parser.take(b"\r");
    }
    Ok(Tail { at, startxref, eof, end: parser.at() })
}

const NOWHERE: Tail = Tail { at: 0, startxref: 0, eof: 0, end: 0 };

/// Bytes of one entry of a table (§7.5.4).
const ENTRY_LENGTH: usize = 20;

/// How many entries all sections of a file together may have: an object takes more than a byte of it.
pub(super) fn entries_max(bytes: &[u8]) -> usize {
    bytes.len().clamp(FEW_ENTRIES, ENTRIES_MAX)
}

/// Twenty times what a 50 MB file has, some 130 MB of memory.
const ENTRIES_MAX: usize = 2_000_000;

/// However small a file is, so many entries take little room.
const FEW_ENTRIES: usize = 1 << 16;
