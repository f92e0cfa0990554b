//! The same as a file that is encrypted.

use std::sync::Arc;

use countersign_store::conformance::Backend;
use countersign_store::dossiers::Store;
use countersign_store::sealed::Key;
use countersign_store::sqlite::{Access, Sqlite};

use super::Folder;

struct Sealed(Folder);

impl Backend for Sealed {
    fn open(&self) -> Box<dyn Store> {
        let access = Access { cipher: Arc::new(Key::new([7; 32])), ..Access::default() };
        let path = self.0.path();
        let opened =
            if path.exists() { Sqlite::open(&path, &access) } else { Sqlite::create(&path, &access) };
        Box::new(opened.unwrap())
    }
}

countersign_store::conformance!(Sealed(Folder::new()));
