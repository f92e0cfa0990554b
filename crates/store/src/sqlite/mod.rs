//! The database as one SQLite file: what a home has.
//!
//! A connection writes, others read beside it (WAL). Every commit is synced before it returns (`synchronous=FULL`). Opening
//! reads a few rows, however long the record is; [`Sqlite::check`] reads all of it.

mod check;
mod dossiers;
mod evidence;
mod fault;
mod ledger;
mod open;
mod refill;
mod rows;
#[cfg(test)]
mod tests;
mod vault;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::LedgerError;
use crate::sealed::{Cipher, Clear};
use fault::Fault;
use vault::Vault;

/// The database of a home.
pub struct Sqlite {
    path: PathBuf,
    wait: Duration,
    vault: Vault,
    writes: Mutex<Connection>,
    reads: Mutex<Vec<Connection>>,
}

/// How a database is opened.
#[derive(Clone)]
pub struct Access {
    /// How long another program that writes is waited for.
    pub wait: Duration,
    /// What encrypts it.
    pub cipher: Arc<dyn Cipher>,
}

/// Waits five seconds and encrypts nothing.
impl Default for Access {
    fn default() -> Self {
        Self { wait: Duration::from_secs(5), cipher: Arc::new(Clear) }
    }
}

/// Connections for reading that are kept open; more are opened while more are needed.
const READERS_KEPT: usize = 4;

impl Sqlite {
    /// Creates a database where none is. One whose creation was interrupted is created to the end.
    ///
    /// # Errors
    /// [`LedgerError::Present`] where there is one.
    pub fn create(path: &Path, access: &Access) -> Result<Self, LedgerError> {
        let told = |fault: Fault| fault.told("creating", access.wait);
        let vault = Vault::new(access.cipher.clone());
        let writes = open::create(path, access.wait, &vault).map_err(told)?;
        Ok(Self::over(path, access, vault, writes))
    }

    /// Opens a database, and brings an older schema up to date.
    ///
    /// # Errors
    /// [`LedgerError::Absent`], [`LedgerError::Newer`], [`LedgerError::Encrypted`], [`LedgerError::Sealed`],
    /// [`LedgerError::Damaged`], [`LedgerError::Locked`].
    pub fn open(path: &Path, access: &Access) -> Result<Self, LedgerError> {
        let told = |fault: Fault| fault.told("opening", access.wait);
        let vault = Vault::new(access.cipher.clone());
        let writes = open::existing(path, access.wait, &vault).map_err(told)?;
        Ok(Self::over(path, access, vault, writes))
    }

    fn over(path: &Path, access: &Access, vault: Vault, writes: Connection) -> Self {
        let reads = Mutex::new(Vec::new());
        Self { path: path.to_owned(), wait: access.wait, vault, writes: Mutex::new(writes), reads }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a transaction that writes: it is done when this returns `Ok`, and not at all otherwise.
    fn writing<T>(
        &self,
        doing: &'static str,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, LedgerError> {
        // A thread that panicked dropped its transaction, which rolled it back.
        let mut connection = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        let run = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = body(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|fault: Fault| fault.told(doing, self.wait))
    }

    /// Runs a transaction that reads: all of one moment.
    fn reading<T>(
        &self,
        doing: &'static str,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, LedgerError> {
        let kept = self.reads.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let run = || {
            let mut connection = match kept {
                Some(connection) => connection,
                None => open::reader(&self.path, self.wait)?,
            };
            let transaction = connection.transaction()?;
            let value = body(&transaction)?;
            transaction.finish()?;
            let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
            if reads.len() < READERS_KEPT {
                reads.push(connection);
            }
            Ok(value)
        };
        run().map_err(|fault: Fault| fault.told(doing, self.wait))
    }
}
