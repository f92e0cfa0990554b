//! Whether a signature's `/ByteRange` is its whole revision but its own `/Contents`.

use super::SignatureValue;
use crate::document::{Document, Revision};
use crate::object::Object;
use crate::syntax::is_space;

/// What a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte of the file up to the end of this revision, its own `/Contents` apart.
    Revision {
        /// Which, from 0.
        revision: usize,
        /// Where the covered bytes end.
        end: usize,
    },
    /// Something else: what the signature says then isn't said of this document.
    Broken(CoverageFault),
}

/// Why a signature doesn't cover its revision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoverageFault {
    /// The dictionary isn't an object of its own in the file.
    #[error("the signature dictionary must be an indirect object outside object streams")]
    NotIndirect,
    /// No `/Contents`, or not as one hexadecimal string.
    #[error("/Contents must be a hexadecimal string without white space, found {found}")]
    Contents {
        /// What stands there.
        found: &'static str,
    },
    /// `/Contents` holds no DER, or something after it.
    #[error("/Contents must hold one DER value and zeros after it")]
    ContentsNotDer,
    /// `/ByteRange` isn't four whole numbers, none negative.
    #[error("/ByteRange must be four numbers, none negative, found {found}")]
    ByteRange {
        /// What stands there.
        found: String,
    },
    /// The first range doesn't begin with the file.
    #[error("/ByteRange begins at offset {start}, not at 0")]
    Start {
        /// Where it begins.
        start: usize,
    },
    /// The hole isn't `/Contents`.
    #[error("/ByteRange leaves out {from} to {to}, /Contents stands from {contents_from} to {contents_to}")]
    Gap {
        /// Where the hole begins.
        from: usize,
        /// Where it ends.
        to: usize,
        /// Where `/Contents` begins.
        contents_from: usize,
        /// Where it ends.
        contents_to: usize,
    },
    /// The covered bytes end elsewhere than the revision that brought the signature.
    #[error("/ByteRange ends at offset {covered}, the signature's revision at offset {revision_end}")]
    End {
        /// Where the covered bytes end.
        covered: usize,
        /// Where the revision ends.
        revision_end: usize,
    },
    /// The signature stands in bytes of an earlier revision, which didn't show it.
    #[error("the signature stands at offset {at}, its revision begins at offset {start}")]
    EarlierBytes {
        /// Where `/Contents` begins.
        at: usize,
        /// Where the revision begins that shows it.
        start: usize,
    },
}

impl<'a> SignatureValue<'a> {
    /// Compares `/ByteRange` with the revision that brought the signature and with where `/Contents` stands.
    pub fn coverage(&self, document: &Document<'a>) -> Coverage {
        match self.covered_end(document) {
            Ok(end) => Coverage::Revision { revision: self.revision, end },
            Err(fault) => Coverage::Broken(fault),
        }
    }

    fn covered_end(&self, document: &Document<'a>) -> Result<usize, CoverageFault> {
        if self.reference.is_none() {
            return Err(CoverageFault::NotIndirect);
        }
        let contents = self.contents.as_ref().ok_or_else(|| CoverageFault::Contents {
            found: self.dictionary.get("Contents").map_or("nothing", Object::kind),
        })?;
        let (_, padding) = contents.value_and_padding().ok_or(CoverageFault::ContentsNotDer)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(CoverageFault::ContentsNotDer);
        }
        let [start, first, from, second] = self
            .byte_range()
            .ok_or_else(|| CoverageFault::ByteRange { found: self.byte_range_as_it_is() })?;
        if start != 0 {
            return Err(CoverageFault::Start { start });
        }
        let span = &contents.span;
        if first != span.start || from != span.end {
            let (contents_from, contents_to) = (span.start, span.end);
            return Err(CoverageFault::Gap { from: first, to: from, contents_from, contents_to });
        }
        let covered = from.saturating_add(second);
        let Some(revision) = document.revisions().get(self.revision) else { return Ok(covered) };
        if span.start < revision.start() {
            return Err(CoverageFault::EarlierBytes { at: span.start, start: revision.start() });
        }
        if ends_there(document, revision, covered) {
            Ok(covered)
        } else {
            Err(CoverageFault::End { covered, revision_end: revision.end() })
        }
    }

    fn byte_range_as_it_is(&self) -> String {
        let Some(found) = self.dictionary.get("ByteRange") else { return "nothing".into() };
        let mut written = Vec::new();
        found.write_to(&mut written);
        written.truncate(SHOWN_MAX);
        String::from_utf8_lossy(&written).into_owned()
    }
}

/// After `%%EOF`, and at most white space after that: some writers sign the line end with it and some not.
fn ends_there(document: &Document<'_>, revision: &Revision<'_>, covered: usize) -> bool {
    let beyond = document.bytes().get(revision.eof()..covered);
    beyond.is_some_and(|beyond| beyond.iter().copied().all(is_space))
}

/// Enough to recognise it in a message.
const SHOWN_MAX: usize = 60;
