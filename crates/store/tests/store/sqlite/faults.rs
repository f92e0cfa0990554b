//! A database that is locked, damaged, missing, or under another key: what is said, and that it works again afterwards.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign_store::conformance::made;
use countersign_store::dossiers::{Dossiers as _, Evidence as _, Material, MaterialKind};
use countersign_store::error::{Damage, LedgerError};
use countersign_store::ledger::Ledger as _;
use countersign_store::sealed::Key;
use countersign_store::sqlite::{Access, Sqlite};
use rusqlite::Connection;

use super::{Folder, filled, filled_over, told};

/// Waits hardly at all.
fn impatient() -> Access {
    Access { wait: Duration::from_millis(20), ..Access::default() }
}

fn raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

#[test]
fn a_database_that_another_program_writes_to_is_locked_and_works_afterwards() {
    let folder = Folder::new();
    let seat = filled(&folder.create());
    let store = Sqlite::open(&folder.path(), &impatient()).unwrap();
    let before = told(&store);

    let other = raw(&folder.path());
    other.execute_batch("BEGIN IMMEDIATE; UPDATE record SET seat = 99").unwrap();
    for error in [store.take_seat().unwrap_err(), store.sequence(seat, &[]).unwrap_err()] {
        assert!(matches!(error, LedgerError::Locked { waited } if waited == impatient().wait), "{error}");
        assert_eq!(
            error.to_string(),
            "the database is locked: another program has been writing to it for 20 ms"
        );
    }
    assert_eq!(told(&store), before, "reading goes on");
    Sqlite::open(&folder.path(), &impatient()).unwrap();

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.take_seat().unwrap().0, seat.0 + 1);
}

#[test]
fn a_database_that_another_program_keeps_to_itself_is_locked_and_opens_afterwards() {
    let folder = Folder::new();
    let before = {
        let store = folder.create();
        filled(&store);
        told(&store)
    };
    let other = raw(&folder.path());
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let error = Sqlite::open(&folder.path(), &impatient()).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::Locked { .. }), "{error}");
    drop(other);
    assert_eq!(told(&folder.open()), before);
}

#[test]
fn of_two_programs_on_one_file_the_one_that_came_last_writes() {
    let folder = Folder::new();
    let first = folder.create();
    let old = filled(&first);
    let second = folder.open();
    let seat = second.take_seat().unwrap();
    let error = first.sequence(old, &made::acts("talks", 30..31)).unwrap_err();
    assert!(
        matches!(error, LedgerError::Fenced { held, latest } if (held, latest) == (old.0, seat.0)),
        "{error}"
    );
    second.sequence(seat, &made::acts("talks", 31..32)).unwrap();
    assert_eq!(told(&first), told(&second));
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let store = folder.create();
    filled(&store);
    let files: Vec<_> = fs::read_dir(folder.path().parent().unwrap()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 3, "the database, its write-ahead log, and what is shared beside it");
    assert!(
        files.iter().all(|file| file.metadata().unwrap().permissions().mode() & 0o777 == 0o600),
        "{files:?}"
    );
}

#[test]
fn a_missing_database_is_not_begun_anew() {
    let folder = Folder::new();
    let error = Sqlite::open(&folder.path(), &Access::default()).map(|_| ()).unwrap_err();
    assert!(matches!(&error, LedgerError::Absent { path } if *path == folder.path()), "{error}");
    assert!(error.to_string().contains("restore a backup"), "{error}");
    assert!(!folder.path().exists(), "nothing was made");
}

#[test]
fn a_database_is_created_once() {
    let folder = Folder::new();
    let store = folder.create();
    filled(&store);
    let before = told(&store);
    let error = Sqlite::create(&folder.path(), &Access::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::Present { .. }), "{error}");
    assert_eq!(told(&store), before);
}

#[test]
fn a_creation_that_was_interrupted_is_told_and_can_be_done_again() {
    for begun in ["", "PRAGMA journal_mode = WAL"] {
        let folder = Folder::new();
        fs::write(folder.path(), b"").unwrap();
        raw(&folder.path()).execute_batch(begun).unwrap();
        let error = Sqlite::open(&folder.path(), &Access::default()).map(|_| ()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(Damage::Empty)), "{error}");
        filled(&folder.create());
    }
}

#[test]
fn what_is_no_database_of_ours_is_named_and_left_alone() {
    let folder = Folder::new();
    let prose = b"not a database, however long it is: ".repeat(200);
    fs::write(folder.path(), &prose).unwrap();
    for opened in
        [Sqlite::open(&folder.path(), &Access::default()), Sqlite::create(&folder.path(), &Access::default())]
    {
        let error = opened.map(|_| ()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(Damage::NotADatabase)), "{error}");
        assert!(error.to_string().contains("restore the last backup"), "{error}");
    }
    assert_eq!(fs::read(folder.path()).unwrap(), prose);

    let folder = Folder::new();
    raw(&folder.path()).execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let there = fs::read(folder.path()).unwrap();
    for opened in
        [Sqlite::open(&folder.path(), &Access::default()), Sqlite::create(&folder.path(), &Access::default())]
    {
        let error = opened.map(|_| ()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(Damage::Foreign)), "{error}");
    }
    assert_eq!(fs::read(folder.path()).unwrap(), there);
}

#[test]
fn a_truncated_database_is_damaged_at_whatever_length() {
    let folder = Folder::new();
    filled(&folder.create());
    let whole = settled(&folder);
    let page = 4096;
    assert!(whole.len() > 12 * page);
    for length in [1, 50, 99, 100, 511, page - 1, page, page + 1, whole.len() / 2, whole.len() - page] {
        let cut = Folder::new();
        fs::write(cut.path(), &whole[..length]).unwrap();
        let error = examined(&cut.path()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(_)), "cut to {length}: {error:?}");
        assert!(error.to_string().contains("restore the last backup"), "{error}");
    }
    let restored = Folder::new();
    fs::write(restored.path(), &whole).unwrap();
    examined(&restored.path()).unwrap();
}

#[test]
fn a_flipped_bit_is_found_wherever_it_changes_what_is_read() {
    let folder = Folder::new();
    filled(&folder.create());
    let before = told(&folder.open());
    let whole = settled(&folder);
    let flipped = Folder::new();
    let (mut found, mut harmless) = (0, 0);
    // A prime step, so that every part of a page is met.
    for (at, bit) in (0..whole.len()).step_by(331).zip((0..8).cycle()) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        fs::write(flipped.path(), &bytes).unwrap();
        match examined(&flipped.path()) {
            Ok(()) => {
                assert_eq!(told(&flipped.open()), before, "byte {at}, bit {bit}");
                harmless += 1;
            }
            Err(error) => {
                // Of the header, a bit says that a file is only to be read; of the mark, every bit says that it is encrypted.
                let named = matches!(
                    error,
                    LedgerError::Damaged(_) | LedgerError::Newer { .. } | LedgerError::Encrypted
                );
                assert!(named || at < 100, "byte {at}, bit {bit}: {error:?}");
                found += 1;
            }
        }
        flipped.clear();
    }
    assert!(found > 20 && harmless > 20, "{found} found, {harmless} harmless");
}

#[test]
fn a_flipped_page_is_damaged_when_it_is_reached_and_the_backup_works() {
    let folder = Folder::new();
    let before = {
        let store = folder.create();
        filled(&store);
        told(&store)
    };
    let whole = settled(&folder);
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(folder.path(), &bytes).unwrap();
        let error = examined(&folder.path()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(_)), "page {page}: {error:?}");
        folder.clear();
    }
    fs::write(folder.path(), &whole).unwrap();
    assert_eq!(told(&folder.open()), before);
}

#[test]
fn an_act_that_was_altered_in_place_is_never_read() {
    let folder = Folder::new();
    let store = folder.create();
    filled(&store);
    for (set, what) in [
        ("json = CAST(CAST(json AS TEXT) || ' ' AS BLOB)", "act 2 of dossier talks"),
        ("p7s = x'00'", "act 2 of dossier talks"),
        ("salt = zeroblob(32)", "act 2 of dossier talks"),
        ("salt = x'00'", "act 2 of dossier talks"),
        ("entry = zeroblob(32)", "act 2 of dossier talks"),
        ("name = zeroblob(32)", "act 2 of dossier talks"),
        ("bears = 1 - bears", "link 3 of dossier talks"),
        ("previous = zeroblob(32)", "link 2 of dossier talks"),
        ("visibility = 'all'", "the visibility \"all\""),
    ] {
        let altered = Folder::new();
        store.copy(&altered.path()).unwrap();
        raw(&altered.path())
            .execute(&format!("UPDATE acts SET {set} WHERE number = 2 AND dossier = 1"), [])
            .unwrap();
        let error = examined(&altered.path()).unwrap_err();
        let named = matches!(&error, LedgerError::Damaged(Damage::Altered { what: told }) if told == what);
        assert!(named, "{set}: {error}");
        if !what.starts_with("link") {
            altered.open().acts("talks", 0, 99).unwrap_err();
        }
    }
}

#[test]
fn batches_and_head_are_held_to_the_acts() {
    let folder = Folder::new();
    let store = folder.create();
    filled(&store);
    for sql in [
        "UPDATE batches SET entries = zeroblob(length(entries))",
        "UPDATE batches SET leaves = zeroblob(length(leaves))",
        "UPDATE batches SET place = place + 1 WHERE place = (SELECT max(place) FROM batches)",
        "DELETE FROM batches WHERE place = (SELECT max(place) FROM batches)",
        "DELETE FROM batches WHERE place = (SELECT min(place) FROM batches)",
        "UPDATE record SET sequenced = sequenced + 1",
        "UPDATE record SET integrated = integrated - 1",
        "UPDATE record SET root = zeroblob(32)",
        "UPDATE record SET tidied = tidied + 1",
        "UPDATE record SET checkpoint = NULL",
        "UPDATE record SET published = NULL",
        "UPDATE heads SET place = place + 1000 WHERE number = (SELECT max(number) FROM heads)",
        "DELETE FROM heads WHERE number = (SELECT max(number) FROM heads)",
    ] {
        let altered = Folder::new();
        store.copy(&altered.path()).unwrap();
        assert!(raw(&altered.path()).execute(sql, []).unwrap() > 0, "{sql}");
        let error = examined(&altered.path()).unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(Damage::Altered { .. })), "{sql}: {error}");
    }
}

#[test]
fn a_copy_is_whole_while_writing_goes_on() {
    let folder = Folder::new();
    let store = folder.create();
    let seat = filled(&store);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..20).for_each(|at| filled_over(&store, seat, 100 + at * 10..105 + at * 10)));
        for _ in 0..5 {
            let copied = Folder::new();
            store.copy(&copied.path()).unwrap();
            let copy = copied.open();
            copy.check().unwrap();
            let links = copy.links("talks", 0, usize::MAX).unwrap();
            assert_eq!(links, store.links("talks", 0, links.len()).unwrap());
            let there = store.copy(&copied.path()).unwrap_err();
            assert!(matches!(there, LedgerError::Present { .. }), "{there}");
        }
    });
}

fn locked_with(key: u8) -> Access {
    Access { cipher: Arc::new(Key::new([key; 32])), ..Access::default() }
}

#[test]
fn an_encrypted_database_opens_under_its_key_alone() {
    let folder = Folder::new();
    let before = {
        let store = Sqlite::create(&folder.path(), &locked_with(1)).unwrap();
        filled(&store);
        told(&store)
    };
    let error = Sqlite::open(&folder.path(), &locked_with(2)).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::Sealed { .. }), "{error}");
    let error = Sqlite::open(&folder.path(), &Access::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::Encrypted), "{error}");
    let store = Sqlite::open(&folder.path(), &locked_with(1)).unwrap();
    store.check().unwrap();
    assert_eq!(told(&store), before);

    let clear = Folder::new();
    clear.create();
    let error = Sqlite::open(&clear.path(), &locked_with(1)).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::Sealed { .. }), "{error}");
}

#[test]
fn an_encrypted_database_has_no_word_of_what_is_in_it() {
    let named = Material {
        kind: MaterialKind::Map,
        name: "ruritania.authority".to_owned(),
        audience: countersign_store::dossiers::Audience {
            visibility: countersign_authority::model::act::Visibility::Own,
            owner: Some("RURITANIA".to_owned()),
        },
        bytes: b"an office of the realm".to_vec(),
    };
    let holds = |folder: &Folder, access: &Access| {
        let store = Sqlite::create(&folder.path(), access).unwrap();
        filled(&store);
        store.keep_material("talks", &named).unwrap();
        let act = store.acts("talks", 0, 1).unwrap().remove(0);
        store.keep_stamp(act.id, b"a token of time").unwrap();
        drop(store);
        let file = settled(folder);
        let words: [&[u8]; 9] = [
            b"talks",
            b"Talks on",
            b"KRA",
            b"ruritania.authority",
            b"RURITANIA",
            b"office of the realm",
            b"token of time",
            &act.json,
            &act.id.0,
        ];
        words.map(|word| file.windows(word.len()).any(|part| part == word))
    };
    assert_eq!(holds(&Folder::new(), &Access::default()), [true; 9]);
    assert_eq!(holds(&Folder::new(), &locked_with(1)), [false; 9]);
}

/// The file's bytes, all of them moved into it, and no other file left.
fn settled(folder: &Folder) -> Vec<u8> {
    let other = raw(&folder.path());
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(other);
    let bytes = fs::read(folder.path()).unwrap();
    folder.clear();
    fs::write(folder.path(), &bytes).unwrap();
    bytes
}

/// Opens a database, and reads all of it.
fn examined(path: &Path) -> Result<(), LedgerError> {
    Sqlite::open(path, &Access::default())?.check()
}
