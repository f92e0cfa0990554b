//! Names of objects, none of which leads out of a folder.

use std::io;

use super::{Doing, ObjectsError};

/// Bytes of the longest name: tiles take 48, documents 76.
pub const NAME_MAX: usize = 200;

/// Refuses every name but words of `A–Z a–z 0–9 . _ -` joined by single slashes, none beginning with a dot: no way up, no root,
/// no hidden file, the same on every system.
pub fn check_name(doing: Doing, name: &str) -> Result<(), ObjectsError> {
    let word = |word: &str| {
        !word.is_empty()
            && !word.starts_with('.')
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if name.len() <= NAME_MAX && name.split('/').all(word) {
        return Ok(());
    }
    let shown: String = name.chars().take(NAME_MAX).flat_map(char::escape_debug).collect();
    Err(ObjectsError::new(doing, &shown, io::Error::new(io::ErrorKind::InvalidInput, "no name of an object")))
}
