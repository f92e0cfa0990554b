//! Signatures in PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1): revisions, byte ranges, and what changed after each
//! signature.
//!
//! # What is here
//! - [`Document`]: a file as its revisions, read by its cross-references and never repaired. Objects are read when asked
//!   for: opening 50 MB costs a few milliseconds.
//! - [`Document::signatures`] and [`SignatureValue::coverage`]: every signature of every revision, and whether it covers
//!   all of its revision but its own `/Contents`.
//! - [`Document::judge`]: what later revisions changed, by a list of what they may (`docs/reference/pdf-changes.md`).
//! - [`Document::risks`]: what a document is prepared for, though nothing was done yet.
//! - [`sign`], [`dss`], [`timestamp`]: signatures, validation data and timestamps as incremental updates.
//! - [`verify`]: a whole file, its signatures' keys, paths and times with it.
//!
//! # What is not here
//! No page is drawn and no font, image or page content decoded: those are compared as they stand. Encrypted files are
//! refused. No clock, file, network or random number.
//!
//! # Start with
//! [`Document`], [`Judgement`], [`Change`].
//!
//! ```
//! use countersign_pdf::{ChangeVerdict, DifferencePolicy, Document, ReadError};
//!
//! fn is_as_signed(file: &[u8]) -> Result<bool, ReadError> {
//!     let judgements = Document::read(file)?.judge(DifferencePolicy::default())?;
//!     let untouched = judgements.iter().filter(|one| one.verdict == ChangeVerdict::Untouched).count();
//!     Ok(untouched > 0 && untouched == judgements.len())
//! }
//! assert!(is_as_signed(b"no PDF").is_err());
//! ```

pub mod appearance;
mod difference;
mod document;
pub mod dss;
mod filter;
pub mod object;
mod risk;
pub mod sign;
mod signature;
mod syntax;
mod text;
pub mod timestamp;
mod verify;
mod write;

pub use difference::{Change, ChangeVerdict, DifferencePolicy, Judgement, Kind, Level};
pub use document::{Document, Field, Part, ReadError, Revision, View, XrefKind};
pub use filter::FilterError;
pub use risk::Risk;
pub use signature::{Contents, Coverage, CoverageFault, Purpose, SignatureValue};
pub use syntax::{Excerpt, NESTING_MAX, SyntaxError, VALUES_MAX};
pub use verify::{PdfReport, PdfSignature, Verdict, verify};
