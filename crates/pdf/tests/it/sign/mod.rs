//! What is signed here: read again here, and judged by other people's programs.

pub(crate) mod bases;
mod golden;
mod order;
mod parties;
mod properties;
mod signing;
mod theirs;
mod visible;
