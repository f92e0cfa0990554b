//! Signing and reading PDFs, held against themselves and against other people's programs.

mod bases;
mod parties;
mod signing;
