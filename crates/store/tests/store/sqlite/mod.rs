//! The database as a file.

mod faults;
mod migrations;
mod sealed;

use std::path::PathBuf;

use countersign_store::conformance::{Backend, made};
use countersign_store::dossiers::{Dossiers as _, Store};
use countersign_store::ledger::{Ledger as _, Seat, Tree};
use countersign_store::sqlite::{Access, Sqlite};
use countersign_tlog::size::TreeSize;
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

    /// Removes the database with the files beside it.
    pub(crate) fn clear(&self) {
        for ending in ["", "-wal", "-shm"] {
            let mut path = self.path().into_os_string();
            path.push(ending);
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A record that has gone all the way, twice: some of it is published and tidied, some is yet to be integrated.
pub(crate) fn filled(store: &Sqlite) -> Seat {
    for id in ["talks", "other"] {
        store.open(&made::dossier(id)).unwrap();
    }
    let seat = store.take_seat().unwrap();
    filled_over(store, seat, 0..3);
    let tree = made::tree(4, "");
    store.advance(seat, Tree::EMPTY, &made::signed(tree)).unwrap();
    store.publish(seat, &made::signed(tree)).unwrap();
    store.tidy(seat, tree.size).unwrap();
    filled_over(store, seat, 3..20);
    store.sequence(seat, &made::acts("other", 50..52)).unwrap();
    seat
}

/// Further acts of `talks`.
pub(crate) fn filled_over(store: &Sqlite, seat: Seat, numbers: std::ops::Range<u64>) {
    store.sequence(seat, &made::acts("talks", numbers)).unwrap();
}

/// All that the record says, but for the seat.
pub(crate) fn told(store: &Sqlite) -> impl PartialEq + std::fmt::Debug + use<> {
    let head = store.head().unwrap();
    let entries = store.entries(made::index(head.tidied.get()), usize::MAX).unwrap();
    let dossiers = ["talks", "other"].map(|id| {
        (
            store.acts(id, 0, 99).unwrap(),
            store.links(id, 0, 99).unwrap(),
            store.newest(id, TreeSize::MAX).unwrap(),
        )
    });
    let trees = (head.sequenced, head.integrated, head.tidied);
    (trees, entries, dossiers)
}

impl Backend for Folder {
    fn open(&self) -> Box<dyn Store> {
        Box::new(if self.path().exists() { self.open() } else { self.create() })
    }
}

countersign_store::conformance!(Folder::new());
