//! Copies of a home's stores while they are in use, and what is put back from them.
//!
//! ```text
//! DIR/countersign.db   the database as it was at one moment
//! DIR/record/          every tile and bundle of the tree it had integrated, and the checkpoint it had published
//! DIR/documents/       every document, sealed where the home's are
//! ```
//!
//! A copy has no keys: neither the record's nor that which its values are sealed under.
//!
//! The record doesn't stop when a copy is made. Put back, the copy is older than what others hold signed, and a writer who went
//! on from it would sign sizes a second time. So a restored database signs nothing ([`crate::ledger::Elsewhere::Unknown`])
//! until it has what was signed since ([`crate::writer::Writer::rejoin`]), or the witnesses say that there is nothing
//! ([`crate::writer::Writer::confirm`]).

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use countersign_tlog::fsck::{Fault, Findings, FsckError, fsck};
use countersign_tlog::size::TreeSize;

use crate::directory::Directory;
use crate::error::LedgerError;
use crate::ledger::{Elsewhere, Ledger as _, Tree};
use crate::objects::{Objects, ObjectsError, Tiles};
use crate::sqlite::{Access, Sqlite};
use crate::writer::{CHECKPOINT, TakeError, copy_tree};

/// The database's name in a home and in a copy.
pub const DATABASE: &str = "countersign.db";
/// The record's folder.
pub const RECORD: &str = "record";
/// The documents' folder.
pub const DOCUMENTS: &str = "documents";

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The tree that its database had integrated, re-hashed in the copy.
    pub tree: Tree,
    /// How many entries had a place; those that weren't integrated are in the database alone.
    pub sequenced: TreeSize,
    /// How many documents.
    pub documents: usize,
}

/// Why no copy was made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something is there.
    #[error("{} is there already, and nothing is ever written over", path.display())]
    Present {
        /// What.
        path: PathBuf,
    },
    /// The database.
    #[error("the database could not be copied")]
    Ledger(#[from] LedgerError),
    /// Files of the record, or documents.
    #[error("files could not be copied")]
    Objects(#[from] ObjectsError),
    /// A file of the record can't be read, or is not there.
    #[error("the record's files can't be read: run `countersign log fsck`")]
    Tree(#[from] countersign_tlog::tile::ReadError<ObjectsError>),
    /// A file is there with other bytes.
    #[error("{name} is there with other bytes than the copy's: restore into an empty folder")]
    Conflict {
        /// Which.
        name: String,
    },
    /// The copy is not what was signed.
    #[error("the record does not hash to what was signed ({0}): run `countersign log fsck`")]
    Damaged(Fault),
    /// The copy could not be read again.
    #[error("the copy can't be read again")]
    Unreadable(#[from] FsckError<ObjectsError>),
    /// A file or folder.
    #[error("{} can't be written", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Copies database, record and documents into a folder that isn't there or is empty, while others go on writing: first the
/// database, then every object that its tree needs, which are only ever added to, then the checkpoint. Ends by re-hashing the copy.
pub fn back_up(
    store: &Sqlite,
    record: &dyn Objects,
    documents: &dyn Objects,
    to: &Path,
    access: &Access,
) -> Result<Copied, BackupError> {
    empty(to)?;
    let database = to.join(DATABASE);
    store.copy(&database)?;
    durable(&database)?;
    let copy = Sqlite::open(&database, access)?;
    let head = copy.head()?;
    drop(copy);
    let into = Directory::make(&to.join(RECORD))?;
    copy_tree(head.integrated.size, Tiles(record), &into)?;
    if let Some(published) = &head.published {
        into.create(CHECKPOINT, published.to_string().as_bytes())?;
    }
    let kept = Directory::make(&to.join(DOCUMENTS))?;
    let documents = copy_all(documents, &kept)?;
    sound(head.integrated, &into)?;
    durable(to)?;
    Ok(Copied { tree: head.integrated, sequenced: head.sequenced, documents })
}

/// Puts a copy into a home's folder that has no database. A record's folder that is still there is kept and completed: what it
/// has beyond the copy is where to go on. The database comes last, and signs nothing until it is known what was signed since.
pub fn restore(from: &Path, to: &Path, access: &Access) -> Result<Copied, BackupError> {
    let database = to.join(DATABASE);
    if database.exists() {
        return Err(BackupError::Present { path: database });
    }
    // A copy of the copy, so that what is kept stays as it was.
    let unfinished = to.join(".restored.db");
    made(to)?;
    remove(&unfinished)?;
    let copied = fs::copy(from.join(DATABASE), &unfinished);
    copied.map_err(|source| BackupError::File { path: unfinished.clone(), source })?;
    let store = Sqlite::open(&unfinished, access)?;
    store.check()?;
    let head = store.head()?;
    let source = Directory::open(&from.join(RECORD))?;
    sound(head.integrated, &source)?;
    let record = Directory::make(&to.join(RECORD))?;
    copy_tree(head.integrated.size, Tiles(&source), &record)?;
    if let Some(published) = &head.published {
        record.create(CHECKPOINT, published.to_string().as_bytes())?;
    }
    let documents =
        copy_all(&Directory::open(&from.join(DOCUMENTS))?, &Directory::make(&to.join(DOCUMENTS))?)?;
    store.hear(Elsewhere::Unknown)?;
    // The last connection moves the write-ahead log into the file.
    drop(store);
    durable(&unfinished)?;
    fs::rename(&unfinished, &database)
        .map_err(|source| BackupError::File { path: database.clone(), source })?;
    durable(to)?;
    Ok(Copied { tree: head.integrated, sequenced: head.sequenced, documents })
}

/// One document at a time.
fn copy_all(from: &dyn Objects, to: &dyn Objects) -> Result<usize, BackupError> {
    let names = from.list("")?;
    for name in &names {
        let Some(bytes) = from.read(name)? else { continue };
        to.create(name, &bytes)?;
        if to.read(name)?.as_ref() != Some(&bytes) {
            return Err(BackupError::Conflict { name: name.clone() });
        }
    }
    Ok(names.len())
}

fn sound(tree: Tree, objects: &dyn Objects) -> Result<(), BackupError> {
    match fsck(tree.size, tree.root, &Tiles(objects))? {
        Findings::Sound(_) => Ok(()),
        Findings::Faulty(fault) => Err(BackupError::Damaged(fault)),
    }
}

fn empty(folder: &Path) -> Result<(), BackupError> {
    made(folder)?;
    let mut entries =
        fs::read_dir(folder).map_err(|source| BackupError::File { path: folder.to_owned(), source })?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(BackupError::Present { path: folder.to_owned() }),
    }
}

fn made(folder: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(folder).map_err(|source| BackupError::File { path: folder.to_owned(), source })
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(BackupError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn durable(path: &Path) -> Result<(), BackupError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| BackupError::File { path: path.to_owned(), source })
}

impl From<TakeError> for BackupError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Conflict { name } => Self::Conflict { name },
            TakeError::Objects(error) => Self::Objects(error),
            TakeError::Read(error) => Self::Tree(error),
        }
    }
}
