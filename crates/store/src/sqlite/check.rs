//! Reads all of a database, and copies it while it is in use.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use countersign_agreement::record::{ENTRY_LENGTH, Link};
use countersign_tlog::hash::Hash;
use countersign_tlog::size::{LeafIndex, TreeSize};
use rusqlite::backup::Progress;
use rusqlite::{Connection, MAIN_DB, OptionalExtension as _, Transaction, params};

use super::Sqlite;
use super::fault::Fault;
use super::ledger::entries;
use super::refill;
use super::rows::{self, ACT, Linked};
use crate::error::{Damage, LedgerError};

impl Sqlite {
    /// Reads every page, act and entry: that pages and indices fit together, that each act is the one its entry commits to,
    /// that the links of a dossier are a chain, and that every entry is an act's or a head's. Takes time in proportion to the
    /// record. What no entry speaks of (titles, materials, documents' names) is held to its form alone.
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

    /// Holds acts to their entries, links to the ones before, heads to their links, and all of them to the batches.
    fn chains(&self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        let mut log = Log::read(transaction)?;
        let mut heads = transaction.prepare("SELECT place FROM heads WHERE dossier = ?1 AND number = ?2")?;
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
            let linked = Linked::read(row)?;
            let (index, kept) = (linked.index, linked.link(id.clone()));
            let link = Link::after(before.as_ref(), id.clone(), kept.act, kept.bears);
            if link != kept {
                return Err(Fault::altered(format!("link {} of dossier {id}", kept.number)));
            }
            // A link that came back without its act.
            if !row.get_ref(8)?.as_blob().map_err(rusqlite::Error::from)?.is_empty() {
                rows::recorded(row, &self.vault, id.clone())?;
            }
            log.holds(index, link.act.as_bytes())?;
            let head: Option<i64> =
                heads.query_row(params![number, link.number], |row| row.get(0)).optional()?;
            if let Some(place) = head {
                log.holds(rows::index(place)?, &link.digest().0)?;
            }
            last = Some((number, id, Some(link)));
        }
        log.is_accounted_for()
    }
}

/// The log as the batches have it: entries that nothing in the database was seen for yet.
struct Log {
    tidied: TreeSize,
    size: TreeSize,
    /// How many entries something was seen for.
    seen: u64,
    kept: HashMap<LeafIndex, [u8; ENTRY_LENGTH]>,
}

impl Log {
    fn read(connection: &Connection) -> Result<Self, Fault> {
        let head = rows::head(connection)?;
        let first: Option<i64> =
            connection.query_row("SELECT min(place) FROM batches", [], |row| row.get(0))?;
        let first = first.map_or(Ok(head.sequenced), rows::size)?;
        if first != head.tidied || head.tidied > head.published_size() {
            return Err(Fault::altered("where the batches begin"));
        }
        // Of what is lost there is nothing to see, and no batch either.
        let seen = refill::lost(connection)?;
        let mut log = Self { tidied: first, size: head.sequenced, seen, kept: HashMap::new() };
        let Ok(from) = LeafIndex::new(first.get()) else { return Ok(log) };
        for entry in entries(connection, from, usize::MAX)? {
            if Hash::leaf(&entry.bytes) != entry.leaf {
                return Err(Fault::altered(format!("the leaf of entry {}", entry.index)));
            }
            log.kept.insert(entry.index, entry.bytes);
        }
        Ok(log)
    }

    /// Refuses what is another entry than the batches have, or beyond the log.
    fn holds(&mut self, index: LeafIndex, bytes: &[u8; ENTRY_LENGTH]) -> Result<(), Fault> {
        let kept = self.kept.remove(&index);
        let fits =
            if index.get() < self.tidied.get() { kept.is_none() } else { kept.as_ref() == Some(bytes) };
        self.seen = self.seen.saturating_add(1);
        if fits { Ok(()) } else { Err(Fault::altered(format!("entry {index}"))) }
    }

    /// Refuses entries that are of no act and of no head.
    fn is_accounted_for(&self) -> Result<(), Fault> {
        match self.kept.keys().min() {
            Some(index) => Err(Fault::altered(format!("entry {index}"))),
            None if self.seen == self.size.get() => Ok(()),
            None => Err(Fault::altered(format!("the size of the log, {}", self.size))),
        }
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
