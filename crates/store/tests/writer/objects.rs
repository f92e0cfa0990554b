//! Stores of objects: what each promises, and what is a folder's alone.

use std::sync::Arc;

use countersign_store::conformance::Keeper;
use countersign_store::directory::Directory;
use countersign_store::objects::{Memory, Objects};
use countersign_store::sealed::{Key, SealedObjects};
use countersign_store::writer::Writer;
use tempfile::TempDir;

use crate::kit::{acts, directory, expect_sound, ledger, parts};

/// A folder that vanishes.
struct InFolder(TempDir);

impl InFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Keeper for InFolder {
    fn open(&self) -> Box<dyn Objects> {
        Box::new(Directory::open(self.0.path()).unwrap())
    }
}

struct InMemory(Arc<Memory>);

impl InMemory {
    fn new() -> Self {
        Self(Arc::new(Memory::new()))
    }
}

impl Keeper for InMemory {
    fn open(&self) -> Box<dyn Objects> {
        Box::new(self.0.clone())
    }
}

/// Encrypted at rest, in a folder.
struct Sealed(InFolder);

impl Keeper for Sealed {
    fn open(&self) -> Box<dyn Objects> {
        Box::new(SealedObjects::new(Arc::<dyn Objects>::from(self.0.open()), Key::new([7; 32])))
    }
}

mod in_folder {
    countersign_store::objects_conformance!(super::InFolder::new());
}

mod in_memory {
    countersign_store::objects_conformance!(super::InMemory::new());
}

mod sealed {
    countersign_store::objects_conformance!(super::Sealed(super::InFolder::new()));
}

#[test]
fn what_a_crash_left_unfinished_is_swept_and_never_an_object() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".new")).unwrap();
    std::fs::write(folder.path().join(".new/1-1"), b"half an obj").unwrap();
    let objects = Directory::open(folder.path()).unwrap();
    assert!(objects.list("").unwrap().is_empty());
    objects.create("checkpoint", b"whole").unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(".new")).unwrap().count(), 0);
}

#[test]
fn a_folder_holds_a_record_over_a_boundary() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, objects) = (ledger(), directory(folder.path()));
    let mut writer = Writer::open(parts(ledger, objects.clone() as Arc<dyn Objects>)).unwrap();
    for at in 0..3 {
        writer.write(&acts(at * 100..(at + 1) * 100)).unwrap().published.unwrap();
    }
    assert_eq!(expect_sound(&*objects), 303);
}
