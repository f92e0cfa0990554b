//! Evidence in SQLite.

use countersign_agreement::record::{Link, Salt};
use countersign_agreement::signed::id_of;
use countersign_authority::model::name::Digest;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::{Value, json};

use super::Sqlite;
use super::fault::Fault;
use super::ledger::place_of;
use super::rows::{self, text};
use super::vault::{Vault, row as row_of, spoken};
use crate::dossiers::{Audience, Document, Evidence, ForeignAct, ForeignRecord, Material, MaterialKind};
use crate::error::LedgerError;
use crate::objects::Created;

impl Evidence for Sqlite {
    fn keep_stamp(&self, act: Digest, tsr: &[u8]) -> Result<Created, LedgerError> {
        self.writing("keeping a timestamp", |transaction| {
            let place = place_of(transaction, &self.vault, act)?
                .ok_or_else(|| LedgerError::NoAct { id: act.to_string() })?;
            let name = self.vault.name("stamps.name", &id_of(tsr).0);
            let there = transaction
                .query_row(
                    "SELECT 1 FROM stamps WHERE place = ?1 AND name = ?2",
                    params![place, name],
                    |_| Ok(()),
                )
                .optional()?;
            if there.is_some() {
                return Ok(Created::Existed);
            }
            let number: i64 = transaction.query_row(
                "SELECT coalesce(max(number), 0) + 1 FROM stamps WHERE place = ?1",
                [place],
                |row| row.get(0),
            )?;
            transaction.execute(
                "INSERT INTO stamps (place, number, name, tsr) VALUES (?1, ?2, ?3, ?4)",
                params![place, number, name, self.vault.seal("stamps.tsr", &row_of(&[place, number]), tsr)?],
            )?;
            Ok(Created::New)
        })
    }

    fn keep_material(&self, dossier: &str, material: &Material) -> Result<Created, LedgerError> {
        self.writing("keeping a material", |transaction| {
            let number = rows::number_of(transaction, &self.vault, dossier)?;
            let name = self.vault.name("materials.name", material.name.as_bytes());
            let kind = material.kind.word();
            let kept = read_materials(transaction, &self.vault, number, Some((kind, &name)))?.pop();
            if kept.as_ref().is_some_and(|kept| kept.bytes != material.bytes) {
                return Err(LedgerError::Taken { kind, name: material.name.clone() }.into());
            }
            let audience = match &kept {
                Some(kept) => kept.audience.widened(&material.audience),
                None => material.audience.clone(),
            };
            let row = material_row(number, kind, &name);
            let about = json!({ "name": material.name, "owner": audience.owner });
            transaction.execute(
                "INSERT INTO materials (dossier, kind, name, visibility, about, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (dossier, kind, name) DO UPDATE SET visibility = excluded.visibility, about = excluded.about",
                params![
                    number,
                    kind,
                    name,
                    audience.visibility.word(),
                    self.vault.seal_json("materials.about", &row, &about)?,
                    self.vault.seal("materials.bytes", &row, &material.bytes)?,
                ],
            )?;
            Ok(if kept.is_some() { Created::Existed } else { Created::New })
        })
    }

    fn materials(&self, dossier: &str) -> Result<Vec<Material>, LedgerError> {
        self.reading("reading materials", |transaction| {
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else {
                return Ok(Vec::new());
            };
            let mut all = read_materials(transaction, &self.vault, number, None)?;
            all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
            Ok(all)
        })
    }

    fn keep_document(&self, dossier: &str, document: &Document) -> Result<Created, LedgerError> {
        self.writing("keeping a document", |transaction| {
            let number = rows::number_of(transaction, &self.vault, dossier)?;
            let name = self.vault.name("documents.name", &document.digest.0);
            let kept = read_documents(transaction, &self.vault, number, Some(&name))?.pop();
            let (existed, mut document) = (kept.is_some(), kept.unwrap_or_else(|| document.clone()).widened(document));
            let owner = document.audience.owner.take();
            let about = json!({
                "digest": document.digest.to_string(),
                "extension": document.extension,
                "media_type": document.media_type,
                "owner": owner,
            });
            let row = [row_of(&[number]), name.clone()].concat();
            transaction.execute(
                "INSERT INTO documents (dossier, name, visibility, about) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (dossier, name) DO UPDATE SET visibility = excluded.visibility, about = excluded.about",
                params![
                    number,
                    name,
                    document.audience.visibility.word(),
                    self.vault.seal_json("documents.about", &row, &about)?,
                ],
            )?;
            Ok(if existed { Created::Existed } else { Created::New })
        })
    }

    fn documents(&self, dossier: &str) -> Result<Vec<Document>, LedgerError> {
        self.reading("reading documents", |transaction| {
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else {
                return Ok(Vec::new());
            };
            let mut all = read_documents(transaction, &self.vault, number, None)?;
            all.sort_by_key(|document| document.digest);
            Ok(all)
        })
    }

    fn keep_foreign(&self, dossier: &str, record: &ForeignRecord) -> Result<(), LedgerError> {
        self.writing("keeping another record", |transaction| {
            let number = rows::number_of(transaction, &self.vault, dossier)?;
            let name = self.vault.name("records.name", record.origin.as_bytes());
            let kept = read_records(transaction, &self.vault, number, Some(&name))?.pop();
            let joined =
                kept.unwrap_or_else(|| ForeignRecord::empty(record.origin.clone())).joined(record)?;
            store_record(transaction, &self.vault, number, &name, &joined, &record.acts)
        })
    }

    fn foreign(&self, dossier: &str) -> Result<Vec<ForeignRecord>, LedgerError> {
        self.reading("reading other records", |transaction| {
            let Some(number) = rows::numbered(transaction, &self.vault, dossier)? else {
                return Ok(Vec::new());
            };
            let mut all = read_records(transaction, &self.vault, number, None)?;
            all.sort_by(|a, b| a.origin.cmp(&b.origin));
            Ok(all)
        })
    }
}

fn material_row(dossier: i64, kind: &str, name: &[u8]) -> Vec<u8> {
    [&row_of(&[dossier]), kind.as_bytes(), &[0], name].concat()
}

fn audience(visibility: &str, about: &Value) -> Result<Audience, Fault> {
    Ok(Audience { visibility: rows::visibility(visibility)?, owner: text(about, "owner") })
}

/// Materials of a dossier: all, or the one of a kind and name.
fn read_materials(
    connection: &Connection,
    vault: &Vault,
    dossier: i64,
    only: Option<(&str, &[u8])>,
) -> Result<Vec<Material>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, name, visibility, about, bytes FROM materials
         WHERE dossier = ?1 AND (?2 IS NULL OR (kind = ?2 AND name = ?3))",
    )?;
    let mut found =
        statement.query(params![dossier, only.map(|(kind, _)| kind), only.map(|(_, name)| name)])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let (kind, name, visibility): (String, Vec<u8>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (about, bytes): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
        let place = material_row(dossier, &kind, &name);
        let about = vault.open_json("materials.about", &place, &about)?;
        let altered = || Fault::altered(spoken("materials", &place));
        all.push(Material {
            kind: MaterialKind::from_word(&kind).ok_or_else(altered)?,
            name: text(&about, "name").ok_or_else(altered)?,
            audience: audience(&visibility, &about)?,
            bytes: vault.open("materials.bytes", &place, &bytes)?,
        });
    }
    Ok(all)
}

/// Documents of a dossier: all, or the one of a name.
fn read_documents(
    connection: &Connection,
    vault: &Vault,
    dossier: i64,
    only: Option<&[u8]>,
) -> Result<Vec<Document>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT name, visibility, about FROM documents WHERE dossier = ?1 AND (?2 IS NULL OR name = ?2)",
    )?;
    let mut found = statement.query(params![dossier, only])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let (name, visibility, about): (Vec<u8>, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let place = [row_of(&[dossier]), name].concat();
        let about = vault.open_json("documents.about", &place, &about)?;
        let altered = || Fault::altered(spoken("documents", &place));
        all.push(Document {
            digest: text(&about, "digest").and_then(|digest| Digest::parse(&digest)).ok_or_else(altered)?,
            extension: text(&about, "extension").ok_or_else(altered)?,
            media_type: text(&about, "media_type").ok_or_else(altered)?,
            audience: audience(&visibility, &about)?,
        });
    }
    Ok(all)
}

/// Other records on a dossier: all, or the one of a name.
fn read_records(
    connection: &Connection,
    vault: &Vault,
    dossier: i64,
    only: Option<&[u8]>,
) -> Result<Vec<ForeignRecord>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT name, origin, links, head FROM records WHERE dossier = ?1 AND (?2 IS NULL OR name = ?2)",
    )?;
    let mut found = statement.query(params![dossier, only])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let (name, origin, links): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let head: Option<Vec<u8>> = row.get(3)?;
        let place = [row_of(&[dossier]), name.clone()].concat();
        let altered = || Fault::altered(spoken("records", &place));
        let links = vault.open("records.links", &place, &links)?;
        let lines = links.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        all.push(ForeignRecord {
            origin: String::from_utf8(vault.open("records.origin", &place, &origin)?)
                .map_err(|_| altered())?,
            links: lines.map(Link::read).collect::<Result<_, _>>().map_err(|_| altered())?,
            head: head.map(|head| vault.open("records.head", &place, &head)).transpose()?,
            acts: read_proofs(connection, vault, dossier, &name)?,
        });
    }
    Ok(all)
}

fn read_proofs(
    connection: &Connection,
    vault: &Vault,
    dossier: i64,
    record: &[u8],
) -> Result<Vec<ForeignAct>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT name, number, act, proof, salt FROM proofs WHERE dossier = ?1 AND record = ?2",
    )?;
    let mut found = statement.query(params![dossier, record])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let name: Vec<u8> = row.get(0)?;
        let place = [&row_of(&[dossier]), record, &name].concat();
        let what = spoken("proofs", &place);
        let open = |column: &str, at: usize| vault.open(column, &place, &row.get::<_, Vec<u8>>(at)?);
        all.push(ForeignAct {
            id: Digest(rows::hash(&open("proofs.act", 2)?, &what)?),
            number: row.get(1)?,
            proof: open("proofs.proof", 3)?,
            salt: Salt::new(rows::hash(&open("proofs.salt", 4)?, &what)?),
        });
    }
    all.sort_by_key(|act| (act.number, act.id));
    Ok(all)
}

/// Writes a record with its links and head, and the acts that came.
fn store_record(
    transaction: &Transaction<'_>,
    vault: &Vault,
    dossier: i64,
    name: &[u8],
    record: &ForeignRecord,
    acts: &[ForeignAct],
) -> Result<(), Fault> {
    let place = [&row_of(&[dossier]), name].concat();
    let links: Vec<u8> =
        record.links.iter().flat_map(|link| [link.canonical(), b"\n".to_vec()].concat()).collect();
    let head = record.head.as_ref().map(|head| vault.seal("records.head", &place, head)).transpose()?;
    transaction.execute(
        "INSERT INTO records (dossier, name, origin, links, head) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (dossier, name) DO UPDATE SET links = excluded.links, head = excluded.head",
        params![
            dossier,
            name,
            vault.seal("records.origin", &place, record.origin.as_bytes())?,
            vault.seal("records.links", &place, &links)?,
            head,
        ],
    )?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO proofs (dossier, record, name, number, act, proof, salt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (dossier, record, name) DO UPDATE
         SET number = excluded.number, proof = excluded.proof, salt = excluded.salt",
    )?;
    for act in acts {
        let name_of_act = vault.name("proofs.name", &act.id.0);
        let place = [&row_of(&[dossier]), name, &name_of_act].concat();
        insert.execute(params![
            dossier,
            name,
            name_of_act,
            act.number,
            vault.seal("proofs.act", &place, &act.id.0)?,
            vault.seal("proofs.proof", &place, &act.proof)?,
            vault.seal("proofs.salt", &place, act.salt.as_bytes())?,
        ])?;
    }
    Ok(())
}
