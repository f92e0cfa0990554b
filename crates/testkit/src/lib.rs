//! Development only: a PKI from one seed, openssl beside what is written here, and skips that are told of.

pub mod openssl;
pub mod pki;
pub mod softhsm;

pub use pki::Pki;

use std::io::Write;

/// Says that a test was skipped, and why: on standard error, and in the file that `$COUNTERSIGN_SKIPS` names, which
/// `cargo xtask test` counts. With `CI` set nothing may be skipped: the caller fails instead.
pub fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    let Some(path) = std::env::var_os("COUNTERSIGN_SKIPS") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| writeln!(file, "{why}"));
}
