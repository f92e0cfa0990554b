//! Signing and reading PDFs, held against themselves and against other people's programs.

mod bases;
mod foreign;
mod order;
mod parties;
mod signing;
mod visible;
