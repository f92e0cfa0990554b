//! Material from outside, kept beside the repository.

use std::path::{Path, PathBuf};

/// A file of the corpora; `None`, told in one line, where they are absent.
#[expect(clippy::disallowed_methods, reason = "where the corpora are is up to the machine")]
pub(crate) fn corpus(file: &str) -> Option<PathBuf> {
    let root = match std::env::var("COUNTERSIGN_CORPORA") {
        Ok(root) => PathBuf::from(root),
        Err(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"),
    };
    let path = root.join(file);
    if path.exists() {
        return Some(path);
    }
    countersign_testkit::skip(&format!("the corpus {file} is not at {}", root.display()));
    None
}
