//! Signatures in PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1): revisions, byte ranges, and what changed after each
//! signature.

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
