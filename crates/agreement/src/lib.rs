//! Acts and their canonical bytes, replay of a dossier, gates, deadlines, orders.
//!
//! **What it is**: the signed act ([`signed::SignedAct`], canonical JSON by RFC 8785), the text ([`text::Manifest`]),
//! replay ([`replay::Replay`]) from acts to facts and milestones, deadlines ([`clock::clock`]), and the unsigned facts
//! of what-if questions ([`facts::read`]).
//!
//! **What it is not**: it checks no signature and decides nobody's authority.

pub mod clock;
pub mod facts;
pub mod fault;
mod fields;
pub mod json;
pub mod kind;
pub mod order;
pub mod record;
pub mod replay;
pub mod signed;
pub mod text;
pub mod time;
