//! Writing by appending: an incremental update (ISO 32000-2 §7.5.6).
//!
//! What is there keeps its bytes. Changed and new objects follow, then a cross-reference section in the file's own style.

mod draft;
mod hole;
mod update;
mod xref;

pub(crate) use draft::{Draft, Spot};
pub use hole::EmbedError;
pub(crate) use hole::{Hole, Placeholder};
pub use update::UpdateError;
pub(crate) use update::{Appended, Update};
