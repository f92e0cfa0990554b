//! Development only: a PKI from one seed, a small timestamp authority, other people's programs beside what is written here,
//! and skips that are told of.

pub mod log;
pub mod loopback;
pub mod openssl;
pub mod pdf;
pub mod pki;
pub mod pyhanko;
pub mod softhsm;
pub mod tool;
pub mod tsa;

pub use log::TestLog;
pub use loopback::Loopback;
pub use pki::Pki;
pub use tool::{tool, tool_succeeds};
pub use tsa::Tsa;

use std::io::Write;
use std::path::{Path, PathBuf};

/// Says that a test was skipped, and why: on standard error, and in the file that `$COUNTERSIGN_SKIPS` names, which
/// `cargo xtask test` counts. With `CI` set nothing may be skipped: see [`missing`].
pub fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    let Some(path) = std::env::var_os("COUNTERSIGN_SKIPS") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| writeln!(file, "{why}"));
}

/// Something from outside is missing: a [`skip`], and with `CI` set a test that fails, since nobody would read that line.
#[expect(clippy::missing_panics_doc, reason = "development only: what can't be run must stop the test")]
pub fn missing(what: &str) {
    assert!(!in_ci(), "{what}; with CI set nothing is skipped");
    skip(what);
}

/// A folder of the corpora: in `$COUNTERSIGN_CORPORA`, else in `../shared/corpora` beside the workspace. `None` where it isn't
/// there, which is said once ([`missing`]).
pub fn corpus(folder: &str) -> Option<PathBuf> {
    let own = std::env::var_os("COUNTERSIGN_CORPORA").filter(|own| !own.is_empty()).map(PathBuf::from);
    let path = own.unwrap_or_else(|| root().join("../shared/corpora")).join(folder);
    if path.exists() {
        return Some(path);
    }
    missing(&format!("the corpus {folder} is not there: set COUNTERSIGN_CORPORA"));
    None
}

/// Whether nothing may be skipped: `CI` is set, to something else than `false` and `0`.
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

/// The workspace's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
