//! A seal that remembers the last checkpoint it signed, beside the key and apart from the database: an old copy of the database
//! that was put back by hand gets no signature that contradicts it.
//!
//! ```text
//! FILE   size root\n     decimal, 64 hex digits; replaced whole and synced before each new signature
//! ```
//!
//! It is no part of a backup, as the key isn't: of an old copy of *all* of a home's folder only witnesses can tell.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use countersign_tlog::checkpoint::Checkpoint;
use countersign_tlog::note::{ED25519_LENGTH, Refused, Signer, VerifierKey};

use crate::ledger::Tree;

/// Signs checkpoints that follow the last one it signed, and no others.
pub struct RememberingSeal<S> {
    signer: S,
    path: PathBuf,
    /// Held while it signs.
    busy: Mutex<()>,
}

/// Why what was signed last can't be told.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file can't be read.
    #[error("{} can't be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{} does not say which checkpoint was signed last", path.display())]
    Form {
        /// Which.
        path: PathBuf,
    },
}

impl<S: Signer> RememberingSeal<S> {
    /// A seal with its memory, which is made with the first signature.
    ///
    /// # Errors
    /// [`MemoryError`]: without its memory it signs nothing.
    pub fn open(signer: S, path: &Path) -> Result<Self, MemoryError> {
        let seal = Self { signer, path: path.to_owned(), busy: Mutex::new(()) };
        seal.last()?;
        Ok(seal)
    }

    /// What was signed last: whoever opens the ledger lets it [`hear`](crate::ledger::Ledger::hear) the size, so that an old one
    /// says what to do.
    ///
    /// # Errors
    /// [`MemoryError`].
    pub fn last(&self) -> Result<Option<Tree>, MemoryError> {
        // Read each time: another process may have signed since.
        match fs::read_to_string(&self.path) {
            Ok(text) => parse(&text).map(Some).ok_or_else(|| MemoryError::Form { path: self.path.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(MemoryError::File { path: self.path.clone(), source }),
        }
    }

    /// Durable before it returns.
    fn remember(&self, tree: Tree) -> io::Result<()> {
        let unfinished = self.path.with_extension(format!("{}.new", std::process::id()));
        let mut file = File::create(&unfinished)?;
        let root: String = tree.root.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(file, "{} {root}", tree.size)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        match self.path.parent().filter(|_| cfg!(unix)) {
            Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl<S: Signer> Signer for RememberingSeal<S> {
    fn key(&self) -> &VerifierKey {
        self.signer.key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused> {
        let _busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |reason: String| Refused { reason };
        let checkpoint = str::from_utf8(message).ok().and_then(|text| Checkpoint::read(text).ok());
        let checkpoint =
            checkpoint.ok_or_else(|| refused("it signs checkpoints and nothing else".to_owned()))?;
        let next = Tree { size: checkpoint.size(), root: checkpoint.root() };
        let last = self.last().map_err(|error| refused(error.to_string()))?;
        if let Some(last) = last {
            last.admits(next).map_err(|error| {
                refused(format!("{error}; the database is an old copy: pull what is missing from a mirror"))
            })?;
        }
        if last != Some(next) {
            self.remember(next)
                .map_err(|error| refused(format!("{} can't be written: {error}", self.path.display())))?;
        }
        self.signer.sign(message)
    }
}

fn parse(text: &str) -> Option<Tree> {
    let (size, root) = text.strip_suffix('\n')?.split_once(' ')?;
    let (pairs, []) = root.as_bytes().as_chunks::<2>() else { return None };
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect();
    let root = <[u8; 32]>::try_from(bytes?).ok()?;
    let size = size.parse().ok().and_then(|size| countersign_tlog::size::TreeSize::new(size).ok())?;
    Some(Tree { size, root: countersign_tlog::hash::Hash::new(root) })
}
