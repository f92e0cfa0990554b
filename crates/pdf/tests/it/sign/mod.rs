//! What is signed here: read again here, and judged by other people's programs.

mod bases;
mod order;
mod parties;
mod signing;
mod theirs;
mod visible;
