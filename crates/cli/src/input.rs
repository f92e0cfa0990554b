//! Reading what verbs are given: maps, policies, acts, times.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};

use countersign_authority::model::map::Map;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::time::{Instant, Utc, Zone};
use countersign_notation::diagnostic::Diagnostic;
use countersign_notation::parse::{self, DOCUMENT_MAX, Parsed};
use countersign_notation::resolve::{Names, resolve};
use countersign_notation::time;
use countersign_verify::recorded::KnownAt;

use crate::exit::Failure;

/// What a PEM file holds (RFC 7468): its one block's bytes; the bytes as they are where it is none.
pub(crate) fn unarmoured(bytes: &[u8]) -> Cow<'_, [u8]> {
    match countersign_signature::unarmoured(bytes) {
        Some(der) => Cow::Owned(der),
        None => Cow::Borrowed(bytes),
    }
}

/// The largest file that is read, in bytes: what a bundle may be; no other file is larger.
const FILE_MAX: u64 = 1 << 30;

/// Reads a file whole, stopping before one that is too large or has no end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let file = std::fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    let mut read = 0;
    if size <= FILE_MAX {
        bytes.reserve_exact(usize::try_from(size).unwrap_or_default());
        read = file.take(FILE_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)? as u64;
    }
    if size.max(read) > FILE_MAX {
        let path = path.display();
        return Err(Failure::usage(format!(
            "{path}: more than {FILE_MAX} bytes, which is the most that is read"
        )));
    }
    Ok(bytes)
}

/// A file, or the files of a folder by name.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let entries: Result<Vec<PathBuf>, std::io::Error> =
        std::fs::read_dir(path).map_err(failed)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = entries.map_err(failed)?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

/// Reads a document of the notation, stopping before a file that is too large to be one.
pub(crate) fn read_document(path: &Path) -> Result<Vec<u8>, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::File { path: path.to_owned(), error })?.len();
    if size > DOCUMENT_MAX as u64 {
        return Err(Failure::usage(format!(
            "{}: {size} bytes; at most {DOCUMENT_MAX} are read",
            path.display()
        ))
        .help("split it into several maps of the same source"));
    }
    read(path)
}

/// Replaces a file whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut temporary = path.to_owned().into_os_string();
    temporary.push(".part");
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| Failure::File { path: path.to_owned(), error })
}

/// Writes a new file: whole or not at all, and never over another.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    free(path)?;
    replace(path, bytes)
}

/// That a new file can come here.
pub(crate) fn free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} exists already", path.display()))
            .help("name another file with --output; nothing is ever written over"));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Failure::usage(format!("{}: there is no folder {}", path.display(), folder.display())))
        }
        _ => Ok(()),
    }
}

/// Maps and a policy, read and resolved against each other.
pub(crate) struct Documents {
    pub(crate) maps: Vec<Map>,
    pub(crate) policy: Option<Policy>,
    pub(crate) names: Names,
    pub(crate) zone: Box<dyn Zone + Sync>,
}

/// Reads maps and a policy, reporting every error in any of them.
pub(crate) fn documents(maps: &[PathBuf], policy: Option<&Path>) -> Result<Documents, Failure> {
    let mut errors: Vec<Diagnostic> = Vec::new();
    let mut parsed: Vec<Parsed<Map>> = Vec::new();
    for path in maps {
        match parse::map(&path.display().to_string(), &read_document(path)?) {
            Ok(map) => parsed.push(map),
            Err(found) => errors.extend(found),
        }
    }
    let policy = match policy {
        None => None,
        Some(path) => match parse::policy(&path.display().to_string(), &read_document(path)?) {
            Ok(policy) => Some(policy),
            Err(found) => {
                errors.extend(found);
                None
            }
        },
    };
    if !errors.is_empty() {
        return Err(Failure::Documents(errors));
    }
    let names = resolve(&parsed, policy.as_ref(), &[]).map_err(Failure::Documents)?;
    let policy = policy.map(|policy| policy.value);
    let zone: Box<dyn Zone + Sync> = match policy.as_ref().and_then(|policy| policy.zone()) {
        None => Box::new(Utc),
        Some(name) => Box::new(time::zone(name).map_err(|error| Failure::usage(error.to_string()))?),
    };
    Ok(Documents { maps: parsed.into_iter().map(|map| map.value).collect(), policy, names, zone })
}

/// Reads what `--known-at` is given: a time, or a bare number, which is an index of the record.
pub(crate) fn known_at(word: &str) -> Result<KnownAt, String> {
    if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() {
        return word
            .parse()
            .map(KnownAt::Index)
            .map_err(|error| format!("as an index of the record: {error}"));
    }
    instant(word).map(KnownAt::Time)
}

/// Reads a time given as a flag: an RFC 3339 instant, or an ISO day (its first moment, UTC).
pub(crate) fn instant(word: &str) -> Result<Instant, String> {
    time::instant_or_day(word).map_err(|error| error.to_string())
}
