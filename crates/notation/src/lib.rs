//! The notation of maps, policies and terms: parse with places, print, canonical JSON.
//!
//! **What it is**: a closed, line-based controlled English. One statement a line; a line
//! that begins with a space continues the one above; every legal fact names its `basis`. `parse(print(x)) = x`,
//! and the canonical JSON (RFC 8785) of a document is what is hashed, signed and exchanged.
//!
//! **What it is not**: it judges nothing. Whether a map makes sense is `lint`'s business, and who is bound by what
//! `countersign-authority`'s.
//!
//! Start with [`parse::map`], [`print::map`] and [`resolve::resolve`].
//!
//! ```
//! let text = br#"map "Ruritania" version 1
//! source "Deal desk" as of 2026-03-01
//! party RUR "Republic of Ruritania" state
//! office SL "Supreme Leader" of RUR decides basis "Constitution art. 110"
//! "#;
//! let map = countersign_notation::parse::map("rur.authority", text).expect("it is well formed");
//! assert_eq!(countersign_notation::print::map(&map.value).as_bytes(), text);
//! ```

mod cursor;
pub mod diagnostic;
pub mod digest;
pub mod format;
pub mod graph;
mod header;
pub mod json;
mod lexis;
pub mod lint;
mod map;
mod names;
mod once;
pub mod parse;
mod policy;
pub mod print;
pub mod resolve;
mod terms;
pub mod time;
