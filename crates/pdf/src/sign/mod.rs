//! Signing.
mod date;
mod text;
pub use date::*;
pub use text::BadText;
