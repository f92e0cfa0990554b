//! Reads all of a database, and copies it while it is in use.

use std::path::Path;
use std::sync::Arc;

use countersign_agreement::record::Link;
use rusqlite::backup::Progress;
use rusqlite::{Connection, MAIN_DB, Transaction};

use super::Sqlite;
use super::fault::Fault;
use super::rows::{self, ACT};
use crate::error::{Damage, LedgerError};

impl Sqlite {
    /// Reads every page and every row: that pages and indices fit together, that each act is the one its entry commits to,
    /// and that the links of a dossier are a chain. Takes time in proportion to the record.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] with the first that doesn't.
    pub fn check(&self) -> Result<(), LedgerError> {
        self.reading("checking", |transaction| {
            pages(transaction)?;
            rows::head(transaction)?;
            self.chains(transaction)
        })
    }

    /// Copies the database as it is at one moment, into a file that isn't there yet, while others read and write.
    ///
    /// # Errors
    /// [`LedgerError::Present`] where there is one.
    pub fn copy(&self, to: &Path) -> Result<(), LedgerError> {
        if !matches!(to.try_exists(), Ok(false)) {
            return Err(LedgerError::Present { path: to.to_owned() });
        }
        self.reading("copying", |transaction| Ok(transaction.backup(MAIN_DB, to, None::<fn(Progress)>)?))
    }

    fn chains(&self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        let mut statement =
            transaction.prepare(&format!("SELECT {ACT} FROM acts ORDER BY dossier, number"))?;
        let mut found = statement.query([])?;
        let mut last: Option<(i64, Arc<str>, Option<Link>)> = None;
        while let Some(row) = found.next()? {
            let number: i64 = row.get(1)?;
            let (id, before) = match last.take() {
                Some((dossier, id, link)) if dossier == number => (id, link),
                _ => (rows::dossier(transaction, &self.vault, number)?.id, None),
            };
            let act = rows::recorded(row, &self.vault, id.clone())?;
            let link = Link::after(before.as_ref(), id.clone(), act.link.act, act.link.bears);
            if link != act.link {
                return Err(Fault::altered(format!("link {} of dossier {id}", act.link.number)));
            }
            last = Some((number, id, Some(link)));
        }
        Ok(())
    }
}

/// What the engine finds in pages, indices and references.
fn pages(connection: &Connection) -> Result<(), Fault> {
    let says: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if says != "ok" {
        return Err(LedgerError::Damaged(Damage::Pages { says }).into());
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut found = statement.query([])?;
    match found.next()? {
        Some(row) => Err(Fault::altered(format!("a reference of table {}", row.get::<_, String>(0)?))),
        None => Ok(()),
    }
}
