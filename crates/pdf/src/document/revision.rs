//! The chain of revisions, from `startxref` back along `/Prev` (ISO 32000-2 §7.5.6).

use super::error::{Part, ReadError};
use super::indirect::indirect;
use super::section::{Place, Section, XrefKind, entries_max, section};
use crate::object::{Dictionary, Object};
use crate::syntax::{Excerpt, is_space};

/// One state of the document: what stood in the file when it ended here.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    pub(super) start: usize,
    pub(super) startxref: usize,
    pub(super) eof: usize,
    pub(super) end: usize,
    pub(super) xref: XrefKind,
    pub(super) trailer: Dictionary<'a>,
    pub(super) entries: Vec<(u32, Place)>,
}

impl<'a> Revision<'a> {
    /// Where the bytes this revision adds begin: the end of the one before.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Just after its `%%EOF` and the line end that follows, if one does.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Just after its `%%EOF`.
    pub fn eof(&self) -> usize {
        self.eof
    }

    /// The offset of its cross-references.
    pub fn startxref(&self) -> usize {
        self.startxref
    }

    /// How it lists its objects.
    pub fn xref(&self) -> XrefKind {
        self.xref
    }

    /// Its trailer, or the dictionary of its cross-reference stream.
    pub fn trailer(&self) -> &Dictionary<'a> {
        &self.trailer
    }

    /// The numbers of the objects it adds, changes or frees, ascending.
    pub fn objects(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().map(|(number, _)| *number)
    }
}

/// All revisions, the first one first.
pub(super) fn revisions(bytes: &[u8]) -> Result<Vec<Revision<'_>>, ReadError> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(ReadError::NoHeader { found: Excerpt::at(bytes, 0) });
    }
    let mut sections = chain(bytes)?;
    sections.reverse();
    let mut revisions: Vec<Revision<'_>> = Vec::with_capacity(sections.len());
    let mut sections = sections.into_iter().peekable();
    while let Some(section) = sections.next() {
        let section = match sections.next_if(|next| next.at < section.at) {
            Some(front) => linearized(bytes, front, section)?,
            None => section,
        };
        let start = revisions.last().map_or(0, |last| last.end);
        revisions.push(revision(section, start)?);
    }
    Ok(revisions)
}

/// The sections from the last one back.
fn chain(bytes: &[u8]) -> Result<Vec<Section<'_>>, ReadError> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut room = entries_max(bytes);
    let mut next = Some(last_startxref(bytes)?);
    while let Some(at) = next {
        if sections.len() == REVISIONS_MAX {
            return Err(ReadError::Budget { what: "revisions", max: REVISIONS_MAX });
        }
        let found = section(bytes, at, room)?;
        room = room.saturating_sub(found.entries.len());
        next = found.prev;
        // Strictly backwards, so no loops; a linearized file's first section alone leads forward, once.
        let is_main = sections.last().is_some_and(|front| front.at < at);
        if let Some(to) = next
            && (is_main || to >= at && linearized_length(bytes).is_none_or(|length| to >= length || to == at))
        {
            return Err(ReadError::PrevNotEarlier { from: at, to });
        }
        sections.push(found);
    }
    Ok(sections)
}

/// What the last `startxref` of the file says.
fn last_startxref(bytes: &[u8]) -> Result<usize, ReadError> {
    let from = bytes.len().saturating_sub(TAIL_MAX);
    let end = bytes.get(from..).unwrap_or_default();
    let word = b"startxref";
    let at = end.windows(word.len()).rposition(|window| window == word);
    let at = from + at.ok_or(ReadError::NoStartxref { within: TAIL_MAX })? + word.len();
    let mut parser = crate::syntax::Parser::new(bytes, at);
    parser.skip_white();
    let offset = parser.unsigned("an offset").map_err(Part::Tail.syntax())?;
    usize::try_from(offset).map_err(|_| Part::Tail.syntax()(parser.unexpected("an offset")))
}

fn revision(section: Section<'_>, start: usize) -> Result<Revision<'_>, ReadError> {
    let Section { at, kind, trailer, entries, tail, .. } = section;
    let tail = tail?;
    if at < start {
        return Err(ReadError::SectionOutside { at, start });
    }
    if usize::try_from(tail.startxref) != Ok(at) {
        return Err(ReadError::StartxrefDiffers { end: tail.end, says: tail.startxref, reached: at });
    }
    let beyond = entries.iter().find_map(|(number, place)| match place {
        Place::Offset(offset, _) if *offset >= tail.at => Some((*number, *offset)),
        _ => None,
    });
    if let Some((number, offset)) = beyond {
        return Err(ReadError::BeyondRevision { number, offset, end: tail.eof });
    }
    if !matches!(trailer.get("Root"), Some(Object::Reference(_))) {
        return Err(ReadError::Entry { part: Part::Trailer, key: "Root", expected: "a reference" });
    }
    Ok(Revision { start, startxref: at, eof: tail.eof, end: tail.end, xref: kind, trailer, entries })
}

/// The two sections of a linearized file's first revision as one: the front one holds the first page, its `/Prev`
/// leads to the main one at the end (ISO 32000-2 annex F).
fn linearized<'a>(bytes: &'a [u8], front: Section<'a>, main: Section<'a>) -> Result<Section<'a>, ReadError> {
    let not_earlier = ReadError::PrevNotEarlier { from: front.at, to: main.at };
    let length = linearized_length(bytes).ok_or(not_earlier.clone())?;
    let tail = main.tail?;
    let after = bytes.get(tail.eof..length).ok_or(not_earlier.clone())?;
    if front.tail.is_ok_and(|front| front.end > main.at) || !after.iter().copied().all(is_space) {
        return Err(not_earlier);
    }
    let mut entries = front.entries;
    entries.extend(main.entries);
    entries.sort_by_key(|(number, _)| *number);
    entries.dedup();
    let twice = entries.windows(2).find_map(|pair| match pair {
        [(first, _), (second, _)] if first == second => Some(*first),
        _ => None,
    });
    if let Some(number) = twice {
        return Err(ReadError::TwoPlaces { at: front.at, number });
    }
    Ok(Section {
        at: front.at,
        kind: front.kind,
        trailer: front.trailer,
        entries,
        prev: None,
        tail: Ok(tail),
    })
}

/// `/L` of the linearization dictionary, which is the first object of the file.
fn linearized_length(bytes: &[u8]) -> Option<usize> {
    let mut parser = crate::syntax::Parser::new(bytes, 0);
    parser.skip_space();
    let first = indirect(bytes, parser.at(), &mut |_| Ok(Object::Null)).ok()?.object;
    let dictionary = first.as_dictionary()?;
    dictionary.get("Linearized")?;
    usize::try_from(dictionary.get("L")?.as_integer()?).ok()
}

/// Where others look for the last `startxref` (ISO 32000-1 annex H.3, note 18).
const TAIL_MAX: usize = 1024;

/// A file signed and filled in by a hundred people has some three hundred.
pub(super) const REVISIONS_MAX: usize = 1024;
