//! Acts and their canonical bytes, replay of a dossier, gates, deadlines, orders.

pub mod facts;
pub mod fault;
mod fields;
pub mod json;
pub mod time;
