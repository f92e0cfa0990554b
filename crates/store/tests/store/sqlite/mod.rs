//! The database as a file.

mod faults;
mod migrations;

use std::path::PathBuf;

use countersign_store::conformance::Backend;
use countersign_store::dossiers::Store;
use countersign_store::sqlite::{Access, Sqlite};
use tempfile::TempDir;

/// A folder that vanishes, with the place for a database in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("countersign.db")
    }

    pub(crate) fn create(&self) -> Sqlite {
        Sqlite::create(&self.path(), &Access::default()).unwrap()
    }

    pub(crate) fn open(&self) -> Sqlite {
        Sqlite::open(&self.path(), &Access::default()).unwrap()
    }
}

impl Backend for Folder {
    fn open(&self) -> Box<dyn Store> {
        Box::new(if self.path().exists() { self.open() } else { self.create() })
    }
}

countersign_store::conformance!(Folder::new());
