//! `openssl` beside what is written here.

use std::path::Path;
use std::process::Output;

use crate::tool::{tool, tool_succeeds};

/// Runs `openssl` in a directory, as [`tool`] does.
pub fn openssl(dir: &Path, arguments: &[&str]) -> Option<Output> {
    tool("openssl", dir, arguments)
}

/// Runs `openssl` as [`openssl()`] does, and stops the test unless it succeeds.
pub fn openssl_succeeds(dir: &Path, arguments: &[&str]) -> Option<String> {
    tool_succeeds("openssl", dir, arguments)
}
