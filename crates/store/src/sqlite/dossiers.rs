//! Dossiers in SQLite.

use std::sync::Arc;

use countersign_agreement::record::Link;
use countersign_authority::model::name::Digest;
use countersign_tlog::size::TreeSize;
use rusqlite::{Connection, params};

use super::Sqlite;
use super::fault::Fault;
use super::rows::{self, ACT, LINK, Linked, limit, signed};
use super::vault::{Vault, row as row_of};
use crate::dossiers::{Dossier, DossierHead, Dossiers, Recorded};
use crate::error::LedgerError;
use crate::objects::Created;

impl Dossiers for Sqlite {
    fn open(&self, dossier: &Dossier) -> Result<Created, LedgerError> {
        let about =
            rows::description(dossier).ok_or_else(|| LedgerError::Timeless { at: dossier.created })?;
        self.writing("opening a dossier", |transaction| {
            if rows::numbered(transaction, &self.vault, &dossier.id)?.is_some() {
                return Ok(Created::Existed);
            }
            let last: Option<i64> =
                transaction.query_row("SELECT max(dossier) FROM dossiers", [], |row| row.get(0))?;
            let number = last.unwrap_or_default().saturating_add(1);
            transaction.execute(
                "INSERT INTO dossiers (dossier, name, about) VALUES (?1, ?2, ?3)",
                params![
                    number,
                    self.vault.name("dossiers.name", dossier.id.as_bytes()),
                    self.vault.seal_json("dossiers.about", &row_of(&[number]), &about)?,
                ],
            )?;
            Ok(Created::New)
        })
    }

    fn dossier(&self, id: &str) -> Result<Option<Dossier>, LedgerError> {
        self.reading("reading a dossier", |transaction| {
            let number = rows::numbered(transaction, &self.vault, id)?;
            number.map(|number| rows::dossier(transaction, &self.vault, number)).transpose()
        })
    }

    fn dossiers(&self, after: Option<&str>, most: usize) -> Result<Vec<Dossier>, LedgerError> {
        self.reading("reading dossiers", |transaction| {
            let after = match after {
                Some(id) => rows::number_of(transaction, &self.vault, id)?,
                None => 0,
            };
            let mut statement = transaction.prepare_cached(
                "SELECT dossier, about FROM dossiers WHERE dossier > ?1 ORDER BY dossier LIMIT ?2",
            )?;
            let mut found = statement.query([after, limit(most)])?;
            let mut all = Vec::new();
            while let Some(row) = found.next()? {
                let about: Vec<u8> = row.get(1)?;
                all.push(rows::described(&self.vault, row.get(0)?, &about)?);
            }
            Ok(all)
        })
    }

    fn acts(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Recorded>, LedgerError> {
        self.reading("reading acts", |transaction| {
            let mut acts = Vec::new();
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else { return Ok(acts) };
            let id: Arc<str> = dossier.into();
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {ACT} FROM acts WHERE dossier = ?1 AND number > ?2 AND length(json) > 0 ORDER BY number LIMIT ?3"
            ))?;
            let mut found = statement.query(params![number, after, limit(most)])?;
            while let Some(row) = found.next()? {
                acts.push(rows::recorded(row, &self.vault, id.clone())?);
            }
            for act in &mut acts {
                act.stamps = stamps(transaction, &self.vault, signed(act.index.get()))?;
            }
            Ok(acts)
        })
    }

    fn act(&self, id: Digest) -> Result<Option<Recorded>, LedgerError> {
        self.reading("reading an act", |transaction| {
            let mut statement = transaction
                .prepare_cached(&format!("SELECT {ACT} FROM acts WHERE name = ?1 AND length(json) > 0"))?;
            let mut found = statement.query([self.vault.name("acts.name", &id.0)])?;
            let Some(row) = found.next()? else { return Ok(None) };
            let dossier = rows::dossier(transaction, &self.vault, row.get(1)?)?;
            let mut act = rows::recorded(row, &self.vault, dossier.id)?;
            act.stamps = stamps(transaction, &self.vault, signed(act.index.get()))?;
            Ok(Some(act))
        })
    }

    fn links(&self, dossier: &str, after: u32, most: usize) -> Result<Vec<Link>, LedgerError> {
        self.reading("reading links", |transaction| {
            let mut links = Vec::new();
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else { return Ok(links) };
            let id: Arc<str> = dossier.into();
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {LINK} FROM acts WHERE dossier = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
            ))?;
            let mut found = statement.query(params![number, after, limit(most)])?;
            while let Some(row) = found.next()? {
                links.push(Linked::read(row)?.link(id.clone()));
            }
            Ok(links)
        })
    }

    fn newest(&self, dossier: &str, below: TreeSize) -> Result<Option<DossierHead>, LedgerError> {
        self.reading("reading a dossier's head", |transaction| {
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else { return Ok(None) };
            let mut statement = transaction.prepare_cached(
                "SELECT a.place, a.dossier, a.number, a.entry, a.bears, a.previous, h.place
                 FROM heads h JOIN acts a ON a.dossier = h.dossier AND a.number = h.number
                 WHERE h.dossier = ?1 AND h.place < ?2 ORDER BY h.number DESC LIMIT 1",
            )?;
            let mut found = statement.query([number, signed(below.get())])?;
            let Some(row) = found.next()? else { return Ok(None) };
            let link = Linked::read(row)?.link(dossier.into());
            Ok(Some(DossierHead { link, index: rows::index(row.get(6)?)? }))
        })
    }
}

/// The timestamp tokens of an act.
fn stamps(connection: &Connection, vault: &Vault, place: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT number, tsr FROM stamps WHERE place = ?1 ORDER BY number")?;
    let mut found = statement.query([place])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let sealed: Vec<u8> = row.get(1)?;
        all.push(vault.open("stamps.tsr", &row_of(&[place, row.get(0)?]), &sealed)?);
    }
    Ok(all)
}
