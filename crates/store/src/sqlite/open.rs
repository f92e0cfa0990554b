//! Creating and opening the file, and the steps of its schema.

use std::path::Path;
use std::time::Duration;

use countersign_tlog::hash::Hash;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};

use super::fault::Fault;
use super::vault::Vault;
use crate::error::{Damage, LedgerError};
use crate::schema::{MIGRATIONS, NEWEST, VERSIONS};

/// "Csgn": `file` and this program know a database of this program by it.
const APPLICATION_ID: i32 = 0x4373_676e;

/// Pages of write-ahead log after which it is moved into the file: 32 MiB, so that it is rare beside batches of 1,000 acts.
const LOG_PAGES: i64 = 8192;

/// Bytes that the write-ahead log keeps on disk once it was moved.
const LOG_BYTES_KEPT: i64 = 64 << 20;

/// Statements that are kept prepared.
const STATEMENTS: usize = 64;

pub(super) fn create(path: &Path, wait: Duration, vault: &Vault) -> Result<Connection, Fault> {
    let mut connection = connect(path, wait, OpenFlags::SQLITE_OPEN_CREATE)?;
    match owner(&connection)? {
        Owner::Nobody => {}
        Owner::Us => return Err(LedgerError::Present { path: path.to_owned() }.into()),
        Owner::Another => return Err(LedgerError::Damaged(Damage::Foreign).into()),
    }
    set(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !matches!(owner(&transaction)?, Owner::Nobody) {
        return Err(LedgerError::Present { path: path.to_owned() }.into());
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(&spoken(VERSIONS))?;
    migrate(&transaction, 0)?;
    transaction.execute(
        "INSERT INTO record (one, mark, seat, sequenced, integrated, root, tidied) VALUES (1, ?1, 0, 0, 0, ?2, 0)",
        params![vault.mark()?, Hash::EMPTY_ROOT.as_bytes()],
    )?;
    transaction.commit()?;
    Ok(connection)
}

pub(super) fn existing(path: &Path, wait: Duration, vault: &Vault) -> Result<Connection, Fault> {
    // SQLite would say that it can't open it, and of an unreadable folder the same.
    if matches!(path.try_exists(), Ok(false)) {
        return Err(LedgerError::Absent { path: path.to_owned() }.into());
    }
    let mut connection = connect(path, wait, OpenFlags::empty())?;
    match owner(&connection)? {
        Owner::Us => {}
        Owner::Nobody => return Err(LedgerError::Damaged(Damage::Empty).into()),
        Owner::Another => return Err(LedgerError::Damaged(Damage::Foreign).into()),
    }
    // Before anything is written: a newer program's database stays as it is.
    known(version(&connection)?)?;
    set(&connection)?;
    let mark: Vec<u8> = connection.query_row("SELECT mark FROM record", [], |row| row.get(0))?;
    vault.check_mark(&mark)?;
    if version(&connection)? < NEWEST {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let from = version(&transaction)?;
        known(from)?;
        migrate(&transaction, from)?;
        transaction.commit()?;
    }
    Ok(connection)
}

/// A further connection that reads alone.
pub(super) fn reader(path: &Path, wait: Duration) -> Result<Connection, Fault> {
    let connection = connect(path, wait, OpenFlags::empty())?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

fn connect(path: &Path, wait: Duration, flags: OpenFlags) -> Result<Connection, Fault> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(wait)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// What a commit means, and how much is taken on trust.
fn set(connection: &Connection) -> Result<(), Fault> {
    // Answers with the mode that it has now.
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Where the system's own sync leaves bytes in the disk's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES_KEPT, |_| Ok(()))?;
    Ok(())
}

/// Whose database a file is.
enum Owner {
    Nobody,
    Us,
    Another,
}

fn owner(connection: &Connection) -> Result<Owner, Fault> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (id, tables) {
        (APPLICATION_ID, 1..) => Owner::Us,
        (0 | APPLICATION_ID, 0) => Owner::Nobody,
        _ => Owner::Another,
    })
}

fn version(connection: &Connection) -> Result<u32, Fault> {
    let version: Option<i64> =
        connection.query_row("SELECT max(version) FROM migrations", [], |row| row.get(0))?;
    u32::try_from(version.unwrap_or_default()).map_err(|_| Fault::altered("the schema's version"))
}

fn known(found: u32) -> Result<(), Fault> {
    if found > NEWEST { Err(LedgerError::Newer { found, known: NEWEST }.into()) } else { Ok(()) }
}

fn migrate(transaction: &Transaction<'_>, from: u32) -> Result<(), Fault> {
    for step in MIGRATIONS.iter().filter(|step| step.version > from) {
        transaction.execute_batch(&spoken(step.sql))?;
        transaction.execute("INSERT INTO migrations (version) VALUES (?1)", [step.version])?;
    }
    Ok(())
}

/// The schema as SQLite says it.
fn spoken(sql: &str) -> String {
    sql.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB").replace(");\n", ") STRICT;\n")
}
