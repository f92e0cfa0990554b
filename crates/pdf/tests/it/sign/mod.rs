//! What is signed here: read again here, and judged by other people's programs.

pub mod bases;
mod order;
pub mod parties;
mod signing;
mod theirs;
mod visible;
