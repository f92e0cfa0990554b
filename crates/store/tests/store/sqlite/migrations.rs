//! Databases of earlier schemas are brought up to date, those of later ones are left alone.

use std::fs;

use countersign_store::conformance::made;
use countersign_store::dossiers::{Dossiers as _, Evidence as _};
use countersign_store::error::LedgerError;
use countersign_store::ledger::Ledger as _;
use countersign_store::schema::{MIGRATIONS, NEWEST};
use countersign_store::sqlite::{Access, Sqlite};
use rusqlite::Connection;

use super::Folder;

/// Databases as programs of earlier schemas wrote them: the first four acts of `talks`, two of them published. What
/// `sqlite3 FILE .dump` prints, after two lines that say whose it is and let tables come in any order.
const EARLIER: &[(u32, &str)] = &[(1, include_str!("schema-1.sql"))];

/// Tables and indices, as the engine has them.
fn tables(connection: &Connection) -> Vec<(String, Option<String>)> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn version(connection: &Connection) -> u32 {
    connection.query_row("SELECT max(version) FROM migrations", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_database_of_every_earlier_schema_is_brought_up_to_date() {
    let new = Folder::new();
    new.create();
    let expected = tables(&Connection::open(new.path()).unwrap());
    assert_eq!(
        EARLIER.iter().map(|(version, _)| *version).collect::<Vec<_>>(),
        (1..NEWEST).collect::<Vec<_>>()
    );

    for (from, sql) in EARLIER {
        let folder = Folder::new();
        let raw = Connection::open(folder.path()).unwrap();
        raw.execute_batch(sql).unwrap();
        assert_eq!(version(&raw), *from);
        drop(raw);

        let store = folder.open();
        store.check().unwrap();
        let raw = Connection::open(folder.path()).unwrap();
        assert_eq!((version(&raw), tables(&raw)), (NEWEST, expected.clone()));

        let head = store.head().unwrap();
        assert_eq!((head.sequenced, head.published_size()), (made::size(6), made::size(3)));
        for act in made::acts("talks", 0..4) {
            let kept = store.act(act.id).unwrap().unwrap();
            assert_eq!((kept.json, kept.p7s, kept.salt), (act.json, act.p7s, act.salt));
        }
        let places = store.sequence(head.seat, &made::acts("talks", 3..5)).unwrap();
        assert!(places[0].again && !places[1].again);
        store.advance(head.seat, head.integrated, &made::signed(made::tree(8, ""))).unwrap();
        store.keep_stamp(made::act("talks", 1).id, b"tsr").unwrap();
        drop(store);
        folder.open().check().unwrap();
    }
}

#[test]
fn a_database_of_a_later_schema_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    folder.create();
    let raw = Connection::open(folder.path()).unwrap();
    raw.execute("INSERT INTO migrations (version) VALUES (?1)", [NEWEST + 1]).unwrap();
    raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(raw);
    let before = fs::read(folder.path()).unwrap();
    let error = Sqlite::open(&folder.path(), &Access::default()).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, LedgerError::Newer { found, known } if (found, known) == (NEWEST + 1, NEWEST)),
        "{error}"
    );
    assert!(error.to_string().contains("update the program"), "{error}");
    assert_eq!(fs::read(folder.path()).unwrap(), before);
}

#[test]
fn steps_are_counted_without_a_gap_and_say_types_that_both_databases_have() {
    for (step, version) in MIGRATIONS.iter().zip(1..) {
        assert_eq!(step.version, version);
        let columns = step.sql.lines().filter(|line| line.starts_with("  ") && line.contains(" NOT NULL"));
        for column in columns {
            let kind = column.split_whitespace().nth(1).unwrap();
            assert!(["BIGINT", "BYTEA", "TEXT"].contains(&kind), "step {version}: {column}");
        }
    }
}
