//! Why a file is not read.

use crate::filter::FilterError;
use crate::object::Reference;
use crate::syntax::{Excerpt, SyntaxError};

/// Why a PDF file, or an object of it, is not read. Offsets count from the start of the file.
///
/// Nothing is repaired: a file that two readers could take for two documents is refused here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No `%PDF-` at the very start: offsets would be counted differently by different readers.
    #[error("the file must begin with %PDF-, it begins with {found}")]
    NoHeader {
        /// What stands at the start.
        found: Excerpt,
    },
    /// Nothing at the end says where the cross-references are.
    #[error("no startxref in the last {within} bytes of the file")]
    NoStartxref {
        /// How much was searched (ISO 32000-1 annex H.3, note 18).
        within: usize,
    },
    /// The file is encrypted.
    #[error("the file is encrypted: /Encrypt stands in the trailer of the cross-references at offset {at}")]
    Encrypted {
        /// Which cross-references.
        at: usize,
    },
    /// The syntax is broken.
    #[error("{part}: {source}")]
    Syntax {
        /// What was being read.
        part: Part,
        /// What is wrong, and where.
        source: SyntaxError,
    },
    /// An object stream's or cross-reference stream's content can't be had.
    #[error("the stream of {reference}: {source}")]
    Filter {
        /// The stream.
        reference: Reference,
        /// Why not.
        source: FilterError,
    },
    /// An entry of a trailer or of a cross-reference stream isn't what it must be.
    #[error("{part}: /{key} must be {expected}")]
    Entry {
        /// What was being read.
        part: Part,
        /// The entry.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Cross-references that come before themselves.
    #[error("/Prev leads from offset {from} to offset {to}, which is not before it")]
    PrevNotEarlier {
        /// The cross-references that say so.
        from: usize,
        /// Where they lead.
        to: usize,
    },
    /// Cross-references that lie inside the bytes of an earlier revision.
    #[error("the cross-references at offset {at} belong to a revision that begins at offset {start}")]
    SectionOutside {
        /// Where they are.
        at: usize,
        /// Where their revision begins.
        start: usize,
    },
    /// Opened by itself, the revision would be read by other cross-references.
    #[error(
        "the revision that ends at offset {end} says startxref {says}, but is reached at offset {reached}"
    )]
    StartxrefDiffers {
        /// Where the revision ends.
        end: usize,
        /// What it says of itself.
        says: u64,
        /// Where the later revision, or the end of the file, says it is.
        reached: usize,
    },
    /// One revision gives one object two places.
    #[error("the cross-references at offset {at} give object {number} two different places")]
    TwoPlaces {
        /// The cross-references.
        at: usize,
        /// The object.
        number: u32,
    },
    /// An object that lies outside the revision that lists it.
    #[error("object {number} lies at offset {offset}, beyond its revision's end at offset {end}")]
    BeyondRevision {
        /// The object.
        number: u32,
        /// Where it is said to be.
        offset: usize,
        /// Where the revision ends.
        end: usize,
    },
    /// An object that by `/Size` can't be there: some readers would not see it.
    #[error("object {number} is listed, but /Size is {size}")]
    BeyondSize {
        /// The object.
        number: u32,
        /// `/Size` of the trailer.
        size: i64,
    },
    /// Something else stands where an object is said to be.
    #[error("object {reference} should stand at offset {at}: {source}")]
    NotThere {
        /// The object.
        reference: Reference,
        /// Where the cross-references say it is.
        at: usize,
        /// What stands there.
        source: SyntaxError,
    },
    /// A reference whose generation isn't the object's: some readers would follow it and some not.
    #[error("{reference} is asked for, but the object has generation {generation}")]
    Generation {
        /// What was asked for.
        reference: Reference,
        /// What the cross-references say.
        generation: u16,
    },
    /// A stream's `/Length` doesn't lead to `endstream`.
    #[error("the stream of {reference} has /Length {length}, but no endstream after so many bytes")]
    Length {
        /// The stream.
        reference: Reference,
        /// Its `/Length`.
        length: usize,
    },
    /// A stream's `/Length` can't be had.
    #[error("the stream of {reference} has no usable /Length: {found}")]
    NoLength {
        /// The stream.
        reference: Reference,
        /// What stands there.
        found: &'static str,
    },
    /// An object said to be in an object stream where it isn't.
    #[error("object {number} should be number {index} in object stream {container}: {found}")]
    NotInContainer {
        /// The object.
        number: u32,
        /// The object stream.
        container: u32,
        /// The place in it.
        index: u32,
        /// What is there.
        found: &'static str,
    },
    /// More than a reader should be asked for.
    #[error("more than {max} {what}")]
    Budget {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}

/// What was being read when it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// `startxref`, the number and `%%EOF`.
    Tail,
    /// A cross-reference table.
    Table,
    /// The dictionary after a table.
    Trailer,
    /// A cross-reference stream.
    XrefStream,
    /// An object.
    Object(Reference),
    /// An object stream's content.
    Container(Reference),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tail => f.write_str("end of the revision"),
            Self::Table => f.write_str("cross-reference table"),
            Self::Trailer => f.write_str("trailer"),
            Self::XrefStream => f.write_str("cross-reference stream"),
            Self::Object(reference) => write!(f, "object {reference}"),
            Self::Container(reference) => write!(f, "object stream {reference}"),
        }
    }
}

impl Part {
    /// For `map_err`.
    pub(super) fn syntax(self) -> impl Fn(SyntaxError) -> ReadError {
        move |source| ReadError::Syntax { part: self, source }
    }
}
