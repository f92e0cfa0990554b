//! What only the connection itself can be made to do.

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Access, Sqlite};
use crate::conformance::made;
use crate::dossiers::{Dossiers as _, Evidence as _};
use crate::error::LedgerError;
use crate::ledger::Ledger as _;

/// Lets the file grow by so many pages and no more, as a disk would that is full then.
fn leave_room(store: &Sqlite, pages: i64) {
    let connection = store.writes.lock().unwrap();
    let there: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let set = |connection: &Connection, most: i64| {
        connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(())).unwrap();
    };
    set(&connection, there + pages);
}

#[test]
fn a_full_disk_changes_nothing_and_writing_goes_on_once_there_is_room() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::create(&folder.path().join("countersign.db"), &Access::default()).unwrap();
    store.open(&made::dossier("talks")).unwrap();
    let seat = store.take_seat().unwrap();
    store.sequence(seat, &made::acts("talks", 0..5)).unwrap();
    let before = (store.head().unwrap(), store.acts("talks", 0, 99).unwrap());

    for room in 0..6 {
        leave_room(&store, room);
        let error = store.sequence(seat, &made::acts("talks", 5..905)).unwrap_err();
        assert!(matches!(error, LedgerError::Full), "{error}");
        assert_eq!(
            (store.head().unwrap(), store.acts("talks", 0, 99).unwrap()),
            before,
            "room for {room} pages"
        );
        let error = store.keep_stamp(before.1[0].id, &vec![7; 50_000]).unwrap_err();
        assert!(matches!(error, LedgerError::Full), "{error}");
        store.check().unwrap();
    }

    leave_room(&store, 10_000);
    assert_eq!(store.sequence(seat, &made::acts("talks", 5..905)).unwrap().len(), 900);
    assert_eq!(store.links("talks", 0, usize::MAX).unwrap().len(), 905);
    store.check().unwrap();
}

#[test]
fn a_thread_that_panics_inside_a_transaction_leaves_nothing_of_it() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::create(&folder.path().join("countersign.db"), &Access::default()).unwrap();
    let outcome = std::thread::scope(|scope| {
        let panics = scope.spawn(|| {
            store.writing("panicking", |transaction| {
                transaction.execute("UPDATE record SET seat = 99", []).unwrap();
                assert!(transaction.is_autocommit(), "as is meant");
                Ok(())
            })
        });
        panics.join()
    });
    assert!(outcome.is_err());
    assert_eq!(store.head().unwrap().seat.0, 0);
    assert_eq!(store.take_seat().unwrap().0, 1);
}
